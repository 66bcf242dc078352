/*
 * Typed values -> parameters of the binary protocol. No number passes through a double: integers go
 * as BIGINT, all others as the text of an exact DECIMAL.
 */
#include "lib/base/memory.h"
#include "lib/data/decimal.h"
#include "lib/data/json.h"
#include "lib/sql/private.h"

static void bind_text(MYSQL_BIND *bind, enum enum_field_types type, struct slice text)
{
    union {
        const char *in; // cppcheck-suppress unusedStructMember ; the initializer's
        char *out;
    } pointer = {.in = text.len > 0 ? text.ptr : ""}; /* the library's struct serves reading too */

    bind->buffer_type = type;
    bind->buffer = pointer.out;
    bind->buffer_length = text.len;
    bind->length = &bind->buffer_length;
}

static void bind_integer(struct sql_conn *conn, MYSQL_BIND *bind, int64_t number)
{
    int64_t *place = ARENA_NEW(&conn->scratch, int64_t);

    *place = number;
    bind->buffer_type = MYSQL_TYPE_LONGLONG;
    bind->buffer = place;
}

static enum status bind_number(struct sql_conn *conn, MYSQL_BIND *bind, struct slice text)
{
    struct decimal decimal;
    int64_t integer;
    char *digits;

    if (slice_parse_i64(text, &integer) == STATUS_OK) {
        bind_integer(conn, bind, integer);
        return STATUS_OK;
    }
    if (decimal_parse(text, &decimal) != STATUS_OK) {
        return sql_refuse(conn, STATUS_INVALID, "a number of more than 38 digits, or none");
    }
    if (decimal_to_i64(&decimal, &integer) == STATUS_OK) {
        bind_integer(conn, bind, integer);
        return STATUS_OK;
    }
    if (decimal.exponent < -SQL_DECIMAL_PLACES) {
        return sql_refuse(conn, STATUS_INVALID, "a number of more decimal places than SQL keeps");
    }
    digits = arena_bytes(&conn->scratch, DECIMAL_TEXT_MAX);
    bind_text(bind, MYSQL_TYPE_NEWDECIMAL, slice_of(digits, decimal_text(&decimal, digits)));
    return STATUS_OK;
}

static struct slice json_text(struct sql_conn *conn, const struct value *value)
{
    buf_clear(&conn->json);
    json_write(&conn->json, value);
    return arena_copy(&conn->scratch, buf_slice(&conn->json));
}

static enum status bind_value(struct sql_conn *conn, MYSQL_BIND *bind, const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        return STATUS_OK;
    case VALUE_BOOL:
        bind_integer(conn, bind, value->boolean);
        return STATUS_OK;
    case VALUE_NUMBER:
        return bind_number(conn, bind, value->text);
    case VALUE_STRING:
        bind_text(bind, MYSQL_TYPE_STRING, value->text);
        return STATUS_OK;
    case VALUE_BYTES:
        bind_text(bind, MYSQL_TYPE_BLOB, value->text);
        return STATUS_OK;
    case VALUE_LIST:
    case VALUE_MAP:
        bind_text(bind, MYSQL_TYPE_STRING, json_text(conn, value));
        return STATUS_OK;
    }
    return sql_refuse(conn, STATUS_INTERNAL, "a value of no type");
}

enum status params_bind(struct sql_conn *conn, const struct sql_statement *statement,
                        struct prepared *prepared)
{
    size_t count = statement->param_count;

    if (count != prepared->param_count) {
        return sql_refuse(conn, STATUS_INVALID,
                          "another number of parameters than the statement has");
    }
    if (count == 0) {
        return STATUS_OK;
    }
    if (count > conn->params_room) {
        conn->params = xrealloc(conn->params, count * sizeof(conn->params[0]));
        conn->params_room = count;
    }
    memset(conn->params, 0, count * sizeof(conn->params[0]));
    for (size_t i = 0; i < count; i++) {
        enum status status = bind_value(conn, &conn->params[i], statement->params[i]);

        if (status != STATUS_OK) {
            return status;
        }
    }
    if (mysql_stmt_bind_param(prepared->stmt, conn->params) != 0) {
        return sql_failed_statement(conn, prepared->stmt);
    }
    return STATUS_OK;
}
