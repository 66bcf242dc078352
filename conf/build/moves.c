/*
 * Rows that move: a change after which a row is no longer among the answers of the tag that it had.
 *
 *     an event    must touch both tags (it carries the old value), or let touches_sql find them
 *     put         touches {X} and {old.X} (touches.c), which are both tags of an item's own row. Of
 *                 rows that another item may have written no image knows the old value
 *
 * Or a tag without places is touched: it speaks for all rows.
 */
#include "conf/build/projection.h"
#include "conf/plan/template.h"
#include "conf/sql/bound.h"
#include "conf/sql/compare.h"
#include "conf/sql/own.h"

static bool writes_table(const struct projection *projection, const struct sqlstatement *statement,
                         const struct table *table)
{
    struct sqltables named = sqlscan_tables(projection->build->arena, statement);

    for (size_t i = 0; i < named.count; i++) {
        if (named.items[i].written && slice_eq(named.items[i].name, table->name)) {
            return true;
        }
    }
    return false;
}

static bool is_removal(const struct sqlstatement *statement)
{
    return sqltoken_is(statement->tokens, "DELETE");
}

static bool inserts(const struct sqlstatement *statement)
{
    return sqltoken_is(statement->tokens, "INSERT") || sqltoken_is(statement->tokens, "REPLACE");
}

/* ------------------------------------------------------------------ rows of one item */

static bool stores_id(const struct projection *projection, const struct sqlstatement *statement,
                      const struct table *table, const struct table_column *column, bool needed)
{
    const struct sqlstored *stored;
    size_t count = sqlstored_find(projection->build->arena, statement, table, column, &stored);

    for (size_t i = 0; i < count; i++) {
        if (!stored[i].token || !projection_is_id(projection, stored[i].token->text)) {
            return false;
        }
    }
    return count > 0 || !needed;
}

static bool finds_by_id(const struct projection *projection, const struct sqlstatement *statement,
                        const struct table_column *column)
{
    return sqlown_is_of_one_table(projection->build->arena, statement) &&
           projection_pins_id(projection, statement, column);
}

/* May the new row take the place of one with another value of COLUMN? */
static bool replaces_others(const struct sqlstatement *statement, const struct table *table,
                            const struct table_column *column)
{
    bool meets = sqltoken_is(statement->tokens, "REPLACE");

    for (size_t i = 0; i < statement->token_count; i++) {
        meets |= statement->tokens[i].depth == 0 && sqltoken_is(&statement->tokens[i], "DUPLICATE");
    }
    return meets && table_has_key_without(table, column->name);
}

/* Does COLUMN hold the id in each row that BLOCK makes, and does it touch no rows but these? */
static bool keeps_to_id(const struct projection *projection, const struct sqlblock *block,
                        const struct table *table, const struct table_column *column)
{
    for (size_t i = 0; block && i < block->statement_count; i++) {
        const struct sqlstatement *statement = &block->statements[i];
        bool makes = inserts(statement);

        if (!writes_table(projection, statement, table)) {
            continue;
        }
        if (!stores_id(projection, statement, table, column, makes) ||
            (makes ? replaces_others(statement, table, column)
                   : !finds_by_id(projection, statement, column))) {
            return false;
        }
    }
    return true;
}

