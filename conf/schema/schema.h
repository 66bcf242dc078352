/*
 * JSON Schema 2020-12, a documented subset (conf/README.md), compiled at load. An unsupported
 * keyword is a complaint, never ignored. Read-only once compiled; validating needs no lock, and its
 * work is bounded by the instance's size.
 */
#ifndef CONF_SCHEMA_SCHEMA_H
#define CONF_SCHEMA_SCHEMA_H

#include "conf/text/source.h"
#include "lib/data/value.h"

#define SCHEMA_ERRORS_MAX 32

struct schema;

/* Memory in ARENA. NULL after complaints. */
const struct schema *schema_compile(struct arena *arena, const struct value *json,
                                    const struct json_source *source);

/*
 * Lets pass what JSON Schema allows although no instance can satisfy it: a slip in a model, a case
 * in a published suite.
 */
const struct schema *schema_compile_lenient(struct arena *arena, const struct value *json,
                                            const struct json_source *source);

struct schema_error {
    struct slice pointer; /* JSON Pointer into the instance: "/Price", "" for the whole */
    struct slice detail;  /* "must be at least 1" */
};

struct schema_errors {
    struct schema_error items[SCHEMA_ERRORS_MAX];
    unsigned int count;
};

/*
 * OK or SCHEMA, with all errors up to the maximum, in ARENA. Besides the keywords: a string with
 * U+0000 and a number beyond 38 digits are errors.
 */
MUST_CHECK enum status schema_validate(const struct schema *schema, const struct value *instance,
                                       struct arena *arena, struct schema_errors *errors_out);

/* By the keywords alone: U+0000 and numbers of any size are JSON too. */
MUST_CHECK enum status schema_validate_keywords(const struct schema *schema,
                                                const struct value *instance, struct arena *arena,
                                                struct schema_errors *errors_out);

/*
 * What the plan asks of a schema ($ref and allOf are looked through): the single type of the
 * instance, or VALUE_NULL when it is open; whether numbers are integers; the schema of a property
 * (NULL: none declared); whether a property is required; whether others are allowed.
 */
enum value_type schema_type(const struct schema *schema, bool *integer_out);
/* The "format" of its texts; empty: none is said. The first one found, when several are. */
struct slice schema_format(const struct schema *schema);
const struct schema *schema_property(const struct schema *schema, struct slice name);
size_t schema_property_count(const struct schema *schema); /* NULL: 0 */
struct slice schema_property_name(const struct schema *schema, size_t index);
/* Of the elements of an array; NULL: anything. */
const struct schema *schema_elements(const struct schema *schema);
bool schema_requires(const struct schema *schema, struct slice name);
bool schema_is_closed(const struct schema *schema);
/* The JSON it was compiled from (OpenAPI, fingerprints). */
const struct value *schema_json(const struct schema *schema);

#endif
