/*
 * Clocks, and dates without the C library's calendar: no locale, no time zone, no static storage.
 * Days are turned into dates by Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
 */
#include "lib/base/clock.h"

#include <time.h>

#define MS_PER_DAY   INT64_C(86400000)
#define LAST_WALL_MS UINT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z: four digits of year */
#define FIRST_MS     (-INT64_C(62135596800000)) /* 0001-01-01T00:00:00.000Z */

struct civil {
    unsigned year, month, day; /* month and day from 1 */
    unsigned hour, minute, second, ms;
    unsigned weekday; /* 0 is Sunday */
};

uint64_t clock_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_wall_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_wall_ms(void)
{
    return clock_wall_us() / 1000;
}

uint64_t clock_deadline(uint64_t span_us)
{
    uint64_t now = clock_us();

    return span_us > CLOCK_NEVER - now ? CLOCK_NEVER : now + span_us;
}

uint64_t clock_left_us(uint64_t deadline_us)
{
    uint64_t now;

    if (deadline_us == CLOCK_NEVER) {
        return CLOCK_NEVER;
    }
    now = clock_us();
    return deadline_us > now ? deadline_us - now : 0;
}

/* Years are counted from March, so that a leap day is the last day of its year. */
static void civil_date(int64_t days, struct civil *out)
{
    uint64_t shifted = (uint64_t)(days + 719468); /* days since 0000-03-01 */
    uint64_t era = shifted / 146097;
    unsigned day_of_era = (unsigned)(shifted % 146097);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153;

    out->day = day_of_year - (153 * month + 2) / 5 + 1;
    out->month = month < 10 ? month + 3 : month - 9;
    out->year = (unsigned)(era * 400) + year_of_era + (out->month <= 2);
    out->weekday = (unsigned)((shifted + 3) % 7); /* 0000-03-01 was a Wednesday */
}

/* The reverse, for years from 0; they are counted from the 400 years before it. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
    unsigned shifted = year + 400 - (month <= 2);
    unsigned year_of_era = shifted % 400;
    unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return ((int64_t)(shifted / 400) - 1) * 146097 + day_of_era - 719468;
}

/* From year 1 to 9999. */
static struct civil civil_of_ms(int64_t since_ms)
{
    struct civil civil = {0};
    int64_t days = since_ms / MS_PER_DAY - (since_ms % MS_PER_DAY < 0);
    unsigned ms = (unsigned)(since_ms - days * MS_PER_DAY);

    civil_date(days, &civil);
    civil.hour = ms / 3600000;
    civil.minute = ms / 60000 % 60;
    civil.second = ms / 1000 % 60;
    civil.ms = ms % 1000;
    return civil;
}

static struct civil civil_of(uint64_t wall_ms)
{
    return civil_of_ms((int64_t)(wall_ms > LAST_WALL_MS ? LAST_WALL_MS : wall_ms));
}

static char *put_digits(char *at, unsigned number, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + count;
}

static char *put_text(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

static char *put_time(char *at, const struct civil *civil)
{
    at = put_digits(at, civil->hour, 2);
    *at++ = ':';
    at = put_digits(at, civil->minute, 2);
    *at++ = ':';
    return put_digits(at, civil->second, 2);
}

void clock_http(uint64_t wall_ms, char out[CLOCK_HTTP_TEXT])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil civil = civil_of(wall_ms);
    char *at = put_text(out, days + 3 * (size_t)civil.weekday, 3);

    at = put_text(at, ", ", 2);
    at = put_digits(at, civil.day, 2);
    *at++ = ' ';
    at = put_text(at, months + 3 * (size_t)(civil.month - 1), 3);
    *at++ = ' ';
    at = put_digits(at, civil.year, 4);
    *at++ = ' ';
    at = put_time(at, &civil);
    put_text(at, " GMT", 5);
}

static void put_rfc3339(char *at, const struct civil *civil)
{
    at = put_digits(at, civil->year, 4);
    *at++ = '-';
    at = put_digits(at, civil->month, 2);
    *at++ = '-';
    at = put_digits(at, civil->day, 2);
    *at++ = 'T';
    at = put_time(at, civil);
    *at++ = '.';
    at = put_digits(at, civil->ms, 3);
    put_text(at, "Z", 2);
}

void clock_rfc3339(uint64_t wall_ms, char out[CLOCK_TEXT])
{
    struct civil civil = civil_of(wall_ms);

    put_rfc3339(out, &civil);
}

enum status clock_date_time(int64_t ms, char out[CLOCK_TEXT])
{
    struct civil civil;

