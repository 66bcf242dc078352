/*
 * A compiled schema, for its compiler (keyword.c, operand.c, ref.c) and its validator (validate.c,
 * assert.c, apply.c). Each keyword is one row of a table: how it is compiled, into which field, how
 * it is checked, which instances it concerns.
 */
#ifndef CONF_SCHEMA_RULES_H
#define CONF_SCHEMA_RULES_H

#include "conf/pattern/pattern.h"
#include "conf/schema/format.h"
#include "conf/schema/schema.h"
#include "lib/data/decimal.h"

#define TYPE_BIT(type) (1u << (type))
#define TYPE_BIT_ALL   0xffffffffu

struct validation;

typedef void schema_check_fn(const struct schema *schema, const struct value *instance,
                             struct validation *run);

struct schema_check {
    schema_check_fn *check;
    unsigned int applies; /* TYPE_BITs of the instances that it concerns */
};

struct schema_list {
    const struct schema **items;
    size_t count;
};

struct schema_names {
    struct slice *items;
    size_t count;
};

/* A named property, or those whose name has a pattern. */
struct schema_property {
    struct slice name;
    const struct pattern *pattern;
    const struct schema *schema;
};

struct schema_properties {
    struct schema_property *items;
    size_t count;
};

struct schema_dependency {
    struct slice name;
    struct schema_names required;
};

struct schema_dependencies {
    struct schema_dependency *items;
    size_t count;
};

/* How far the search for endless references has come. */
enum schema_mark {
    MARK_NEW,
    MARK_OPEN,
    MARK_DONE
};

struct schema {
    const struct value *json;
    struct schema_check *checks; /* those of its keywords */
    size_t check_count;
    bool never;         /* the schema false */
    bool integer;       /* numbers must be integers ("number" is not among the types) */
    unsigned int types; /* TYPE_BITs; 0: any */
    const struct value *choices, *constant;
    struct decimal minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;
    uint64_t min_length, max_length, min_items, max_items, min_properties, max_properties;
    const struct pattern *pattern;
    const struct schema_format *format;
    bool unique_items;
    struct schema_properties properties, patterns;
    const struct schema *additional, *names; /* NULL: anything */
    struct schema_names required;
    struct schema_dependencies dependencies;
    struct schema_list prefix;
    const struct schema *elements, *contains;
    uint64_t min_contains, max_contains;
    struct schema_list all, any, one;
    const struct schema *negated, *condition, *then, *otherwise;
    const struct schema *reference;
    enum schema_mark *mark;
};

schema_check_fn check_type, check_enum, check_const, check_minimum, check_maximum,
    check_exclusive_minimum, check_exclusive_maximum, check_multiple_of, check_min_length,
    check_max_length, check_pattern, check_format, check_min_items, check_max_items,
    check_unique_items, check_min_properties, check_max_properties; /* assert.c */
schema_check_fn check_members, check_names, check_required, check_dependencies, check_elements,
    check_contains, check_all, check_any, check_one, check_not, check_condition,
    check_reference; /* apply.c */

/* ------------------------------------------------------------------ compiling */

/* Every schema that was compiled, found by its JSON; and the references among them. */
struct schema_node {
    struct schema *schema;
    struct schema_node *next;
};

struct schema_reference {
    struct schema *from;
    const struct value *operand; /* the text of $ref */
    struct json_source source;
    struct schema_reference *next;
};

struct schema_document {
    struct arena *arena;
    const struct value *root;
    struct schema_node *nodes;
    struct schema_reference *references; /* to resolve */
    bool failed, lenient;
};

/* JSON is a schema at SOURCE. Never NULL. */
struct schema *schema_compile_node(struct schema_document *document, const struct value *json,
                                   const struct json_source *source);
/*
 * $ref: finds its target in the document, compiles it if no keyword has, refuses references that
 * never come to an end.
 */
void schema_resolve(struct schema_document *document);

/* ------------------------------------------------------------------ validating */

/* A step of the way from the root to the value at hand. */
struct schema_step {
    const struct schema_step *parent;
    struct slice name; /* of a member; of an element: ptr NULL */
    size_t index;
};

struct validation {
    struct arena *arena;
    struct schema_errors *errors;   /* NULL: only whether there is one counts */
    const struct schema_step *step; /* NULL at the root */
    uint64_t budget;                /* schemas that may still be applied */
    unsigned int depth, efforts;
    /* of the instance at hand, for all checks of numbers: these have no children */
    struct decimal number;
    bool is_decimal; /* else it is too large for one */
    bool failed;
    const char *why; /* the validation was given up; nothing is added any more */
};

/* Adds an error at the value at hand. */
void schema_fail(struct validation *run, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same, and ends the whole validation: the answer is not known. */
void schema_abort(struct validation *run, const char *why);
/* Nothing that follows can change the result. */
static inline bool schema_is_over(const struct validation *run)
{
    return run->why || (run->failed && !run->errors);
}

void schema_apply(const struct schema *schema, const struct value *instance,
                  struct validation *run);
/* As apply, for a member or element of the value at hand. */
void schema_apply_member(const struct schema *schema, const struct value *member,
                         struct validation *run);
void schema_apply_element(const struct schema *schema, const struct value *element, size_t index,
                          struct validation *run);
/* Does INSTANCE satisfy it? Adds no error. */
bool schema_holds(const struct schema *schema, const struct value *instance,
                  struct validation *run);

#endif
