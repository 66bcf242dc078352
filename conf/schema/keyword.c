/*
 * The keywords of JSON Schema: one table. A new one is a row, a field in struct schema (rules.h), a
 * check in assert.c or apply.c, and a function in operand.c if its operand has a new shape.
 *
 * Keywords that only work together (properties, patternProperties and additionalProperties; if,
 * then and else) share a check, which is added once.
 */
#include "conf/schema/operand.h"
#include "conf/text/source.h"
#include "conf/text/suggest.h"

struct keyword {
    const char *name;
    schema_compile_fn *compile;
    size_t offset;
    schema_check_fn *check; /* NULL: none of its own */
    unsigned int applies;
};

/* ------------------------------------------------------------------ the table */

#define AT(field) offsetof(struct schema, field)
#define ANY       TYPE_BIT_ALL
#define NUMBERS   TYPE_BIT(VALUE_NUMBER)
#define STRINGS   TYPE_BIT(VALUE_STRING)
#define LISTS     TYPE_BIT(VALUE_LIST)
#define MAPS      TYPE_BIT(VALUE_MAP)

// clang-format off
static const struct keyword keywords[] = {
    {"type",  operand_type,    0,            check_type,  ANY},
    {"enum",  operand_choices, AT(choices),  check_enum,  ANY},
    {"const", operand_value,   AT(constant), check_const, ANY},

    {"minimum",          operand_decimal, AT(minimum),           check_minimum,           NUMBERS},
    {"maximum",          operand_decimal, AT(maximum),           check_maximum,           NUMBERS},
    {"exclusiveMinimum", operand_decimal, AT(exclusive_minimum), check_exclusive_minimum, NUMBERS},
    {"exclusiveMaximum", operand_decimal, AT(exclusive_maximum), check_exclusive_maximum, NUMBERS},
    {"multipleOf",       operand_divisor, AT(multiple_of),       check_multiple_of,       NUMBERS},

    {"minLength", operand_count,   AT(min_length), check_min_length, STRINGS},
    {"maxLength", operand_count,   AT(max_length), check_max_length, STRINGS},
    {"pattern",   operand_pattern, AT(pattern),    check_pattern,    STRINGS},
    {"format",    operand_format,  AT(format),     check_format,     STRINGS},

    {"minItems",    operand_count,   AT(min_items),    check_min_items,    LISTS},
    {"maxItems",    operand_count,   AT(max_items),    check_max_items,    LISTS},
    {"uniqueItems", operand_flag,    AT(unique_items), check_unique_items, LISTS},
    {"prefixItems", operand_schemas, AT(prefix),       check_elements,     LISTS},
    {"items",       operand_schema,  AT(elements),     check_elements,     LISTS},
    {"contains",    operand_schema,  AT(contains),     check_contains,     LISTS},
    {"minContains", operand_count,   AT(min_contains), NULL,               0    },
    {"maxContains", operand_count,   AT(max_contains), NULL,               0    },

    {"minProperties",     operand_count,        AT(min_properties), check_min_properties, MAPS},
    {"maxProperties",     operand_count,        AT(max_properties), check_max_properties, MAPS},
    {"required",          operand_names,        AT(required),       check_required,       MAPS},
    {"dependentRequired", operand_dependencies, AT(dependencies),   check_dependencies,   MAPS},

    {"properties",           operand_properties,         AT(properties), check_members, MAPS},
    {"patternProperties",    operand_pattern_properties, AT(patterns),   check_members, MAPS},
    {"additionalProperties", operand_schema,             AT(additional), check_members, MAPS},
    {"propertyNames",        operand_schema,             AT(names),      check_names,   MAPS},

    {"allOf", operand_schemas, AT(all),       check_all,       ANY},
    {"anyOf", operand_schemas, AT(any),       check_any,       ANY},
    {"oneOf", operand_schemas, AT(one),       check_one,       ANY},
    {"not",   operand_schema,  AT(negated),   check_not,       ANY},
    {"if",    operand_schema,  AT(condition), check_condition, ANY},
    {"then",  operand_schema,  AT(then),      NULL,            0  },
    {"else",  operand_schema,  AT(otherwise), NULL,            0  },

    {"$ref",        operand_reference,   0, check_reference, ANY},
    {"$defs",       operand_definitions, 0, NULL,            0  },
    {"$schema",     operand_dialect,     0, NULL,            0  },
    {"title",       operand_annotation,  0, NULL,            0  },
    {"description", operand_annotation,  0, NULL,            0  },
    {"default",     operand_annotation,  0, NULL,            0  },
    {"$comment",    operand_annotation,  0, NULL,            0  },
    {"examples",    operand_annotation,  0, NULL,            0  },
};
// clang-format on

