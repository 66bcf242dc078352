/*
 * Tag templates. A place is {name}, or {old.name} of the image before a change; a brace that
 * opens or closes none is not allowed in a tag.
 *
 * Shape: two templates "a:{x}" and "a:{y}" make the same tags when x = y; "a:{x}" and "a:{x}:{y}"
 * could only meet by odd values, and are held to be different. So a projection must touch a tag of
 * the same shape as the query's.
 */
#include "conf/plan/template.h"

#include <ctype.h>

#define OLD "old."

static bool is_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        int c = (unsigned char)name.ptr[i];

        if (!isalnum(c) && c != '_' && c != '.') {
            return false;
        }
    }
    return name.len > 0 && !isdigit((unsigned char)name.ptr[0]);
}

static size_t count_places(struct slice text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == '{';
    }
    return count;
}

/* Cuts TEXT at the next place; *rest_out is what follows it. */
static bool cut_part(struct slice text, struct plan_template_part *part, struct slice *rest_out)
{
    struct slice place;

    *part = (struct plan_template_part){.type = SCALAR_STRING, .param = -1};
    if (!slice_cut(text, '{', &part->literal, &place)) {
        *rest_out = SLICE_EMPTY;
        return !memchr(text.ptr, '}', text.len);
    }
    if (!slice_cut(place, '}', &part->name, rest_out) ||
        memchr(part->literal.ptr, '}', part->literal.len)) {
        return false;
    }
    if (slice_starts(part->name, OLD)) {
        part->old = true;
        part->name = slice_from(part->name, strlen(OLD));
    }
    return is_name(part->name);
}

bool template_parse(struct arena *arena, struct slice text, const struct json_source *source,
                    const struct value *at, struct plan_template *out)
{
    struct slice rest = text;

    *out = (struct plan_template){.text = text};
    out->parts = ARENA_ARRAY(arena, struct plan_template_part, count_places(text) + 1);
    if (text.len == 0) {
        source_complain(source, at, SLICE_EMPTY, "a tag must not be empty");
        return false;
    }
    do {
        struct plan_template_part *part = &out->parts[out->part_count++];

        if (!cut_part(rest, part, &rest)) {
            source_complain(source, at, SLICE_LITERAL("a place is {name} or {old.name}"),
                            "'%.*s' is not a tag template", SLICE_ARG(text));
            return false;
        }
    } while (rest.len > 0);
    return true;
}

size_t template_places(const struct plan_template *template)
{
    size_t count = 0;

    for (size_t i = 0; i < template->part_count; i++) {
        count += template->parts[i].name.len > 0;
    }
    return count;
}

bool template_same_shape(const struct plan_template *a, const struct plan_template *b)
{
    if (a->part_count != b->part_count || template_places(a) != template_places(b)) {
        return false;
    }
    for (size_t i = 0; i < a->part_count; i++) {
        if (!slice_eq(a->parts[i].literal, b->parts[i].literal)) {
            return false;
        }
    }
    return true;
}
