/*
 * Reading JSON objects by tables.
 */
#include "conf/build/members.h"

#include <ctype.h>

#include "conf/text/suggest.h"

static const struct member *member_find(const struct member *table, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, table[i].name)) {
            return &table[i];
        }
    }
    return NULL;
}

static void complain_unknown(struct arena *arena, const struct json_source *source,
                             const struct value *value, const struct member *table, size_t count)
{
    struct slice known = SLICE_LITERAL("there is"), hint;
    struct suggest suggest;

    suggest_init(&suggest, value->name);
    for (size_t i = 0; i < count; i++) {
        suggest_offer(&suggest, slice_str(table[i].name));
        known = arena_printf(arena, "%.*s%s %s", SLICE_ARG(known), i > 0 ? "," : "", table[i].name);
    }
    hint = suggest_hint(&suggest, arena);
    source_complain(source, value, hint.len > 0 ? hint : known, "unknown member '%.*s'",
                    SLICE_ARG(value->name));
}

/* "string", "object or null" */
static struct slice types_text(struct arena *arena, unsigned int types)
{
    struct slice text = SLICE_EMPTY;

    for (enum value_type type = VALUE_NULL; type <= VALUE_MAP; type++) {
        if (types & MEMBER_TYPE(type)) {
            text = arena_printf(arena, "%.*s%s%s", SLICE_ARG(text), text.len > 0 ? " or " : "",
                                value_type_name(type));
        }
    }
    return text;
}

static bool member_read(struct arena *arena, const struct json_source *source,
                        const struct value *value, const struct member *member, void *out)
{
    struct json_source child = source_child(arena, source, value->name);

    if (!(member->types & MEMBER_TYPE(value->type))) {
        source_complain(&child, value, SLICE_EMPTY, "must be %.*s, not %s",
                        SLICE_ARG(types_text(arena, member->types)), value_type_name(value->type));
        return false;
    }
    *(const struct value **)((char *)out + member->offset) = value;
    return true;
}

bool members_read(struct arena *arena, const struct json_source *source, const struct value *object,
                  const struct member *table, size_t count, void *out)
{
    bool ok = true;

    for (const struct value *value = object->first; value; value = value->next) {
        const struct member *member = member_find(table, count, value->name);

        if (!member) {
            complain_unknown(arena, source, value, table, count);
            ok = false;
        } else {
            ok &= member_read(arena, source, value, member, out);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (table[i].need == MEMBER_REQUIRED && !value_get(object, slice_str(table[i].name))) {
            source_complain(source, object, SLICE_EMPTY, "lacks the member '%s'", table[i].name);
            ok = false;
        }
    }
    return ok;
}

bool member_is_name(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!isalnum((unsigned char)text.ptr[i]) && text.ptr[i] != '_') {
            return false;
        }
    }
    return text.len > 0 && text.len <= 64 && isalpha((unsigned char)text.ptr[0]);
}

bool member_is_attribute(struct arena *arena, const struct json_source *source,
                         const struct value *written)
{
    struct slice name = written->name;
    size_t whole = 0;

    while (whole < name.len && !memchr(".[]", name.ptr[whole], 3)) {
        whole++;
    }
    if (whole == name.len) {
        return true;
    }
    source_complain(source, written,
                    whole > 0 ? arena_printf(arena, "set all of '%.*s': \"%.*s\": \"{'...': ...}\"",
                                             (int)whole, name.ptr, (int)whole, name.ptr)
                              : SLICE_EMPTY,
                    "'%.*s' is no name: parts of an attribute cannot be set", SLICE_ARG(name));
    return false;
}
