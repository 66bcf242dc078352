/*
 * JSON Schema -> compiled schema. The keywords are the rows of one table; a new one is a row, a
 * compile function here and a check in schema_validate.c.
 *
 * Invariants: a schema with a complaint is never used (NULL); what is compiled points into the JSON
 * it came from.
 */
#include "conf/schema.h"

#include "conf/schema_rules.h"
#include "conf/source.h"
#include "conf/suggest.h"

struct compiler {
    struct arena *arena;
    struct schema_source source; /* of the keyword's value */
    bool failed;
};

typedef void compile_fn(struct compiler *compiler, struct schema *schema,
                        const struct value *operand);

struct keyword {
    const char *name;
    compile_fn *compile;
    schema_check_fn *check; /* NULL: an annotation */
    unsigned int applies;
};

static const struct schema *compile(struct arena *arena, const struct value *json,
                                    const struct schema_source *source, bool *failed);

#define COMPLAIN(compiler, at, ...)                                           \
    do {                                                                      \
        source_complain(&(compiler)->source, (at), SLICE_EMPTY, __VA_ARGS__); \
        (compiler)->failed = true;                                            \
    } while (0)

/* ------------------------------------------------------------------ keywords */

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
    size_t i;

    for (i = 0; i < ARRAY_COUNT(types) && name->type == VALUE_STRING; i++) {
        if (slice_is(name->text, types[i].name)) {
            schema->types |= TYPE_BIT(types[i].type);
            *number |= slice_is(name->text, "number");
            return true;
        }
    }
    return false;
}

static void compile_type(struct compiler *compiler, struct schema *schema,
                         const struct value *operand)
{
    const struct value *name = operand->type == VALUE_LIST ? operand->first : operand;
    bool number = false;

    if (!name) {
        COMPLAIN(compiler, operand, "the list of types is empty");
    }
    for (; name; name = operand->type == VALUE_LIST ? name->next : NULL) {
        if (!add_type(schema, name, &number)) {
            COMPLAIN(compiler, name,
                     "not a type; types are null, boolean, integer, number, string, array, object");
        }
    }
    schema->integer = (schema->types & TYPE_BIT(VALUE_NUMBER)) && !number;
}

static void compile_properties(struct compiler *compiler, struct schema *schema,
                               const struct value *operand)
{
    const struct value *member;

    if (operand->type != VALUE_MAP) {
        COMPLAIN(compiler, operand, "must be an object");
        return;
    }
    schema->properties = ARENA_ARRAY(compiler->arena, struct schema_property, operand->count);
    for (member = operand->first; member; member = member->next) {
        struct schema_source source =
            source_child(compiler->arena, &compiler->source, member->name);
        struct schema_property *property = &schema->properties[schema->property_count++];

        property->name = member->name;
        property->schema = compile(compiler->arena, member, &source, &compiler->failed);
    }
}

static void compile_required(struct compiler *compiler, struct schema *schema,
                             const struct value *operand)
{
    const struct value *name;
    struct slice *names;

    if (operand->type != VALUE_LIST) {
        COMPLAIN(compiler, operand, "must be an array of names");
        return;
    }
    names = ARENA_ARRAY(compiler->arena, struct slice, operand->count);
    schema->required = names;
    for (name = operand->first; name; name = name->next) {
        if (name->type != VALUE_STRING) {
            COMPLAIN(compiler, name, "must be a string");
            continue;
        }
        names[schema->required_count++] = name->text;
    }
}

static void compile_additional(struct compiler *compiler, struct schema *schema,
                               const struct value *operand)
{
    schema->additional = compile(compiler->arena, operand, &compiler->source, &compiler->failed);
}

static void compile_decimal(struct compiler *compiler, const struct value *operand,
                            struct decimal *out)
{
    if (operand->type != VALUE_NUMBER || decimal_parse(operand->text, out) != STATUS_OK) {
        COMPLAIN(compiler, operand, "must be a number of at most %d digits", DECIMAL_DIGITS);
    }
}

