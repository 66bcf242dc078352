/*
 * Members with types, gathered from expressions.
 */
#include "conf/build/fields.h"

#include "conf/text/suggest.h"

#define HINT_NAMES_MAX 8

static struct field *find(const struct fields *fields, struct slice name)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (slice_eq(fields->items[i].name, name)) {
            return &fields->items[i];
        }
    }
    return NULL;
}

const struct field *fields_find(const struct fields *fields, struct slice name)
{
    return find(fields, name);
}

static struct field *append(struct fields *fields, struct arena *arena)
{
    if (fields->count == fields->room) {
        size_t room = fields->room ? 2 * fields->room : 8;
        struct field *items = ARENA_ARRAY(arena, struct field, room);

        for (size_t i = 0; i < fields->count; i++) {
            items[i] = fields->items[i];
        }
        fields->items = items;
        fields->room = room;
    }
    return &fields->items[fields->count++];
}

void fields_add(struct fields *fields, struct arena *arena, struct slice name, enum value_type type,
                enum scalar format)
{
    struct field *field = find(fields, name);

    if (!field) {
        *append(fields, arena) = (struct field){name, type, format, 1};
        return;
    }
    field->count++;
    if (field->type != type) {
        field->type = VALUE_NULL;
    }
    if (field->format != format) {
        field->format = SCALAR_STRING;
    }
}

bool fields_equal(const struct fields *a, const struct fields *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!slice_eq(a->items[i].name, b->items[i].name) || a->items[i].type != b->items[i].type ||
            a->items[i].format != b->items[i].format) {
            return false;
        }
    }
    return true;
}

struct slice fields_hint(const struct fields *fields, struct arena *arena, struct slice wrong)
{
    struct slice text = SLICE_EMPTY;
    struct suggest suggest;

    suggest_init(&suggest, wrong);
    for (size_t i = 0; i < fields->count; i++) {
        suggest_offer(&suggest, fields->items[i].name);
    }
    text = suggest_hint(&suggest, arena);
    if (text.len > 0 || fields->count == 0) {
        return text;
    }
    for (size_t i = 0; i < fields->count && i < HINT_NAMES_MAX; i++) {
        text = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(text), i > 0 ? ", " : "there is ",
                            SLICE_ARG(fields->items[i].name));
    }
    return text;
}

const struct schema *fields_schema(const struct fields *fields, struct arena *arena)
{
    struct value *json = value_map(arena), *properties = value_map(arena);
    struct value *required = value_list(arena);
    struct diag none = {0};
    const struct json_source source = {.diag = &none};
    const struct schema *schema;

    for (size_t i = 0; i < fields->count; i++) {
        const struct field *field = &fields->items[i];
        struct value *type = value_map(arena);

        if (fields->writers > 0 && field->count == fields->writers) {
            value_append(required, value_string(arena, field->name));
        }
        if (field->type != VALUE_NULL && field->type != VALUE_BYTES) {
            value_set(type, SLICE_LITERAL("type"),
                      value_string(arena, slice_str(value_type_name(field->type))));
        }
        if (field->format != SCALAR_STRING) {
            value_set(type, SLICE_LITERAL("format"),
                      value_string(arena, slice_str(scalar_name(field->format))));
        }
        value_set(properties, field->name, type);
    }
    value_set(json, SLICE_LITERAL("type"), value_string(arena, SLICE_LITERAL("object")));
    value_set(json, SLICE_LITERAL("properties"), properties);
    value_set(json, SLICE_LITERAL("required"), required);
    value_set(json, SLICE_LITERAL("additionalProperties"), value_bool(arena, false));
    schema = schema_compile(arena, json, &source);
    diag_fini(&none);
    return schema;
}
