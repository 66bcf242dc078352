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

struct slice kind_of_text(const struct plan_kind *kind, struct slice text)
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
    return text;
}

/* Digits behind the point of a canonical text. */
static size_t places_of(struct slice text)
{
    const char *point = memchr(text.ptr, '.', text.len);

    return point ? text.len - (size_t)(point - text.ptr) - 1 : 0;
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
    if (value->type == VALUE_BOOL) {
        *out = value->boolean ? SLICE_LITERAL("1") : SLICE_LITERAL("0");
        return STATUS_OK;
    }
    if (value->type != VALUE_NUMBER && value->type != VALUE_STRING) {
        return STATUS_INVALID;
    }
    if (kind->of == KIND_TEXT) {
        *out = without_blanks(value->text);
        return STATUS_OK;
    }
    return number_text(arena, kind, value->text, out);
}

const char *kind_name(const struct plan_kind *kind)
{
    static const char *const names[] = {"other", "integer", "decimal", "text"};

    return names[kind->of];
}
