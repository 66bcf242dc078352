/*
 * Numbers of MySQL and MariaDB (mysqld_error.h, errmsg.h) -> what the caller may do. What is in no
 * row is INVALID when the server says it (it refuses this statement or value, and would again),
 * UNAVAILABLE and lost when the client library says it (2000 to 2999) or a proxy between (ProxySQL:
 * 9000 to 9999), which ends the session as it likes: what was begun on it may be gone.
 *
 *     STAYS    the connection can be used
 *     LOST     the server closes it, or has: what was begun on it is gone
 *     DEMOTED  the server has become read-only. It wrote nothing; we close, and go to the primary
 */
#include <stdio.h>

#include "lib/sql/private.h"

#define CLIENT_ERRORS  2000 /* .. 2999: the connection, not the server, is speaking */
#define PROXY_ERRORS   9000 /* .. 9999: ProxySQL's own; no server has them */
#define ERROR_OPTION   1290
#define ERROR_DEADLOCK 1213

enum fate {
    STAYS,
    LOST,
    DEMOTED
};

// clang-format off
static const struct {
    unsigned int number;
    enum status status;
    enum fate fate;
} errors[] = {
    {1020, STATUS_BUSY,        STAYS  }, /* the row has changed since it was read (snapshots) */
    {1021, STATUS_UNAVAILABLE, STAYS  }, /* disk full */
    {1036, STATUS_UNAVAILABLE, DEMOTED}, /* the table is read-only: innodb_read_only */
    {1037, STATUS_UNAVAILABLE, STAYS  }, /* out of memory */
    {1038, STATUS_UNAVAILABLE, STAYS  }, /* out of sort memory */
    {1040, STATUS_UNAVAILABLE, LOST   }, /* too many connections */
    {1041, STATUS_UNAVAILABLE, STAYS  }, /* out of resources */
    {1042, STATUS_UNAVAILABLE, LOST   }, /* our host has no name */
    {1043, STATUS_UNAVAILABLE, LOST   }, /* bad handshake */
    {1044, STATUS_DENIED,      STAYS  }, /* access denied to a database */
    {1045, STATUS_DENIED,      STAYS  }, /* access denied to a user */
    {1047, STATUS_UNAVAILABLE, LOST   }, /* a Galera node outside of its cluster */
    {1049, STATUS_NOT_FOUND,   STAYS  }, /* unknown database */
    {1053, STATUS_UNAVAILABLE, LOST   }, /* server shutdown in progress */
    {1054, STATUS_NOT_FOUND,   STAYS  }, /* unknown column */
    {1062, STATUS_CONFLICT,    STAYS  }, /* duplicate entry */
    {1077, STATUS_UNAVAILABLE, LOST   }, /* normal shutdown */
    {1079, STATUS_UNAVAILABLE, LOST   }, /* shutdown complete */
    {1080, STATUS_UNAVAILABLE, LOST   }, /* the thread is closed by force */
    {1114, STATUS_UNAVAILABLE, STAYS  }, /* table is full */
    {1129, STATUS_UNAVAILABLE, LOST   }, /* host blocked */
    {1130, STATUS_DENIED,      LOST   }, /* our host may not connect */
    {1135, STATUS_UNAVAILABLE, LOST   }, /* no thread for the connection */
    {1142, STATUS_DENIED,      STAYS  }, /* command denied for a table */
    {1143, STATUS_DENIED,      STAYS  }, /* command denied for a column */
    {1146, STATUS_NOT_FOUND,   STAYS  }, /* no such table */
    {1152, STATUS_UNAVAILABLE, LOST   }, /* aborted connection */
    {1153, STATUS_TOO_LARGE,   LOST   }, /* packet above max_allowed_packet: the server closes */
    {1156, STATUS_UNAVAILABLE, LOST   }, /* packets out of order */
    {1157, STATUS_UNAVAILABLE, LOST   }, /* a packet that cannot be uncompressed */
    {1158, STATUS_UNAVAILABLE, LOST   }, /* read error from the network */
    {1159, STATUS_UNAVAILABLE, LOST   }, /* read timeout */
    {1160, STATUS_UNAVAILABLE, LOST   }, /* write error to the network */
    {1161, STATUS_UNAVAILABLE, LOST   }, /* write timeout */
    {1180, STATUS_UNAVAILABLE, LOST   }, /* a COMMIT that failed inside: uncertain */
    {1184, STATUS_UNAVAILABLE, LOST   }, /* aborted connection */
    {1203, STATUS_UNAVAILABLE, LOST   }, /* too many connections of this user */
    {1205, STATUS_BUSY,        STAYS  }, /* lock wait timeout */
    {1206, STATUS_UNAVAILABLE, STAYS  }, /* no room for more locks */
    {1213, STATUS_BUSY,        STAYS  }, /* deadlock */
    {1226, STATUS_UNAVAILABLE, STAYS  }, /* the user's resources are used up */
    {1227, STATUS_DENIED,      STAYS  }, /* a privilege is needed */
    {1290, STATUS_UNAVAILABLE, DEMOTED}, /* --read-only; another option: DENIED */
    {1317, STATUS_UNAVAILABLE, STAYS  }, /* interrupted by KILL QUERY */
    {1412, STATUS_BUSY,        STAYS  }, /* the table was altered since the snapshot was taken */
    {1461, STATUS_UNAVAILABLE, STAYS  }, /* max_prepared_stmt_count */
    {1637, STATUS_UNAVAILABLE, STAYS  }, /* too many concurrent transactions */
    {1665, STATUS_UNAVAILABLE, STAYS  }, /* the binlog takes no rows: binlog_format = STATEMENT */
    {1698, STATUS_DENIED,      STAYS  }, /* access denied to a user without a password */
    {1792, STATUS_UNAVAILABLE, DEMOTED}, /* read-only transaction */
    {1820, STATUS_DENIED,      STAYS  }, /* the password has to be changed */
    {1836, STATUS_UNAVAILABLE, DEMOTED}, /* read-only mode */
    {1862, STATUS_DENIED,      LOST   }, /* the password has ended */
    {1874, STATUS_UNAVAILABLE, DEMOTED}, /* InnoDB is in read-only mode */
    {1927, STATUS_UNAVAILABLE, LOST   }, /* connection was killed */
    {1969, STATUS_TIMEOUT,     STAYS  }, /* max_statement_time (MariaDB) */
    {2008, STATUS_INTERNAL,    LOST   }, /* out of memory in the client */
    {2014, STATUS_INTERNAL,    LOST   }, /* commands out of sync */
    {2020, STATUS_TOO_LARGE,   LOST   }, /* packet above the client's limit */
    {2027, STATUS_CORRUPT,     LOST   }, /* malformed packet */
    {2057, STATUS_INTERNAL,    STAYS  }, /* other columns than were prepared */
    {3024, STATUS_TIMEOUT,     STAYS  }, /* max_execution_time (MySQL) */
    {3032, STATUS_UNAVAILABLE, LOST   }, /* offline mode (MySQL) */
    {3058, STATUS_BUSY,        STAYS  }, /* deadlock of user-level locks */
    {3100, STATUS_UNAVAILABLE, LOST   }, /* the group refused the transaction (MySQL): uncertain */
    {3101, STATUS_BUSY,        STAYS  }, /* the group rolled the transaction back (MySQL) */
    {3118, STATUS_DENIED,      STAYS  }, /* the account is locked (MySQL) */
    {3168, STATUS_UNAVAILABLE, LOST   }, /* the server is not available (MySQL) */
    {3169, STATUS_UNAVAILABLE, LOST   }, /* the session was killed (MySQL) */
    {3572, STATUS_BUSY,        STAYS  }, /* a lock that NOWAIT did not get (MySQL) */
    {3989, STATUS_UNAVAILABLE, STAYS  }, /* the schema is read-only (MySQL) */
    {4031, STATUS_UNAVAILABLE, LOST   }, /* closed, for it was idle (MySQL) */
    {4151, STATUS_DENIED,      STAYS  }, /* the account is locked (MariaDB) */
    {5013, STATUS_UNAVAILABLE, LOST   }, /* the library's read error (compressed, TLS) */
    {5014, STATUS_UNAVAILABLE, LOST   }, /* the library's write error */
    {5015, STATUS_UNAVAILABLE, LOST   }, /* the library cannot uncompress */
};
// clang-format on

