/*
 * Down a resolved tree.
 */
#include "conf/grammar/visit.h"

struct visitor {
    visit_fn *visit;
    void *ctx;
};

static void query(const struct visitor *visitor, const struct sqlquery *query_);

static void expr(const struct visitor *visitor, const struct sqlexpr *node)
{
    if (!node || !visitor->visit(visitor->ctx, node)) {
        return;
    }
    for (size_t i = 0; i < node->arg_count; i++) {
        expr(visitor, node->args[i]);
    }
    if (node->query) {
        query(visitor, node->query);
    }
}

static void exprs(const struct visitor *visitor, struct sqlexpr *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expr(visitor, nodes[i]);
    }
}

static void from(const struct visitor *visitor, const struct sqlfrom *node)
{
    if (!node) {
        return;
    }
    if (node->kind == SQLFROM_SOURCE) {
        expr(visitor, node->source->rows);
        if (node->source->query) {
            query(visitor, node->source->query);
        }
        return;
    }
    from(visitor, node->left);
    from(visitor, node->right);
    expr(visitor, node->on);
}

static void query(const struct visitor *visitor, const struct sqlquery *query_)
{
    const struct sqlcore *core = query_->core;

    if (core) {
        exprs(visitor, core->outputs, core->output_count);
        from(visitor, core->from);
        expr(visitor, core->where);
        exprs(visitor, core->group, core->group_count);
        expr(visitor, core->having);
        exprs(visitor, core->window_exprs, core->window_count);
    }
    for (size_t i = 0; i < query_->branch_count; i++) {
        query(visitor, query_->branches[i]);
    }
    exprs(visitor, query_->order, query_->order_count);
    expr(visitor, query_->limit);
    expr(visitor, query_->offset);
}

static void change(const struct visitor *visitor, const struct sqlchange *change_)
{
    for (size_t i = 0; i < change_->row_count; i++) {
        exprs(visitor, change_->rows[i], change_->widths[i]);
    }
    if (change_->query) {
        query(visitor, change_->query);
    }
    from(visitor, change_->from);
    for (size_t i = 0; i < change_->set_count; i++) {
        expr(visitor, change_->sets[i].value);
    }
    expr(visitor, change_->where);
    exprs(visitor, change_->order, change_->order_count);
    expr(visitor, change_->limit);
}

void visit_expr(const struct sqlexpr *node, visit_fn *visit, void *ctx)
{
    expr(&(struct visitor){visit, ctx}, node);
}

void visit_tree(const struct sqltree *tree, visit_fn *visit, void *ctx)
{
    struct visitor visitor = {visit, ctx};

    if (tree->query) {
        query(&visitor, tree->query);
    } else {
        change(&visitor, tree->change);
    }
}

void visit_parts(const struct sqlexpr *condition, visit_part_fn *visit, void *ctx)
{
    if (!condition || condition->kind != SQLEXPR_AND) {
        if (condition) {
            visit(ctx, condition);
        }
        return;
    }
    for (size_t i = 0; i < condition->arg_count; i++) {
        visit_parts(condition->args[i], visit, ctx);
    }
}

static bool note_query(void *ctx, const struct sqlexpr *expr)
{
    bool *found = ctx;

    *found |= expr->query != NULL;
    return !*found;
}

bool visit_has_query(const struct sqltree *tree)
{
    bool found = tree->change && tree->change->query;

    for (size_t i = 0; i < tree->source_count; i++) {
        found |= tree->sources[i]->query != NULL;
    }
    if (!found) {
        visit_tree(tree, note_query, &found);
    }
    return found;
}
