/*
 * A thread's connection to the SQL primary, kept from one use to the next: opened when it is
 * needed, dropped when it is lost. One thread at a time.
 *
 * When to try again is said by whoever uses it, since each has a pace of its own: a lane rests with
 * full jitter, keeper and dispatcher come by at their next turn, a starting daemon and `setup`
 * wait.
 */
#ifndef PROJECTOR_STORE_CONNECTION_H
#define PROJECTOR_STORE_CONNECTION_H

#include "conf/settings/settings.h"
#include "lib/sql/conn.h"

enum connection_login {
    /* sql_projector_user: READ COMMITTED, short waits for locks */
    CONNECTION_PROJECTOR,
    /* sql_setup_user: as the server makes it; a statement may take a minute */
    CONNECTION_SETUP,
};

struct connection {
    const struct settings *settings; /* borrowed */
    enum connection_login login;
    struct slice database; /* borrowed; empty: none by default */
    struct sql_conn *sql;  /* NULL: not connected. Else it was not yet seen to be lost. */
    /* of the last failure, of a connect or of a statement; never holds a password */
    struct sql_error error;
};

void connection_init(struct connection *connection, const struct settings *settings,
                     enum connection_login login, struct slice database);
void connection_fini(struct connection *connection);

/*
 * Once, unless it is open. OK; UNAVAILABLE (also: the server is read-only, so it is no primary),
 * DENIED, NOT_FOUND: see error; INVALID: sql_primary.
 */
MUST_CHECK enum status connection_open(struct connection *connection);

/*
 * Each statement's STATUS goes through here before anything else is done: a failure's error is
 * kept, and a connection that is lost, or whose last write is uncertain, is dropped. Returns
 * STATUS.
 */
enum status connection_note(struct connection *connection, enum status status);

/* Ends a transaction that failed, if the connection is still there; error stays as it is. */
void connection_rollback(struct connection *connection);

#endif
