/*
 * Decimals in normal form: text, comparison, conversion. (decimal_arith.c: arithmetic.)
 *
 * - The coefficient has at most 38 digits and does not end in 0, so a number has one form only.
 * - 10^38 < 2^127: two aligned coefficients of 38 digits can be compared and added in 128 bits.
 */
#include "lib/data/decimal.h"

#include "lib/data/decimal_normal.h"

#define SCALE_LIMIT  INT64_C(1000000000000) /* beyond any text's length: exponents saturate here */
#define PLAIN_DIGITS 18                     /* any such number fits 64 bits */

static const uint64_t small_powers[] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

unsigned __int128 decimal_power(int exponent)
{
    if (exponent < 20) {
        return small_powers[exponent];
    }
    return (unsigned __int128)small_powers[19] * small_powers[exponent - 19];
}

int decimal_digits(unsigned __int128 number)
{
    uint64_t high = (uint64_t)(number >> 64), low = (uint64_t)number;
    int bits = high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
    int digits = bits * 1233 >> 12; /* log10(2) = 0.30103: this many, or one more */

    return digits + (number >= decimal_power(digits));
}

/* Division by ten is cheap only in 64 bits. */
static unsigned __int128 drop_zeros(unsigned __int128 coefficient, int64_t *exponent)
{
    uint64_t low;

    while (coefficient > UINT64_MAX && coefficient % 10 == 0) {
        coefficient /= 10;
        (*exponent)++;
    }
    if (coefficient > UINT64_MAX) {
        return coefficient;
    }
    for (low = (uint64_t)coefficient; low % 10 == 0; low /= 10) {
        (*exponent)++;
    }
    return low;
}

enum status decimal_normal(unsigned __int128 coefficient, int64_t exponent, bool negative,
                           struct decimal *out)
{
    int digits;

    if (coefficient == 0) {
        *out = (struct decimal){0};
        return STATUS_OK;
    }
    coefficient = drop_zeros(coefficient, &exponent);
    digits = decimal_digits(coefficient);
    if (digits > DECIMAL_DIGITS || exponent + digits - 1 > DECIMAL_HIGHEST ||
        exponent + digits - 1 < DECIMAL_LOWEST) {
        return STATUS_TOO_LARGE;
    }
    *out = (struct decimal){coefficient, (int32_t)exponent, negative};
    return STATUS_OK;
}

struct decimal decimal_of_i64(int64_t number)
{
    struct decimal decimal = {0};
    uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;

    /* 19 digits are always in range. */
    (void)!decimal_normal(magnitude, 0, number < 0, &decimal);
    return decimal;
}

/* ------------------------------------------------------------------ reading */

/* What the digits of a text come to. Zeros wait until a digit follows them: at the end they only
 * count. */
struct digits {
    unsigned __int128 coefficient;
    uint64_t zeros;     /* after it */
    unsigned int count; /* of digits in the coefficient */
    bool too_many;
};

static void add_digit(struct digits *digits, unsigned digit)
{
    uint64_t places = digits->zeros + 1;

    if (digit == 0) {
        digits->zeros += digits->count > 0;
        return;
    }
    if (digits->too_many || digits->count + places > DECIMAL_DIGITS) {
        digits->too_many = true;
        return;
    }
    digits->coefficient = digits->coefficient * decimal_power((int)places) + digit;
    digits->count += (unsigned int)places;
    digits->zeros = 0;
}

/* Returns where the run of digits ends. */
static const char *add_run(struct digits *digits, const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9') {
        add_digit(digits, (unsigned)(*at - '0'));
        at++;
    }
    return at;
}

/* AT is behind the "e". Returns NULL without a digit. */
static const char *read_exponent(const char *at, const char *end, int64_t *exponent_out)
{
    bool negative = at < end && *at == '-';
    int64_t exponent = 0;
    const char *first;

    at += at < end && (*at == '-' || *at == '+');
    for (first = at; at < end && *at >= '0' && *at <= '9'; at++) {
        exponent = exponent < SCALE_LIMIT ? exponent * 10 + (*at - '0') : exponent;
    }
    *exponent_out = negative ? -exponent : exponent;
    return at > first ? at : NULL;
}

