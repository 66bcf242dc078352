/*
 * Results of the binary protocol -> texts in the caller's arena.
 *
 *     column's type  -> kind (what the text means) and the buffer that the library fills
 *     filled buffer  -> text: integers and times are written here, exact types come as text, long
 *                       ones are fetched once more straight into the arena
 *
 * Rows are read as they come from the socket; nothing is stored twice.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/sql/private.h"

#define CHARSET_BINARY 63
#define END_OF_ROWS    0xfe /* first byte of the packet behind them */

/* ------------------------------------------------------------------ kinds */

static bool is_json(const MYSQL_FIELD *field)
{
    MARIADB_CONST_STRING format = {0};

    return mariadb_field_attr(&format, field, MARIADB_FIELD_ATTR_FORMAT_NAME) == 0 &&
           slice_is(slice_of(format.str, format.length), "json");
}

static enum sql_kind kind_of_text(const MYSQL_FIELD *field)
{
    if (is_json(field)) {
        return SQL_JSON;
    }
    return field->charsetnr == CHARSET_BINARY ? SQL_BYTES : SQL_TEXT;
}

// clang-format off
/* X(type of the protocol, kind, type of the buffer) */
#define FIELD_TYPES(X)                                                     \
    X(TINY,        field->length == 1 ? SQL_BOOLEAN : SQL_INTEGER, LONGLONG) \
    X(SHORT,       SQL_INTEGER,  LONGLONG)                                 \
    X(INT24,       SQL_INTEGER,  LONGLONG)                                 \
    X(LONG,        SQL_INTEGER,  LONGLONG)                                 \
    X(LONGLONG,    SQL_INTEGER,  LONGLONG)                                 \
    X(YEAR,        SQL_INTEGER,  LONGLONG)                                 \
    X(BIT,         field->length == 1 ? SQL_BOOLEAN : SQL_INTEGER, BLOB)   \
    X(FLOAT,       SQL_DOUBLE,   FLOAT)                                    \
    X(DOUBLE,      SQL_DOUBLE,   DOUBLE)                                   \
    X(DECIMAL,     SQL_DECIMAL,  STRING)                                   \
    X(NEWDECIMAL,  SQL_DECIMAL,  STRING)                                   \
    X(DATE,        SQL_DATE,     DATE)                                     \
    X(NEWDATE,     SQL_DATE,     DATE)                                     \
    X(TIME,        SQL_TIME,     TIME)                                     \
    X(DATETIME,    SQL_DATETIME, DATETIME)                                 \
    X(TIMESTAMP,   SQL_DATETIME, DATETIME)                                 \
    X(JSON,        SQL_JSON,     BLOB)                                     \
    X(NULL,        SQL_TEXT,     BLOB)                                     \
    X(ENUM,        SQL_TEXT,     BLOB)                                     \
    X(SET,         SQL_TEXT,     BLOB)                                     \
    X(GEOMETRY,    SQL_BYTES,    BLOB)
// clang-format on

enum sql_kind sql_kind_of(const MYSQL_FIELD *field)
{
    switch ((unsigned int)field->type) {
#define KIND_CASE(name, kind, buffer) \
    case MYSQL_TYPE_##name:           \
        return kind;
        FIELD_TYPES(KIND_CASE)
#undef KIND_CASE
    default:
        return kind_of_text(field); /* VARCHAR, CHAR, TEXT, BLOB and what may come */
    }
}

static enum enum_field_types buffer_of(enum enum_field_types type)
{
    switch ((unsigned int)type) {
#define BUFFER_CASE(name, kind, buffer) \
    case MYSQL_TYPE_##name:             \
        return MYSQL_TYPE_##buffer;
        FIELD_TYPES(BUFFER_CASE)
#undef BUFFER_CASE
    default:
        return MYSQL_TYPE_BLOB;
    }
}

/*
 * The columns of the run. The library copies types into the statement's own columns, but leaves
 * these the names and formats that they had when it was prepared.
 */
static const MYSQL_FIELD *fields_of_run(const struct sql_conn *conn,
                                        const struct prepared *prepared)
{
    const MYSQL *mysql = conn->mysql;

    return mysql->fields && mysql->field_count == prepared->column_count
               ? mysql->fields
               : mysql_fetch_fields(prepared->metadata);
}

