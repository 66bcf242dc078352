/*
 * What the compiler of a schema shares with the functions that compile operands.
 */
#ifndef CONF_SCHEMA_OPERAND_H
#define CONF_SCHEMA_OPERAND_H

#include "conf/schema/rules.h"

/* One schema of the document, at one of its keywords. */
struct schema_compiler {
    struct schema_document *document;
    struct arena *arena;
    struct schema *schema;
    struct json_source source; /* of the keyword's operand */
};

#define COMPLAIN(compiler, at, hint, ...)                                \
    do {                                                                 \
        source_complain(&(compiler)->source, (at), (hint), __VA_ARGS__); \
        (compiler)->document->failed = true;                             \
    } while (0)

/* FIELD is where the keyword's row points in the schema. */
typedef void schema_compile_fn(struct schema_compiler *compiler, const struct value *operand,
                               void *field);

schema_compile_fn operand_type, operand_choices, operand_value, operand_annotation, operand_decimal,
    operand_divisor, operand_count, operand_flag, operand_pattern, operand_format, operand_dialect,
    operand_names, operand_dependencies, operand_schema, operand_schemas, operand_properties,
    operand_pattern_properties, operand_definitions, operand_reference;

#endif
