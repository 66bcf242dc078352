/*
 * Typed values -> canonical text -> tags. Pure functions, any thread.
 *
 * The gateway makes a tag of a query's parameters, the projector of an image: the texts meet in
 * Redis as one slot. So whatever has the same value has the same text (1, 1.0 and 1e0; N 1 and
 * true), and what cannot be of the place's type is refused rather than guessed.
 */
#include "cache/tag.h"

#include "cache/page.h"

static enum status number_text(enum scalar type, struct slice number,
                               char scratch[DECIMAL_TEXT_MAX], struct slice *out)
{
    struct decimal decimal;

    if (decimal_is_plain(number)) {
        *out = number;
        return STATUS_OK;
    }
    if (decimal_parse(number, &decimal) != STATUS_OK ||
        (type == SCALAR_INTEGER && !decimal_is_integer(&decimal))) {
        return STATUS_INVALID;
    }
    *out = slice_of(scratch, decimal_text(&decimal, scratch));
    return STATUS_OK;
}

static enum status boolean_text(const struct value *value, struct slice *out)
{
    bool boolean = value->boolean;

    if (value->type == VALUE_NUMBER) { /* the .NET mapper writes booleans as N 0/1 */
        char scratch[DECIMAL_TEXT_MAX];
        struct slice digit;

        if (number_text(SCALAR_INTEGER, value->text, scratch, &digit) != STATUS_OK ||
            (!slice_is(digit, "0") && !slice_is(digit, "1"))) {
            return STATUS_INVALID;
        }
        boolean = digit.ptr[0] == '1';
    } else if (value->type != VALUE_BOOL) {
        return STATUS_INVALID;
    }
    *out = boolean ? SLICE_LITERAL("true") : SLICE_LITERAL("false");
    return STATUS_OK;
}

enum status canonical_view(enum scalar type, const struct value *value,
                           char scratch[DECIMAL_TEXT_MAX], struct slice *out)
{
    if (!value || value->type == VALUE_NULL) {
        return STATUS_NOT_FOUND;
    }
    switch (type) {
    case SCALAR_INTEGER:
    case SCALAR_NUMBER:
        return value->type == VALUE_NUMBER ? number_text(type, value->text, scratch, out)
                                           : STATUS_INVALID;
    case SCALAR_BOOLEAN:
        return boolean_text(value, out);
    case SCALAR_STRING:
        *out = value->text;
        return value->type == VALUE_STRING ? STATUS_OK : STATUS_INVALID;
    }
    return STATUS_INVALID;
}

enum status canonical_append(struct buf *buf, enum scalar type, const struct value *value)
{
    char scratch[DECIMAL_TEXT_MAX];
    struct slice text;
    enum status status = canonical_view(type, value, scratch, &text);

    if (status == STATUS_OK) {
        buf_append(buf, text);
    }
    return status;
}

enum status canonical_text(struct arena *arena, enum scalar type, const struct value *value,
                           struct slice *out)
{
    char scratch[DECIMAL_TEXT_MAX];
    struct slice text;
    enum status status = canonical_view(type, value, scratch, &text);

    if (status == STATUS_OK) {
        *out = arena_copy(arena, text);
    }
    return status;
}

/* ------------------------------------------------------------------ templates */

/* What a place stands for; VALUES is whatever the caller of fill() has. */
typedef const struct value *place_fn(const void *values, const struct plan_template_part *part);

static size_t length_max(const struct plan_template *tag, place_fn *place, const void *values)
{
    size_t len = 0, i;

    for (i = 0; i < tag->part_count; i++) {
        const struct plan_template_part *part = &tag->parts[i];
        const struct value *value = part->name.len > 0 ? place(values, part) : NULL;

        len += part->literal.len + DECIMAL_TEXT_MAX;
        len += value && value->type == VALUE_STRING ? value->text.len : 0;
    }
    return len;
}

static enum status fill(struct arena *arena, const struct plan_template *tag, place_fn *place,
                        const void *values, struct slice *out)
{
    char scratch[DECIMAL_TEXT_MAX];
    char *start = arena_bytes(arena, length_max(tag, place, values)), *at = start;
    struct slice text;
    size_t i;

    for (i = 0; i < tag->part_count; i++) {
        const struct plan_template_part *part = &tag->parts[i];
        enum status status;

        at = slice_put(at, part->literal);
        if (part->name.len == 0) {
            continue;
        }
        status = canonical_view(part->type, place(values, part), scratch, &text);
        if (status != STATUS_OK) {
            return status;
        }
        at = slice_put(at, text);
    }
    *out = slice_of(start, (size_t)(at - start));
    return STATUS_OK;
}

static const struct value *place_of_query(const void *values, const struct plan_template_part *part)
{
    const struct value *const *params = values;

    return part->param >= 0 ? params[part->param] : NULL;
}

enum status tag_of_query(struct arena *arena, const struct plan_template *tag,
                         const struct value *const *params, struct slice *out)
{
    return fill(arena, tag, place_of_query, params, out);
}

struct change {
    const struct value *image, *old, *aggregate_id;
};

static const struct value *place_of_change(const void *values,
                                           const struct plan_template_part *part)
{
    const struct change *change = values;

    if (!part->old && slice_is(part->name, "aggregateId")) {
        return change->aggregate_id;
    }
    return value_get(part->old ? change->old : change->image, part->name);
}

enum status tag_of_change(struct arena *arena, const struct plan_template *tag,
                          const struct value *image, const struct value *old,
                          const struct value *aggregate_id, struct slice *out)
{
    const struct change change = {image, old, aggregate_id};

    return fill(arena, tag, place_of_change, &change, out);
}