static size_t find(unsigned int number)
{
    size_t i = 0;

    while (i < ARRAY_COUNT(errors) && errors[i].number != number) {
        i++;
    }
    return i;
}

static bool is_of_connection(unsigned int number)
{
    return number / 1000 == CLIENT_ERRORS / 1000 || number / 1000 == PROXY_ERRORS / 1000;
}

enum status sql_status_of(unsigned int number)
{
    size_t i = find(number);

    if (i < ARRAY_COUNT(errors)) {
        return errors[i].status;
    }
    return is_of_connection(number) ? STATUS_UNAVAILABLE : STATUS_INVALID;
}

static enum fate fate_of(unsigned int number)
{
    size_t i = find(number);

    if (i < ARRAY_COUNT(errors)) {
        return errors[i].fate;
    }
    return is_of_connection(number) ? LOST : STAYS;
}

/* 1290 names the option that prevents the statement: of the two that matter, and of others. */
static bool is_read_only(const char *text)
{
    return strstr(text, "read-only") || strstr(text, "read_only");
}

static enum status keep(struct sql_conn *conn, unsigned int number, const char *state,
                        const char *text)
{
    enum status status = sql_status_of(number);
    enum fate fate = fate_of(number);

    if (number == ERROR_OPTION && !is_read_only(text)) {
        status = STATUS_DENIED;
        fate = STAYS;
    }
    conn->error.number = number;
    (void)snprintf(conn->error.state, sizeof(conn->error.state), "%s", state);
    (void)snprintf(conn->error.text, sizeof(conn->error.text), "%s", text);
    conn->error.demoted = fate == DEMOTED;
    if (fate != STAYS) {
        conn->lost = true;
        conn->demoted = fate == DEMOTED;
        conn->in_transaction = false;
    }
    if (number == ERROR_DEADLOCK) {
        conn->in_transaction = false; /* the server has rolled back */
    }
    return status;
}

