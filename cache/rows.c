/*
 * Rows as JSON. Pure functions, any thread.
 *
 *     integers    exact, without leading zeros        DATETIME  RFC 3339, UTC, with milliseconds:
 *     DECIMAL     exact, no trailing zeros, no "-0"             2026-11-21T11:05:26.000Z
 *     DOUBLE      as the server writes it             JSON      as it is
 *     TINYINT(1)  true, false                         BLOB      base64
 *     NULL        null                                anything else is a string
 *
 * Numbers are cut as texts: a DECIMAL has up to 65 digits, more than lib/decimal keeps.
 */
#include "cache/rows.h"

#include "cache/page.h"
#include "lib/data/hash.h"
#include "lib/data/json.h"
#include "lib/data/json_add.h"

enum {
    EPOCH_COLUMN,
    REVISION_COLUMN,
    ROW_COLUMN
};

enum status rows_label(const struct sql_rows *rows, struct slice *epoch_out, uint64_t *revision_out)
{
    if (rows->row_count == 0 || rows->column_count <= ROWS_OWN_COLUMNS ||
        rows->cells[EPOCH_COLUMN].len != EPOCH_TEXT) {
        return STATUS_CORRUPT;
    }
    *epoch_out = rows->cells[EPOCH_COLUMN];
    return slice_parse_u64(rows->cells[REVISION_COLUMN], revision_out) == STATUS_OK
               ? STATUS_OK
               : STATUS_CORRUPT;
}

size_t rows_count(const struct sql_rows *rows)
{
    return rows->row_count == 0 || !rows->cells[ROW_COLUMN].ptr ? 0 : rows->row_count;
}

/* ------------------------------------------------------------------ checks */

static size_t count_digits(struct slice text, size_t at)
{
    size_t count = 0;

    while (at + count < text.len && text.ptr[at + count] >= '0' && text.ptr[at + count] <= '9') {
        count++;
    }
    return count;
}

/* [-]digits[.digits], with leading zeros; of a DOUBLE: JSON's, without them. */
static bool is_number(enum sql_kind kind, struct slice text)
{
    size_t at = text.len > 0 && text.ptr[0] == '-', digits = count_digits(text, at);

    if (digits == 0 || (kind == SQL_DOUBLE && digits > 1 && text.ptr[at] == '0')) {
        return false;
    }
    at += digits;
    if (at < text.len && text.ptr[at] == '.') {
        digits = count_digits(text, at + 1);
        at += 1 + digits;
    }
    if (kind == SQL_DOUBLE && digits > 0 && at < text.len && text.ptr[at] == 'e') {
        at += at + 1 < text.len && (text.ptr[at + 1] == '+' || text.ptr[at + 1] == '-') ? 2 : 1;
        digits = count_digits(text, at);
        at += digits;
    }
    return digits > 0 && at == text.len;
}

static bool is_time(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (count_digits(text, i) == 0 && !memchr("-: .", text.ptr[i], 4)) {
            return false;
        }
    }
    return true;
}

/* Can the cell stand in a body as rows_write_cell has it? All other kinds are escaped there. */
static enum status check_cell(enum sql_kind kind, struct slice cell, const char **why_out)
{
    struct json_error error;

    if (kind == SQL_JSON) {
        enum status status = json_check(cell, &error);

        *why_out = error.text;
        return status == STATUS_OK ? STATUS_OK : STATUS_CORRUPT;
    }
    *why_out = kind == SQL_DATETIME ? "not a time" : "not a number";
    return (kind == SQL_DATETIME ? is_time(cell) : is_number(kind, cell)) ? STATUS_OK
                                                                          : STATUS_CORRUPT;
}

static enum status check_column(const struct sql_rows *rows, size_t column, const char **why_out)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < rows->row_count && status == STATUS_OK; i++) {
        struct slice cell = rows_cell(rows, i, (int)column);

        if (cell.ptr) {
            status = check_cell(rows->columns[column].kind, cell, why_out);
        }
    }
    return status;
}

/* Is a cell of KIND written without being escaped? */
static bool is_raw(enum sql_kind kind)
{
    return kind == SQL_JSON || kind == SQL_INTEGER || kind == SQL_DECIMAL || kind == SQL_DOUBLE ||
           kind == SQL_DATETIME;
}