bool decimal_is_plain(struct slice text)
{
    if (text.len == 0 || text.len > PLAIN_DIGITS || (text.ptr[0] == '0' && text.len > 1)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return true;
}

static enum status parse_plain(struct slice text, struct decimal *out)
{
    uint64_t number = 0;

    for (size_t i = 0; i < text.len; i++) {
        number = number * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    return decimal_normal(number, 0, false, out);
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
enum status decimal_parse(struct slice text, struct decimal *out)
{
    const char *at = text.ptr, *end = text.ptr + text.len, *first;
    struct digits digits = {0};
    int64_t fraction = 0, exponent = 0;
    bool negative = text.len > 0 && *at == '-';

    if (decimal_is_plain(text)) {
        return parse_plain(text, out);
    }
    first = at += negative;
    at = add_run(&digits, at, end);
    if (at == first || (*first == '0' && at - first > 1)) {
        return STATUS_INVALID;
    }
    if (at < end && *at == '.') {
        first = at + 1;
        at = add_run(&digits, first, end);
        fraction = at - first;
        if (fraction == 0) {
            return STATUS_INVALID;
        }
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = read_exponent(at + 1, end, &exponent);
    }
    if (at != end) {
        return STATUS_INVALID;
    }
    if (digits.too_many) {
        return STATUS_TOO_LARGE;
    }
    return decimal_normal(digits.coefficient, exponent - fraction + (int64_t)digits.zeros, negative,
                          out);
}

/* ------------------------------------------------------------------ comparing, converting */

/* Numbers of one sign by magnitude. */
static int compare_magnitude(const struct decimal *a, const struct decimal *b)
{
    unsigned __int128 left = a->coefficient, right = b->coefficient;
    int a_digits, b_digits, a_top, b_top;

    if (a->exponent == b->exponent) {
        return (left > right) - (left < right);
    }
    a_digits = decimal_digits(left);
    b_digits = decimal_digits(right);
    a_top = a->exponent + a_digits;
    b_top = b->exponent + b_digits;
    if (a_top != b_top || left == 0 || right == 0) {
        /* Zero has no digits, and so no place of its first one. */
        return left == 0 || right == 0 ? (left != 0) - (right != 0) : a_top < b_top ? -1 : 1;
    }
    if (a_digits < b_digits) {
        left *= decimal_power(b_digits - a_digits);
    } else {
        right *= decimal_power(a_digits - b_digits);
    }
    return (left > right) - (left < right);
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }
    return a->negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

bool decimal_is_integer(const struct decimal *a)
{
    return a->exponent >= 0;
}

enum status decimal_to_i64(const struct decimal *a, int64_t *out)
{
    uint64_t limit = a->negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    unsigned __int128 magnitude;

    if (a->exponent < 0 || a->exponent > 18 || a->coefficient > limit) {
        return STATUS_INVALID;
    }
    magnitude = a->coefficient * decimal_power(a->exponent);
    if (magnitude > limit) {
        return STATUS_INVALID;
    }
    *out = a->negative ? (int64_t) - (uint64_t)magnitude : (int64_t)magnitude;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ writing */

static size_t put_zeros(char *out, int count)
{
    if (count > 0) {
        memset(out, '0', (size_t)count);
    }
    return count > 0 ? (size_t)count : 0;
}

static size_t put_coefficient(unsigned __int128 coefficient, char *out)
{
    int digits = decimal_digits(coefficient), at = digits;

    while (coefficient > UINT64_MAX) {
        out[--at] = (char)('0' + (int)(coefficient % 10));
        coefficient /= 10;
    }
    for (uint64_t rest = (uint64_t)coefficient; at > 0; rest /= 10) {
        out[--at] = (char)('0' + rest % 10);
    }
    return (size_t)digits;
}

/* "123000", "0.00123" or "1.23", by where the point falls among the digits. */
size_t decimal_text(const struct decimal *a, char out[DECIMAL_TEXT_MAX])
{
    char digits[DECIMAL_DIGITS + 1];
    size_t count = put_coefficient(a->coefficient, digits), len = 0;
    int point = (int)count + a->exponent; /* digits before the point */

    if (a->negative) {
        out[len++] = '-';
    }
    if (point <= 0) {
        out[len++] = '0';
    }
    for (size_t i = 0; i < count; i++) {
        if ((int)i == point || (i == 0 && point < 0)) {
            out[len++] = '.';
            len += put_zeros(out + len, -point);
        }
        out[len++] = digits[i];
    }
    len += put_zeros(out + len, a->exponent);
    out[len] = '\0';
    return len;
}
