/*
 * One blocking connection to MySQL or MariaDB, with prepared statements kept by their text. One
 * thread at a time. The only place (with sql.c) that knows libmariadb.
 *
 * Each session is set by us and not by the server's defaults (session.c): UTC; utf8mb4, texts
 * compared by bytes; a sql_mode of our own; the isolation level that its login names;
 * CLIENT_FOUND_ROWS; autocommit until sql_begin.
 */
#ifndef LIB_SQL_CONN_H
#define LIB_SQL_CONN_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"
#include "lib/data/value.h"

struct sql_conn;

struct sql_address {
    struct slice name; /* "primary", "replica1": for logs, metrics and Cache-Status */
    struct slice host; /* or the path of a socket, when it begins with '/' */
    uint16_t port;
};

struct sql_login {
    struct slice user, password;
    uint64_t connect_timeout_us, read_timeout_us; /* always set; rounded up to whole seconds */
    /* the server must be the primary: one that is read-only is refused, UNAVAILABLE */
    bool primary;
    bool read_committed; /* else REPEATABLE READ */
    /*
     * It only reads. The server then warns neither by notes nor of a division by zero, which is
     * NULL: they are no fault of a result, would cost sql_statement.whole a round trip, and hide
     * what it does not keep beyond SQL_WARNINGS_MAX. (To one who writes it is an error.)
     */
    bool reads;
    /* Longest wait for a lock, longest silence; 0: the server's own; rounded down, at least 1 s */
    uint64_t lock_wait_us, idle_us;
};

/* Of one result, and of a text that GROUP_CONCAT or JSON_ARRAYAGG makes. */
#define SQL_BYTES_MAX (64u << 20)

/* Of a statement's warnings so many are read; MariaDB keeps no more, MySQL 1024 by default. */
#define SQL_WARNINGS_MAX 64

/* "127.0.0.1:3306", "[::1]:3306" or "/path/of/socket"; slices borrowed. */
MUST_CHECK enum status sql_address_parse(struct slice text, struct slice name,
                                         struct sql_address *out);

enum sql_kind {
    SQL_INTEGER,
    SQL_DECIMAL,
    SQL_DOUBLE,
    SQL_BOOLEAN,
    SQL_TEXT,
    SQL_BYTES,
    SQL_JSON,
    SQL_DATETIME,
    SQL_DATE,
    SQL_TIME
};

/*
 * A server's decimal has nine words of nine digits, one of them before the point: what is
 * behind these places it would drop without a warning, so a parameter with more of them is INVALID.
 */
#define SQL_DECIMAL_PLACES 72

struct sql_column {
    struct slice name; /* the label, as written */
    enum sql_kind kind;
    bool nullable;
};

/*
 * A table of texts. ptr NULL: SQL's NULL. BOOLEAN "0", "1" or another integer; DATETIME
 * "2026-11-21 11:05:26.120" and TIME "-12:34:56" with the column's decimals; DATE "2026-11-21";
 * DOUBLE the shortest text that reads back the same; BIT(n) an integer; BYTES raw.
 */
struct sql_rows {
    const struct sql_column *columns;
    const struct slice *cells; /* row by row */
    size_t column_count, row_count;
    /* Of a statement without rows; insert_id is 0 when no row was affected. */
    uint64_t affected, insert_id;
    unsigned int warnings;
};

/* What the server said last, for logs and dead letters; never holds a password. */
struct sql_error {
    unsigned int number; /* 1062, 1213, 2013, ... */
    bool demoted;        /* the server is read-only where a primary is wanted */
    bool unprepared;     /* of a statement that had no values yet */
    char state[6];
    char text[256];
};

/*
 * UNAVAILABLE (refused, lost, timed out), DENIED, NOT_FOUND (no such database). database may be
 * empty.
 */
MUST_CHECK enum status sql_open(const struct sql_address *address, const struct sql_login *login,
                                struct slice database, struct sql_conn **out,
                                struct sql_error *error_out);
void sql_close(struct sql_conn *conn);

const struct sql_error *sql_error(const struct sql_conn *conn);
/* Does the error's NUMBER say that a value or a row is refused, whatever the server's state? */
bool sql_error_is_data(unsigned int number);
/* Lost connections cannot be used again: close, open. */
bool sql_lost(const struct sql_conn *conn);
/*
 * Lost because the server is read-only: it was the primary, and is no more. Nothing was written.
 * The next one is opened by the name, which may be another server's now.
 */
