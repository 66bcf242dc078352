/*
 * What a projection's statements store in which columns, and of which columns they change rows
 * without a word about what these hold there:
 *
 *     UPDATE tasks SET place = place + 1 WHERE board = :board     taskId, of any number of tasks
 *     DELETE FROM replies WHERE replyId = :id OR parent = :id     all columns
 *     INSERT ... ON DUPLICATE KEY UPDATE title = VALUES(title)    shelf, of the row that it meets
 *
 * Of a row that is found by a whole unique key with the aggregate's id in it, what the projection's
 * touches say is believed: there is one such row, and the aggregate knows it. So with the rows of a
 * state store's item that no other item writes: its images say what they hold.
 */
#include "conf/build/projection.h"
#include "conf/sql/own.h"
#include "conf/sql/scan.h"

static void note(struct projection *projection, const struct projection_write *noted)
{
    struct projection_write *write = ARENA_NEW(projection->build->arena, struct projection_write);

    *write = *noted;
    write->next = projection->writes;
    projection->writes = write;
}

/* Not of touches_sql, which comes after the statements and writes nothing. */
void writes_note_found(struct projection *projection, const struct plan_bind *bind,
                       const struct beside *beside)
{
    if (!projection->tags && beside->column && beside->how == BESIDE_EQUAL) {
        note(projection, &(struct projection_write){.column = beside->column,
                                                    .how = SQLSTORED_PARAM,
                                                    .name = bind->name,
                                                    .old = bind->source == SOURCE_OLD_FIELD});
    }
}

static void note_stored(struct projection *projection, const struct sqlstatement *statement,
                        const struct table *table, const struct table_column *column)
{
    const struct sqlstored *stored;
    size_t count = sqlstored_find(projection->build->arena, statement, table, column, &stored);

    for (size_t i = 0; i < count; i++) {
        struct projection_write write = {.column = column, .how = stored[i].how};

        if (stored[i].token) {
            write.old = !projection->payload && slice_starts(stored[i].token->text, "old.");
            write.name = slice_from(stored[i].token->text, write.old ? strlen("old.") : 0);
        }
        note(projection, &write);
    }
}

/* ------------------------------------------------------------------ rows that are met */

bool projection_pins_id(const struct projection *projection, const struct sqlstatement *statement,
                        const struct table_column *column)
{
    const struct sqltoken *pinned = sqlown_pinned(statement, column->name);
    struct slice name = pinned ? pinned->text : SLICE_EMPTY;

    if (slice_starts(name, "old.")) {
        name = slice_from(name, strlen("old."));
    }
    return pinned && projection_is_id(projection, name);
}

static bool finds_own(const struct projection *projection, const struct sqlstatement *statement,
                      const struct table *table)
{
    bool known = sqlown_names_key(statement, table) ||
                 (!projection->payload && projection_owns(projection, table));

    for (size_t i = 0; known && i < table->column_count; i++) {
        if (projection_pins_id(projection, statement, &table->columns[i])) {
            return true;
        }
    }
    return false;
}

/* A number that the server counts up itself meets no row. */
static bool is_counted(const struct projection *projection, const struct sqlstatement *statement,
                       const struct table *table, const struct table_key *key)
{
    for (size_t i = 0; i < key->column_count; i++) {
        const struct table_column *column = table_column_find(table, key->columns[i]);
        const struct sqlstored *stored;

        if (column && column->counted &&
            sqlstored_find(projection->build->arena, statement, table, column, &stored) == 1 &&
            stored[0].how == SQLSTORED_DEFAULT) {
            return true;
        }
    }
    return false;
}

/* By one of its unique keys, an INSERT may meet a row with another value of COLUMN. */
static bool meets_others(const struct projection *projection, const struct sqlstatement *statement,
                         const struct table *table, const struct table_column *column)
{
    for (size_t i = 0; i < table->unique_count; i++) {
        if (!table_key_has(&table->unique[i], column->name) &&
            !is_counted(projection, statement, table, &table->unique[i])) {
            return true;
        }
    }
    return false;
}

/* Does it change rows of TABLE of which no parameter says what COLUMN holds? */
static bool is_unsaid(const struct projection *projection, const struct sqlstatement *statement,
                      const struct table *table, const struct table_column *column)
{
    if (sqltoken_is(statement->tokens, "INSERT")) {
        return sqlown_keeps(statement, table, column->name) &&
               meets_others(projection, statement, table, column);
    }
    if (sqltoken_is(statement->tokens, "REPLACE")) {
        return false; /* moves.c */
    }
    return !sqlown_is_of_one_table(projection->build->arena, statement) ||
           !(sqlown_pinned(statement, column->name) || finds_own(projection, statement, table));
}

static bool is_written(const struct sqltables *named, const struct table *table)
{
    for (size_t i = 0; i < named->count; i++) {
        if (named->items[i].written && slice_eq(named->items[i].name, table->name)) {
            return true;
        }
    }
    return false;
}

void writes_note(struct projection *projection, const struct sqlstatement *statement)
{
    const struct tables *tables = &projection->build->model.tables;
    struct sqltables named = sqlscan_tables(projection->build->arena, statement);

    for (size_t i = 0; i < tables->count; i++) {
        const struct table *table = &tables->items[i];
        bool written = is_written(&named, table);

        for (size_t j = 0; j < table->column_count; j++) {
            const struct table_column *column = &table->columns[j];

            note_stored(projection, statement, table, column);
            if (written && is_unsaid(projection, statement, table, column)) {
                note(projection, &(struct projection_write){
                                     .column = column, .how = SQLSTORED_OTHER, .meets = statement});
            }
        }
    }
}
