/*
 * Statements of our own tables and the cells of their answers.
 */
#include "projector/store/statement.h"

#include <inttypes.h>
#include <stdarg.h>

static const struct value *param(struct arena *arena, char type, va_list *args)
{
    const char *text;

    switch (type) {
    case 'u':
        return value_number(arena, arena_printf(arena, "%" PRIu64, va_arg(*args, uint64_t)));
    case 'S':
        return value_string(arena, va_arg(*args, struct slice));
    default:
        text = va_arg(*args, const char *);
        return text ? value_string(arena, slice_str(text)) : value_null(arena);
    }
}

enum status statement_run(struct sql_conn *sql, struct slice database, struct arena *arena,
                          struct sql_rows *rows_out, const char *text, const char *types, ...)
{
    const struct value *params[STATEMENT_PARAMS_MAX];
    struct sql_statement statement = {
        .text = slice_str(text), .database = database, .params = params};
    va_list args;

    va_start(args, types);
    for (; *types && statement.param_count < STATEMENT_PARAMS_MAX; types++) {
        params[statement.param_count++] = param(arena, *types, &args);
    }
    va_end(args);
    return sql_run(sql, &statement, arena, rows_out);
}

static const struct slice *cell(const struct sql_rows *rows, size_t row, size_t column)
{
    return &rows->cells[row * rows->column_count + column];
}

bool cell_is_null(const struct sql_rows *rows, size_t row, size_t column)
{
    return !cell(rows, row, column)->ptr;
}

struct slice cell_text(const struct sql_rows *rows, size_t row, size_t column)
{
    return cell_is_null(rows, row, column) ? SLICE_EMPTY : *cell(rows, row, column);
}

uint64_t cell_u64(const struct sql_rows *rows, size_t row, size_t column)
{
    uint64_t number = 0;

    return slice_parse_u64(cell_text(rows, row, column), &number) == STATUS_OK ? number : 0;
}

void cell_copy(const struct sql_rows *rows, size_t row, size_t column, char *out, size_t size)
{
    struct slice text = cell_text(rows, row, column);
    size_t len = text.len < size - 1 ? text.len : size - 1;

    memcpy(out, text.ptr, len);
    out[len] = '\0';
}
