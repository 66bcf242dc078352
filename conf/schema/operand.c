/*
 * Operands of keywords -> fields of a compiled schema, by their shape: a count, a decimal, names, a
 * schema, schemas by name, ...
 */
#include "conf/schema/operand.h"

#include "conf/text/source.h"
#include "conf/text/suggest.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

/* ------------------------------------------------------------------ operands that are values */

static bool add_type(struct schema *schema, const struct value *name, bool *number)
{
    static const struct {
        const char *name;
        enum value_type type;
    } types[] = {
        {"null",    VALUE_NULL  },
        {"boolean", VALUE_BOOL  },
        {"number",  VALUE_NUMBER},
        {"integer", VALUE_NUMBER},
        {"string",  VALUE_STRING},
        {"array",   VALUE_LIST  },
        {"object",  VALUE_MAP   },
    };

    for (size_t i = 0; i < ARRAY_COUNT(types) && name->type == VALUE_STRING; i++) {
        if (slice_is(name->text, types[i].name)) {
            schema->types |= TYPE_BIT(types[i].type);
            *number |= slice_is(name->text, "number");
            return true;
        }
    }
    return false;
}

void operand_type(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    const struct value *name = operand->type == VALUE_LIST ? operand->first : operand;
    struct schema *schema = compiler->schema;
    bool number = false;

    (void)field;
    if (!name) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "the list of types is empty");
    }
    for (; name; name = operand->type == VALUE_LIST ? name->next : NULL) {
        if (!add_type(schema, name, &number)) {
            COMPLAIN(compiler, name, SLICE_EMPTY,
                     "not a type; types are null, boolean, integer, number, string, array, object");
        }
    }
    schema->integer = (schema->types & TYPE_BIT(VALUE_NUMBER)) && !number;
}

void operand_choices(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    if (operand->type != VALUE_LIST || (operand->count == 0 && !compiler->document->lenient)) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be an array with at least one value");
    }
    *(const struct value **)field = operand;
}

void operand_value(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    (void)compiler;
    *(const struct value **)field = operand;
}

void operand_annotation(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    (void)compiler;
    (void)operand;
    (void)field;
}

void operand_decimal(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    if (operand->type != VALUE_NUMBER || decimal_parse(operand->text, field) != STATUS_OK) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be a number of at most %d digits",
                 DECIMAL_DIGITS);
    }
}

void operand_divisor(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    struct decimal zero = {0};
    struct decimal *divisor = field;

    *divisor = decimal_of_i64(1);
    operand_decimal(compiler, operand, divisor);
    if (decimal_compare(divisor, &zero) <= 0) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be greater than 0");
    }
}

void operand_count(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    struct decimal number;
    int64_t count;

    if (operand->type != VALUE_NUMBER || decimal_parse(operand->text, &number) != STATUS_OK ||
        decimal_to_i64(&number, &count) != STATUS_OK || count < 0) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be a whole number, at least 0");
        return;
    }
    *(uint64_t *)field = (uint64_t)count;
}

void operand_flag(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    if (operand->type != VALUE_BOOL) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be true or false");
    }
    *(bool *)field = operand->boolean;
}

static const struct pattern *compile_regex(struct schema_compiler *compiler, struct slice text,
                                           const struct value *at)
{
    const char *error = NULL;
    const struct pattern *pattern =
        pattern_compile(compiler->arena, text, PATTERN_ECMA, true, &error);

    if (!pattern) {
        COMPLAIN(compiler, at,
                 SLICE_LITERAL("patterns are ECMA-262's; in JSON a backslash is written twice"),
                 "not a pattern: %s", error);
    }
    return pattern;
}

void operand_pattern(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    if (operand->type != VALUE_STRING) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be a string");
        return;
    }
    *(const struct pattern **)field = compile_regex(compiler, operand->text, operand);
}

void operand_format(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    const struct schema_format *format = NULL;
    struct suggest suggest;

    if (operand->type == VALUE_STRING) {
        format = schema_format_find(operand->text);
    }
    if (!format) {
        struct slice hint;

        suggest_init(&suggest, operand->type == VALUE_STRING ? operand->text : SLICE_EMPTY);
        for (size_t i = 0; schema_format_name(i); i++) {
            suggest_offer(&suggest, slice_str(schema_format_name(i)));
        }
        hint = suggest_hint(&suggest, compiler->arena);
        COMPLAIN(compiler, operand,
                 hint.len > 0 ? hint
                              : SLICE_LITERAL("email, uuid, date, date-time, uri, ipv4, ipv6"),
                 "unsupported format");
    }
    *(const struct schema_format **)field = format;
}

