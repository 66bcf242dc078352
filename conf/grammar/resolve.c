/*
 * Queries and changes: which names are seen where.
 */
#include "conf/grammar/resolve.h"

#include "conf/grammar/scope.h"

/* ------------------------------------------------------------------ queries */

/* ORDER BY of a UNION knows its columns alone. */
static void check_union_order(struct resolve *resolve, const struct sqlquery *query_)
{
    for (size_t i = 0; i < query_->order_count; i++) {
        if (query_->order[i]->kind != SQLEXPR_COLUMN && query_->order[i]->kind != SQLEXPR_NUMBER) {
            resolve_fail(resolve, query_->order[i]->span.from, SLICE_LITERAL("give it an alias"),
                         "ORDER BY of a UNION takes columns of its result only");
        }
    }
}

void resolve_query(struct resolve *resolve, struct sqlquery *query_, const struct scope *outer)
{
    if (resolve->fault.token) {
        return;
    }
    resolve_expr(resolve, query_->limit, NULL);
    resolve_expr(resolve, query_->offset, NULL);
    if (query_->core) {
        resolve_core(resolve, query_->core, query_, outer);
    }
    for (size_t i = 0; i < query_->branch_count; i++) {
        resolve_query(resolve, query_->branches[i], outer);
    }
    if (!query_->core) {
        check_union_order(resolve, query_);
    }
}

/* ------------------------------------------------------------------ changes */

/* The source whose rows an UPDATE or DELETE changes. */
static void find_written(struct resolve *resolve, struct sqlchange *change,
                         const struct sqlcore *core)
{
    change->written = core->sources[0];
    if (change->set_count > 0) {
        change->written = change->sets[0].column->source;
    }
    for (size_t i = 1; i < change->set_count; i++) {
        if (change->sets[i].column->source != change->written) {
            resolve_fail(resolve, change->sets[i].column->span.from,
                         SLICE_LITERAL("write one statement for each"),
                         "it sets columns of two tables");
        }
    }
    for (size_t i = 0; i < core->source_count && change->target.len > 0; i++) {
        if (slice_eq(core->sources[i]->alias, change->target)) {
            change->written = core->sources[i];
            break;
        }
        change->written = NULL;
    }
    if (!change->written || !change->written->table) {
        resolve_fail(resolve, change->tables.from, SLICE_EMPTY,
                     "it is not seen which table it changes");
    }
}

static void update(struct resolve *resolve, struct sqlchange *change, struct sqlcore *core,
                   const struct scope *scope)
{
    for (size_t i = 0; i < change->set_count; i++) {
        resolve_expr(resolve, change->sets[i].column, scope);
        resolve_expr(resolve, change->sets[i].value, scope);
    }
    resolve_expr(resolve, change->where, scope);
    resolve_exprs(resolve, change->order, change->order_count, scope);
    resolve_expr(resolve, change->limit, NULL);
    if (!resolve->fault.token) {
        find_written(resolve, change, core);
    }
}

static void insert_columns(struct resolve *resolve, struct sqlchange *change,
                           const struct sqlsource *source)
{
    size_t width = change->column_count > 0 ? change->column_count : source->column_count;

    for (size_t i = 0; i < change->column_count; i++) {
        if (scope_find_column(source, change->columns[i]) == source->column_count) {
            resolve_fail(resolve, source->span.from, SLICE_EMPTY, "'%.*s' has no column '%.*s'",
                         SLICE_ARG(source->name), SLICE_ARG(change->columns[i]));
        }
    }
    for (size_t i = 0; i < change->row_count; i++) {
        if (change->widths[i] != width && change->widths[i] > 0) {
            resolve_fail(resolve, source->span.from, SLICE_EMPTY, "%zu values for %zu columns",
                         change->widths[i], width);
        }
    }
}

