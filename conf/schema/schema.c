/*
 * Compiling a JSON Schema, and what a plan asks of a compiled one. The keywords are in keyword.c,
 * references in ref.c; validate.c runs it.
 *
 * Invariants: a schema with a complaint is never used (NULL); what is compiled points into the JSON
 * it came from.
 */
#include "conf/schema/schema.h"

#include "conf/schema/rules.h"

#define LOOK_MAX 16 /* references and allOf, one inside the other, that are looked through */

static const struct schema *compile(struct schema_document *document,
                                    const struct json_source *source)
{
    const struct schema *schema = schema_compile_node(document, document->root, source);

    schema_resolve(document);
    return document->failed ? NULL : schema;
}

const struct schema *schema_compile(struct arena *arena, const struct value *json,
                                    const struct json_source *source)
{
    struct schema_document document = {.arena = arena, .root = json};

    return compile(&document, source);
}

const struct schema *schema_compile_lenient(struct arena *arena, const struct value *json,
                                            const struct json_source *source)
{
    struct schema_document document = {.arena = arena, .root = json, .lenient = true};

    return compile(&document, source);
}

/* ------------------------------------------------------------------ what the plan asks */

static unsigned int types_of_values(const struct value *choices, const struct value *constant)
{
    unsigned int types = constant ? TYPE_BIT(constant->type) : 0;

    for (const struct value *choice = choices ? choices->first : NULL; choice;
         choice = choice->next) {
        types |= TYPE_BIT(choice->type);
    }
    return types;
}

/* TYPE_BITs of the instances that may satisfy it, as far as that is plain. */
static unsigned int types_of(const struct schema *schema, unsigned int depth, bool *integer)
{
    unsigned int types = schema && schema->types ? schema->types : TYPE_BIT_ALL;
    unsigned int named;

    if (!schema || depth == LOOK_MAX) {
        return TYPE_BIT_ALL;
    }
    *integer |= schema->integer;
    named = types_of_values(schema->choices, schema->constant);
    types &= named ? named : TYPE_BIT_ALL;
    types &= types_of(schema->reference, depth + 1, integer);
    for (size_t i = 0; i < schema->all.count; i++) {
        types &= types_of(schema->all.items[i], depth + 1, integer);
    }
    return types;
}

enum value_type schema_type(const struct schema *schema, bool *integer_out)
{
    unsigned int types;

    *integer_out = false;
    types = types_of(schema, 0, integer_out);
    for (enum value_type type = VALUE_BOOL; type <= VALUE_MAP; type++) {
        if (types == TYPE_BIT(type)) {
            return type;
        }
    }
    return VALUE_NULL;
}

static struct slice find_format(const struct schema *schema, unsigned int depth)
{
    struct slice found = SLICE_EMPTY;

    if (!schema || depth == LOOK_MAX) {
        return found;
    }
    if (schema->format) {
        return slice_str(schema->format->name);
    }
    found = find_format(schema->reference, depth + 1);
    for (size_t i = 0; found.len == 0 && i < schema->all.count; i++) {
        found = find_format(schema->all.items[i], depth + 1);
    }
    return found;
}

struct slice schema_format(const struct schema *schema)
{
    return find_format(schema, 0);
}

static const struct schema *find_property(const struct schema *schema, struct slice name,
                                          unsigned int depth)
{
    const struct schema *found = NULL;

    if (!schema || depth == LOOK_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < schema->properties.count; i++) {
        if (slice_eq(schema->properties.items[i].name, name)) {
            return schema->properties.items[i].schema;
        }
    }
    found = find_property(schema->reference, name, depth + 1);
    for (size_t i = 0; !found && i < schema->all.count; i++) {
        found = find_property(schema->all.items[i], name, depth + 1);
    }
    return found;
}

const struct schema *schema_property(const struct schema *schema, struct slice name)
{
    return find_property(schema, name, 0);
}

static const struct schema *elements_of(const struct schema *schema, unsigned int depth)
{
    const struct schema *found = NULL;

    if (!schema || depth == LOOK_MAX || schema->prefix.count > 0) {
        return NULL;
    }
    if (schema->elements) {
        return schema->elements;
    }
    found = elements_of(schema->reference, depth + 1);
    for (size_t i = 0; !found && i < schema->all.count; i++) {
        found = elements_of(schema->all.items[i], depth + 1);
    }
    return found;
}

const struct schema *schema_elements(const struct schema *schema)
{
    return elements_of(schema, 0);
}

/* Of the schema and of what it refers to, in turn. */
static const struct schema_property *property_at(const struct schema *schema, size_t *index,
                                                 unsigned int depth)
{
    const struct schema_property *found;

    if (!schema || depth == LOOK_MAX) {
        return NULL;
    }
    if (*index < schema->properties.count) {
        return &schema->properties.items[*index];
    }
    *index -= schema->properties.count;
    found = property_at(schema->reference, index, depth + 1);
    for (size_t i = 0; !found && i < schema->all.count; i++) {
        found = property_at(schema->all.items[i], index, depth + 1);
    }
    return found;
}

size_t schema_property_count(const struct schema *schema)
{
    size_t index = SIZE_MAX;

    (void)property_at(schema, &index, 0);
    return SIZE_MAX - index;
}

struct slice schema_property_name(const struct schema *schema, size_t index)
{
    const struct schema_property *property = property_at(schema, &index, 0);

    return property ? property->name : SLICE_EMPTY;
}

static bool requires(const struct schema *schema, struct slice name, unsigned int depth)
{
    if (!schema || depth == LOOK_MAX) {
        return false;
    }
    for (size_t i = 0; i < schema->required.count; i++) {
        if (slice_eq(schema->required.items[i], name)) {
            return true;
        }
    }
    for (size_t i = 0; i < schema->all.count; i++) {
        if (requires(schema->all.items[i], name, depth + 1)) {
            return true;
        }
    }
    return requires(schema->reference, name, depth + 1);
}

bool schema_requires(const struct schema *schema, struct slice name)
{
    return requires(schema, name, 0);
}

static bool is_closed(const struct schema *schema, unsigned int depth)
{
    if (!schema || depth == LOOK_MAX) {
        return false;
    }
    if (schema->additional && schema->additional->never && schema->patterns.count == 0) {
        return true;
    }
    for (size_t i = 0; i < schema->all.count; i++) {
        if (is_closed(schema->all.items[i], depth + 1)) {
            return true;
        }
    }
    return is_closed(schema->reference, depth + 1);
}

bool schema_is_closed(const struct schema *schema)
{
    return is_closed(schema, 0);
}

const struct value *schema_json(const struct schema *schema)
{
    return schema->json;
}