/* ------------------------------------------------------------------ one schema */

static const struct keyword *keyword_find(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(keywords); i++) {
        if (slice_is(name, keywords[i].name)) {
            return &keywords[i];
        }
    }
    return NULL;
}

static void complain_keyword(struct schema_compiler *compiler, const struct value *operand)
{
    struct suggest suggest;
    struct slice hint;

    suggest_init(&suggest, operand->name);
    for (size_t i = 0; i < ARRAY_COUNT(keywords); i++) {
        suggest_offer(&suggest, slice_str(keywords[i].name));
    }
    hint = suggest_hint(&suggest, compiler->arena);
    if (hint.len == 0) {
        hint = SLICE_LITERAL("conf/README.md lists the keywords that are supported");
    }
    COMPLAIN(compiler, operand, hint, "unsupported keyword '%.*s'", SLICE_ARG(operand->name));
}

static void add_check(struct schema *schema, const struct keyword *keyword)
{
    for (size_t i = 0; i < schema->check_count; i++) {
        if (schema->checks[i].check == keyword->check) {
            return;
        }
    }
    if (keyword->check) {
        schema->checks[schema->check_count++] =
            (struct schema_check){keyword->check, keyword->applies};
    }
}

static void compile_keywords(struct schema_compiler *compiler, const struct json_source *source)
{
    struct schema *schema = compiler->schema;

    for (const struct value *operand = schema->json->first; operand; operand = operand->next) {
        const struct keyword *keyword = keyword_find(operand->name);

        compiler->source = source_child(compiler->arena, source, operand->name);
        if (!keyword) {
            complain_keyword(compiler, operand);
            continue;
        }
        keyword->compile(compiler, operand, (char *)schema + keyword->offset);
        add_check(schema, keyword);
    }
}

/* A required member that a closed schema does not know can never be sent. */
static void check_required_names(struct schema_compiler *compiler, const struct json_source *source)
{
    const struct schema *schema = compiler->schema;
    const struct value *operand = value_get(schema->json, SLICE_LITERAL("required"));

    if (compiler->document->lenient || !schema->additional || !schema->additional->never ||
        schema->patterns.count > 0) {
        return;
    }
    for (size_t i = 0; i < schema->required.count; i++) {
        bool known = false;

        for (size_t n = 0; n < schema->properties.count; n++) {
            known |= slice_eq(schema->properties.items[n].name, schema->required.items[i]);
        }
        if (!known) {
            compiler->source = *source;
            COMPLAIN(compiler, operand, SLICE_EMPTY,
                     "requires '%.*s', which additionalProperties forbids",
                     SLICE_ARG(schema->required.items[i]));
        }
    }
}

static void note_node(struct schema_document *document, struct schema *schema)
{
    struct schema_node *node = ARENA_NEW(document->arena, struct schema_node);

    node->schema = schema;
    node->next = document->nodes;
    document->nodes = node;
}

struct schema *schema_compile_node(struct schema_document *document, const struct value *json,
                                   const struct json_source *source)
{
    struct schema *schema = ARENA_NEW(document->arena, struct schema);
    struct schema_compiler compiler = {document, document->arena, schema, *source};

    schema->json = json;
    schema->mark = ARENA_NEW(document->arena, enum schema_mark);
    schema->min_contains = 1;
    schema->max_contains = UINT64_MAX;
    note_node(document, schema);
    if (json->type == VALUE_BOOL) {
        schema->never = !json->boolean;
    } else if (json->type != VALUE_MAP) {
        COMPLAIN(&compiler, json, SLICE_EMPTY, "a schema must be an object, true or false");
    } else {
        schema->checks = ARENA_ARRAY(document->arena, struct schema_check, json->count);
        compile_keywords(&compiler, source);
        check_required_names(&compiler, source);
    }
    return schema;
}
