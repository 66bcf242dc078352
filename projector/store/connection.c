/*
 * The one place where the projector opens, judges and drops connections to the SQL primary.
 *
 *     not connected --open--> connected --note: lost, uncertain; rollback: lost--> not connected
 *
 * Invariant: a connection that was lost is never used again: what it meant to its user (a
 * transaction, a lock, what was read) went with it.
 */
#include "projector/store/connection.h"

#include "conf/settings/clients.h"

#define SETUP_TIMEOUT_US (60 * 1000000ull) /* a schema may take its time */
#define SILENCE_MORE_US  2000000           /* the server counts whole seconds */

void connection_init(struct connection *connection, const struct settings *settings,
                     enum connection_login login, struct slice database)
{
    *connection = (struct connection){.settings = settings, .login = login, .database = database};
}

static void drop(struct connection *connection)
{
    sql_close(connection->sql);
    connection->sql = NULL;
}

void connection_fini(struct connection *connection)
{
    drop(connection);
}

/* ------------------------------------------------------------------ opening */

/*
 * The longest silence in which a batch asks the event table: a third of the lease in all
 * (projector/apply/sequence.c), and the request that began last.
 */
static uint64_t silence_us(const struct settings *settings)
{
    return settings->shard_lease / 3 + settings->dynamodb_timeout;
}

/*
 * A lock is waited for half as long as a statement, so that the server gives up first and says why.
 * A connection that says nothing for as long as a shard's lease is ended by the server, and its
 * transaction with it: the locks of a projector that sleeps would keep its successor waiting. Who
 * let DynamoDB take its time (dynamodb_timeout) has longer.
 */
static struct sql_login login_of(const struct connection *connection)
{
    const struct settings *settings = connection->settings;
    struct sql_login login;

    if (connection->login == CONNECTION_SETUP) {
        login = clients_sql_setup(settings, SETUP_TIMEOUT_US);
    } else {
        login = clients_sql_projector(settings);
        login.read_committed = true;
        login.lock_wait_us = settings->apply_timeout / 2;
        login.idle_us = settings->shard_lease;
        if (silence_us(settings) >= login.idle_us) {
            login.idle_us = silence_us(settings) + SILENCE_MORE_US;
        }
    }
    login.primary = true;
    return login;
}

enum status connection_open(struct connection *connection)
{
    const struct sql_login login = login_of(connection);
    struct sql_address address;
    enum status status;

    if (connection->sql) {
        return STATUS_OK;
    }
    status = clients_sql_primary(connection->settings, &address);
    if (status != STATUS_OK) {
        connection->error = (struct sql_error){.text = "sql_primary is no address"};
        return status;
    }
    return sql_open(&address, &login, connection->database, &connection->sql, &connection->error);
}

/* ------------------------------------------------------------------ losing it */

enum status connection_note(struct connection *connection, enum status status)
{
    if (status != STATUS_OK && connection->sql) {
        connection->error = *sql_error(connection->sql);
        if (sql_lost(connection->sql) || status == STATUS_UNCERTAIN) {
            drop(connection);
        }
    }
    return status;
}

void connection_rollback(struct connection *connection)
{
    if (connection->sql) {
        sql_rollback(connection->sql);
        if (sql_lost(connection->sql)) {
            drop(connection);
        }
    }
}
