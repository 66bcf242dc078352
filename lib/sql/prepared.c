/*
 * Prepared statements, kept by (database, text, describe); the one whose last use is oldest goes
 * when there are too many. One that gets a parameter of another type than before is made anew, and
 * on MariaDB each that has a query behind IN.
 *
 * A statement remembers the database that it was prepared under, so only preparing needs
 * mysql_select_db. `describe` is prepared, its columns are read, and it is closed: it is never run.
 * It tells what the last columns are by themselves, until a column moves and it is asked anew; one
 * that moved and was described as before moves by parameters, and costs no further question.
 */
#include <ctype.h>

#include "lib/base/memory.h"
#include "lib/data/hash.h"
#include "lib/sql/private.h"

enum status sql_use(struct sql_conn *conn, struct slice database)
{
    struct slice wanted = database.len > 0 ? database : slice_str(conn->home);
    char *name;

    if (wanted.len == 0 || slice_is(wanted, conn->database)) {
        return STATUS_OK;
    }
    name = xstrdup(wanted);
    if (mysql_select_db(conn->mysql, name) != 0) {
        xfree(name);
        return sql_failed(conn);
    }
    xfree(conn->database);
    conn->database = name;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ order of use */

static void unlink_use(struct sql_conn *conn, struct prepared *prepared)
{
    *(prepared->newer ? &prepared->newer->older : &conn->newest) = prepared->older;
    *(prepared->older ? &prepared->older->newer : &conn->oldest) = prepared->newer;
}

static void link_newest(struct sql_conn *conn, struct prepared *prepared)
{
    prepared->newer = NULL;
    prepared->older = conn->newest;
    *(conn->newest ? &conn->newest->newer : &conn->oldest) = prepared;
    conn->newest = prepared;
}

static struct prepared **bucket_of(struct sql_conn *conn, uint64_t hash)
{
    return &conn->buckets[hash % STATEMENTS_BUCKETS];
}

static void prepared_destroy(struct prepared *prepared)
{
    if (prepared->metadata) {
        mysql_free_result(prepared->metadata);
    }
    if (prepared->stmt) {
        mysql_stmt_close(prepared->stmt);
    }
    arena_fini(&prepared->memory);
    xfree(prepared);
}

static void prepared_keep(struct sql_conn *conn, struct prepared *prepared)
{
    struct prepared **bucket = bucket_of(conn, prepared->hash);

    prepared->bucket_next = *bucket;
    *bucket = prepared;
    link_newest(conn, prepared);
    conn->statement_count++;
}

void prepared_forget(struct sql_conn *conn, struct prepared *prepared)
{
    struct prepared **at = bucket_of(conn, prepared->hash);

    while (*at != prepared) {
        at = &(*at)->bucket_next;
    }
    *at = prepared->bucket_next;
    unlink_use(conn, prepared);
    conn->statement_count--;
    prepared_destroy(prepared);
}

/* ------------------------------------------------------------------ preparing */

static enum status prepare(struct sql_conn *conn, struct slice text, MYSQL_STMT **out)
{
    MYSQL_STMT *stmt = mysql_stmt_init(conn->mysql);
    enum status status;

    if (!stmt) {
        return sql_failed(conn);
    }
    if (mysql_stmt_prepare(stmt, text.ptr, text.len) != 0) {
        status = sql_failed_statement(conn, stmt);
        conn->error.unprepared = true;
        mysql_stmt_close(stmt);
        return status;
    }
    *out = stmt;
    return STATUS_OK;
}

/* COUNT columns of `describe`: the last of ours. */
static void take_described(struct prepared *prepared, const MYSQL_FIELD *fields, unsigned int count)
{
    struct shape *shapes = &prepared->shapes[prepared->column_count - count];

    for (unsigned int i = 0; i < count; i++) {
        enum sql_kind kind = sql_kind_of(&fields[i]);

        shapes[i].varies = shapes[i].described && shapes[i].described_kind == kind &&
                           shapes[i].described_type == fields[i].type &&
                           (shapes[i].varies || shapes[i].moved);
        shapes[i].described = true;
        shapes[i].described_type = fields[i].type;
        shapes[i].described_kind = kind;
    }
}

enum status prepared_describe(struct sql_conn *conn, struct prepared *prepared)
{
    MYSQL_STMT *stmt = NULL;
    MYSQL_RES *metadata;
    enum status status = sql_use(conn, prepared->database);
    unsigned int count;

