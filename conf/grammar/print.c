/*
 * A tree as text for tests, in parentheses, the operator first.
 */
#include "conf/grammar/tree.h"
#include "lib/base/buf.h"

static void put_query(struct buf *out, const struct sqlquery *query);

static const char *const kinds[] = {
    [SQLEXPR_DEFAULT] = "default", [SQLEXPR_NEW] = "new",         [SQLEXPR_AND] = "and",
    [SQLEXPR_OR] = "or",           [SQLEXPR_NOT] = "not",         [SQLEXPR_IS_NULL] = "isnull",
    [SQLEXPR_IN] = "in",           [SQLEXPR_IN_QUERY] = "in",     [SQLEXPR_BETWEEN] = "between",
    [SQLEXPR_LIKE] = "like",       [SQLEXPR_ROW] = "row",         [SQLEXPR_QUERY] = "query",
    [SQLEXPR_EXISTS] = "exists",   [SQLEXPR_COLLATE] = "collate", [SQLEXPR_CALL] = NULL,
};

/* A literal, a parameter, a column, a star. */
static void put_leaf(struct buf *out, const struct sqlexpr *expr)
{
    if (expr->kind == SQLEXPR_NULL || expr->kind == SQLEXPR_CONSTANT) {
        buf_append_str(out, expr->kind == SQLEXPR_NULL ? "NULL" : "constant");
        return;
    }
    buf_append_str(out, expr->kind == SQLEXPR_PARAM ? ":" : expr->negated ? "-" : "");
    if (expr->qualifier.len > 0) {
        buf_printf(out, "%.*s.", SLICE_ARG(expr->qualifier));
    }
    buf_append(out, expr->name);
    buf_append_str(out, expr->kind == SQLEXPR_STAR ? "*" : "");
}

static void put_expr(struct buf *out, const struct sqlexpr *expr)
{
    if (expr->kind <= SQLEXPR_STAR) {
        put_leaf(out, expr);
        return;
    }
    buf_printf(out, "(%s%s", expr->negated ? "not-" : "",
               kinds[expr->kind] ? kinds[expr->kind] : "");
    if (expr->name.len > 0) {
        buf_printf(out, "%s%.*s%s", kinds[expr->kind] ? " " : "", SLICE_ARG(expr->name),
                   expr->windows ? " over" : "");
    }
    for (size_t i = 0; i < expr->arg_count; i++) {
        buf_append_str(out, " ");
        put_expr(out, expr->args[i]);
    }
    if (expr->query) {
        buf_append_str(out, " ");
        put_query(out, expr->query);
    }
    buf_append_str(out, ")");
}

static void put_exprs(struct buf *out, const char *word, struct sqlexpr *const *exprs, size_t count)
{
    if (count > 0) {
        buf_printf(out, " %s", word);
    }
    for (size_t i = 0; i < count; i++) {
        buf_append_str(out, " ");
        put_expr(out, exprs[i]);
    }
}

static void put_one(struct buf *out, const char *word, struct sqlexpr *expr)
{
    put_exprs(out, word, &expr, expr ? 1 : 0);
}

static void put_source(struct buf *out, const struct sqlsource *source)
{
    if (source->query) {
        put_query(out, source->query);
    } else if (source->rows) {
        buf_append_str(out, "json ");
        put_expr(out, source->rows);
    } else {
        buf_append(out, source->name);
    }
    if (source->query || !slice_eq(source->name, source->alias)) {
        buf_printf(out, " %.*s", SLICE_ARG(source->alias));
    }
    for (size_t i = 0; i < source->label_count; i++) {
        buf_printf(out, "%s%.*s", i > 0 ? "," : ":", SLICE_ARG(source->labels[i]));
    }
}

static void put_from(struct buf *out, const struct sqlfrom *from)
{
    if (from->kind == SQLFROM_SOURCE) {
        put_source(out, from->source);
        return;
    }
    buf_append_str(out, from->kind == SQLFROM_INNER ? "(join " : "(left ");
    put_from(out, from->left);
    buf_append_str(out, ", ");
    put_from(out, from->right);
    put_one(out, "on", from->on);
    buf_append_str(out, ")");
}

static void put_core(struct buf *out, const struct sqlcore *core)
{
    buf_printf(out, "(select%s%s", core->distinct ? "-distinct" : "",
               core->windows ? "-windows" : "");
    for (size_t i = 0; i < core->item_count; i++) {
        buf_append_str(out, i > 0 ? ", " : " ");
        put_expr(out, core->items[i].expr);
        if (core->items[i].alias.len > 0) {
            buf_printf(out, " as %.*s", SLICE_ARG(core->items[i].alias));
        }
    }
    if (core->from) {
        buf_append_str(out, " from ");
        put_from(out, core->from);
    }
    put_one(out, "where", core->where);
    put_exprs(out, "group", core->group, core->group_count);
    put_one(out, "having", core->having);
    put_exprs(out, "window", core->window_exprs, core->window_count);
    buf_append_str(out, ")");
}

static void put_query(struct buf *out, const struct sqlquery *query)
{
    bool plain = query->core && query->order_count == 0 && !query->limit;

    if (plain) {
        put_core(out, query->core);
        return;
    }
    buf_append_str(out, query->core ? "(" : query->unites ? "(union " : "(except ");
    if (query->core) {
        put_core(out, query->core);
    }
    for (size_t i = 0; i < query->branch_count; i++) {
        buf_append_str(out, i > 0 ? ", " : "");
        put_query(out, query->branches[i]);
    }
    put_exprs(out, "order", query->order, query->order_count);
    put_one(out, "limit", query->limit);
    put_one(out, "offset", query->offset);
    buf_append_str(out, ")");
}

static void put_change(struct buf *out, const struct sqlchange *change)
{
    static const char *const verbs[] = {"insert", "replace", "update", "delete"};

    buf_printf(out, "(%s ", verbs[change->verb]);
    if (change->target.len > 0) {
        buf_printf(out, "%.*s of ", SLICE_ARG(change->target));
    }
    put_from(out, change->from);
    for (size_t i = 0; i < change->column_count; i++) {
        buf_printf(out, "%s%.*s", i > 0 ? "," : ":", SLICE_ARG(change->columns[i]));
    }
    for (size_t i = 0; i < change->row_count; i++) {
        put_exprs(out, "row", change->rows[i], change->widths[i]);
    }
    if (change->query) {
        buf_append_str(out, " ");
        put_query(out, change->query);
    }
    for (size_t i = 0; i < change->set_count; i++) {
        buf_append_str(out, " set ");
        put_expr(out, change->sets[i].column);
        put_one(out, "=", change->sets[i].value);
    }
    put_one(out, "where", change->where);
    put_exprs(out, "order", change->order, change->order_count);
    put_one(out, "limit", change->limit);
    buf_append_str(out, ")");
}

struct slice sqltree_print(struct arena *arena, const struct sqltree *tree)
{
    struct buf out = {0};
    struct slice text;

    if (tree->query) {
        put_query(&out, tree->query);
    } else {
        put_change(&out, tree->change);
    }
    text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}
