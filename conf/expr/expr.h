/*
 * Expressions: a documented subset of CEL (conf/README.md): lexer, parser, typed tree, evaluator.
 * Numbers are exact decimals. Compiled at load, read-only afterwards; evaluation is bounded
 * (EXPR_COST_MAX nodes) and allocates in the caller's arena only.
 */
#ifndef CONF_EXPR_EXPR_H
#define CONF_EXPR_EXPR_H

#include "conf/schema/schema.h"
#include "conf/text/scalar.h"
#include "lib/data/value.h"

#define EXPR_COST_MAX  10000
#define EXPR_DEPTH_MAX 64

struct expr;

/*
 * A condition that was tried before the expression is evaluated, in the same scope. True: it held;
 * false: it was false, or had no value.
 */
struct expr_passed {
    const struct expr *condition;
    bool value;
    const struct expr_passed *before; /* another one; NULL: none */
};

/*
 * The names that an expression may use. Schemas (NULL: open) say which fields exist and of what
 * type.
 */
struct expr_scope {
    bool payload, state, event, claims, id, exists, version, now;
    /*
     * a field that payload_schema or event_schema declares and does not require is read only where
     * has() was asked first, in this expression or in one of passed
     */
    bool asks_first;
    const struct schema *payload_schema, *state_schema, *event_schema;
    enum value_type id_type; /* VALUE_NULL: not known */
    const struct expr_passed *passed;
};

/* NULL after complaints at SOURCE. Memory in ARENA; TEXT is copied. */
const struct expr *expr_compile(struct arena *arena, struct slice text,
                                const struct expr_scope *scope, const struct json_source *source,
                                unsigned int line);

/*
 * Free of a model: names are those of env.bindings, and nothing is known before it runs. NULL with
 * *ERROR_OUT (in ARENA); *unsupported_out: it is CEL, but not of this subset.
 */
const struct expr *expr_compile_free(struct arena *arena, struct slice text, const char **error_out,
                                     bool *unsupported_out);

struct expr_env {
    /* NULL: absent, and to read it is an error value */
    const struct value *payload, *state, *event, *claims, *id;
    const struct value *bindings; /* of a free expression: a map */
    bool exists;
    int64_t version;
    uint64_t now_ms;
};

/* OK with *out; INVALID with *error_out, such as "no such key: Price" (static or in ARENA). */
MUST_CHECK enum status expr_eval(const struct expr *expr, const struct expr_env *env,
                                 struct arena *arena, const struct value **out,
                                 const char **error_out);

/* As eval, for conditions: anything but true or false is an error. */
MUST_CHECK enum status expr_test(const struct expr *expr, const struct expr_env *env,
                                 struct arena *arena, bool *out, const char **error_out);

/*
 * What it reads: any of state.* or version (then a state must be read first); the names of the
 * state's fields, in the order met.
 */
bool expr_reads_state(const struct expr *expr);
bool expr_reads_version(const struct expr *expr);
bool expr_reads_exists(const struct expr *expr);
size_t expr_state_fields(const struct expr *expr, const struct slice **names_out);
/* "exists" or "!exists" and nothing else. */
bool expr_is_exists(const struct expr *expr, bool *negated_out);
/* VALUE_NULL: not known at load. */
enum value_type expr_type(const struct expr *expr);
/*
 * Of a text that comes from a field or the id as it is: UUID, IPV6, DATE_TIME; else STRING. ID_TYPE
 * is the id's.
 */
enum scalar expr_format(const struct expr *expr, enum scalar id_type);
struct slice expr_text(const struct expr *expr);

#endif