void operand_dialect(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    (void)field;
    if (operand->type != VALUE_STRING ||
        (!slice_is(operand->text, DIALECT) && !slice_is(operand->text, DIALECT "#"))) {
        COMPLAIN(compiler, operand, SLICE_LITERAL(DIALECT), "unsupported dialect");
    }
}

/* ------------------------------------------------------------------ operands that are names */

static void read_names(struct schema_compiler *compiler, const struct value *operand,
                       struct schema_names *out)
{
    if (operand->type != VALUE_LIST) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be an array of names");
        return;
    }
    out->items = ARENA_ARRAY(compiler->arena, struct slice, operand->count);
    for (const struct value *name = operand->first; name; name = name->next) {
        if (name->type != VALUE_STRING) {
            COMPLAIN(compiler, name, SLICE_EMPTY, "must be a string");
            continue;
        }
        out->items[out->count++] = name->text;
    }
}

void operand_names(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    read_names(compiler, operand, field);
}

static bool is_map(struct schema_compiler *compiler, const struct value *operand)
{
    if (operand->type != VALUE_MAP) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be an object");
    }
    return operand->type == VALUE_MAP;
}

void operand_dependencies(struct schema_compiler *compiler, const struct value *operand,
                          void *field)
{
    struct schema_dependencies *dependencies = field;

    if (!is_map(compiler, operand)) {
        return;
    }
    dependencies->items = ARENA_ARRAY(compiler->arena, struct schema_dependency, operand->count);
    for (const struct value *member = operand->first; member; member = member->next) {
        struct schema_dependency *dependency = &dependencies->items[dependencies->count++];

        dependency->name = member->name;
        read_names(compiler, member, &dependency->required);
    }
}

/* ------------------------------------------------------------------ operands that are schemas */

void operand_schema(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    *(const struct schema **)field =
        schema_compile_node(compiler->document, operand, &compiler->source);
}

void operand_schemas(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    struct schema_list *list = field;

    if (operand->type != VALUE_LIST || operand->count == 0) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be an array with at least one schema");
        return;
    }
    list->items = ARENA_ARRAY(compiler->arena, const struct schema *, operand->count);
    for (const struct value *element = operand->first; element; element = element->next) {
        struct json_source source = source_element(compiler->arena, &compiler->source, list->count);

        list->items[list->count++] = schema_compile_node(compiler->document, element, &source);
    }
}

void operand_properties(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    struct schema_properties *properties = field;

    if (!is_map(compiler, operand)) {
        return;
    }
    properties->items = ARENA_ARRAY(compiler->arena, struct schema_property, operand->count);
    for (const struct value *member = operand->first; member; member = member->next) {
        struct json_source source = source_child(compiler->arena, &compiler->source, member->name);
        struct schema_property *property = &properties->items[properties->count++];

        property->name = member->name;
        property->schema = schema_compile_node(compiler->document, member, &source);
    }
}

void operand_pattern_properties(struct schema_compiler *compiler, const struct value *operand,
                                void *field)
{
    struct schema_properties *properties = field;
    const struct value *member = operand->first;

    operand_properties(compiler, operand, field);
    for (size_t i = 0; i < properties->count; i++, member = member->next) {
        properties->items[i].pattern = compile_regex(compiler, member->name, member);
    }
}

/* $defs: what is in it must be schemas, used or not. */
void operand_definitions(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    struct schema_properties ignored = {0};

    (void)field;
    operand_properties(compiler, operand, &ignored);
}

/* Resolved when the whole document is compiled. */
void operand_reference(struct schema_compiler *compiler, const struct value *operand, void *field)
{
    struct schema_document *document = compiler->document;
    struct schema_reference *reference = ARENA_NEW(compiler->arena, struct schema_reference);

    (void)field;
    if (operand->type != VALUE_STRING) {
        COMPLAIN(compiler, operand, SLICE_EMPTY, "must be a string");
        return;
    }
    *reference = (struct schema_reference){compiler->schema, operand, compiler->source,
                                           document->references};
    document->references = reference;
}
