#include "tests/servers/conf/grammar/write.h"

static void write_joined(struct buf *out, const struct sqltree *tree, const struct sqlexpr *expr,
                         size_t first, const char *with)
{
    for (size_t i = first; i < expr->arg_count; i++) {
        buf_append_str(out, i > first ? with : "");
        write_expr(out, tree, expr->args[i]);
    }
}

/* IS TRUE, IS NOT FALSE: the tree does not say which, the text does. */
static void write_is(struct buf *out, const struct sqltree *tree, const struct sqlexpr *expr)
{
    struct sqlspan span = {expr->args[0]->span.end, expr->span.end};

    while (sqltoken_is(&tree->statement->tokens[span.from], ")")) {
        span.from++;
    }
    write_expr(out, tree, expr->args[0]);
    buf_printf(out, " %.*s", SLICE_ARG(sqltree_text(tree, span)));
}

static void write_call(struct buf *out, const struct sqltree *tree, const struct sqlexpr *expr)
{
    char with[32];

    if (slice_is(expr->name, "IS")) {
        write_is(out, tree, expr);
    } else if (expr->arg_count == 1) {
        buf_printf(out, "%.*s ", SLICE_ARG(expr->name));
        write_expr(out, tree, expr->args[0]);
    } else {
        snprintf(with, sizeof(with), " %.*s ", SLICE_ARG(expr->name));
        write_joined(out, tree, expr, 0, with);
    }
}

static void write_between(struct buf *out, const struct sqltree *tree, const struct sqlexpr *expr)
{
    write_expr(out, tree, expr->args[0]);
    buf_append_str(out, expr->negated ? " NOT BETWEEN " : " BETWEEN ");
    write_joined(out, tree, expr, 1, " AND ");
}

static void write_inside(struct buf *out, const struct sqltree *tree, const struct sqlexpr *expr)
{
    switch ((int)expr->kind) {
    case SQLEXPR_AND:
        write_joined(out, tree, expr, 0, " AND ");
        break;
    case SQLEXPR_OR:
        write_joined(out, tree, expr, 0, " OR ");
        break;
    case SQLEXPR_NOT:
        buf_append_str(out, "NOT ");
        write_expr(out, tree, expr->args[0]);
        break;
    case SQLEXPR_IS_NULL:
        write_expr(out, tree, expr->args[0]);
        buf_append_str(out, expr->negated ? " IS NOT NULL" : " IS NULL");
        break;
    case SQLEXPR_IN:
        write_expr(out, tree, expr->args[0]);
        buf_append_str(out, expr->negated ? " NOT IN (" : " IN (");
        write_joined(out, tree, expr, 1, ", ");
        buf_append_str(out, ")");
        break;
    case SQLEXPR_BETWEEN:
        write_between(out, tree, expr);
        break;
    case SQLEXPR_LIKE:
        write_joined(out, tree, expr, 0, expr->negated ? " NOT LIKE " : " LIKE ");
        break;
    case SQLEXPR_COMPARE:
    case SQLEXPR_MATH:
    case SQLEXPR_CALL:
        write_call(out, tree, expr);
        break;
    default:
        buf_printf(out, "%s%.*s", expr->negated ? "-" : "", SLICE_ARG(expr->name));
        break;
    }
}

void write_expr(struct buf *out, const struct sqltree *tree, const struct sqlexpr *expr)
{
    buf_append_str(out, "(");
    write_inside(out, tree, expr);
    buf_append_str(out, ")");
}
