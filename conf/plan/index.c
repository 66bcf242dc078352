/*
 * Asked of the server's catalogue, not of EXPLAIN: that depends on the rows that there are, none
 * before a start, and MySQL gives it to no prepared statement.
 */
#include "conf/plan/index.h"

/* *found: has the table an index that begins with one of the columns? */
static enum status ask(struct sql_conn *conn, const struct plan_model *model,
                       const struct plan_columns *table, struct arena *arena, bool *found)
{
    const struct value *params[] = {value_string(arena, model->database),
                                    value_string(arena, table->table),
                                    value_string(arena, table->columns)};
    const struct sql_statement statement = {
        .text = SLICE_LITERAL("SELECT 1 FROM information_schema.statistics WHERE table_schema = ? "
                              "AND table_name = ? AND seq_in_index = 1 AND "
                              "FIND_IN_SET(column_name, ?) > 0 LIMIT 1"),
        .database = model->database,
        .params = params,
        .param_count = ARRAY_COUNT(params),
        .max_rows = 1};
    struct sql_rows rows = {0};
    enum status status = sql_run(conn, &statement, arena, &rows);

    *found = rows.row_count > 0;
    return status;
}

enum status index_check(struct sql_conn *conn, const struct plan_model *model,
                        const struct plan_class *class, struct arena *arena,
                        const struct plan_columns **out)
{
    enum status status = STATUS_OK;

    *out = NULL;
    for (size_t i = 0; status == STATUS_OK && !*out && i < class->asked_table_count; i++) {
        bool found;

        status = ask(conn, model, &class->asked_tables[i], arena, &found);
        *out = status == STATUS_OK && !found ? &class->asked_tables[i] : NULL;
    }
    return status;
}