/*
 * MariaDB sends the columns anew only when they are others than it sent before. Else the library
 * copies the statement's, with an empty extension in place of PREPARE's format. So a format that
 * PREPARE did not tell is told once.
 */
static enum sql_kind kind_of_run(struct shape *shape, const MYSQL_FIELD *field)
{
    enum sql_kind kind = sql_kind_of(field);

    if (kind == SQL_TEXT && shape->json && field->extension) {
        kind = SQL_JSON;
    }
    shape->json = kind == SQL_JSON;
    return kind;
}

/* The same texts may be JSON in one run and not in the next. */
static bool is_another(const struct shape *shape, enum enum_field_types type, enum sql_kind kind)
{
    return shape->type != type ||
           (shape->kind != kind && shape->kind != SQL_JSON && kind != SQL_JSON);
}

bool shapes_take(const struct sql_conn *conn, struct prepared *prepared)
{
    const MYSQL_FIELD *fields = fields_of_run(conn, prepared);
    bool outdated = false;

    for (unsigned int i = 0; i < prepared->column_count; i++) {
        struct shape *shape = &prepared->shapes[i];
        enum sql_kind kind = kind_of_run(shape, &fields[i]);

        shape->moved = prepared->ran && is_another(shape, fields[i].type, kind);
        shape->type = fields[i].type;
        shape->flags = fields[i].flags;
        shape->decimals = fields[i].decimals;
        shape->kind = kind;
        prepared->outdated |= shape->json && !shape->format_told && shape->type != MYSQL_TYPE_JSON;
        outdated |= shape->moved && shape->described && !shape->varies;
    }
    prepared->ran = true;
    return outdated;
}

/*
 * The run's kind, and what a derived table drops of it (the length of TINYINT(1), the format of
 * MariaDB's JSON) where `describe` knows. It is never believed against the run: its types are those
 * before any parameter has a value.
 */
static enum sql_kind kind_of(const struct shape *shape)
{
    if (shape->described && shape->described_type == shape->type && shape->kind == SQL_INTEGER &&
        shape->described_kind == SQL_BOOLEAN) {
        return SQL_BOOLEAN;
    }
    if (shape->described && shape->described_type != MYSQL_TYPE_JSON && !shape->format_told &&
        shape->kind == SQL_TEXT && shape->described_kind == SQL_JSON) {
        return SQL_JSON; /* of MariaDB: a text; the types of texts go by their lengths */
    }
    return shape->kind;
}

struct sql_column *columns_copy(struct arena *arena, const MYSQL_FIELD *fields, unsigned int count)
{
    struct sql_column *columns = ARENA_ARRAY(arena, struct sql_column, count);

    for (unsigned int i = 0; i < count; i++) {
        columns[i].name = arena_copy(arena, slice_of(fields[i].name, fields[i].name_length));
        columns[i].kind = sql_kind_of(&fields[i]);
        columns[i].nullable = (fields[i].flags & NOT_NULL_FLAG) == 0;
    }
    return columns;
}

/* ------------------------------------------------------------------ texts of values */

static struct slice text_of_integer(struct arena *arena, long long integer, bool is_unsigned)
{
    bool negative = !is_unsigned && integer < 0;
    unsigned long long rest =
        negative ? 0 - (unsigned long long)integer : (unsigned long long)integer;
    char digits[24];
    char *end = digits + sizeof(digits), *at = end;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (negative) {
        *--at = '-';
    }
    return arena_copy(arena, slice_of(at, (size_t)(end - at)));
}

static struct slice text_of_bits(struct arena *arena, const struct cell *cell)
{
    unsigned long long bits = 0;

    for (unsigned long i = 0; i < cell->length && i < 8; i++) {
        bits = bits << 8 | (unsigned char)cell->value.text[i];
    }
    return text_of_integer(arena, (long long)bits, true);
}

/* The shortest of 15 to 17 digits that reads back as the same number; of 6 to 9 for a FLOAT. */
static struct slice text_of_real(struct arena *arena, double real, bool single)
{
    int digits = single ? 6 : 15, most = single ? 9 : 17;
    char text[40];