    if (status == STATUS_OK) {
        status = prepare(conn, prepared->describe, &stmt);
    }
    if (status != STATUS_OK) {
        return status;
    }
    metadata = mysql_stmt_result_metadata(stmt);
    count = metadata ? mysql_num_fields(metadata) : 0;
    if (count > prepared->column_count) {
        status = sql_refuse(conn, STATUS_INVALID, "the describing statement has more columns");
    } else if (count > 0) {
        take_described(prepared, mysql_fetch_fields(metadata), count);
    }
    if (metadata) {
        mysql_free_result(metadata);
    }
    mysql_stmt_close(stmt);
    return status;
}

static void take_columns(struct prepared *prepared)
{
    prepared->metadata = mysql_stmt_result_metadata(prepared->stmt);
    if (!prepared->metadata) {
        return;
    }
    prepared->column_count = mysql_num_fields(prepared->metadata);
    prepared->shapes = ARENA_ARRAY(&prepared->memory, struct shape, prepared->column_count);
    for (unsigned int i = 0; i < prepared->column_count; i++) {
        bool json = sql_kind_of(&mysql_fetch_fields(prepared->metadata)[i]) == SQL_JSON;

        prepared->shapes[i] = (struct shape){.json = json, .format_told = json};
    }
}

/* Does a query stand behind IN, but for parentheses? In a text or a name it is no harm. */
static bool has_in_query(struct slice text)
{
    for (size_t at = 1; at + 2 < text.len; at++) {
        struct slice rest = slice_from(text, at + 2);

        if (!slice_eq_nocase(slice_of(text.ptr + at, 2), SLICE_LITERAL("IN")) ||
            isalpha((unsigned char)text.ptr[at - 1])) { /* JOIN (SELECT ...) */
            continue;
        }
        while (rest.len > 0 && strchr(" \t\r\n(", rest.ptr[0])) {
            rest = slice_from(rest, 1);
        }
        if ((rest.len > 6 && slice_eq_nocase(slice_of(rest.ptr, 6), SLICE_LITERAL("SELECT"))) ||
            (rest.len > 4 && slice_eq_nocase(slice_of(rest.ptr, 4), SLICE_LITERAL("WITH")))) {
            return true;
        }
    }
    return false;
}

/*
 * MariaDB (10.11, 11.8) remembers of the first run what "x NOT IN (SELECT ...)" was where x, or
 * what is selected, is NULL: the next run, by other values or of other rows, has a row too many or
 * too few, and no error.
 */
static bool runs_once(const struct sql_conn *conn, struct slice text)
{
    return mariadb_connection(conn->mysql) && has_in_query(text);
}

static enum status prepare_all(struct sql_conn *conn, struct prepared *prepared)
{
    enum status status = sql_use(conn, prepared->database);

    if (status == STATUS_OK) {
        status = prepare(conn, prepared->text, &prepared->stmt);
    }
    if (status != STATUS_OK) {
        return status;
    }
    prepared->param_count = mysql_stmt_param_count(prepared->stmt);
    prepared->sent = ARENA_ARRAY(&prepared->memory, unsigned char, prepared->param_count);
    take_columns(prepared);
    prepared->once = runs_once(conn, prepared->text);
    return prepared->describe.len > 0 ? prepared_describe(conn, prepared) : STATUS_OK;
}

/* ------------------------------------------------------------------ types of parameters */

enum value_class {
    CLASS_NULL,
    CLASS_INTEGER,
    CLASS_DECIMAL,
    CLASS_TEXT
};

static enum value_class class_of(const struct value *value)
{
    if (value->type == VALUE_NULL) {
        return CLASS_NULL;
    }
    if (value->type == VALUE_BOOL) {
        return CLASS_INTEGER;
    }
    if (value->type != VALUE_NUMBER) {
        return CLASS_TEXT;
    }
    for (size_t i = value->text.ptr[0] == '-'; i < value->text.len; i++) {
        if (value->text.ptr[i] < '0' || value->text.ptr[i] > '9') {
            return CLASS_DECIMAL;
        }
    }
    return CLASS_INTEGER;
}

/*
 * MySQL 8.0.22 and later keep the type that a parameter once had, and read a text that comes later
 * as a number: "007" was stored as 7, without a warning. So a statement runs with values of one
 * class only; but for one that is described, whose parameters are of types that a query declares.
 */
static bool has_other_types(struct prepared *prepared, const struct sql_statement *statement)
{
    size_t count = statement->describe.len > 0 ? 0 : statement->param_count;

    for (size_t i = 0; i < count && i < prepared->param_count; i++) {
        enum value_class class = class_of(statement->params[i]);

        if (class != CLASS_NULL && prepared->sent[i] != CLASS_NULL &&
            prepared->sent[i] != (unsigned char)class) {
            return true;
        }
        if (class != CLASS_NULL) {
            prepared->sent[i] = (unsigned char)class;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ contract */

static struct prepared *find(struct sql_conn *conn, uint64_t hash,
                             const struct sql_statement *statement)
{
    for (struct prepared *at = *bucket_of(conn, hash); at; at = at->bucket_next) {
        if (at->hash == hash && slice_eq(at->text, statement->text) &&
            slice_eq(at->describe, statement->describe) &&
            slice_eq(at->database, statement->database)) {
            return at;
        }
    }
    return NULL;
}

enum status prepared_get(struct sql_conn *conn, const struct sql_statement *statement,
                         struct prepared **out)
{
    uint64_t hash = hash_xxh64(statement->text);
    struct prepared *prepared = find(conn, hash, statement);
    enum status status;

    if (prepared && has_other_types(prepared, statement)) {
        prepared_forget(conn, prepared);
        prepared = NULL;
    }
    if (prepared) {
        unlink_use(conn, prepared);
        link_newest(conn, prepared);
        *out = prepared;
        return STATUS_OK;
    }
    if (conn->statement_count >= STATEMENTS_MAX) {
        prepared_forget(conn, conn->oldest);
    }
    prepared = XNEW(struct prepared);
    prepared->hash = hash;
    prepared->text = arena_copy(&prepared->memory, statement->text);
    prepared->describe = arena_copy(&prepared->memory, statement->describe);
    prepared->database = arena_copy(&prepared->memory, statement->database);
    status = prepare_all(conn, prepared);
    if (status != STATUS_OK) {
        prepared_destroy(prepared);
        return status;
    }
    (void)has_other_types(prepared, statement); /* the first */
    prepared_keep(conn, prepared);
    *out = prepared;
    return STATUS_OK;
}
