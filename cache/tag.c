/*
 * Typed values -> canonical text -> tags. Pure functions, any thread.
 *
 * The gateway makes a tag of a query's parameters, the projector of an image: the texts meet in
 * Redis as one slot. So whatever has the same value has the same text (1, 1.0 and 1e0; N 1 and
 * true, either way), and what cannot be of the place's type is refused rather than guessed.
 */
#include "cache/tag.h"

#include "cache/left.h"
#include "cache/page.h"
#include "conf/plan/kind.h"

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
    _Static_assert(DECIMAL_TEXT_MAX >= CANONICAL_MAX, "scratch holds either");
    if (!value || value->type == VALUE_NULL) {
        return STATUS_NOT_FOUND;
    }
    switch (type) {
    case SCALAR_INTEGER:
    case SCALAR_NUMBER:
        if (value->type == VALUE_BOOL) { /* as SQL stores it: TINYINT(1) fits an integer */
            *out = value->boolean ? SLICE_LITERAL("1") : SLICE_LITERAL("0");
            return STATUS_OK;
        }
        return value->type == VALUE_NUMBER ? number_text(type, value->text, scratch, out)
                                           : STATUS_INVALID;
    case SCALAR_BOOLEAN:
        return boolean_text(value, out);
    case SCALAR_STRING:
    case SCALAR_UUID:
    case SCALAR_IPV6:
    case SCALAR_DATE_TIME:
        (void)scalar_canonical(type, value->text, scratch, out);
        return value->type == VALUE_STRING ? STATUS_OK : STATUS_INVALID;
    }
    return STATUS_INVALID;
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

enum status canonical_texts(struct arena *arena, const struct plan_query *query,
                            const struct value *const *params, const struct slice **out)
{
    struct slice *texts = ARENA_ARRAY(arena, struct slice, query->param_count);

    for (size_t i = 0; i < query->param_count; i++) {
        char scratch[DECIMAL_TEXT_MAX];
        enum status status = canonical_view(query->params[i].type, params[i], scratch, &texts[i]);

        if (status == STATUS_NOT_FOUND) {
            texts[i] = slice_of(NULL, 0);
        } else if (status != STATUS_OK) {
            return status;
        } else if (texts[i].ptr == scratch) {
            texts[i] = arena_copy(arena, texts[i]);
        } else if (texts[i].len == 0) {
            texts[i] = SLICE_EMPTY;
        }
    }
    *out = texts;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ a query's template */

enum status tag_of_query(struct arena *arena, const struct plan_template *tag,
                         const struct slice *texts, struct slice *out)
{
    struct slice *values = ARENA_ARRAY(arena, struct slice, tag->part_count);
    size_t len = 0;
    char *start, *at;

    for (size_t i = 0; i < tag->part_count; i++) {
        const struct plan_template_part *part = &tag->parts[i];

        len += part->literal.len;
        if (part->name.len == 0) {
            continue;
        }
        if (part->param < 0 ||
            (!texts[part->param].ptr && (part->strict || part->kind.of == KIND_OTHER))) {
            return STATUS_NOT_FOUND;
        }
        values[i] = texts[part->param].ptr ? kind_of_text(arena, &part->kind, texts[part->param])
                                           : SLICE_LITERAL(KIND_NULL);
        len += values[i].len;
    }
    start = at = arena_bytes(arena, len);
    for (size_t i = 0; i < tag->part_count; i++) {
        const struct plan_template_part *part = &tag->parts[i];

        at = slice_put(at, part->literal);
        if (part->name.len > 0) {
            at = slice_put(at, values[i]);
        }
    }
    *out = slice_of(start, len);
    return STATUS_OK;
}

/* ------------------------------------------------------------------ a projection's template */

struct change {
    const struct value *image, *old, *aggregate_id;
};

/* The value for the place of PART; NULL: there is no place, or no value. */
static const struct value *value_at(const struct change *change,
                                    const struct plan_template_part *part)
{
    if (part->name.len == 0) {
        return NULL;
    }
    if (!part->old && slice_is(part->name, "aggregateId")) {
        return change->aggregate_id;
    }
    return value_get(part->old ? change->old : change->image, part->name);
}

static size_t length_max(const struct plan_template *tag, const struct change *change)
{
    size_t len = 0;

    for (size_t i = 0; i < tag->part_count; i++) {
        const struct value *value = value_at(change, &tag->parts[i]);

        len += tag->parts[i].literal.len + (value ? left_length_max(value) : 0);
    }
    return len;
}

/* A value that is not of its place's type counts. */
static bool is_left(const struct change *change, const struct plan_template_part *part)
{
    return part->old || change->image == change->old;
}

static enum status change_tag(struct arena *arena, const struct plan_template *tag,
                              const struct change *change, bool mysql, struct slice *out)
{
    char *start = arena_bytes(arena, length_max(tag, change)), *at = start;

    for (size_t i = 0; i < tag->part_count; i++) {
        const struct plan_template_part *part = &tag->parts[i];
        const struct value *value = value_at(change, part);
        char scratch[DECIMAL_TEXT_MAX];
        struct slice text;
        enum status status;

        at = slice_put(at, part->literal);
        if (part->name.len == 0) {
            continue;
        }
        status = canonical_view(part->type, value, scratch, &text);
        if (status == STATUS_INVALID && is_left(change, part)) {
            bool made = (mysql && left_text_of_mysql(part->type, value, &text)) ||
                        left_text(arena, part->type, value, &text);

            status = made ? STATUS_OK : STATUS_NOT_FOUND;
        }
        if (status != STATUS_OK) {
            return status;
        }
        at = slice_put(at, text);
    }
    *out = slice_of(start, (size_t)(at - start));
    return STATUS_OK;
}

enum status tag_of_change(struct arena *arena, const struct plan_template *tag,
                          const struct value *image, const struct value *old,
                          const struct value *aggregate_id, struct slice *out)
{
    const struct change change = {image, old, aggregate_id};

    return change_tag(arena, tag, &change, false, out);
}

bool tag_of_change_of_mysql(struct arena *arena, const struct plan_template *tag,
                            const struct value *image, const struct value *old,
                            const struct value *aggregate_id, struct slice *out)
{
    const struct change change = {image, old, aggregate_id};

    for (size_t i = 0; i < tag->part_count; i++) {
        const struct plan_template_part *part = &tag->parts[i];
        const struct value *value = is_left(&change, part) ? value_at(&change, part) : NULL;

        if (value && left_text_of_mysql(part->type, value, out)) {
            return change_tag(arena, tag, &change, true, out) == STATUS_OK;
        }
    }
    return false;
}
