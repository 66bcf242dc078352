/*
 * A connection's life, and the run of a statement.
 *
 *     run: prepared (kept, or prepared now) -> parameters bound -> execute -> columns -> rows read
 *
 * - Every wait has a limit: connect, read and write timeouts are set before connecting. libmariadb
 *   counts them in whole seconds: rounded up.
 * - A lost connection is said to be lost (sql_lost) and never mended here: what it meant to its
 *   user (a transaction) is gone.
 * - What is lost within a COMMIT is UNCERTAIN; so is a statement that writes outside of a
 *   transaction.
 */
#include "lib/sql/conn.h"

#include <pthread.h>
#include <stdio.h>

#include "lib/base/memory.h"
#include "lib/run/address.h"
#include "lib/sql/private.h"

#define ERROR_EMPTY_QUERY       1065
#define ERROR_UNKNOWN_STATEMENT 1243
#define ERROR_NEW_COLUMNS       2057
#define ERROR_REPREPARE         1615

static void library_init(void)
{
    (void)mysql_library_init(0, NULL, NULL);
}

enum status sql_address_parse(struct slice text, struct slice name, struct sql_address *out)
{
    struct address address;
    enum status status = address_parse(text, &address);

    if (status == STATUS_OK) {
        *out = (struct sql_address){.name = name, .host = address.host, .port = address.port};
    }
    return status;
}

/* ------------------------------------------------------------------ opening and closing */

static unsigned int seconds_of(uint64_t span_us)
{
    return (unsigned int)((span_us + 999999) / 1000000);
}

static void set_options(MYSQL *mysql, const struct sql_login *login, bool socket)
{
    unsigned int connect_s = seconds_of(login->connect_timeout_us);
    unsigned int read_s = seconds_of(login->read_timeout_us);
    unsigned int protocol = socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;

    (void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    (void)mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &read_s);
    (void)mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &read_s);
    (void)mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    (void)mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

static bool establish(struct sql_conn *conn, const struct sql_address *address,
                      const struct sql_login *login)
{
    bool socket = slice_starts(address->host, "/");
    char *host = xstrdup(address->host);
    char *user = xstrdup(login->user), *password = xstrdup(login->password);
    bool done;

    set_options(conn->mysql, login, socket);
    done =
        mysql_real_connect(conn->mysql, socket ? NULL : host, user, password,
                           conn->home[0] ? conn->home : NULL, address->port, socket ? host : NULL,
                           CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS) != NULL;
    explicit_bzero(password, login->password.len);
    xfree(password);
    xfree(user);
    xfree(host);
    return done;
}

enum status sql_open(const struct sql_address *address, const struct sql_login *login,
                     struct slice database, struct sql_conn **out, struct sql_error *error_out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sql_conn *conn = XNEW(struct sql_conn);
    enum status status = STATUS_OK;

    (void)pthread_once(&once, library_init);
    *out = NULL;
    *error_out = (struct sql_error){.state = "00000"};
    conn->error = *error_out;
    conn->home = xstrdup(database);
    conn->database = xstrdup(database);
    conn->mysql = mysql_init(NULL);
    if (!conn->mysql) {
        status = sql_refuse(conn, STATUS_INTERNAL, "the SQL library has no memory");
    } else {
        status = establish(conn, address, login) ? session_begin(conn, login) : sql_failed(conn);
        status = status == STATUS_INVALID ? STATUS_UNAVAILABLE : status;
    }
    if (status != STATUS_OK) {
        *error_out = conn->error;
        sql_close(conn);
        return status;
    }
    *out = conn;
    return STATUS_OK;
}

/* The connection goes first: its statements then need no words of their own. */
void sql_close(struct sql_conn *conn)
{
    if (!conn) {
        return;
    }
    if (conn->mysql) {
        mysql_close(conn->mysql);
    }
    while (conn->oldest) {
        prepared_forget(conn, conn->oldest);
    }
    xfree(conn->params);
    xfree(conn->results);
    xfree(conn->cells);
    xfree(conn->table);
    xfree(conn->home);
    xfree(conn->database);
    arena_fini(&conn->scratch);
    buf_fini(&conn->json);
    xfree(conn);
}

const struct sql_error *sql_error(const struct sql_conn *conn)
{
    return &conn->error;
}

bool sql_lost(const struct sql_conn *conn)
{
    return conn->lost;
}

bool sql_demoted(const struct sql_conn *conn)
{
    return conn->demoted;
}

struct sql_session sql_session_of(const struct sql_conn *conn)
{
    return (struct sql_session){.server = conn->server, .id = mysql_thread_id(conn->mysql)};
}

