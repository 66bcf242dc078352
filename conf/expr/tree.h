/*
 * Expressions inside: tokens, the tree, and the passes over it.
 *
 *     text --lex.c--> tokens --parse.c, name.c--> tree --check.c, guard.c--> typed tree
 *     typed tree --eval.c, operator.c--> value
 */
#ifndef CONF_EXPR_TREE_H
#define CONF_EXPR_TREE_H

#include "conf/expr/expr.h"
#include "conf/pattern/pattern.h"

/* ------------------------------------------------------------------ tokens */

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_NUMBER,   /* text in JSON's grammar */
    TOKEN_STRING,   /* text decoded */
    TOKEN_MARK,     /* operators and punctuation */
    TOKEN_BAD,      /* text says what is wrong; static */
    TOKEN_LEFT_OUT, /* text says what this subset leaves out; static */
};

struct token {
    enum token_kind kind;
    struct slice text;
    size_t column; /* from 1 */
};

struct lexer {
    struct arena *arena;
    struct slice text;
    size_t at;
    bool free; /* strings may hold U+0000 */
};

struct token expr_lex(struct lexer *lexer);

/* ------------------------------------------------------------------ tree */

enum root {
    ROOT_PAYLOAD,
    ROOT_STATE,
    ROOT_EVENT,
    ROOT_CLAIMS,
    ROOT_ID,
    ROOT_EXISTS,
    ROOT_VERSION,
    ROOT_NOW,
    ROOT_FREE /* any name, of the bindings */
};

enum operation {
    OP_LITERAL,
    OP_ROOT,
    OP_FIELD, /* left.name */
    OP_HAS,   /* has(left.name) */
    OP_INDEX, /* left[right] */
    OP_LIST,  /* arguments */
    OP_MAP,   /* arguments: key, value, key, value, ... */
    OP_FAIL,  /* free expressions: an error that CEL has when it runs; name is its text */
    OP_NOT,
    OP_NEGATE,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_REMAINDER,
    OP_ADD,
    OP_SUBTRACT,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_IN,
    OP_AND,
    OP_OR,
    OP_CHOOSE, /* left ? right : other */
    OP_SIZE,
    OP_STARTS_WITH,
    OP_ENDS_WITH,
    OP_CONTAINS,
    OP_MATCHES, /* left.matches(right); pattern: known at load */
    OP_COUNT,
};

struct node {
    enum operation operation;
    enum value_type type;        /* VALUE_NULL: not known */
    const struct schema *schema; /* of a map: which fields there are */
    enum root root;
    struct slice name;
    const struct value *literal;
    const struct pattern *pattern;
    struct node *left, *right, *other;
    struct node *arguments, *next; /* of a list or map */
    unsigned int depth;
    size_t column;
};

struct expr {
    struct slice text;
    struct node *tree;
    bool free, reads_state, reads_version, reads_exists;
    struct slice *state_fields;
    size_t state_field_count;
};

/* What the passes share. */
struct expr_build {
    struct arena *arena;
    const struct expr_scope *scope;
    const struct json_source *source;
    unsigned int line;
    struct slice text;
    struct expr *expr;
    bool failed, unsupported; /* unsupported: what failed is CEL, but left out here */
};

void expr_complain(struct expr_build *build, size_t column, struct slice hint, const char *format,
                   ...) PRINTF_LIKE(4, 5);

/* NULL after a complaint. */
struct node *expr_parse(struct expr_build *build);
/* Types, unknown fields, and what the expression reads. */
void expr_check(struct expr_build *build, struct node *node);
/* Reads of fields that may be absent, and are not asked for (guard.c). TREE has its schemas. */
void expr_check_absent(struct expr_build *build, const struct node *tree);

/* ------------------------------------------------------------------ values */

struct expr_run {
    const struct expr_env *env;
    struct arena *arena;
    const char *error;
    unsigned int cost, efforts; /* efforts: of patterns */
    bool odd_keys;              /* a map with keys that are no strings was made */
};

/* Both return NULL, with run->error set. */
const struct value *expr_fail(struct expr_run *run, const char *error);
const struct value *expr_no_overload(struct expr_run *run);
/* False, with run->error set: beyond EXPR_COST_MAX. */
bool expr_spend(struct expr_run *run, unsigned int cost);

typedef const struct value *expr_operator_fn(struct expr_run *run, enum operation operation,
                                             const struct value *left, const struct value *right);
/* Of the operations with two operands that are always both evaluated; NULL of the others. */
extern expr_operator_fn *const expr_operators[OP_COUNT];
const struct value *expr_negate(struct expr_run *run, const struct value *operand);
/*
 * Maps name their members by text: other keys are marked by a byte that no text begins with. False:
 * no key.
 */
bool expr_key(struct expr_run *run, const struct value *key, struct slice *out);
/* A value without such keys: written as texts (free expressions), or an error. */
const struct value *expr_plain_keys(struct expr_run *run, const struct value *value, bool as_text);
const struct value *expr_matches(struct expr_run *run, const struct pattern *pattern,
                                 const struct value *text, const struct value *regex);
const struct value *expr_size(struct expr_run *run, const struct value *operand);

#endif
