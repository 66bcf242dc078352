/*
 * Own rows and others:
 *
 *     UPDATE jars SET shelf = :shelf WHERE jarId = :aggregateId      its own: jarId is a key
 *     UPDATE jars SET shelf = :shelf WHERE shelf = :old              others: any number of rows
 *     INSERT INTO jars (...) VALUES (...) ON DUPLICATE KEY UPDATE    its own
 *     INSERT INTO jars SELECT ..., DELETE j FROM jars j JOIN ...     others
 *
 * What is not seen to be of the first kind is taken for the second: that costs time only. So with
 * whole rows: what is not seen to leave one waits for who mends it.
 */
#include "conf/study/own.h"

#include "conf/grammar/visit.h"

#define KEY_COLUMNS_MAX 16 /* of a key: MySQL "InnoDB Limits", columns of an index */

static bool is_insert(const struct sqlchange *change)
{
    return change->verb == SQLVERB_INSERT || change->verb == SQLVERB_REPLACE;
}

static bool has_one_table(const struct sqltree *tree)
{
    return tree->source_count == 1 && !visit_has_query(tree);
}

/* ------------------------------------------------------------------ others */

/* Columns of the table that WHERE names the value of. */
struct pins {
    struct slice columns[KEY_COLUMNS_MAX];
    size_t count;
};

/* A number finds many texts, by looking at all rows. */
static bool pins(const struct sqlexpr *column, const struct sqlexpr *value)
{
    return column->kind == SQLEXPR_COLUMN &&
           (value->kind == SQLEXPR_PARAM || value->kind == SQLEXPR_STRING ||
            (value->kind == SQLEXPR_NUMBER &&
             column->source->table->columns[column->column].holds.family != COLUMN_TEXT));
}

static void add_pin(void *ctx, const struct sqlexpr *part)
{
    struct pins *out = ctx;
    const struct sqlexpr *column = NULL;

    if (part->kind == SQLEXPR_COMPARE && slice_is(part->name, "=")) {
        column = pins(part->args[0], part->args[1])   ? part->args[0]
                 : pins(part->args[1], part->args[0]) ? part->args[1]
                                                      : NULL;
    }
    if (column && out->count < KEY_COLUMNS_MAX) {
        out->columns[out->count++] = column->name;
    }
}

bool own_reads_others(const struct sqltree *tree)
{
    const struct sqlchange *change = tree->change;
    struct pins found = {.count = 0};

    if (!has_one_table(tree)) {
        return true;
    }
    if (is_insert(change)) {
        return false;
    }
    visit_parts(change->where, add_pin, &found);
    return !table_is_unique_by(change->written->table, found.columns, found.count);
}

/* ------------------------------------------------------------------ whole rows */

/* :Id, :old.Id or :aggregateId */
static bool is_id(const struct sqlexpr *expr, struct slice id)
{
    struct slice name = expr->name;

    if (slice_starts(name, "old.")) {
        name = slice_from(name, strlen("old."));
    }
    return expr->kind == SQLEXPR_PARAM && (slice_eq(name, id) || slice_is(name, "aggregateId"));
}

struct images {
    struct slice id;
    bool older; /* a parameter is of an image before */
};

static bool note_image(void *ctx, const struct sqlexpr *expr)
{
    struct images *images = ctx;

    images->older |=
        expr->kind == SQLEXPR_PARAM && slice_starts(expr->name, "old.") && !is_id(expr, images->id);
    return true;
}

static bool knows_the_image_only(const struct sqltree *tree, struct slice id)
{
    struct images images = {id, false};

    visit_tree(tree, note_image, &images);
    return !images.older;
}

static bool is_only_key(const struct table *table, struct slice column)
{
    return table->unique_count == 1 && table_is_unique_by(table, &column, 1);
}

static bool is_key(const struct table *table, const struct sqlexpr *expr)
{
    return expr->kind == SQLEXPR_COLUMN && is_only_key(table, expr->name);
}

/* DELETE FROM t WHERE key = :Id */
static bool deletes_by_id(const struct sqlchange *change, struct slice id)
{
    const struct sqlexpr *where = change->where;
    const struct table *table = change->written->table;

    return change->verb == SQLVERB_DELETE && where && !change->limit &&
           where->kind == SQLEXPR_COMPARE && slice_is(where->name, "=") &&
           ((is_key(table, where->args[0]) && is_id(where->args[1], id)) ||
            (is_key(table, where->args[1]) && is_id(where->args[0], id)));
}

/* The Ith column that has a value in the row. */
static struct slice column_of(const struct sqlchange *change, size_t i)
{
    return change->column_count > 0 ? change->columns[i] : change->written->columns[i];
}

/* In the row; NULL: none. */
static const struct sqlexpr *value_of(const struct sqlchange *change, struct slice column)
{
    size_t i = 0;

    while (i < change->widths[0] && !slice_eq_nocase(column_of(change, i), column)) {
        i++;
    }
    return i < change->widths[0] ? change->rows[0][i] : NULL;
}

/* "column = VALUES(column)", or "column = :Name" of what is no key and is :Name in the row too */
static bool sets_the_image(const struct sqlchange *change, const struct sqlset *set)
{
    struct slice column = set->column->name;
    const struct sqlexpr *value = value_of(change, column);

    return value &&
           ((set->value->kind == SQLEXPR_PARAM && value->kind == SQLEXPR_PARAM &&
             slice_eq(set->value->name, value->name) &&
             !is_only_key(change->written->table, column)) ||
            (set->value->kind == SQLEXPR_NEW && slice_eq_nocase(set->value->name, column)));
}

static bool is_set(const struct sqlchange *change, struct slice column)
{
    for (size_t i = 0; i < change->set_count; i++) {
        if (slice_eq_nocase(change->sets[i].column->name, column)) {
            return true;
        }
    }
    return false;
}

static bool writes_by_id(const struct sqlchange *change, struct slice id)
{
    bool keyed = false;

    if (!is_insert(change) || change->row_count != 1 ||
        (change->verb == SQLVERB_INSERT && change->set_count == 0)) {
        return false;
    }
    for (size_t i = 0; i < change->set_count; i++) {
        if (!sets_the_image(change, &change->sets[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < change->widths[0]; i++) {
        struct slice column = column_of(change, i);

        if (is_only_key(change->written->table, column)) {
            keyed = is_id(change->rows[0][i], id);
        } else if (change->verb == SQLVERB_INSERT && !is_set(change, column)) {
            return false;
        }
    }
    return keyed;
}

bool own_is_whole(const struct sqltree *tree, struct slice id)
{
    return has_one_table(tree) && knows_the_image_only(tree, id) &&
           (deletes_by_id(tree->change, id) || writes_by_id(tree->change, id));
}