int sql_socket(const struct sql_conn *conn)
{
    return (int)mysql_get_socket(conn->mysql);
}

/* ------------------------------------------------------------------ running */

static void take_result(struct prepared *prepared, struct sql_rows *rows_out)
{
    *rows_out = (struct sql_rows){.affected = mysql_stmt_affected_rows(prepared->stmt),
                                  .warnings = mysql_stmt_warning_count(prepared->stmt)};
    if (rows_out->affected > 0) {
        rows_out->insert_id = mysql_stmt_insert_id(prepared->stmt);
    }
}

/* A statement that writes and is a transaction of its own may have been committed. */
static enum status execute_failed(struct sql_conn *conn, const struct prepared *prepared)
{
    bool alone = !conn->in_transaction && prepared->column_count == 0;
    enum status status = sql_failed_statement(conn, prepared->stmt);

    if (conn->lost && !conn->demoted && status == STATUS_UNAVAILABLE && alone) {
        return STATUS_UNCERTAIN;
    }
    if (status == STATUS_BUSY && conn->in_transaction) {
        sql_rollback(conn);
    }
    return status;
}

/* *outdated: rows would be read by what `describe` said of another table. */
static enum status execute_once(struct sql_conn *conn, struct prepared *prepared, bool *outdated)
{
    *outdated = false;
    if (mysql_stmt_execute(prepared->stmt) != 0) {
        return execute_failed(conn, prepared);
    }
    if (prepared->column_count > 0) {
        *outdated = shapes_take(conn, prepared);
    }
    return STATUS_OK;
}

static enum status execute(struct sql_conn *conn, const struct sql_statement *statement,
                           struct prepared *prepared, struct arena *arena,
                           struct sql_rows *rows_out)
{
    bool outdated = false;
    enum status status = params_bind(conn, statement, prepared);

    if (status == STATUS_OK) {
        status = execute_once(conn, prepared, &outdated);
    }
    if (status == STATUS_OK && outdated) {
        (void)mysql_stmt_free_result(prepared->stmt);
        status = prepared_describe(conn, prepared);
        if (status == STATUS_OK) {
            status = execute_once(conn, prepared, &outdated);
        }
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (outdated) {
        return sql_refuse(conn, STATUS_UNAVAILABLE, "the columns change from run to run");
    }
    if (prepared->column_count > 0) {
        return rows_fetch(conn, statement, prepared, arena, rows_out);
    }
    take_result(prepared, rows_out);
    return STATUS_OK;
}

/*
 * What PREPARE would have said, for no value changes it. Of a statement that ran before it is a
 * table that was altered since, or a fault of the server: MariaDB (10.11, 11.8) refuses the second
 * run of INSERT ... SELECT with an aggregate and no GROUP BY by 1140.
 */
static bool is_of_text(unsigned int number)
{
    static const unsigned int numbers[] = {
        1052, /* a column that is ambiguous */
        1054, /* unknown column */
        1055, /* a column that is not in GROUP BY */
        1056, /* GROUP BY of an aggregate */
        1060, /* two columns of one name */
        1066, /* two tables of one name */
        1111, /* an aggregate in a wrong place */
        1140, /* columns beside aggregates without GROUP BY */
        1222, /* UNION of other numbers of columns */
        1241, /* an operand of another number of columns */
        1247, /* a reference that leads forward */
    };
    size_t i = 0;

    while (i < ARRAY_COUNT(numbers) && numbers[i] != number) {
        i++;
    }
    return i < ARRAY_COUNT(numbers);
}

/*
 * The server does not know the statement as we prepared it. It changed nothing, and a transaction
 * that it runs in goes on.
 */
static bool is_outdated(const struct sql_conn *conn, enum status status, bool executed)
{
    return status != STATUS_OK && !conn->lost &&
           (conn->error.number == ERROR_UNKNOWN_STATEMENT ||
            conn->error.number == ERROR_REPREPARE || conn->error.number == ERROR_NEW_COLUMNS ||
            (executed && is_of_text(conn->error.number)));
}

static enum status run_once(struct sql_conn *conn, const struct sql_statement *statement,
                            struct arena *arena, struct sql_rows *rows_out, bool *again)
{
    struct prepared *prepared = NULL;
    enum status status = prepared_get(conn, statement, &prepared);
    bool executed;