bool sql_demoted(const struct sql_conn *conn);
/*
 * To be asked for where it matters whether the server is (still) the primary; no privilege is
 * needed. super_read_only of MySQL implies the first, a reader of Aurora has the second.
 */
#define SQL_READ_ONLY         "@@read_only, @@innodb_read_only"
#define SQL_READ_ONLY_COLUMNS 2
/* What the server answered to them. */
bool sql_says_read_only(const struct slice cells[SQL_READ_ONLY_COLUMNS]);
/* They said so: the connection is lost and demoted. Returns UNAVAILABLE. */
enum status sql_leave(struct sql_conn *conn);
/*
 * Which session it is: ID at the server of that number, which is made of host, port and ids. A
 * server that was started anew has its old number.
 */
struct sql_session {
    uint64_t server;
    unsigned long id; /* never 0 */
};
struct sql_session sql_session_of(const struct sql_conn *conn);
/* The descriptor of its socket: another thread may shutdown(2) it to end a wait. */
int sql_socket(const struct sql_conn *conn);

/*
 * Runs one statement as a prepared one (256 are kept, the oldest use goes first).
 *
 * database  the default database that TEXT was written for; empty: the connection's. Statements
 *           remember theirs.
 * describe  empty, or a statement whose result columns say which of the last columns of TEXT's are
 *           BOOLEAN or JSON (a derived table loses TINYINT(1), JSON) where the run's types allow it
 * params    NULL, BOOL and integers as BIGINT, other NUMBERs as exact DECIMAL, STRING as text,
 *           BYTES as bytes; LIST and MAP as JSON text
 * rows_out  in ARENA; NULL when not wanted
 * whole     a result that the server warned of is INVALID, but for warnings that say nothing of
 *           its values (warning.c), if these are at most SQL_WARNINGS_MAX
 * primary   the server must not be read-only after it, or the connection is lost, UNAVAILABLE: one
 *           more round trip
 * status    OK; CONFLICT (1062 duplicate); BUSY (1205, 1213, 1412: lock wait, deadlock, altered
 *           table: the transaction is rolled back); NOT_FOUND (1146, 1049, 1054); DENIED (1044,
 *           1045, 1142); TOO_LARGE (more than max_rows or max_bytes; 0: no limit); INVALID (a value
 *           or a statement the server refuses); UNAVAILABLE (connection lost before a COMMIT, also
 *           since the server is read-only: 1290, 1792, 1836; or it lacks something for now);
 *           UNCERTAIN (lost within a COMMIT, or within a statement that writes outside of a
 *           transaction); TIMEOUT (the server's own limit on a statement). Each number: error.c
 */
struct sql_statement {
    struct slice text, describe, database;
    const struct value *const *params;
    size_t param_count;
    size_t max_rows, max_bytes;
    bool whole, primary;
};
MUST_CHECK enum status sql_run(struct sql_conn *conn, const struct sql_statement *statement,
                               struct arena *arena, struct sql_rows *rows_out);

/*
 * Text protocol, for statements that cannot be prepared (USE, SET, BEGIN) and for files of several
 * statements (setup): runs each, stops at the first error.
 */
MUST_CHECK enum status sql_exec(struct sql_conn *conn, const char *text);
MUST_CHECK enum status sql_exec_all(struct sql_conn *conn, struct slice text);
MUST_CHECK enum status sql_begin(struct sql_conn *conn);
MUST_CHECK enum status sql_commit(struct sql_conn *conn); /* UNCERTAIN when the answer was lost */
void sql_rollback(struct sql_conn *conn);

/*
 * The server's first warning about the statement that ran last ("Data truncated for column 'Price'
 * at row 1"), cut to SIZE; "" when there is none.
 */
void sql_warning(struct sql_conn *conn, char *out, size_t size);

/* Columns of the result and number of parameters, without running it (gateway --check). */
MUST_CHECK enum status sql_describe(struct sql_conn *conn, struct slice database, struct slice text,
                                    struct arena *arena, struct sql_rows *columns_out,
                                    size_t *params_out);

#endif