enum status sql_failed(struct sql_conn *conn)
{
    return keep(conn, mysql_errno(conn->mysql), mysql_sqlstate(conn->mysql),
                mysql_error(conn->mysql));
}

/* What comes in place of a further row libmariadb 3.3 leaves with the connection only. */
enum status sql_failed_statement(struct sql_conn *conn, MYSQL_STMT *stmt)
{
    if (mysql_stmt_errno(stmt) == 0) {
        return sql_failed(conn);
    }
    return keep(conn, mysql_stmt_errno(stmt), mysql_stmt_sqlstate(stmt), mysql_stmt_error(stmt));
}

/*
 * What a value or a row is refused for, in strict mode: the same statement will be refused again,
 * whatever the server's state and whatever rows there are. All else that is refused may be a matter
 * of time: 1030 of a storage engine, 1615 of a prepared statement, and what depends on rows that
 * another connection is about to write or remove (1062 of a unique value that one row gives up and
 * another takes, 1452 and 1451 of foreign keys, 1242 of a subquery, 1690 of a sum of a column).
 */
static const unsigned int data_errors[] = {
    1048, /* NULL in a NOT NULL column */
    1138, /* invalid use of NULL */
    1153, /* packet above max_allowed_packet */
    1264, /* out of range */
    1265, /* data truncated */
    1292, /* incorrect value (MySQL: of a time, or of a text as a number) */
    1300, /* invalid character string */
    1364, /* a field without a default value */
    1365, /* division by 0 */
    1366, /* incorrect value of a text or a number */
    1367, /* illegal value while parsing */
    1406, /* data too long */
    1411, /* incorrect value for a function */
    1416, /* no geometry */
    1441, /* a time's function overflows */
    3140, /* invalid JSON text (MySQL) */
    3141, /* invalid JSON text in an argument */
    3144, /* JSON of a binary character set */
    3819, /* CHECK (MySQL) */
    4025, /* CHECK (MariaDB) */
    4038, /* a syntax error in JSON (MariaDB) */
};

bool sql_error_is_data(unsigned int number)
{
    size_t i = 0;

    while (i < ARRAY_COUNT(data_errors) && data_errors[i] != number) {
        i++;
    }
    return i < ARRAY_COUNT(data_errors);
}

/* What we refuse ourselves. */
enum status sql_refuse(struct sql_conn *conn, enum status status, const char *text)
{
    conn->error.number = 0;
    conn->error.demoted = false;
    (void)snprintf(conn->error.state, sizeof(conn->error.state), "HY000");
    (void)snprintf(conn->error.text, sizeof(conn->error.text), "%s", text);
    return status;
}

enum status sql_leave(struct sql_conn *conn)
{
    conn->lost = conn->demoted = true;
    conn->in_transaction = false;
    (void)sql_refuse(conn, STATUS_UNAVAILABLE,
                     "the server is read-only (read_only or innodb_read_only): it is no primary");
    conn->error.demoted = true;
    return STATUS_UNAVAILABLE;
}
