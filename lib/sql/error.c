/*
 * Numbers of MySQL and MariaDB (mysqld_error.h, errmsg.h) -> what the caller may do. What is in no
 * row is INVALID when the server says it (it refuses this statement or value, and would again),
 * UNAVAILABLE and lost when the client library says it (2000 to 2999).
 */
#include <stdio.h>

#include "lib/sql/private.h"

#define CLIENT_ERRORS 2000 /* .. 2999: the connection, not the server, is speaking */

static const struct {
    unsigned int number;
    enum status status;
    bool lost;
} errors[] = {
    {1021, STATUS_UNAVAILABLE, false}, /* disk full */
    {1037, STATUS_UNAVAILABLE, false}, /* out of memory */
    {1038, STATUS_UNAVAILABLE, false}, /* out of sort memory */
    {1040, STATUS_UNAVAILABLE, true }, /* too many connections */
    {1041, STATUS_UNAVAILABLE, false}, /* out of resources */
    {1044, STATUS_DENIED,      false}, /* access denied to a database */
    {1045, STATUS_DENIED,      false}, /* access denied to a user */
    {1049, STATUS_NOT_FOUND,   false}, /* unknown database */
    {1053, STATUS_UNAVAILABLE, true }, /* server shutdown in progress */
    {1054, STATUS_NOT_FOUND,   false}, /* unknown column */
    {1062, STATUS_CONFLICT,    false}, /* duplicate entry */
    {1077, STATUS_UNAVAILABLE, true }, /* normal shutdown */
    {1079, STATUS_UNAVAILABLE, true }, /* shutdown complete */
    {1114, STATUS_UNAVAILABLE, false}, /* table is full */
    {1129, STATUS_UNAVAILABLE, true }, /* host blocked */
    {1142, STATUS_DENIED,      false}, /* command denied for a table */
    {1143, STATUS_DENIED,      false}, /* command denied for a column */
    {1146, STATUS_NOT_FOUND,   false}, /* no such table */
    {1152, STATUS_UNAVAILABLE, true }, /* aborted connection */
    {1153, STATUS_TOO_LARGE,   true }, /* packet above max_allowed_packet: the server closes */
    {1158, STATUS_UNAVAILABLE, true }, /* read error from the network */
    {1159, STATUS_UNAVAILABLE, true }, /* read timeout */
    {1160, STATUS_UNAVAILABLE, true }, /* write error to the network */
    {1161, STATUS_UNAVAILABLE, true }, /* write timeout */
    {1184, STATUS_UNAVAILABLE, true }, /* aborted connection */
    {1203, STATUS_UNAVAILABLE, true }, /* too many connections of this user */
    {1205, STATUS_BUSY,        false}, /* lock wait timeout */
    {1213, STATUS_BUSY,        false}, /* deadlock */
    {1226, STATUS_UNAVAILABLE, false}, /* the user's resources are used up */
    {1227, STATUS_DENIED,      false}, /* a privilege is needed */
    {1290, STATUS_DENIED,      false}, /* --read-only */
    {1317, STATUS_UNAVAILABLE, false}, /* interrupted by KILL QUERY */
    {1461, STATUS_UNAVAILABLE, false}, /* max_prepared_stmt_count */
    {1637, STATUS_UNAVAILABLE, false}, /* too many concurrent transactions */
    {1792, STATUS_DENIED,      false}, /* read-only transaction */
    {1836, STATUS_DENIED,      false}, /* read-only mode */
    {1927, STATUS_UNAVAILABLE, true }, /* connection was killed */
    {1969, STATUS_TIMEOUT,     false}, /* max_statement_time (MariaDB) */
    {3024, STATUS_TIMEOUT,     false}, /* max_execution_time (MySQL) */
    {2008, STATUS_INTERNAL,    true }, /* out of memory in the client */
    {2014, STATUS_INTERNAL,    true }, /* commands out of sync */
    {2020, STATUS_TOO_LARGE,   true }, /* packet above the client's limit */
    {2057, STATUS_INTERNAL,    false}, /* other columns than were prepared */
    {2027, STATUS_CORRUPT,     true }, /* malformed packet */
};

static size_t find(unsigned int number)
{
    size_t i = 0;

    while (i < ARRAY_COUNT(errors) && errors[i].number != number) {
        i++;
    }
    return i;
}

enum status sql_status_of(unsigned int number)
{
    size_t i = find(number);

    if (i < ARRAY_COUNT(errors)) {
        return errors[i].status;
    }
    return number >= CLIENT_ERRORS && number < CLIENT_ERRORS + 1000 ? STATUS_UNAVAILABLE
                                                                    : STATUS_INVALID;
}

static bool loses(unsigned int number)
{
    size_t i = find(number);

    if (i < ARRAY_COUNT(errors)) {
        return errors[i].lost;
    }
    return number >= CLIENT_ERRORS && number < CLIENT_ERRORS + 1000;
}

static enum status keep(struct sql_conn *conn, unsigned int number, const char *state,
                        const char *text)
{
    enum status status = sql_status_of(number);

    conn->error.number = number;
    (void)snprintf(conn->error.state, sizeof(conn->error.state), "%s", state);
    (void)snprintf(conn->error.text, sizeof(conn->error.text), "%s", text);
    if (loses(number)) {
        conn->lost = true;
        conn->in_transaction = false;
    }
    if (number == 1213) {
        conn->in_transaction = false; /* the server has rolled back */
    }
    return status;
}

enum status sql_failed(struct sql_conn *conn)
{
    return keep(conn, mysql_errno(conn->mysql), mysql_sqlstate(conn->mysql),
                mysql_error(conn->mysql));
}

enum status sql_failed_statement(struct sql_conn *conn, MYSQL_STMT *stmt)
{
    return keep(conn, mysql_stmt_errno(stmt), mysql_stmt_sqlstate(stmt), mysql_stmt_error(stmt));
}

/* What we refuse ourselves. */
enum status sql_refuse(struct sql_conn *conn, enum status status, const char *text)
{
    conn->error.number = 0;
    (void)snprintf(conn->error.state, sizeof(conn->error.state), "HY000");
    (void)snprintf(conn->error.text, sizeof(conn->error.text), "%s", text);
    return status;
}