    for (; digits <= most; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, real);
        if (single ? strtof(text, NULL) == (float)real : strtod(text, NULL) == real) {
            break;
        }
    }
    return arena_copy(arena, slice_str(text));
}

static struct slice text_of_time(struct arena *arena, const MYSQL_TIME *time, enum sql_kind kind,
                                 unsigned int decimals)
{
    char text[64], fraction[16];
    size_t length = 0;

    if (kind != SQL_TIME) {
        length = (size_t)snprintf(text, sizeof(text), "%04u-%02u-%02u%s", time->year, time->month,
                                  time->day, kind == SQL_DATE ? "" : " ");
    }
    if (kind != SQL_DATE) {
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%02u:%02u:%02u",
                                   kind == SQL_TIME && time->neg ? "-" : "",
                                   time->hour + (kind == SQL_TIME ? time->day * 24 : 0),
                                   time->minute, time->second);
    }
    if (kind != SQL_DATE && decimals > 0 && decimals <= 6) {
        (void)snprintf(fraction, sizeof(fraction), "%06lu", time->second_part % 1000000);
        length += (size_t)snprintf(text + length, sizeof(text) - length, ".%.*s", (int)decimals,
                                   fraction);
    }
    return arena_copy(arena, slice_of(text, length));
}

/* ------------------------------------------------------------------ rows */

static void results_bind(struct sql_conn *conn, const struct prepared *prepared)
{
    size_t count = prepared->column_count;

    if (count > conn->results_room) {
        conn->results = xrealloc(conn->results, count * sizeof(conn->results[0]));
        conn->cells = xrealloc(conn->cells, count * sizeof(conn->cells[0]));
        conn->results_room = count;
    }
    memset(conn->results, 0, count * sizeof(conn->results[0]));
    for (size_t i = 0; i < count; i++) {
        MYSQL_BIND *bind = &conn->results[i];
        struct cell *cell = &conn->cells[i];

        bind->buffer_type = buffer_of(prepared->shapes[i].type);
        bind->buffer = &cell->value;
        bind->buffer_length = sizeof(cell->value.text);
        bind->length = &cell->length;
        bind->is_null = &cell->is_null;
        bind->is_unsigned = (my_bool)((prepared->shapes[i].flags & UNSIGNED_FLAG) != 0);
    }
}

/* A text or bytes, whole. */
static enum status fetch_text(struct prepared *prepared, unsigned int column, struct cell *cell,
                              struct arena *arena, struct slice *out)
{
    unsigned long length = cell->length;
    MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_BLOB, .buffer_length = length};
    my_bool is_null = 0, error = 0;
    char *bytes;

    if (length <= sizeof(cell->value.text)) {
        *out = arena_copy(arena, slice_of(cell->value.text, length));
        return STATUS_OK;
    }
    bytes = arena_bytes(arena, length);
    bind.buffer = bytes;
    bind.is_null = &is_null;
    bind.error = &error;
    if (mysql_stmt_fetch_column(prepared->stmt, &bind, column, 0) != 0) {
        return STATUS_CORRUPT;
    }
    *out = slice_of(bytes, length);
    return STATUS_OK;
}

static enum status fetch_cell(struct sql_conn *conn, struct prepared *prepared, unsigned int column,
                              struct arena *arena, struct slice *out)
{
    const struct shape *shape = &prepared->shapes[column];
    struct cell *cell = &conn->cells[column];

    *out = slice_of(NULL, 0);
    if (cell->is_null) {
        return STATUS_OK;
    }
    switch ((unsigned int)conn->results[column].buffer_type) {
    case MYSQL_TYPE_LONGLONG:
        *out = text_of_integer(arena, cell->value.integer, (shape->flags & UNSIGNED_FLAG) != 0);
        return STATUS_OK;
    case MYSQL_TYPE_FLOAT:
        *out = text_of_real(arena, (double)cell->value.single, true);
        return STATUS_OK;
    case MYSQL_TYPE_DOUBLE:
        *out = text_of_real(arena, cell->value.real, false);
        return STATUS_OK;
    case MYSQL_TYPE_DATE:
        *out = text_of_time(arena, &cell->value.time, SQL_DATE, 0);
        return STATUS_OK;
    case MYSQL_TYPE_TIME:
    case MYSQL_TYPE_DATETIME:
        *out =
            text_of_time(arena, &cell->value.time,
                         shape->type == MYSQL_TYPE_TIME ? SQL_TIME : SQL_DATETIME, shape->decimals);
        return STATUS_OK;
    default:
        break;
    }
    if (shape->type == MYSQL_TYPE_BIT) {
        *out = text_of_bits(arena, cell);
        return STATUS_OK;
    }
    return fetch_text(prepared, column, cell, arena, out);
}

