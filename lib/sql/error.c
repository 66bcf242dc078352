/*
 * Numbers of MySQL and MariaDB (mysqld_error.h, errmsg.h) -> what the caller may do. What is in no
 * row is INVALID when the server says it (it refuses this value, and would again), UNAVAILABLE and
 * lost when the client library says it (2000 to 2999) or a proxy between (ProxySQL: 9000 to 9999),
 * which ends the session as it likes: what was begun on it may be gone.
 *
 * What concerns a table, a right or the server, whatever the values are, is no INVALID: NOT_FOUND
 * (the statement and the schema do not fit), DENIED, UNAVAILABLE (disk, files, memory, binlog). Who
 * projects would else give up one record after the other for it.
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
    {1015, STATUS_UNAVAILABLE, STAYS  }, /* a file cannot be locked */
    {1016, STATUS_UNAVAILABLE, STAYS  }, /* a file cannot be opened */
    {1017, STATUS_UNAVAILABLE, STAYS  }, /* a file is not there */
    {1020, STATUS_BUSY,        STAYS  }, /* the row has changed since it was read (snapshots) */
    {1021, STATUS_UNAVAILABLE, STAYS  }, /* disk full */
    {1024, STATUS_UNAVAILABLE, STAYS  }, /* a file cannot be read */
    {1026, STATUS_UNAVAILABLE, STAYS  }, /* a file cannot be written */
    {1030, STATUS_UNAVAILABLE, STAYS  }, /* the engine: no room, no key, no file, ... */
    {1033, STATUS_UNAVAILABLE, STAYS  }, /* a file with wrong information */
    {1034, STATUS_UNAVAILABLE, STAYS  }, /* a wrong key file */
    {1035, STATUS_UNAVAILABLE, STAYS  }, /* an old key file */
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
    {1051, STATUS_NOT_FOUND,   STAYS  }, /* unknown table */
    {1053, STATUS_UNAVAILABLE, LOST   }, /* server shutdown in progress */
    {1054, STATUS_NOT_FOUND,   STAYS  }, /* unknown column */
    {1058, STATUS_NOT_FOUND,   STAYS  }, /* other columns than values */
    {1062, STATUS_CONFLICT,    STAYS  }, /* duplicate entry */
    {1077, STATUS_UNAVAILABLE, LOST   }, /* normal shutdown */
    {1079, STATUS_UNAVAILABLE, LOST   }, /* shutdown complete */
    {1080, STATUS_UNAVAILABLE, LOST   }, /* the thread is closed by force */
    {1104, STATUS_DENIED,      STAYS  }, /* max_join_size */
    {1109, STATUS_NOT_FOUND,   STAYS  }, /* unknown table in a clause */
    {1114, STATUS_UNAVAILABLE, STAYS  }, /* table is full */
    {1122, STATUS_NOT_FOUND,   STAYS  }, /* a function that cannot be loaded */
    {1123, STATUS_NOT_FOUND,   STAYS  }, /* a function that cannot begin */
    {1126, STATUS_NOT_FOUND,   STAYS  }, /* a function's library */
    {1127, STATUS_NOT_FOUND,   STAYS  }, /* a function without its symbol */
    {1128, STATUS_NOT_FOUND,   STAYS  }, /* a function that is not defined */
    {1129, STATUS_UNAVAILABLE, LOST   }, /* host blocked */
    {1130, STATUS_DENIED,      LOST   }, /* our host may not connect */
    {1135, STATUS_UNAVAILABLE, LOST   }, /* no thread for the connection */
    {1136, STATUS_NOT_FOUND,   STAYS  }, /* other columns than values: the table was altered */
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
    {1175, STATUS_DENIED,      STAYS  }, /* sql_safe_updates */
    {1176, STATUS_NOT_FOUND,   STAYS  }, /* no such index */
    {1180, STATUS_UNAVAILABLE, LOST   }, /* a COMMIT that failed inside: uncertain */
    {1184, STATUS_UNAVAILABLE, LOST   }, /* aborted connection */
    {1191, STATUS_NOT_FOUND,   STAYS  }, /* no such index of words */
    {1194, STATUS_UNAVAILABLE, STAYS  }, /* the table has crashed */
    {1195, STATUS_UNAVAILABLE, STAYS  }, /* and cannot be repaired */
    {1203, STATUS_UNAVAILABLE, LOST   }, /* too many connections of this user */
    {1205, STATUS_BUSY,        STAYS  }, /* lock wait timeout */
    {1206, STATUS_UNAVAILABLE, STAYS  }, /* no room for more locks */
    {1213, STATUS_BUSY,        STAYS  }, /* deadlock */
    {1226, STATUS_UNAVAILABLE, STAYS  }, /* the user's resources are used up */
    {1227, STATUS_DENIED,      STAYS  }, /* a privilege is needed */
    {1286, STATUS_NOT_FOUND,   STAYS  }, /* unknown engine */
    {1288, STATUS_NOT_FOUND,   STAYS  }, /* the table has become a view that takes no changes */
    {1290, STATUS_UNAVAILABLE, DEMOTED}, /* --read-only; another option: DENIED */
    {1296, STATUS_UNAVAILABLE, STAYS  }, /* the engine: a table that cannot be decrypted, ... */
    {1297, STATUS_UNAVAILABLE, STAYS  }, /* the engine, for now */
    {1305, STATUS_NOT_FOUND,   STAYS  }, /* no such function */
    {1317, STATUS_UNAVAILABLE, STAYS  }, /* interrupted by KILL QUERY */
    {1348, STATUS_NOT_FOUND,   STAYS  }, /* the column is one of a view that takes no changes */
    {1356, STATUS_DENIED,      STAYS  }, /* a view of what is gone, or denied to its definer */
    {1364, STATUS_NOT_FOUND,   STAYS  }, /* a column without a default that is not set */
    {1370, STATUS_DENIED,      STAYS  }, /* command denied for a function */
    {1412, STATUS_BUSY,        STAYS  }, /* the table was altered since the snapshot was taken */
    {1423, STATUS_NOT_FOUND,   STAYS  }, /* the same of a view */
    {1447, STATUS_DENIED,      STAYS  }, /* a view without its definer */
    {1449, STATUS_DENIED,      STAYS  }, /* a definer who is not there */
    {1459, STATUS_UNAVAILABLE, STAYS  }, /* the table needs an upgrade */
    {1461, STATUS_UNAVAILABLE, STAYS  }, /* max_prepared_stmt_count */
    {1467, STATUS_UNAVAILABLE, STAYS  }, /* no further AUTO_INCREMENT */
    {1471, STATUS_NOT_FOUND,   STAYS  }, /* the table has become a view that takes no rows */
    {1477, STATUS_NOT_FOUND,   STAYS  }, /* a foreign server that is not there */
    {1534, STATUS_UNAVAILABLE, STAYS  }, /* a row cannot be written to the binlog */
    {1593, STATUS_UNAVAILABLE, STAYS  }, /* the binlog */
    {1598, STATUS_UNAVAILABLE, STAYS  }, /* the binlog */
    {1630, STATUS_NOT_FOUND,   STAYS  }, /* no such function */
    {1637, STATUS_UNAVAILABLE, STAYS  }, /* too many concurrent transactions */
    {1661, STATUS_UNAVAILABLE, STAYS  }, /* the binlog takes neither rows nor statements */
    {1662, STATUS_UNAVAILABLE, STAYS  }, /* the binlog takes rows only */
    {1665, STATUS_UNAVAILABLE, STAYS  }, /* the binlog takes no rows: binlog_format = STATEMENT */
    {1666, STATUS_UNAVAILABLE, STAYS  }, /* the binlog takes statements only */
    {1667, STATUS_UNAVAILABLE, STAYS  }, /* the binlog of several engines */
    {1689, STATUS_BUSY,        STAYS  }, /* a lock that gave way to DDL */
    {1698, STATUS_DENIED,      STAYS  }, /* access denied to a user without a password */
    {1707, STATUS_UNAVAILABLE, STAYS  }, /* the table must be made anew */
    {1710, STATUS_NOT_FOUND,   STAYS  }, /* a trigger with an error */
    {1711, STATUS_NOT_FOUND,   STAYS  }, /* likewise */
    {1712, STATUS_UNAVAILABLE, STAYS  }, /* a corrupt index */
    {1728, STATUS_UNAVAILABLE, STAYS  }, /* a corrupt table of the server */
    {1792, STATUS_UNAVAILABLE, DEMOTED}, /* read-only transaction */
    {1805, STATUS_UNAVAILABLE, STAYS  }, /* likewise */
    {1808, STATUS_UNAVAILABLE, STAYS  }, /* another table than its tablespace has */
    {1810, STATUS_UNAVAILABLE, STAYS  }, /* read error */
    {1811, STATUS_UNAVAILABLE, STAYS  }, /* write error */
    {1812, STATUS_UNAVAILABLE, STAYS  }, /* a tablespace that is not there */
    {1814, STATUS_UNAVAILABLE, STAYS  }, /* a tablespace that was discarded */
    {1817, STATUS_UNAVAILABLE, STAYS  }, /* a corrupt index */
    {1820, STATUS_DENIED,      STAYS  }, /* the password has to be changed */
    {1836, STATUS_UNAVAILABLE, DEMOTED}, /* read-only mode */
    {1862, STATUS_DENIED,      LOST   }, /* the password has ended */
    {1873, STATUS_DENIED,      STAYS  }, /* access denied to another user */
    {1874, STATUS_UNAVAILABLE, DEMOTED}, /* InnoDB is in read-only mode */
    {1877, STATUS_UNAVAILABLE, STAYS  }, /* a table that is missing or corrupt */
    {1878, STATUS_UNAVAILABLE, STAYS  }, /* a temporary file cannot be written */
    {1881, STATUS_UNAVAILABLE, STAYS  }, /* innodb_force_recovery */
    {1906, STATUS_NOT_FOUND,   STAYS  }, /* the column is generated now (MariaDB) */
    {1927, STATUS_UNAVAILABLE, LOST   }, /* connection was killed */
    {1932, STATUS_NOT_FOUND,   STAYS  }, /* no such table in the engine (MariaDB) */
    {1969, STATUS_TIMEOUT,     STAYS  }, /* max_statement_time (MariaDB) */
    {2008, STATUS_INTERNAL,    LOST   }, /* out of memory in the client */
    {2014, STATUS_INTERNAL,    LOST   }, /* commands out of sync */
    {2020, STATUS_TOO_LARGE,   LOST   }, /* packet above the client's limit */
    {2027, STATUS_CORRUPT,     LOST   }, /* malformed packet */
    {2057, STATUS_INTERNAL,    STAYS  }, /* other columns than were prepared */
    {3000, STATUS_UNAVAILABLE, STAYS  }, /* a corrupt file */
    {3003, STATUS_UNAVAILABLE, STAYS  }, /* the engine is not loaded */
    {3015, STATUS_UNAVAILABLE, STAYS  }, /* out of memory in the engine */
    {3019, STATUS_UNAVAILABLE, STAYS  }, /* the undo log */
    {3024, STATUS_TIMEOUT,     STAYS  }, /* max_execution_time (MySQL) */
    {3032, STATUS_UNAVAILABLE, LOST   }, /* offline mode (MySQL) */
    {3044, STATUS_UNAVAILABLE, STAYS  }, /* out of memory in a function */
    {3058, STATUS_BUSY,        STAYS  }, /* deadlock of user-level locks */
    {3098, STATUS_NOT_FOUND,   STAYS  }, /* a table without a primary key in a group (MySQL) */
    {3100, STATUS_UNAVAILABLE, LOST   }, /* the group refused the transaction (MySQL): uncertain */
    {3101, STATUS_BUSY,        STAYS  }, /* the group rolled the transaction back (MySQL) */
    {3105, STATUS_NOT_FOUND,   STAYS  }, /* the column is generated now (MySQL) */
    {3118, STATUS_DENIED,      STAYS  }, /* the account is locked (MySQL) */
    {3159, STATUS_DENIED,      STAYS  }, /* a connection must be encrypted */
    {3168, STATUS_UNAVAILABLE, LOST   }, /* the server is not available (MySQL) */
    {3169, STATUS_UNAVAILABLE, LOST   }, /* the session was killed (MySQL) */
    {3177, STATUS_BUSY,        STAYS  }, /* a lock that the engine refused */
    {3185, STATUS_UNAVAILABLE, STAYS  }, /* no master key in the keyring (MySQL) */
    {3202, STATUS_DENIED,      STAYS  }, /* a privilege is needed (MySQL) */
    {3572, STATUS_BUSY,        STAYS  }, /* a lock that NOWAIT did not get (MySQL) */
    {3675, STATUS_UNAVAILABLE, STAYS  }, /* disk full (MySQL) */
    {3879, STATUS_DENIED,      STAYS  }, /* access denied to a database (MySQL) */
    {3884, STATUS_UNAVAILABLE, STAYS  }, /* no room for temporary tables (MySQL) */
    {3955, STATUS_DENIED,      STAYS  }, /* the account is locked (MySQL) */
    {3985, STATUS_UNAVAILABLE, STAYS  }, /* no room for more locks (MySQL) */
    {3989, STATUS_UNAVAILABLE, STAYS  }, /* the schema is read-only (MySQL) */
    {4031, STATUS_UNAVAILABLE, LOST   }, /* closed, for it was idle (MySQL) */
    {4047, STATUS_UNAVAILABLE, STAYS  }, /* the table is compressed, and so read-only (MariaDB) */
    {4081, STATUS_UNAVAILABLE, LOST   }, /* the memory of connections is used up (MySQL) */
    {4082, STATUS_UNAVAILABLE, LOST   }, /* the memory of connections is used up (MySQL) */
    {4150, STATUS_DENIED,      STAYS  }, /* the account is locked (MariaDB) */
    {4151, STATUS_DENIED,      STAYS  }, /* the account is locked (MariaDB) */
    {5013, STATUS_UNAVAILABLE, LOST   }, /* the library's read error (compressed, TLS) */
    {5014, STATUS_UNAVAILABLE, LOST   }, /* the library's write error */
    {5015, STATUS_UNAVAILABLE, LOST   }, /* the library cannot uncompress */
    {6038, STATUS_DENIED,      STAYS  }, /* a privilege is needed (MySQL) */
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
    conn->error.unprepared = false;
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
 * of time: 1615 of a prepared statement, and what depends on rows that another connection is about
 * to write or remove (1062 of a unique value that one row gives up and another takes, 1452 and 1451
 * of foreign keys, 1242 of a subquery, 1690 of a sum of a column).
 */
static const unsigned int data_errors[] = {
    1048, /* NULL in a NOT NULL column */
    1138, /* invalid use of NULL */
    1153, /* packet above max_allowed_packet */
    1264, /* out of range */
    1265, /* data truncated */
    1292, /* incorrect value (MySQL: of a time, or of a text as a number) */
    1300, /* invalid character string */
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
    conn->error.demoted = conn->error.unprepared = false;
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
