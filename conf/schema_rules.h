/*
 * A compiled schema, for its compiler (schema.c) and its validator (schema_validate.c).
 * Each keyword is one row of a table: how it is compiled, how it is checked, which instances it
 * concerns.
 */
#ifndef CONF_SCHEMA_RULES_H
#define CONF_SCHEMA_RULES_H

#include "conf/schema.h"
#include "lib/decimal.h"

#define TYPE_BIT(type) (1u << (type))
#define TYPE_BIT_ALL   0xffffffffu

struct validation; /* schema_validate.c */

typedef void schema_check_fn(const struct schema *schema, const struct value *instance,
                             struct validation *run);

struct schema_property {
    struct slice name;
    const struct schema *schema;
};

struct schema_check {
    schema_check_fn *check;
    unsigned int applies; /* TYPE_BITs of the instances that it concerns */
};

struct schema {
    const struct value *json;
    struct schema_check *checks; /* those of the keywords that stand in it */
    size_t check_count;
    unsigned int types; /* TYPE_BITs; 0: any */
    bool integer;       /* numbers must be integers ("number" is not among the types) */
    bool never;         /* the schema false */
    struct schema_property *properties;
    size_t property_count;
    const struct slice *required;
    size_t required_count;
    const struct schema *additional; /* NULL: anything */
    struct decimal minimum, maximum, multiple_of;
    uint64_t min_length, max_length;
    const struct value *choices; /* enum */
};

schema_check_fn check_type, check_properties, check_required, check_additional, check_minimum,
    check_maximum, check_multiple_of, check_min_length, check_max_length, check_enum;

#endif