    *again = false;
    if (status != STATUS_OK) {
        return status;
    }
    executed = prepared->executed;
    prepared->executed = true;
    status = execute(conn, statement, prepared, arena, rows_out);
    if (conn->lost) {
        return status;
    }
    if (prepared->column_count > 0) {
        (void)mysql_stmt_free_result(prepared->stmt);
    }
    *again = is_outdated(conn, status, executed);
    if (*again || prepared->outdated || prepared->once ||
        mysql_stmt_field_count(prepared->stmt) != prepared->column_count) {
        prepared_forget(conn, prepared);
    }
    return status;
}

/* As sql_statement.primary says. */
static enum status check_primary(struct sql_conn *conn, struct arena *arena)
{
    const struct sql_statement look = {.text = SLICE_LITERAL("SELECT " SQL_READ_ONLY)};
    struct sql_rows rows = {0};
    bool again;
    enum status status = run_once(conn, &look, arena, &rows, &again);

    if (status != STATUS_OK || rows.row_count != 1) {
        return status == STATUS_OK ? STATUS_CORRUPT : status;
    }
    return sql_says_read_only(rows.cells) ? sql_leave(conn) : STATUS_OK;
}

enum status sql_run(struct sql_conn *conn, const struct sql_statement *statement,
                    struct arena *arena, struct sql_rows *rows_out)
{
    struct sql_rows rows = {0};
    enum status status;
    bool again;

    if (conn->lost) {
        return STATUS_UNAVAILABLE;
    }
    conn->error = (struct sql_error){.state = "00000"};
    arena_reset(&conn->scratch);
    status = run_once(conn, statement, arena, &rows, &again);
    if (again) {
        rows = (struct sql_rows){0};
        status = run_once(conn, statement, arena, &rows, &again);
    }
    if (status == STATUS_OK && statement->whole && rows.warnings > 0) {
        status = warnings_judge(conn, rows.warnings);
    }
    if (status == STATUS_OK && statement->primary) {
        status = check_primary(conn, arena);
    }
    if (status == STATUS_OK && rows_out) {
        *rows_out = rows;
    }
    return status;
}

enum status sql_describe(struct sql_conn *conn, struct slice database, struct slice text,
                         struct arena *arena, struct sql_rows *columns_out, size_t *params_out)
{
    const struct sql_statement statement = {.text = text, .database = database};
    struct prepared *prepared = NULL;
    enum status status;

    if (conn->lost) {
        return STATUS_UNAVAILABLE;
    }
    status = prepared_get(conn, &statement, &prepared);
    if (status != STATUS_OK) {
        return status;
    }
    *columns_out = (struct sql_rows){.column_count = prepared->column_count};
    if (prepared->metadata) {
        columns_out->columns =
            columns_copy(arena, mysql_fetch_fields(prepared->metadata), prepared->column_count);
    }
    *params_out = prepared->param_count;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ the text protocol */

/* Reads away the results of all statements that were sent; fails with the first that failed. */
static enum status drain(struct sql_conn *conn)
{
    int more;

    do {
        MYSQL_RES *result = mysql_use_result(conn->mysql);

        if (result) {
            mysql_free_result(result);
        }
        more = mysql_next_result(conn->mysql);
    } while (more == 0);
    return more < 0 ? STATUS_OK : sql_failed(conn);
}

static enum status query(struct sql_conn *conn, struct slice text)
{
    if (conn->lost) {
        return STATUS_UNAVAILABLE;
    }
    conn->error = (struct sql_error){.state = "00000"};
    if (mysql_real_query(conn->mysql, text.ptr, text.len) != 0) {
        return sql_failed(conn);
    }
    return drain(conn);
}

enum status sql_exec(struct sql_conn *conn, const char *text)
{
    return query(conn, slice_str(text));
}

enum status sql_exec_all(struct sql_conn *conn, struct slice text)
{
    enum status status = query(conn, text);

    if (conn->error.number == ERROR_EMPTY_QUERY) { /* a comment after the last semicolon */
        status = STATUS_OK;
    }
    return status;
}

enum status sql_begin(struct sql_conn *conn)
{
    enum status status = sql_exec(conn, "START TRANSACTION");

    conn->in_transaction = status == STATUS_OK;
    return status;
}

enum status sql_commit(struct sql_conn *conn)
{
    enum status status;

    if (conn->lost) {
        return STATUS_UNAVAILABLE;
    }
    status = sql_exec(conn, "COMMIT");
    conn->in_transaction = false;
    return conn->lost && !conn->demoted && status == STATUS_UNAVAILABLE ? STATUS_UNCERTAIN : status;
}

void sql_rollback(struct sql_conn *conn)
{
    struct sql_error error = conn->error;

    if (sql_exec(conn, "ROLLBACK") != STATUS_OK) {
        conn->lost = true; /* what was begun ends with the connection */
    }
    conn->in_transaction = false;
    conn->error = error;
}