static void compile_minimum(struct compiler *compiler, struct schema *schema,
                            const struct value *operand)
{
    compile_decimal(compiler, operand, &schema->minimum);
}

static void compile_maximum(struct compiler *compiler, struct schema *schema,
                            const struct value *operand)
{
    compile_decimal(compiler, operand, &schema->maximum);
}

static void compile_multiple_of(struct compiler *compiler, struct schema *schema,
                                const struct value *operand)
{
    struct decimal zero = {0};

    compile_decimal(compiler, operand, &schema->multiple_of);
    if (!compiler->failed && decimal_compare(&schema->multiple_of, &zero) <= 0) {
        COMPLAIN(compiler, operand, "must be greater than 0");
    }
}

static void compile_length(struct compiler *compiler, const struct value *operand, uint64_t *out)
{
    struct decimal number;
    int64_t length;

    if (operand->type != VALUE_NUMBER || decimal_parse(operand->text, &number) != STATUS_OK ||
        decimal_to_i64(&number, &length) != STATUS_OK || length < 0) {
        COMPLAIN(compiler, operand, "must be a whole number, at least 0");
        return;
    }
    *out = (uint64_t)length;
}

static void compile_min_length(struct compiler *compiler, struct schema *schema,
                               const struct value *operand)
{
    compile_length(compiler, operand, &schema->min_length);
}

static void compile_max_length(struct compiler *compiler, struct schema *schema,
                               const struct value *operand)
{
    compile_length(compiler, operand, &schema->max_length);
}

static void compile_enum(struct compiler *compiler, struct schema *schema,
                         const struct value *operand)
{
    if (operand->type != VALUE_LIST || operand->count == 0) {
        COMPLAIN(compiler, operand, "must be an array with at least one value");
    }
    schema->choices = operand;
}

static void compile_annotation(struct compiler *compiler, struct schema *schema,
                               const struct value *operand)
{
    (void)compiler;
    (void)schema;
    (void)operand;
}

#define NUMBERS TYPE_BIT(VALUE_NUMBER)
#define STRINGS TYPE_BIT(VALUE_STRING)
#define MAPS    TYPE_BIT(VALUE_MAP)

static const struct keyword keywords[] = {
    {"type",                 compile_type,        check_type,        TYPE_BIT_ALL},
    {"enum",                 compile_enum,        check_enum,        TYPE_BIT_ALL},
    {"properties",           compile_properties,  check_properties,  MAPS        },
    {"required",             compile_required,    check_required,    MAPS        },
    {"additionalProperties", compile_additional,  check_additional,  MAPS        },
    {"minimum",              compile_minimum,     check_minimum,     NUMBERS     },
    {"maximum",              compile_maximum,     check_maximum,     NUMBERS     },
    {"multipleOf",           compile_multiple_of, check_multiple_of, NUMBERS     },
    {"minLength",            compile_min_length,  check_min_length,  STRINGS     },
    {"maxLength",            compile_max_length,  check_max_length,  STRINGS     },
    {"title",                compile_annotation,  NULL,              0           },
    {"description",          compile_annotation,  NULL,              0           },
    {"default",              compile_annotation,  NULL,              0           },
    {"$comment",             compile_annotation,  NULL,              0           },
    {"examples",             compile_annotation,  NULL,              0           },
};

/* ------------------------------------------------------------------ one schema */

static const struct keyword *keyword_find(struct slice name)
{
    size_t i;

    for (i = 0; i < ARRAY_COUNT(keywords); i++) {
        if (slice_is(name, keywords[i].name)) {
            return &keywords[i];
        }
    }
    return NULL;
}

