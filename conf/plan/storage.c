/*
 * One statement for each table of the model: its engine, triggers and keys are columns of one row,
 * NULL when nothing is wrong.
 */
#include "conf/plan/storage.h"

#include "conf/sql/tables.h"

#define KEEPS "NOT IN ('RESTRICT', 'NO ACTION')"

static const struct {
    const char *what, *hint;
} faults[] = {
    {"engine",                      TABLE_ENGINE_HINT                           },
    {"trigger",
     "what it changes no projection writes, and its answers stay: drop it, and write its rows in "
     "the projection"                                                           },
    {"key that cascades",           TABLE_CASCADE_HINT                          },
    {"column of another collation",
     "tags compare by bytes: ALTER TABLE ... MODIFY it with COLLATE utf8mb4_bin"},
};

/* ------------------------------------------------------------------ one table */

/* Of the columns that tags compare; empty: there are none. */
static struct slice texts_of(const struct plan_model *model, struct slice table)
{
    for (size_t i = 0; i < model->text_count; i++) {
        if (slice_eq(model->texts[i].table, table)) {
            return model->texts[i].columns;
        }
    }
    return SLICE_EMPTY;
}

static enum status check_table(struct sql_conn *conn, const struct plan_model *model,
                               struct slice table, struct arena *arena, struct storage_fault *out)
{
    const struct value *schema = value_string(arena, model->database);
    const struct value *name = value_string(arena, table);
    const struct value *texts = value_string(arena, texts_of(model, table));
    const struct value *params[] = {schema, name, schema, name, schema, name, schema, name, texts};
    const struct sql_statement statement = {
        .text = SLICE_LITERAL(
            "SELECT (SELECT COALESCE(engine, table_type) FROM information_schema.tables "
            "WHERE table_schema = ? AND table_name = ? AND "
            "COALESCE(engine, table_type) <> 'InnoDB' LIMIT 1), "
            "(SELECT trigger_name FROM information_schema.triggers "
            "WHERE event_object_schema = ? AND event_object_table = ? LIMIT 1), "
            "(SELECT constraint_name FROM information_schema.referential_constraints "
            "WHERE constraint_schema = ? AND table_name = ? AND "
            "(delete_rule " KEEPS " OR update_rule " KEEPS ") LIMIT 1), "
            "(SELECT CONCAT(column_name, ' ', collation_name) FROM information_schema.columns "
            "WHERE table_schema = ? AND table_name = ? AND FIND_IN_SET(column_name, ?) > 0 AND "
            "collation_name <> 'utf8mb4_bin' LIMIT 1)"),
        .database = model->database,
        .params = params,
        .param_count = ARRAY_COUNT(params),
        .max_rows = 1};
    struct sql_rows rows = {0};
    enum status status = sql_run(conn, &statement, arena, &rows);

    for (size_t i = 0; status == STATUS_OK && rows.row_count == 1 && i < ARRAY_COUNT(faults); i++) {
        if (!out->what && rows.cells[i].len > 0) {
            *out = (struct storage_fault){faults[i].what, faults[i].hint, table, rows.cells[i]};
        }
    }
    return status;
}

/* ------------------------------------------------------------------ all */

struct names {
    struct slice *items;
    size_t count;
};

static void add_names(struct names *names, const struct slice *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;

        while (j < names->count && !slice_eq(names->items[j], items[i])) {
            j++;
        }
        names->items[j] = items[i];
        names->count += j == names->count;
    }
}

static struct names names_of(const struct plan_model *model, struct arena *arena)
{
    struct names names = {NULL, 0};
    size_t room = 0;

    for (size_t i = 0; i < model->projection_count; i++) {
        room += model->projections[i].table_count;
    }
    for (size_t i = 0; i < model->query_count; i++) {
        room += model->queries[i].table_count;
    }
    names.items = ARENA_ARRAY(arena, struct slice, room);
    for (size_t i = 0; i < model->projection_count; i++) {
        add_names(&names, model->projections[i].tables, model->projections[i].table_count);
    }
    for (size_t i = 0; i < model->query_count; i++) {
        add_names(&names, model->queries[i].tables, model->queries[i].table_count);
    }
    return names;
}

enum status storage_check(struct sql_conn *conn, const struct plan_model *model,
                          struct arena *arena, struct storage_fault *out)
{
    struct names names = names_of(model, arena);
    enum status status = STATUS_OK;

    *out = (struct storage_fault){0};
    for (size_t i = 0; i < names.count && status == STATUS_OK && !out->what; i++) {
        status = check_table(conn, model, names.items[i], arena, out);
    }
    return status;
}
