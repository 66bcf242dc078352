#include "conf/plan/collation.h"

enum status collation_check(struct sql_conn *conn, struct slice database, struct arena *arena,
                            struct collation_fault *out)
{
    const struct value *params[] = {value_string(arena, database), value_string(arena, database)};
    const struct sql_statement statement = {
        .text = SLICE_LITERAL(
            "SELECT 'the database' AS place, default_collation_name AS collation "
            "FROM information_schema.schemata "
            "WHERE schema_name = ? AND default_collation_name <> '" COLLATION_WANTED "' "
            "UNION ALL SELECT CONCAT(table_name, '.', column_name), collation_name "
            "FROM information_schema.columns "
            "WHERE table_schema = ? AND table_name LIKE 'twofold\\_%' AND "
            "collation_name IS NOT NULL AND collation_name <> '" COLLATION_WANTED "' LIMIT 1"),
        .database = database,
        .params = params,
        .param_count = ARRAY_COUNT(params),
        .max_rows = 1};
    struct sql_rows rows = {0};
    enum status status = sql_run(conn, &statement, arena, &rows);

    *out = (struct collation_fault){0};
    if (status == STATUS_OK && rows.row_count == 1) {
        *out = (struct collation_fault){.place = rows.cells[0], .collation = rows.cells[1]};
    }
    return status;
}