static void complain_keyword(struct compiler *compiler, const struct value *operand)
{
    struct suggest suggest;
    struct slice hint;
    size_t i;

    suggest_init(&suggest, operand->name);
    for (i = 0; i < ARRAY_COUNT(keywords); i++) {
        suggest_offer(&suggest, slice_str(keywords[i].name));
    }
    hint = suggest_hint(&suggest, compiler->arena);
    if (hint.len == 0) {
        hint = SLICE_LITERAL("conf/README.md lists the keywords that are supported");
    }
    source_complain(&compiler->source, operand, hint, "unsupported keyword '%.*s'",
                    SLICE_ARG(operand->name));
    compiler->failed = true;
}

/* What no single keyword can see: a required member that a closed schema does not know can never be
 * sent. */
static void check_whole(struct compiler *compiler, const struct schema *schema,
                        const struct schema_source *source)
{
    size_t i;

    if (!schema_is_closed(schema)) {
        return;
    }
    for (i = 0; i < schema->required_count; i++) {
        if (!schema_property(schema, schema->required[i])) {
            source_complain(source, value_get(schema->json, SLICE_LITERAL("required")), SLICE_EMPTY,
                            "requires '%.*s', which additionalProperties forbids",
                            SLICE_ARG(schema->required[i]));
            compiler->failed = true;
        }
    }
}

static const struct schema *compile(struct arena *arena, const struct value *json,
                                    const struct schema_source *source, bool *failed)
{
    struct compiler compiler = {.arena = arena, .source = *source};
    struct schema *schema = ARENA_NEW(arena, struct schema);
    const struct value *operand;

    schema->json = json;
    if (json->type == VALUE_BOOL) {
        schema->never = !json->boolean;
        return schema;
    }
    if (json->type != VALUE_MAP) {
        COMPLAIN(&compiler, json, "a schema must be an object, true or false");
        *failed = true;
        return schema;
    }
    schema->checks = ARENA_ARRAY(arena, struct schema_check, json->count);
    for (operand = json->first; operand; operand = operand->next) {
        const struct keyword *keyword = keyword_find(operand->name);

        compiler.source = source_child(arena, source, operand->name);
        if (!keyword) {
            complain_keyword(&compiler, operand);
            continue;
        }
        keyword->compile(&compiler, schema, operand);
        if (keyword->check) {
            schema->checks[schema->check_count++] =
                (struct schema_check){keyword->check, keyword->applies};
        }
    }
    if (!compiler.failed) {
        check_whole(&compiler, schema, source);
    }
    *failed |= compiler.failed;
    return schema;
}

const struct schema *schema_compile(struct arena *arena, const struct value *json,
                                    const struct schema_source *source)
{
    bool failed = false;
    const struct schema *schema = compile(arena, json, source, &failed);

    return failed ? NULL : schema;
}

/* ------------------------------------------------------------------ what the plan asks */

enum value_type schema_type(const struct schema *schema, bool *integer_out)
{
    enum value_type type;

    *integer_out = schema && schema->integer;
    for (type = VALUE_BOOL; schema && type <= VALUE_MAP; type++) {
        if (schema->types == TYPE_BIT(type)) {
            return type;
        }
    }
    return VALUE_NULL;
}

const struct schema *schema_property(const struct schema *schema, struct slice name)
{
    size_t i;

    for (i = 0; schema && i < schema->property_count; i++) {
        if (slice_eq(schema->properties[i].name, name)) {
            return schema->properties[i].schema;
        }
    }
    return NULL;
}

size_t schema_property_count(const struct schema *schema)
{
    return schema ? schema->property_count : 0;
}

struct slice schema_property_name(const struct schema *schema, size_t index)
{
    return schema->properties[index].name;
}

bool schema_requires(const struct schema *schema, struct slice name)
{
    size_t i;

    for (i = 0; schema && i < schema->required_count; i++) {
        if (slice_eq(schema->required[i], name)) {
            return true;
        }
    }
    return false;
}

bool schema_is_closed(const struct schema *schema)
{
    return schema && schema->additional && schema->additional->never;
}

const struct value *schema_json(const struct schema *schema)
{
    return schema->json;
}