bool projection_owns(const struct projection *projection, const struct table *table)
{
    const struct sqlfile *file = &projection->build->model.projections_sql;

    for (size_t i = 0; i < table->column_count; i++) {
        if (keeps_to_id(projection, sqlfile_find(file, SLICE_LITERAL("put")), table,
                        &table->columns[i]) &&
            keeps_to_id(projection, sqlfile_find(file, SLICE_LITERAL("delete")), table,
                        &table->columns[i])) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ what moves */

/* REPLACE may give the row of a key that COLUMN is no part of another value of it. */
static bool sets(const struct sqlstatement *statement, const struct table *table,
                 struct slice column)
{
    return sqlcompare_sets(statement, column) ||
           (sqltoken_is(statement->tokens, "REPLACE") && table_has_key_without(table, column));
}

/*
 * A row may leave the answers of one tag for those of another. A row that is removed and one that
 * is made are one that is changed, unless the removal names the column's value, which then fills a
 * tag's place. A plain INSERT meets no row.
 */
static bool moves(const struct projection *projection, const struct table *table,
                  struct slice column)
{
    bool removed = false, made = false;

    for (size_t i = 0; projection->block && i < projection->block->statement_count; i++) {
        const struct sqlstatement *statement = &projection->block->statements[i];

        if (!writes_table(projection, statement, table)) {
            continue;
        }
        if (sets(statement, table, column)) {
            return true;
        }
        removed |= is_removal(statement) && !sqlown_pinned(statement, column);
        made |= inserts(statement);
    }
    return removed && (made || !projection->payload); /* an event's DELETE names the tag it knows */
}

static bool is_moved(const struct projection *projection, const struct table *table,
                     struct slice column)
{
    return (projection->payload || !projection_owns(projection, table)) &&
           moves(projection, table, column);
}

/* The column of a place of TAG that a change sets, or NULL. */
static const struct table_column *moved_column(const struct projection *projection,
                                               const struct sqlselect *select,
                                               const struct plan_template *tag, size_t item)
{
    const struct table *table = select->items[item].table;

    for (size_t i = 0; i < table->column_count * tag->part_count; i++) {
        const struct table_column *column = &table->columns[i / tag->part_count];
        struct slice param = tag->parts[i % tag->part_count].name;

        for (size_t choice = 0; param.len > 0 && choice < select->cases; choice++) {
            if (sqlbound_column(select, item, column, param, choice) &&
                is_moved(projection, table, column->name)) {
                return column;
            }
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ what is touched */

/*
 * Both the tag that a row leaves and the one that it comes to are touched, or one that stays the
 * same.
 */
static bool touches_both(const struct projection *projection, const struct plan_query *query,
                         const struct plan_template *tag)
{
    size_t same = 0;

    for (size_t i = 0; i < projection->out->touch_count; i++) {
        same += template_same_shape(&projection->touches[i], tag);
        for (size_t j = 0; j < query->tag_count; j++) {
            if (template_places(&query->tags[j]) == 0 &&
                template_same_shape(&projection->touches[i], &query->tags[j])) {
                return true;
            }
        }
    }
    for (size_t i = 0; i < query->tag_count; i++) {
        if ((tag == &query->tags[i] || template_places(&query->tags[i]) == 0) &&
            projection_sql_yields(projection, &query->tags[i])) {
            return true; /* it runs before the change and after it */
        }
    }
    return projection->payload && same >= 2;
}

static void complain_moved(const struct projection *projection, const struct plan_query *query,
                           const struct plan_template *tag, const struct table_column *column)
{
    if (projection->payload) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("let the event carry the old value and touch both tags, or "
                                      "use \"touches_sql\"; what only makes rows can be a plain "
                                      "INSERT"),
                        "it changes the column '%.*s', so a row leaves one '%.*s' of the query "
                        "%.*s for another, and one of them only is touched",
                        SLICE_ARG(column->name), SLICE_ARG(tag->text), SLICE_ARG(query->name));
        return;
    }
    source_complain(&projection->source, projection->value,
                    SLICE_LITERAL("find rows by a column that holds the id, and let each unique "
                                  "key have it; or use \"touches_sql\" or a tag without places"),
                    "it may change a row that another item wrote: by the column '%.*s' that leaves "
                    "one '%.*s' of the query %.*s, which is not touched",
                    SLICE_ARG(column->name), SLICE_ARG(tag->text), SLICE_ARG(query->name));
}

void check_moves(const struct projection *projection, const struct plan_query *query,
                 const struct sqlselect *select)
{
    for (size_t i = 0; i < query->tag_count; i++) {
        const struct plan_template *tag = &query->tags[i];
        const struct table_column *column = NULL;

        for (size_t item = 0; item < select->item_count && !column; item++) {
            if (select->items[item].table &&
                projection_writes(projection, select->items[item].table)) {
                column = moved_column(projection, select, tag, item);
            }
        }
        if (column && !touches_both(projection, query, tag)) {
            complain_moved(projection, query, tag, column);
        }
    }
}
