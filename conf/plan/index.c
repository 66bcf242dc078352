/*
 * EXPLAIN in the one format that both servers have. What it says depends on the rows that there
 * are: of a table with few rows, as it is before a start, a server may read the whole in spite of
 * an index, and then "possible_keys" tells.
 */
#include "conf/plan/index.h"

/* A value for each ?, such as the columns hold: NULL would need no row. */
static const struct value **samples(const struct plan_class *class, struct arena *arena)
{
    const struct value **params = ARENA_ARRAY(arena, const struct value *, class->link_count);

    for (size_t i = 0; i < class->link_count; i++) {
        params[i] = class->links[i].of == KIND_TEXT ? value_string(arena, SLICE_LITERAL("x"))
                                                    : value_number(arena, SLICE_LITERAL("1"));
    }
    return params;
}

/* NULL: the server gives no such column, or NULL in it. */
static const struct slice *cell(const struct sql_rows *rows, size_t row, struct slice name)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct slice *found = &rows->cells[row * rows->column_count + i];

        if (slice_eq_nocase(rows->columns[i].name, name)) {
            return found->ptr ? found : NULL;
        }
    }
    return NULL;
}

/* "Using index for group-by", "... for skip scan": all of it, by steps. */
static bool is_stepped(const struct slice *extra)
{
    return extra && (memmem(extra->ptr, extra->len, "for group-by", 12) ||
                     memmem(extra->ptr, extra->len, "for skip scan", 13));
}

/* By equality, or it could be: of few rows a server reads all. "index": all of an index. */
static bool is_found_by_key(const struct sql_rows *rows, size_t row)
{
    static const char *const lookups[] = {"const", "eq_ref", "ref", "ref_or_null", "system"};
    const struct slice *type = cell(rows, row, SLICE_LITERAL("type"));
    const struct slice *extra = cell(rows, row, SLICE_LITERAL("Extra"));

    for (size_t i = 0; type && i < ARRAY_COUNT(lookups); i++) {
        if (slice_is(*type, lookups[i])) {
            return true;
        }
    }
    return !type || (!slice_is(*type, "index") && !is_stepped(extra) &&
                     cell(rows, row, SLICE_LITERAL("possible_keys")));
}

/* Of the alias "h2" the second. */
static struct slice table_of(const struct plan_class *class, struct slice alias)
{
    uint64_t number = 0;

    if (slice_parse_u64(slice_from(alias, alias.len > 0), &number) != STATUS_OK || number == 0 ||
        number > class->asked_table_count) {
        return alias;
    }
    return class->asked_tables[number - 1];
}

enum status index_check(struct sql_conn *conn, const struct plan_model *model,
                        const struct plan_class *class, struct arena *arena, struct slice *out)
{
    const struct sql_statement statement = {
        .text = arena_printf(arena, "EXPLAIN FORMAT=TRADITIONAL %.*s", SLICE_ARG(class->ask.text)),
        .database = model->database,
        .params = samples(class, arena),
        .param_count = class->link_count};
    struct sql_rows rows = {0};
    enum status status = sql_run(conn, &statement, arena, &rows);

    *out = SLICE_EMPTY;
    for (size_t i = 0; status == STATUS_OK && i < rows.row_count && out->len == 0; i++) {
        const struct slice *alias = cell(&rows, i, SLICE_LITERAL("table"));

        if (alias && !is_found_by_key(&rows, i)) {
            *out = table_of(class, *alias);
        }
    }
    return status;
}
