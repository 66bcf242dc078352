/*
 * Stored values in a change:
 *
 *     UPDATE jars SET n = :n WHERE jarId = :id             no
 *     UPDATE jars SET n = n - :n WHERE jarId = :id         yes: 1690 below 0
 *     UPDATE jars SET n = :n WHERE jarId = :id AND 1 / m   yes: 1365 where m is 0
 *     INSERT ... ON DUPLICATE KEY UPDATE n = VALUES(n)     no
 *     INSERT ... ON DUPLICATE KEY UPDATE n = n + 1         yes
 *     UPDATE jars SET n = :n ..., CHECK (n <= m)           yes: m is the row's
 */
#include "conf/study/recall.h"

#include "conf/grammar/visit.h"

static bool is_insert(const struct sqlchange *change)
{
    return change->verb == SQLVERB_INSERT || change->verb == SQLVERB_REPLACE;
}

/* ------------------------------------------------------------------ what it computes with */

static bool note_column(void *ctx, const struct sqlexpr *expr)
{
    bool *found = ctx;

    *found |= expr->kind == SQLEXPR_COLUMN;
    return !*found;
}

static bool has_column(const struct sqlexpr *expr)
{
    bool found = false;

    visit_expr(expr, note_column, &found);
    return found;
}

static bool is_number(const struct sqlexpr *column)
{
    switch (column->source->table->columns[column->column].holds.family) {
    case COLUMN_INTEGER:
    case COLUMN_BOOLEAN:
    case COLUMN_DECIMAL:
    case COLUMN_REAL:
        return true;
    case COLUMN_OTHER:
    case COLUMN_TEXT:
    case COLUMN_BYTES:
    case COLUMN_JSON:
    case COLUMN_DATE:
    case COLUMN_DATETIME:
    case COLUMN_UUID:
    case COLUMN_INET6:
        break;
    }
    return false;
}

/* A number beside a text is converted by none: SQL converts the text. */
static bool is_beside(const struct sqlexpr *column, const struct sqlexpr *value)
{
    return column->kind == SQLEXPR_COLUMN &&
           (value->kind == SQLEXPR_PARAM || value->kind == SQLEXPR_STRING ||
            value->kind == SQLEXPR_NULL || (value->kind == SQLEXPR_NUMBER && is_number(column)));
}

/* Does a condition do more than compare columns with values? */
static bool computes(const struct sqlexpr *condition)
{
    bool found = false;

    switch (condition->kind) {
    case SQLEXPR_AND:
    case SQLEXPR_OR:
        for (size_t i = 0; i < condition->arg_count; i++) {
            found |= computes(condition->args[i]);
        }
        return found;
    case SQLEXPR_COMPARE:
        return !is_beside(condition->args[0], condition->args[1]) &&
               !is_beside(condition->args[1], condition->args[0]) && has_column(condition);
    case SQLEXPR_IS_NULL:
        return condition->args[0]->kind != SQLEXPR_COLUMN && has_column(condition);
    case SQLEXPR_NULL:
    case SQLEXPR_NUMBER:
    case SQLEXPR_STRING:
    case SQLEXPR_BOOLEAN:
    case SQLEXPR_PARAM:
    case SQLEXPR_COLUMN:
    case SQLEXPR_CONSTANT:
    case SQLEXPR_STAR:
    case SQLEXPR_DEFAULT:
    case SQLEXPR_NEW:
    case SQLEXPR_NOT:
    case SQLEXPR_IN:
    case SQLEXPR_IN_QUERY:
    case SQLEXPR_BETWEEN:
    case SQLEXPR_LIKE:
    case SQLEXPR_MATH:
    case SQLEXPR_ROW:
    case SQLEXPR_QUERY:
    case SQLEXPR_EXISTS:
    case SQLEXPR_COLLATE:
    case SQLEXPR_CALL:
        break;
    }
    return has_column(condition);
}

static bool change_computes(const struct sqlchange *change)
{
    bool found = change->where && computes(change->where);

    for (size_t i = 0; i < change->set_count; i++) {
        found |= has_column(change->sets[i].value);
    }
    for (size_t i = 0; i < change->order_count; i++) {
        found |= has_column(change->order[i]);
    }
    return found;
}

/* ------------------------------------------------------------------ what the table computes */

static bool sets(const struct sqlchange *change, struct slice name)
{
    for (size_t i = 0; i < change->set_count; i++) {
        if (slice_eq_nocase(change->sets[i].column->name, name)) {
            return true;
        }
    }
    return false;
}

/* The row that an INSERT meets has its key. */
static bool keeps(const struct sqlchange *change, struct slice name)
{
    const struct table *table = change->written->table;

    return !sets(change, name) && !(is_insert(change) && table->unique_count == 1 &&
                                    table_key_has(&table->unique[0], name));
}

/* A CHECK or a generated column, of these COLUMNS. What another generated one holds is not seen. */
static bool mixes(const struct sqlchange *change, const struct table_key *columns)
{
    bool set = false, kept = false;

    for (size_t i = 0; i < columns->column_count; i++) {
        const struct table_column *column =
            table_column_find(change->written->table, columns->columns[i]);

        if (column) {
            set |= column->holds.generated || sets(change, column->name);
            kept |= keeps(change, column->name);
        }
    }
    return set && kept;
}

bool recall_find(const struct sqltree *tree)
{
    const struct sqlchange *change = tree->change;
    const struct table *table = change->written->table;

    if (tree->source_count != 1) {
        return true;
    }
    if (is_insert(change) && change->set_count == 0) {
        return false;
    }
    if (change_computes(change)) {
        return true;
    }
    for (size_t i = 0; i < table->computed_count && change->verb != SQLVERB_DELETE; i++) {
        if (mixes(change, &table->computed[i])) {
            return true;
        }
    }
    return false;
}
