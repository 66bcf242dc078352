/*
 * Values -> their form for a column.
 *
 *     text column            UUID, IPv6, date-time in their one text, anything else as it is
 *     DATETIME, TIMESTAMP    "2026-03-29 01:30:00.000", UTC; MySQL would round, MariaDB cut
 *     DATE, UUID, INET6      only what has the one text; these columns take others too
 *     JSON                   JSON text: "12" stays a string, true a boolean
 *
 * Numbers of a JSON column: MySQL keeps 64-bit integers and makes a double of every other number
 * ("The JSON Data Type"); of what has more digits than a double keeps, it says no word.
 */
#include "conf/plan/bind.h"

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/data/decimal.h"
#include "lib/data/json.h"

#define DOUBLE_DIGITS   15  /* IEEE 754: DBL_DIG, decimal digits that a double keeps */
#define DOUBLE_EXPONENT 307 /* IEEE 754: between DBL_MIN_10_EXP and DBL_MAX_10_EXP, on both sides */

/* ------------------------------------------------------------------ JSON */

static int digits_of(unsigned __int128 coefficient)
{
    int digits = 0;

    for (; coefficient > 0; coefficient /= 10) {
        digits++;
    }
    return digits;
}

static bool is_integer_text(struct slice text)
{
    uint64_t whole;
    int64_t number;

    return slice_parse_u64(text, &whole) == STATUS_OK ||
           slice_parse_i64(text, &number) == STATUS_OK;
}

static bool is_kept(struct slice number)
{
    struct decimal decimal;
    int digits, exponent;

    if (is_integer_text(number)) {
        return true;
    }
    if (decimal_parse(number, &decimal) != STATUS_OK) {
        return false;
    }
    digits = digits_of(decimal.coefficient);
    exponent = digits - 1 + decimal.exponent;
    return digits <= DOUBLE_DIGITS && exponent <= DOUBLE_EXPONENT && exponent >= -DOUBLE_EXPONENT;
}

/* The depth of a tree is bounded where it was read (json.h). */
static bool are_numbers_kept(const struct value *value)
{
    if (value->type == VALUE_NUMBER) {
        return is_kept(value->text);
    }
    if (value->type != VALUE_LIST && value->type != VALUE_MAP) {
        return true;
    }
    for (const struct value *child = value->first; child; child = child->next) {
        if (!are_numbers_kept(child)) {
            return false;
        }
    }
    return true;
}

static enum status json_form(struct arena *arena, const struct value *value,
                             const struct value **out, const char **why_out)
{
    struct buf buf = {0};

    if (!are_numbers_kept(value)) {
        *why_out = "a number for a JSON column is no 64-bit integer and has more than 15 digits, "
                   "which JSON in SQL does not keep";
        return STATUS_INVALID;
    }
    json_write(&buf, value);
    *out = value_string(arena, arena_copy(arena, buf_slice(&buf)));
    buf_fini(&buf);
    return STATUS_OK;
}

/* ------------------------------------------------------------------ texts */

/* As SQL stores it: a number in plain notation, a boolean as 1 or 0. */
static enum status text_form(struct arena *arena, enum scalar type, const struct value *value,
                             const struct value **out, const char **why_out)
{
    char text[DECIMAL_TEXT_MAX];
    struct decimal decimal;

    if (value->type == VALUE_BOOL) {
        *out = value_string(arena, value->boolean ? SLICE_LITERAL("1") : SLICE_LITERAL("0"));
    } else if (value->type == VALUE_NUMBER) {
        *why_out = "a number of more than 38 digits";
        if (decimal_parse(value->text, &decimal) != STATUS_OK) {
            return STATUS_INVALID;
        }
        *out = value_string(arena, arena_copy(arena, slice_of(text, decimal_text(&decimal, text))));
    } else {
        *out = scalar_value(arena, type, value);
    }
    return STATUS_OK;
}

static enum status only(struct arena *arena, enum scalar type, const struct value *value,
                        const struct value **out)
{
    char scratch[CANONICAL_MAX];
    struct slice text;

    if (value->type != VALUE_STRING || !scalar_canonical(type, value->text, scratch, &text)) {
        return STATUS_INVALID;
    }
    *out = scalar_value(arena, type, value);
    return STATUS_OK;
}

static enum status time_form(struct arena *arena, unsigned int digits, const struct value *value,
                             const struct value **out)
{
    char scratch[CANONICAL_MAX];
    struct slice text;

    if (value->type != VALUE_STRING ||
        canonical_sql_time(value->text, scratch, &text) != STATUS_OK) {
        return STATUS_INVALID;
    }
    text.len -= digits == 0 ? 4 : 3 - digits; /* ".123" */
    *out = value_string(arena, arena_copy(arena, text));
    return STATUS_OK;
}

enum status bind_value(struct arena *arena, const struct plan_bind *bind, const struct value *value,
                       const struct value **out, const char **why_out)
{
    *out = value ? value : value_null(arena);
    if ((*out)->type == VALUE_NULL) {
        return STATUS_OK;
    }
    switch (bind->form) {
    case FORM_PLAIN:
        return STATUS_OK;
    case FORM_TEXT:
        return text_form(arena, SCALAR_STRING, value, out, why_out);
    case FORM_UUID:
        return text_form(arena, SCALAR_UUID, value, out, why_out);
    case FORM_IPV6:
        return text_form(arena, SCALAR_IPV6, value, out, why_out);
    case FORM_DATE_TIME:
        return text_form(arena, SCALAR_DATE_TIME, value, out, why_out);
    case FORM_UUID_ONLY:
        *why_out = "a value for a UUID column is no UUID (8-4-4-4-12 hexadecimal digits)";
        return only(arena, SCALAR_UUID, value, out);
    case FORM_IPV6_ONLY:
        *why_out = "a value for an INET6 column is no IPv6 address";
        return only(arena, SCALAR_IPV6, value, out);
    case FORM_DATE_ONLY:
        *why_out = "a value for a DATE column is no date such as 2026-11-21";
        return value->type == VALUE_STRING && clock_is_date(value->text) ? STATUS_OK
                                                                         : STATUS_INVALID;
    case FORM_TIME:
        *why_out = "a value for a DATETIME column is no date-time such as 2026-11-21T08:30:00Z";
        return time_form(arena, bind->digits, value, out);
    case FORM_JSON:
        return json_form(arena, value, out, why_out);
    }
    return STATUS_INTERNAL;
}

const char *form_name(enum plan_form form)
{
    static const char *const names[] = {
        [FORM_PLAIN] = "plain",         [FORM_TEXT] = "text",
        [FORM_UUID] = "uuid",           [FORM_IPV6] = "ipv6",
        [FORM_DATE_TIME] = "date-time", [FORM_UUID_ONLY] = "only uuid",
        [FORM_IPV6_ONLY] = "only ipv6", [FORM_DATE_ONLY] = "only date",
        [FORM_TIME] = "time",           [FORM_JSON] = "json",
    };

    return names[form];
}