static void table_grow(struct sql_conn *conn, size_t count)
{
    while (conn->table_room < count) {
        conn->table_room = conn->table_room ? conn->table_room * 2 : 64;
    }
    conn->table = xrealloc(conn->table, conn->table_room * sizeof(conn->table[0]));
}

/* One row, behind the ROW rows that conn->table has. */
static enum status fetch_row(struct sql_conn *conn, struct prepared *prepared, size_t row,
                             struct arena *arena, size_t *bytes)
{
    size_t columns = prepared->column_count, first = row * columns;

    if (first + columns > conn->table_room) {
        table_grow(conn, first + columns);
    }
    for (unsigned int i = 0; i < columns; i++) {
        enum status status = fetch_cell(conn, prepared, i, arena, &conn->table[first + i]);

        if (status != STATUS_OK) {
            return sql_refuse(conn, status, "a cell that cannot be read");
        }
        *bytes += conn->table[first + i].len;
    }
    return STATUS_OK;
}

static enum status read_rows(struct sql_conn *conn, const struct sql_statement *statement,
                             struct prepared *prepared, struct arena *arena, size_t *rows_out)
{
    size_t rows = 0, bytes = 0;
    int fetched;

    while ((fetched = mysql_stmt_fetch(prepared->stmt)) == 0 || fetched == MYSQL_DATA_TRUNCATED) {
        enum status status;

        if (statement->max_rows > 0 && rows == statement->max_rows) {
            return sql_refuse(conn, STATUS_TOO_LARGE, "more rows than are allowed");
        }
        status = fetch_row(conn, prepared, rows, arena, &bytes);
        if (status != STATUS_OK) {
            return status;
        }
        if (statement->max_bytes > 0 && bytes > statement->max_bytes) {
            return sql_refuse(conn, STATUS_TOO_LARGE, "more bytes than are allowed");
        }
        rows++;
    }
    *rows_out = rows;
    return fetched == MYSQL_NO_DATA ? STATUS_OK : sql_failed_statement(conn, prepared->stmt);
}

/*
 * What ended the rows is still where the library read it (0xfe, warnings, status). The library
 * itself counts only the warnings that came before the first row.
 */
static unsigned int warnings_of(const struct sql_conn *conn)
{
    const unsigned char *end = conn->mysql->net.read_pos;

    return end && end[0] == END_OF_ROWS ? end[1] | (unsigned int)end[2] << 8 : 0;
}

enum status rows_fetch(struct sql_conn *conn, const struct sql_statement *statement,
                       struct prepared *prepared, struct arena *arena, struct sql_rows *rows_out)
{
    size_t count = prepared->column_count, rows = 0;
    struct sql_column *columns;
    struct slice *cells;
    enum status status;

    results_bind(conn, prepared);
    if (mysql_stmt_bind_result(prepared->stmt, conn->results) != 0) {
        return sql_failed_statement(conn, prepared->stmt);
    }
    columns = columns_copy(arena, fields_of_run(conn, prepared), (unsigned int)count);
    for (size_t i = 0; i < count; i++) {
        columns[i].kind = kind_of(&prepared->shapes[i]);
    }
    status = read_rows(conn, statement, prepared, arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    cells = ARENA_ARRAY(arena, struct slice, rows * count);
    if (rows > 0) {
        memcpy(cells, conn->table, rows * count * sizeof(cells[0]));
    }
    *rows_out = (struct sql_rows){
        .columns = columns,
        .cells = cells,
        .column_count = count,
        .row_count = rows,
        .warnings = warnings_of(conn),
    };
    return STATUS_OK;
}