    if (ms < FIRST_MS || ms > (int64_t)LAST_WALL_MS) {
        return STATUS_INVALID;
    }
    civil = civil_of_ms(ms);
    put_rfc3339(out, &civil);
    return STATUS_OK;
}

void clock_basic(uint64_t wall_ms, char out[17])
{
    struct civil civil = civil_of(wall_ms);
    char *at = put_digits(out, civil.year, 4);

    at = put_digits(at, civil.month, 2);
    at = put_digits(at, civil.day, 2);
    *at++ = 'T';
    at = put_digits(at, civil.hour, 2);
    at = put_digits(at, civil.minute, 2);
    at = put_digits(at, civil.second, 2);
    put_text(at, "Z", 2);
}

/* ------------------------------------------------------------------ reading */

/* Takes COUNT digits off the front; false when there are fewer. */
static bool take_digits(struct slice *text, size_t count, unsigned *out)
{
    unsigned number = 0;

    if (text->len < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(unsigned char)text->ptr[i] - '0';

        if (digit > 9) {
            return false;
        }
        number = number * 10 + digit;
    }
    *text = slice_from(*text, count);
    *out = number;
    return true;
}

static bool take_char(struct slice *text, char c)
{
    if (text->len == 0 || text->ptr[0] != c) {
        return false;
    }
    *text = slice_from(*text, 1);
    return true;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct slice *text, struct civil *civil)
{
    if (!take_digits(text, 4, &civil->year) || !take_char(text, '-') ||
        !take_digits(text, 2, &civil->month) || !take_char(text, '-') ||
        !take_digits(text, 2, &civil->day)) {
        return false;
    }
    return civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           civil->day <= days_in_month(civil->year, civil->month);
}

/* Digits of the second's fraction beyond milliseconds are read and dropped. */
static bool take_fraction(struct slice *text, struct civil *civil)
{
    unsigned digit, scale = 100;

    if (!take_char(text, '.')) {
        return true;
    }
    if (!take_digits(text, 1, &digit)) {
        return false;
    }
    do {
        civil->ms += digit * scale;
        scale /= 10;
    } while (take_digits(text, 1, &digit));
    return true;
}

static bool take_time(struct slice *text, struct civil *civil)
{
    if (!take_digits(text, 2, &civil->hour) || !take_char(text, ':') ||
        !take_digits(text, 2, &civil->minute) || !take_char(text, ':') ||
        !take_digits(text, 2, &civil->second) || !take_fraction(text, civil)) {
        return false;
    }
    return civil->hour <= 23 && civil->minute <= 59 && civil->second <= 60;
}

/* Minutes east of Greenwich. */
static bool take_offset(struct slice *text, int *minutes_out)
{
    bool east = take_char(text, '+');
    unsigned hours, minutes;

    *minutes_out = 0;
    if (take_char(text, 'Z') || take_char(text, 'z')) {
        return !east;
    }
    if (!east && !take_char(text, '-')) {
        return false;
    }
    if (!take_digits(text, 2, &hours) || !take_char(text, ':') || !take_digits(text, 2, &minutes) ||
        hours > 23 || minutes > 59) {
        return false;
    }
    *minutes_out = (int)(hours * 60 + minutes) * (east ? 1 : -1);
    return true;
}

enum status clock_parse_date_time(struct slice text, int64_t *ms_out)
{
    struct civil civil = {0};
    int offset;
    int64_t minutes;

    if (!take_date(&text, &civil) || !(take_char(&text, 'T') || take_char(&text, 't')) ||
        !take_time(&text, &civil) || !take_offset(&text, &offset) || text.len != 0) {
        return STATUS_INVALID;
    }
    minutes = days_of(civil.year, civil.month, civil.day) * 1440 + (int64_t)civil.hour * 60 +
              civil.minute - offset;
    if (civil.second == 60 && (minutes + 1) % 1440 != 0) {
        return STATUS_INVALID;
    }
    *ms_out = minutes * 60000 + (int64_t)civil.second * 1000 + civil.ms;
    return STATUS_OK;
}

enum status clock_parse_rfc3339(struct slice text, uint64_t *wall_ms_out)
{
    int64_t ms;

    if (clock_parse_date_time(text, &ms) != STATUS_OK || ms < 0 || (uint64_t)ms > LAST_WALL_MS) {
        return STATUS_INVALID;
    }
    *wall_ms_out = (uint64_t)ms;
    return STATUS_OK;
}

bool clock_is_date(struct slice text)
{
    struct civil civil = {0};

    return take_date(&text, &civil) && text.len == 0;
}
