/*
 * Statements, as a model's files have them: a tree, or a fault at one of the statement's tokens. A
 * tree's spans lie inside the statement and inside what they are a part of, and its text is the
 * same each time.
 */
#include <stdlib.h>

#include "conf/grammar/tree.h"
#include "tests/fuzz/fuzz.h"

static struct sqlspan whole; /* of the statement at hand */

static void check_query(const struct sqlquery *query, struct sqlspan outer);

static void check_span(struct sqlspan span, struct sqlspan outer)
{
    if (span.from >= span.end || span.from < outer.from || span.end > outer.end) {
        abort();
    }
}

static void check_expr(const struct sqlexpr *expr, struct sqlspan outer)
{
    check_span(expr->span, outer);
    for (size_t i = 0; i < expr->arg_count; i++) {
        check_expr(expr->args[i], expr->span);
    }
    if (expr->query) {
        check_query(expr->query, expr->span);
    }
}

static void check_exprs(struct sqlexpr *const *exprs, size_t count, struct sqlspan outer)
{
    for (size_t i = 0; i < count; i++) {
        check_expr(exprs[i], outer);
    }
}

static void check_one(const struct sqlexpr *expr, struct sqlspan outer)
{
    if (expr) {
        check_expr(expr, outer);
    }
}

/* The query of a mention of WITH's name stands where WITH is. */
static void check_from(const struct sqlfrom *from, struct sqlspan outer)
{
    const struct sqlsource *source = from->source;

    if (from->kind != SQLFROM_SOURCE) {
        check_from(from->left, outer);
        check_from(from->right, outer);
        check_one(from->on, outer);
        return;
    }
    check_span(source->span, outer);
    check_one(source->rows, source->span);
    if (source->query) {
        check_query(source->query, source->name.len > 0 ? whole : source->span);
    }
    if (source->alias.len == 0) {
        abort();
    }
}

static void check_core(const struct sqlcore *core, struct sqlspan outer)
{
    for (size_t i = 0; i < core->item_count; i++) {
        check_expr(core->items[i].expr, outer);
    }
    if (core->rows.from < core->rows.end) {
        check_span(core->rows, outer);
    }
    if (core->from) {
        check_from(core->from, core->rows);
    }
    check_one(core->where, core->rows);
    check_one(core->having, core->rows);
    check_exprs(core->group, core->group_count, core->rows);
    check_exprs(core->window_exprs, core->window_count, outer);
}

static void check_query(const struct sqlquery *query, struct sqlspan outer)
{
    check_span(query->span, outer);
    if (query->core) {
        check_core(query->core, query->span);
    }
    for (size_t i = 0; i < query->branch_count; i++) {
        check_query(query->branches[i], query->span);
    }
    if (!query->core && query->branch_count == 0) {
        abort();
    }
    check_exprs(query->order, query->order_count, query->span);
    check_one(query->limit, query->span);
    check_one(query->offset, query->span);
}

static void check_change(const struct sqlchange *change)
{
    check_from(change->from, whole);
    for (size_t i = 0; i < change->row_count; i++) {
        check_exprs(change->rows[i], change->widths[i], whole);
    }
    for (size_t i = 0; i < change->set_count; i++) {
        check_expr(change->sets[i].column, whole);
        check_expr(change->sets[i].value, whole);
    }
    if (change->query) {
        check_query(change->query, whole);
    }
    check_one(change->where, whole);
    check_one(change->limit, whole);
    check_exprs(change->order, change->order_count, whole);
}

static void check_fault(const struct sqlstatement *statement, const struct sqlfault *fault)
{
    if (!fault->token || fault->text.len == 0 || fault->token < statement->tokens ||
        fault->token > statement->tokens + statement->token_count) {
        abort();
    }
}

static void check_statement(struct arena *arena, const struct sqlstatement *statement)
{
    struct sqltree tree;
    struct sqlfault fault;

    if (!sqltree_read(arena, statement, &tree, &fault)) {
        check_fault(statement, &fault);
        return;
    }
    whole = (struct sqlspan){0, (unsigned int)statement->token_count};
    if ((tree.query == NULL) == (tree.change == NULL) || tree.source_count > SQLTREE_SOURCES_MAX) {
        abort();
    }
    if (tree.query) {
        check_query(tree.query, whole);
        (void)sqltree_text(&tree, tree.query->span);
    } else {
        check_change(tree.change);
    }
    if (!slice_eq(sqltree_print(arena, &tree), sqltree_print(arena, &tree))) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct sqlblock block;

    sqlfile_parse_plain(&arena, SLICE_LITERAL("x.sql"), slice_of(bytes, count), &diag, &block);
    for (size_t i = 0; diag.count == 0 && i < block.statement_count; i++) {
        check_statement(&arena, &block.statements[i]);
    }
    diag_fini(&diag);
    arena_fini(&arena);
    return 0;
}
