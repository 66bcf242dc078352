/*
 * Values -> the text of their column's kind.
 */
#include "conf/plan/kind.h"

static struct slice without_blanks(struct slice text)
{
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* ------------------------------------------------------------------ what would be stored */

static const char *const integers[][3] = {
  /* bytes: least, greatest, greatest without a sign */
    [1] = {"128",                 "127",                 "255"                 },
    [2] = {"32768",               "32767",               "65535"               },
    [3] = {"8388608",             "8388607",             "16777215"            },
    [4] = {"2147483648",          "2147483647",          "4294967295"          },
    [8] = {"9223372036854775808", "9223372036854775807", "18446744073709551615"},
};

/* As many digits in front of the point surely fit. */
static size_t digits_that_fit(const struct plan_kind *kind)
{
    static const unsigned char of_bytes[] = {[1] = 2, [2] = 4, [3] = 6, [4] = 9, [8] = 18};

    if (kind->of == KIND_DECIMAL) {
        return kind->size - kind->places;
    }
    return of_bytes[kind->size];
}

/* The greatest magnitude of a DECIMAL, in ARENA: "9999.9". */
static struct slice nines(struct arena *arena, const struct plan_kind *kind)
{
    size_t front = kind->size - kind->places, len = 0;
    char *text = arena_bytes(arena, (size_t)kind->size + 2);

    if (front == 0) {
        text[len++] = '0';
    }
    for (unsigned int i = 0; i < kind->size; i++) {
        if (i == front) {
            text[len++] = '.';
        }
        text[len++] = '9';
    }
    return slice_of(text, len);
}

/* Half away from zero: DIGITS "1.55" to one place are "1.6". In ARENA, with room for a digit. */
static struct slice rounded(struct arena *arena, struct slice digits, size_t places)
{
    const char *point = memchr(digits.ptr, '.', digits.len);
    size_t keep = (size_t)(point - digits.ptr) + (places > 0 ? 1 + places : 0);
    bool up = digits.ptr[(size_t)(point - digits.ptr) + 1 + places] >= '5';
    char *text = arena_bytes(arena, keep + 1);
    size_t from = 1;

    text[0] = '0';
    memcpy(text + 1, digits.ptr, keep);
    for (size_t i = keep; up; i--) {
        if (text[i] != '.') {
            up = text[i] == '9';
            if (up) {
                text[i] = '0';
            } else {
                text[i]++;
            }
        }
    }
    from -= text[0] != '0';
    while (places > 0 && (text[keep] == '0' || text[keep] == '.')) {
        places = text[keep--] == '.' ? 0 : places;
    }
    return slice_of(text + from, keep + 1 - from);
}

static struct slice at_most(struct slice digits, struct slice greatest)
{
    bool above = digits.len > greatest.len ||
                 (digits.len == greatest.len && slice_compare(digits, greatest) > 0);

    return above ? greatest : digits;
}

/* TEXT, a number, as the server would store it in a column of KIND. */
static struct slice stored(struct arena *arena, const struct plan_kind *kind, struct slice text)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    struct slice digits = slice_from(text, negative);
    const char *point = memchr(digits.ptr, '.', digits.len);
    size_t front = point ? (size_t)(point - digits.ptr) : digits.len;
    size_t places = kind->of == KIND_DECIMAL ? kind->places : 0;

    if (negative && kind->is_unsigned) {
        return SLICE_LITERAL("0");
    }
    if (point && digits.len - front - 1 > places) {
        digits = rounded(arena, digits, places);
        point = memchr(digits.ptr, '.', digits.len);
        front = point ? (size_t)(point - digits.ptr) : digits.len;
    } else if (front <= digits_that_fit(kind)) {
        return text;
    }
    if (kind->of == KIND_DECIMAL) {
        bool zero = digits_that_fit(kind) == 0 && front == 1 && digits.ptr[0] == '0';

        digits = front > digits_that_fit(kind) && !zero ? nines(arena, kind) : digits;
    } else {
        digits =
            at_most(digits, slice_str(integers[kind->size][kind->is_unsigned ? 2 : !negative]));
    }
    negative &= !slice_is(digits, "0");
    return negative ? arena_printf(arena, "-%.*s", SLICE_ARG(digits)) : digits;
}

struct slice kind_of_text(struct arena *arena, const struct plan_kind *kind, struct slice text)
{
    if (kind->of == KIND_TEXT) {
        return without_blanks(text);
    }
    if (kind->of == KIND_INTEGER && slice_is(text, "true")) {
        return SLICE_LITERAL("1");
    }
    if (kind->of == KIND_INTEGER && slice_is(text, "false")) {
        return SLICE_LITERAL("0");
    }
    return kind->size > 0 && text.len > 0 ? stored(arena, kind, text) : text;
}

/* ------------------------------------------------------------------ exactly */

#define DOUBLE_DIGITS 15 /* DBL_DIG */

/* Digits behind the point of a canonical text. */
static size_t places_of(struct slice text)
{
    const char *point = memchr(text.ptr, '.', text.len);

    return point ? text.len - (size_t)(point - text.ptr) - 1 : 0;
}

/*
 * A text beside a number, which SQL compares as DOUBLE: of so few digits that no two numbers are
 * one DOUBLE, and written as both servers read it.
 */
static bool is_plain_number(const struct plan_kind *kind, struct slice text)
{
    size_t digits = 0, points = 0;

    for (size_t i = text.len > 0 && text.ptr[0] == '-'; i < text.len; i++) {
        if (text.ptr[i] == '.') {
            points++;
        } else if (text.ptr[i] >= '0' && text.ptr[i] <= '9') {
            digits++;
        } else {
            return false;
        }
    }
    return digits > 0 && digits <= DOUBLE_DIGITS && points <= (kind->of == KIND_DECIMAL);
}

static enum status number_text(struct arena *arena, const struct plan_kind *kind,
                               struct slice number, struct slice *out)
{
    size_t places = kind->of == KIND_DECIMAL ? kind->places : 0;
    char scratch[DECIMAL_TEXT_MAX];
    struct decimal decimal;
    struct slice text;

    if (decimal_parse(number, &decimal) != STATUS_OK) {
        return STATUS_INVALID;
    }
    text = slice_of(scratch, decimal_text(&decimal, scratch));
    if (places_of(text) > places) {
        return STATUS_INVALID;
    }
    *out = arena_copy(arena, text);
    return STATUS_OK;
}

enum status kind_text(struct arena *arena, const struct plan_kind *kind, const struct value *value,
                      struct slice *out)
{
    if (!value || value->type == VALUE_NULL) {
        *out = SLICE_LITERAL(KIND_NULL);
        return STATUS_OK;
    }
    if (kind->of == KIND_TEXT) {
        *out = without_blanks(value->text);
        return value->type == VALUE_STRING ? STATUS_OK : STATUS_INVALID;
    }
    if (value->type == VALUE_BOOL) {
        *out = value->boolean ? SLICE_LITERAL("1") : SLICE_LITERAL("0");
        return STATUS_OK;
    }
    if (value->type == VALUE_STRING && !is_plain_number(kind, value->text)) {
        return STATUS_INVALID;
    }
    return value->type == VALUE_NUMBER || value->type == VALUE_STRING
               ? number_text(arena, kind, value->text, out)
               : STATUS_INVALID;
}
