/*
 * The node above a parameter's. A query of WITH is in the tree once for each mention; its first
 * copy tells.
 */
#include "conf/study/beside.h"

#include "conf/grammar/visit.h"
#include "conf/study/origin.h"

struct search {
    unsigned int token;
    struct beside found;
};

static bool is_it(const struct search *search, const struct sqlexpr *expr)
{
    return expr->kind == SQLEXPR_PARAM && expr->span.from == search->token;
}

/* ------------------------------------------------------------------ comparisons */

/* Without COLLATE utf8mb4_bin. */
static const struct sqlexpr *bare(const struct sqlexpr *expr, bool *binary)
{
    while (expr->kind == SQLEXPR_COLLATE &&
           slice_eq_nocase(expr->name, SLICE_LITERAL("utf8mb4_bin"))) {
        *binary = true;
        expr = expr->args[0];
    }
    return expr;
}

/* Is ARG the parameter? Then COLUMN is beside it. */
static bool take(struct search *search, const struct sqlexpr *arg, const struct sqlexpr *column,
                 enum beside_how how)
{
    bool binary = false;

    if (!is_it(search, bare(arg, &binary))) {
        return false;
    }
    column = bare(column, &binary);
    search->found = (struct beside){how, origin_of(column), binary};
    return true;
}

static enum beside_how how_of(const struct sqlexpr *compare)
{
    return slice_is(compare->name, "=") || slice_is(compare->name, "<=>") ? BESIDE_EQUAL
                                                                          : BESIDE_ORDER;
}

static bool find_compared(void *ctx, const struct sqlexpr *expr)
{
    struct search *search = ctx;

    if (search->found.how != BESIDE_NOTHING) {
        return false;
    }
    if (expr->kind == SQLEXPR_COMPARE) {
        return !take(search, expr->args[0], expr->args[1], how_of(expr)) &&
               !take(search, expr->args[1], expr->args[0], how_of(expr));
    }
    if (expr->kind == SQLEXPR_IN_QUERY && expr->query->core &&
        expr->query->core->output_count == 1) {
        return !take(search, expr->query->core->outputs[0], expr->args[0],
                     expr->negated ? BESIDE_ORDER : BESIDE_EQUAL);
    }
    for (size_t i = 1;
         i < expr->arg_count && (expr->kind == SQLEXPR_IN || expr->kind == SQLEXPR_BETWEEN); i++) {
        bool equal = expr->kind == SQLEXPR_IN && !expr->negated;

        if (take(search, expr->args[i], expr->args[0], equal ? BESIDE_EQUAL : BESIDE_ORDER)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ what is stored */

/* The Ith column that an INSERT gives a value. */
static struct table_column *target(const struct sqlchange *change, size_t i)
{
    const struct table *table = change->written->table;

    if (change->column_count > 0) {
        return i < change->column_count ? table_column_find(table, change->columns[i]) : NULL;
    }
    return i < table->column_count ? &table->columns[i] : NULL;
}

static void find_in_row(struct search *search, const struct sqlchange *change,
                        struct sqlexpr *const *row, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        if (is_it(search, row[i])) {
            search->found = (struct beside){BESIDE_STORED, target(change, i), false};
        }
    }
}

static void find_in_query(struct search *search, const struct sqlchange *change,
                          const struct sqlquery *query)
{
    if (query->core) {
        find_in_row(search, change, query->core->outputs, query->core->output_count);
    }
    for (size_t i = 0; i < query->branch_count; i++) {
        find_in_query(search, change, query->branches[i]);
    }
}

static void find_stored(struct search *search, const struct sqlchange *change)
{
    for (size_t i = 0; i < change->row_count; i++) {
        find_in_row(search, change, change->rows[i], change->widths[i]);
    }
    if (change->query) {
        find_in_query(search, change, change->query);
    }
    for (size_t i = 0; i < change->set_count; i++) {
        if (is_it(search, change->sets[i].value)) {
            search->found =
                (struct beside){BESIDE_STORED, origin_of(change->sets[i].column), false};
        }
    }
}

struct beside beside_find(const struct sqltree *tree, const struct sqltoken *token)
{
    struct search search = {.token = (unsigned int)(token - tree->statement->tokens)};

    if (tree->change) {
        find_stored(&search, tree->change);
    }
    if (search.found.how == BESIDE_NOTHING) {
        visit_tree(tree, find_compared, &search);
    }
    return search.found;
}
