/*
 * Columns, followed down.
 */
#include "conf/study/origin.h"

bool origin_compares_by_bytes(const struct table_column *column)
{
    return column->collation.len == 0 ||
           slice_eq_nocase(column->collation, SLICE_LITERAL("utf8mb4_bin"));
}

static bool is_same(const struct table_column *a, const struct table_column *b)
{
    return column_type_equal(&a->holds, &b->holds) &&
           (slice_eq_nocase(a->collation, b->collation) ||
            (origin_compares_by_bytes(a) && origin_compares_by_bytes(b)));
}

struct table_column *origin_of_output(const struct sqlquery *query, size_t i)
{
    struct table_column *found = NULL;

    if (query->core) {
        return i < query->core->output_count ? origin_of(query->core->outputs[i]) : NULL;
    }
    for (size_t j = 0; j < query->branch_count; j++) {
        struct table_column *column = origin_of_output(query->branches[j], i);

        if (!column || (found && !is_same(column, found))) {
            return NULL;
        }
        found = found && !(found->not_null && !column->not_null) ? found : column;
    }
    return found;
}

struct table_column *origin_of(const struct sqlexpr *expr)
{
    while (expr->kind == SQLEXPR_COLUMN && expr->item) {
        expr = expr->item;
    }
    if (expr->kind != SQLEXPR_COLUMN || !expr->source) {
        return NULL;
    }
    if (expr->source->table) {
        return &expr->source->table->columns[expr->column];
    }
    return expr->source->query ? origin_of_output(expr->source->query, expr->column) : NULL;
}
