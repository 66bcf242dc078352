/*
 * The inside of a connection, for lib/sql/ only.
 *
 *     conn.c      opens, closes, runs       prepared.c  statements kept by their text
 *     bind.c      values -> parameters      fetch.c     columns and rows -> texts
 *     error.c     numbers -> statuses      session.c   what each session is set to
 *     warning.c   what the server warns of
 */
#ifndef LIB_SQL_PRIVATE_H
#define LIB_SQL_PRIVATE_H

#include <mysql.h>

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/sql/conn.h"

/* Kept by a connection; max_prepared_stmt_count is 16,382 for the whole server. */
#define STATEMENTS_MAX     256
#define STATEMENTS_BUCKETS 512
#define CELL_SCRATCH       120 /* longer cells are fetched once more, into their place */

/*
 * What a result column was in the last run. PREPARE's word does not hold: where parameters make a
 * column, their values make its type.
 */
struct shape {
    enum enum_field_types type;
    unsigned int flags, decimals;
    enum sql_kind kind;
    bool moved;       /* it was another in the run before */
    bool json;        /* MariaDB's format, as it was told last */
    bool format_told; /* PREPARE told it: it is not one of those that a derived table drops */
    /* Of `describe`'s columns: what it said last, which parameters cannot change. */
    bool described;
    bool varies; /* it moves though `describe` stays */
    enum enum_field_types described_type;
    enum sql_kind described_kind;
};

struct prepared {
    struct prepared *bucket_next;
    struct prepared *newer, *older; /* order of use */
    uint64_t hash;
    struct slice text, describe, database; /* in `memory` */
    struct arena memory;
    MYSQL_STMT *stmt;
    MYSQL_RES *metadata; /* NULL: no result set */
    struct shape *shapes;
    unsigned int column_count;
    unsigned long param_count;
    unsigned char *sent; /* of each parameter: enum value_class of its last value but NULL */
    bool ran;            /* `shapes` are those of a run */
    bool executed;       /* at least once */
    bool outdated;       /* to be prepared anew before it runs again */
    bool once;           /* ... whatever its run says */
};

/* Where mysql_stmt_fetch puts a column's value. */
struct cell {
    union {
        long long integer;
        double real;
        float single;
        MYSQL_TIME time;
        char text[CELL_SCRATCH];
    } value;
    unsigned long length;
    my_bool is_null;
};

struct sql_conn {
    MYSQL *mysql;
    struct sql_error error;
    char *database;  /* the current one; "" none */
    char *home;      /* the one it was opened with */
    uint64_t server; /* hash of its name */
    bool lost, in_transaction;
    bool demoted; /* lost because the server is read-only */
    struct prepared *buckets[STATEMENTS_BUCKETS];
    struct prepared *newest, *oldest;
    unsigned int statement_count;
    MYSQL_BIND *params; /* of the run; kept */
    size_t params_room;
    MYSQL_BIND *results;
    struct cell *cells;
    size_t results_room;
    struct slice *table; /* cells of the rows read so far; kept */
    size_t table_room;
    struct arena scratch; /* texts of parameters */
    struct buf json;
};

/* error.c: what the library said last, kept in conn->error; sets lost. */
enum status sql_failed(struct sql_conn *conn);
enum status sql_failed_statement(struct sql_conn *conn, MYSQL_STMT *stmt);
enum status sql_refuse(struct sql_conn *conn, enum status status, const char *text);
enum status sql_status_of(unsigned int number);

/*
 * session.c: sets the new connection's session and looks at what its server is. OK; UNAVAILABLE: a
 * primary is wanted, and the server is read-only; else what the server refused.
 */
MUST_CHECK enum status session_begin(struct sql_conn *conn, const struct sql_login *login);
/*
 * warning.c: of a result that the server warned of COUNT times. OK: it may be used; INVALID: see
 * error; UNAVAILABLE: the warnings were not read.
 */
MUST_CHECK enum status warnings_judge(struct sql_conn *conn, unsigned int count);

/* prepared.c */
MUST_CHECK enum status prepared_get(struct sql_conn *conn, const struct sql_statement *statement,
                                    struct prepared **out);
void prepared_forget(struct sql_conn *conn, struct prepared *prepared);
/* Asks the server anew what `describe` says. No result may be unread. */
MUST_CHECK enum status prepared_describe(struct sql_conn *conn, struct prepared *prepared);
MUST_CHECK enum status sql_use(struct sql_conn *conn, struct slice database);

/* bind.c: PARAMS of a run into conn->params. */
MUST_CHECK enum status params_bind(struct sql_conn *conn, const struct sql_statement *statement,
                                   struct prepared *prepared);

/* fetch.c */
enum sql_kind sql_kind_of(const MYSQL_FIELD *field);
/*
 * Takes the columns of the run that has just begun. True: one moved, and not (as far as is known)
 * by parameters, so that `describe` is to be asked anew.
 */
bool shapes_take(const struct sql_conn *conn, struct prepared *prepared);
struct sql_column *columns_copy(struct arena *arena, const MYSQL_FIELD *fields, unsigned int count);
MUST_CHECK enum status rows_fetch(struct sql_conn *conn, const struct sql_statement *statement,
                                  struct prepared *prepared, struct arena *arena,
                                  struct sql_rows *rows_out);

#endif