/* In ON DUPLICATE KEY UPDATE the query's FROM is seen too. */
static void insert(struct resolve *resolve, struct sqlchange *change, struct sqlcore *core,
                   const struct scope *scope)
{
    struct scope inside = *scope;
    struct scope outside = {.core = change->query ? change->query->core : NULL};

    change->written = core->sources[0];
    insert_columns(resolve, change, change->written);
    for (size_t i = 0; i < change->row_count; i++) {
        resolve_exprs(resolve, change->rows[i], change->widths[i], scope);
    }
    if (change->query) {
        resolve_query(resolve, change->query, NULL);
    }
    inside.outer = outside.core ? &outside : NULL;
    for (size_t i = 0; i < change->set_count; i++) {
        resolve_expr(resolve, change->sets[i].column, scope);
        resolve_expr(resolve, change->sets[i].value, &inside);
    }
}

static void change(struct resolve *resolve, struct sqlchange *change_)
{
    struct sqlcore *core = ARENA_NEW(resolve->arena, struct sqlcore);
    struct scope scope = {.core = core};

    change_->core = core;
    core->number = resolve->tree->core_count++;
    core->from = change_->from;
    core->where = change_->where;
    resolve_from(resolve, core, change_->from, &scope);
    if (resolve->fault.token) {
        return;
    }
    if (change_->verb == SQLVERB_INSERT || change_->verb == SQLVERB_REPLACE) {
        insert(resolve, change_, core, &scope);
    } else {
        update(resolve, change_, core, &scope);
    }
}

/*
 * MySQL looks for the names in a query of WITH where it is mentioned, not where it is written; and
 * MariaDB knows no case there.
 */
static void check_withs(struct resolve *resolve)
{
    struct sqlsource *const *sources = resolve->tree->sources;

    for (size_t i = 0; i < resolve->tree->source_count; i++) {
        for (size_t j = 0; j < i && sources[i]->query && sources[i]->name.len > 0; j++) {
            if (sources[j]->query && slice_eq_nocase(sources[i]->name, sources[j]->name) &&
                sources[i]->query->span.from != sources[j]->query->span.from) {
                resolve_fail(resolve, sources[i]->name_token, SLICE_LITERAL("give it another name"),
                             "two queries of WITH are called '%.*s'", SLICE_ARG(sources[i]->name));
            }
        }
    }
}

/* Where a server knows no case of tables' names, an inner "p" hides an outer "P". */
static void check_aliases(struct resolve *resolve)
{
    struct sqlsource *const *sources = resolve->tree->sources;

    for (size_t i = 0; i < resolve->tree->source_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (slice_eq_nocase(sources[i]->alias, sources[j]->alias) &&
                !slice_eq(sources[i]->alias, sources[j]->alias)) {
                resolve_fail(resolve, sources[i]->span.from,
                             SLICE_LITERAL("give one of them another alias"),
                             "'%.*s' and '%.*s' differ by case only", SLICE_ARG(sources[j]->alias),
                             SLICE_ARG(sources[i]->alias));
            }
        }
    }
}

bool sqltree_resolve(struct arena *arena, struct sqltree *tree, const struct tables *tables,
                     struct sqlfault *fault)
{
    struct resolve resolve = {.arena = arena, .tree = tree, .tables = tables};

    if (tree->query) {
        resolve_query(&resolve, tree->query, NULL);
    } else {
        change(&resolve, tree->change);
    }
    check_withs(&resolve);
    check_aliases(&resolve);
    for (size_t i = 0; i < tree->source_count; i++) {
        if (!tree->sources[i]->reads) { /* no scope has it: nobody would see its changes */
            resolve_fail(&resolve, tree->sources[i]->span.from, SLICE_EMPTY,
                         "this table is not seen");
        }
    }
    if (tree->unmentioned) { /* its tables would be read by nobody here */
        resolve_fail(&resolve, (unsigned int)(tree->unmentioned - tree->statement->tokens),
                     SLICE_LITERAL("leave it out"), "WITH '%.*s' is mentioned nowhere",
                     SLICE_ARG(tree->unmentioned->text));
    }
    *fault = resolve.fault;
    return !fault->token;
}
