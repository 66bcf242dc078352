/*
 * Compiling an expression, and what a plan asks of a compiled one. The passes are in lex.c,
 * parse.c, check.c and guard.c; eval.c runs it.
 */
#include "conf/expr/expr.h"

#include <stdarg.h>

#include "conf/expr/tree.h"
#include "lib/base/buf.h"

void expr_complain(struct expr_build *build, size_t column, struct slice hint, const char *format,
                   ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    diag_add(build->source->diag, build->source->file, build->line, build->source->path, hint,
             "%.*s at column %zu of '%.*s'", SLICE_ARG(buf_slice(&text)), column,
             SLICE_ARG(build->text));
    buf_fini(&text);
    build->failed = true;
}

const struct expr *expr_compile(struct arena *arena, struct slice text,
                                const struct expr_scope *scope, const struct json_source *source,
                                unsigned int line)
{
    struct expr *expr = ARENA_NEW(arena, struct expr);
    struct expr_build build = {.arena = arena,
                               .scope = scope,
                               .source = source,
                               .line = line,
                               .text = arena_copy(arena, text),
                               .expr = expr};

    expr->text = build.text;
    expr->tree = expr_parse(&build);
    if (expr->tree) {
        expr_check(&build, expr->tree);
    }
    if (scope->asks_first && !build.failed) {
        expr_check_absent(&build, expr->tree);
    }
    return build.failed ? NULL : expr;
}

const struct expr *expr_compile_free(struct arena *arena, struct slice text, const char **error_out,
                                     bool *unsupported_out)
{
    const struct expr_scope scope = {0};
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY};
    struct expr *expr = ARENA_NEW(arena, struct expr);
    struct expr_build build = {.arena = arena,
                               .scope = &scope,
                               .source = &source,
                               .text = arena_copy(arena, text),
                               .expr = expr};

    expr->text = build.text;
    expr->free = true;
    expr->tree = expr_parse(&build);
    *unsupported_out = build.unsupported;
    *error_out = diag.first ? arena_cstr(arena, diag.first->text) : NULL;
    diag_fini(&diag);
    return build.failed ? NULL : expr;
}

bool expr_reads_state(const struct expr *expr)
{
    return expr->reads_state || expr->reads_version;
}

bool expr_reads_version(const struct expr *expr)
{
    return expr->reads_version;
}

bool expr_reads_exists(const struct expr *expr)
{
    return expr->reads_exists;
}

size_t expr_state_fields(const struct expr *expr, const struct slice **names_out)
{
    *names_out = expr->state_fields;
    return expr->state_field_count;
}

bool expr_is_exists(const struct expr *expr, bool *negated_out)
{
    const struct node *node = expr->tree;

    *negated_out = node->operation == OP_NOT;
    if (node->operation == OP_NOT) {
        node = node->left;
    }
    return node->operation == OP_ROOT && node->root == ROOT_EXISTS;
}

enum value_type expr_type(const struct expr *expr)
{
    return expr->tree->type;
}

static enum scalar node_format(const struct node *node, enum scalar id_type);

/* A null beside it gives no text. */
static enum scalar choice_format(const struct node *node, enum scalar id_type)
{
    const struct node *left = node->right, *right = node->other;
    bool left_null = left->operation == OP_LITERAL && left->literal->type == VALUE_NULL;
    bool right_null = right->operation == OP_LITERAL && right->literal->type == VALUE_NULL;
    enum scalar one = node_format(left_null ? right : left, id_type);

    return left_null || right_null || node_format(right, id_type) == one ? one : SCALAR_STRING;
}

/* The depth is that of the text, EXPR_DEPTH_MAX. */
static enum scalar node_format(const struct node *node, enum scalar id_type)
{
    switch ((int)node->operation) {
    case OP_ROOT:
        return node->root == ROOT_ID && scalar_is_text(id_type) ? id_type : SCALAR_STRING;
    case OP_FIELD:
    case OP_INDEX:
        return scalar_of_format(schema_format(node->schema));
    case OP_CHOOSE:
        return choice_format(node, id_type);
    default:
        return SCALAR_STRING;
    }
}

enum scalar expr_format(const struct expr *expr, enum scalar id_type)
{
    return node_format(expr->tree, id_type);
}

struct slice expr_text(const struct expr *expr)
{
    return expr->text;
}