enum status rows_check(const struct sql_rows *rows, size_t *column_out, const char **why_out)
{
    enum status status = STATUS_OK;

    for (size_t i = ROWS_OWN_COLUMNS; i < rows->column_count && status == STATUS_OK; i++) {
        if (is_raw(rows->columns[i].kind)) {
            *column_out = i;
            status = check_column(rows, i, why_out);
        }
    }
    return status;
}

/* ------------------------------------------------------------------ columns */

int rows_column(const struct sql_rows *rows, struct slice name)
{
    for (size_t i = ROWS_OWN_COLUMNS; i < rows->column_count; i++) {
        if (slice_eq(rows->columns[i].name, name)) {
            return (int)i;
        }
    }
    return -1;
}

struct slice rows_cell(const struct sql_rows *rows, size_t row, int column)
{
    return rows->cells[row * rows->column_count + (size_t)column];
}

/* ------------------------------------------------------------------ cells */

/* [-]digits[.digits] without what does not change its value. */
static void write_number(struct buf *buf, struct slice text)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    struct slice whole, fraction;

    if (negative) {
        text = slice_from(text, 1);
    }
    (void)slice_cut(text, '.', &whole, &fraction);
    while (whole.len > 0 && whole.ptr[0] == '0') { /* ZEROFILL */
        whole = slice_from(whole, 1);
    }
    while (fraction.len > 0 && fraction.ptr[fraction.len - 1] == '0') {
        fraction.len--;
    }
    if (negative && whole.len + fraction.len > 0) {
        buf_append_char(buf, '-');
    }
    buf_append(buf, whole.len > 0 ? whole : SLICE_LITERAL("0"));
    if (fraction.len > 0) {
        buf_append_char(buf, '.');
        buf_append(buf, fraction);
    }
}

/*
 * "2026-11-21 11:05:26[.123]", a session's time zone being UTC: the canonical text, which can be
 * sent back (lib/data/canonical.h). Digits beyond milliseconds only where they say something.
 */
static void write_datetime(struct buf *buf, struct slice text)
{
    struct slice date, time, fraction;

    if (!slice_cut(text, ' ', &date, &time)) {
        json_write_string(buf, text);
        return;
    }
    (void)slice_cut(time, '.', &time, &fraction);
    while (fraction.len > 3 && fraction.ptr[fraction.len - 1] == '0') {
        fraction.len--;
    }
    buf_append_char(buf, '"');
    buf_append(buf, date);
    buf_append_char(buf, 'T');
    buf_append(buf, time);
    buf_append_char(buf, '.');
    buf_append(buf, fraction);
    buf_append_str(buf, &"000"[fraction.len < 3 ? fraction.len : 3]);
    buf_append_str(buf, "Z\"");
}

static void write_bytes(struct buf *buf, struct slice bytes)
{
    char *at;

    buf_append_char(buf, '"');
    at = buf_reserve(buf, 4 * ((bytes.len + 2) / 3) + 1);
    buf->len += base64_encode(bytes.ptr, bytes.len, at);
    buf_append_char(buf, '"');
}

void rows_write_cell(struct buf *buf, enum sql_kind kind, struct slice cell)
{
    if (!cell.ptr) {
        buf_append_str(buf, "null");
        return;
    }
    switch (kind) {
    case SQL_INTEGER:
    case SQL_DECIMAL:
        write_number(buf, cell);
        return;
    case SQL_DOUBLE:
    case SQL_JSON:
        buf_append(buf, cell);
        return;
    case SQL_BOOLEAN:
        buf_append_str(buf, slice_is(cell, "0") ? "false" : "true");
        return;
    case SQL_DATETIME:
        write_datetime(buf, cell);
        return;
    case SQL_BYTES:
        write_bytes(buf, cell);
        return;
    case SQL_TEXT:
    case SQL_DATE:
    case SQL_TIME:
        json_write_string(buf, cell);
        return;
    }
}

void rows_add_object(struct buf *buf, const struct sql_rows *rows, size_t index)
{
    json_add_object(buf, NULL);
    for (size_t i = ROWS_OWN_COLUMNS; i < rows->column_count; i++) {
        json_add_name_of(buf, rows->columns[i].name);
        rows_write_cell(buf, rows->columns[i].kind, rows_cell(rows, index, (int)i));
    }
    json_add_end(buf, '}');
}
