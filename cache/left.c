/*
 * Values of other types, as columns have them.
 *
 *                     text column      integer, TINYINT(1)     DECIMAL
 *     number 1.50     1.5              2                       1.5
 *     text " 1.50"    (is of its type) 2                       1.5
 *     bytes           as they are      as the text             as the text
 *     boolean         1 or 0           (is of its type)        (is of its type)
 *     list, map       JSON text        refused                 refused
 *
 * MySQL makes 65 nines of a number of more digits that becomes a text, without a word.
 *
 * Both servers round half away from zero. What one of them refuses or warns of, so that its record
 * has failed, is read as the other has it.
 */
#include "cache/left.h"

#include "lib/base/buf.h"
#include "lib/data/decimal.h"
#include "lib/data/json.h"

#define INTEGER_DIGITS 20     /* of the largest BIGINT UNSIGNED */
#define EXPONENT_MAX   100000 /* far beyond every column's */

/* ------------------------------------------------------------------ a number in a text */

/* digits * 10^exponent; zero has no digits, other numbers begin with another one than 0. */
struct number {
    bool negative;
    char *digits;
    size_t count;
    int64_t exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits at the start of *rest behind those that NUMBER has; how many. */
static size_t take_digits(struct number *number, struct slice *rest)
{
    size_t len = 0;

    for (; len < rest->len && is_digit(rest->ptr[len]); len++) {
        if (number->count > 0 || rest->ptr[len] != '0') {
            number->digits[number->count++] = rest->ptr[len];
        }
    }
    *rest = slice_from(*rest, len);
    return len;
}

static bool take_sign(struct slice *rest)
{
    bool negative = slice_starts(*rest, "-");

    if (negative || slice_starts(*rest, "+")) {
        *rest = slice_from(*rest, 1);
    }
    return negative;
}

/* "e-3", or nothing; of an e without a number MySQL says no word. */
static void take_exponent(struct number *number, struct slice *rest)
{
    int64_t exponent = 0;
    bool negative;
    size_t len = 0;

    if (!slice_starts(*rest, "e") && !slice_starts(*rest, "E")) {
        return;
    }
    *rest = slice_from(*rest, 1);
    negative = take_sign(rest);
    for (; len < rest->len && is_digit(rest->ptr[len]); len++) {
        exponent = exponent > EXPONENT_MAX ? exponent : exponent * 10 + (rest->ptr[len] - '0');
    }
    *rest = slice_from(*rest, len);
    number->exponent += negative ? -exponent : exponent;
}

/* What SQL takes for blanks around a number: isspace of ASCII. */
static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct slice trim(struct slice text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text = slice_from(text, 1);
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

static bool number_parse(struct arena *arena, struct slice text, struct number *out)
{
    size_t before, behind = 0;

    text = trim(text);
    *out = (struct number){.digits = arena_bytes(arena, text.len)};
    out->negative = take_sign(&text);
    before = take_digits(out, &text);
    if (slice_starts(text, ".")) {
        text = slice_from(text, 1);
        behind = take_digits(out, &text);
    }
    out->exponent = -(int64_t)behind;
    take_exponent(out, &text);
    return before + behind > 0 && text.len == 0;
}

static bool decimal_of(struct arena *arena, const struct number *number, struct slice *out)
{
    struct slice text =
        arena_printf(arena, "%s%.*se%lld", number->negative ? "-" : "",
                     number->count > 0 ? (int)number->count : 1,
                     number->count > 0 ? number->digits : "0", (long long)number->exponent);
    struct decimal decimal;
    char *place = arena_bytes(arena, DECIMAL_TEXT_MAX);

    if (decimal_parse(text, &decimal) != STATUS_OK) {
        return false; /* of more digits than a parameter can have */
    }
    *out = slice_of(place, decimal_text(&decimal, place));
    return true;
}

/* DIGITS, "0" first, and one more. */
static void count_up(char *digits, size_t count)
{
    while (count > 0 && digits[count - 1] == '9') {
        digits[--count] = '0';
    }
    digits[count - 1]++;
}

/* Rounded half away from zero. False: no column of integers holds it. */
static bool integer_of(struct arena *arena, const struct number *number, struct slice *out)
{
    int64_t point = (int64_t)number->count + number->exponent;
    char digits[INTEGER_DIGITS + 1] = "0";
    size_t count = point > 0 && number->count > 0 ? (size_t)point : 0, skip = 0;

    if (count > INTEGER_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        digits[i + 1] = '0';
        if (i < number->count) {
            digits[i + 1] = number->digits[i];
        }
    }
    if (point >= 0 && (size_t)point < number->count && number->digits[point] >= '5') {
        count_up(digits, count + 1);
    }
    while (skip < count && digits[skip] == '0') {
        skip++;
    }
    *out = arena_printf(arena, "%s%.*s", number->negative && digits[skip] != '0' ? "-" : "",
                        (int)(count + 1 - skip), digits + skip);
    return true;
}

static bool number_left(struct arena *arena, enum scalar type, struct slice text, struct slice *out)
{
    struct number number;

    if (!number_parse(arena, text, &number)) {
        return false;
    }
    if (type == SCALAR_NUMBER) {
        return decimal_of(arena, &number, out);
    }
    if (!integer_of(arena, &number, out)) {
        return false;
    }
    if (type == SCALAR_BOOLEAN) {
        bool is_true = slice_is(*out, "1"), is_false = slice_is(*out, "0");

        *out = is_true ? SLICE_LITERAL("true") : SLICE_LITERAL("false");
        return is_true || is_false; /* no query asks for another one */
    }
    return true;
}

/* ------------------------------------------------------------------ texts */

static struct slice json_left(struct arena *arena, const struct value *value)
{
    struct buf buf = {0};
    struct slice text;

    json_write(&buf, value);
    text = arena_copy(arena, buf_slice(&buf));
    buf_fini(&buf);
    return text;
}

static bool string_left(struct arena *arena, const struct value *value, struct slice *out)
{
    struct number number;

    switch (value->type) {
    case VALUE_BOOL:
        *out = value->boolean ? SLICE_LITERAL("1") : SLICE_LITERAL("0");
        return true;
    case VALUE_NUMBER:
        return number_parse(arena, value->text, &number) && decimal_of(arena, &number, out);
    case VALUE_STRING:
    case VALUE_BYTES:
        *out = value->text;
        return true;
    case VALUE_LIST:
    case VALUE_MAP:
        *out = json_left(arena, value);
        return true;
    case VALUE_NULL:
        break;
    }
    return false;
}

bool left_text_of_mysql(enum scalar type, const struct value *value, struct slice *out)
{
    static const char nines[] =
        "-99999999999999999999999999999999999999999999999999999999999999999";
    struct decimal decimal, least = {.coefficient = 1, .exponent = sizeof(nines) - 2};

    if (value->type != VALUE_NUMBER || !scalar_is_text(type) ||
        decimal_parse(value->text, &decimal) != STATUS_OK) {
        return false;
    }
    *out = slice_from(slice_str(nines), decimal.negative ? 0 : 1);
    decimal.negative = false;
    return decimal_compare(&decimal, &least) >= 0;
}

size_t left_length_max(const struct value *value)
{
    struct buf buf = {0};
    size_t len = value->text.len < DECIMAL_TEXT_MAX ? DECIMAL_TEXT_MAX : value->text.len;

    if (value->type == VALUE_LIST || value->type == VALUE_MAP) {
        json_write(&buf, value);
        len = buf_slice(&buf).len;
        buf_fini(&buf);
    }
    return len;
}

bool left_text(struct arena *arena, enum scalar type, const struct value *value, struct slice *out)
{
    if (scalar_is_text(type)) {
        return string_left(arena, value, out);
    }
    return (value->type == VALUE_NUMBER || value->type == VALUE_STRING ||
            value->type == VALUE_BYTES) &&
           number_left(arena, type, value->text, out);
}
