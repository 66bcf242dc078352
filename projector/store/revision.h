/*
 * The row of twofold_revision: reading it, and each way in which it may be changed.
 * cache/PROTOCOL.md "Where things live".
 *
 * All changes but `raise` run in a transaction of their own; 0 rows affected is PRECONDITION: the
 * row is another one by now, read it again.
 */
#ifndef PROJECTOR_STORE_REVISION_H
#define PROJECTOR_STORE_REVISION_H

#include "cache/page.h"
#include "lib/sql/conn.h"

#define CLEARED_TEXT 32
#define TOUCHES_TEXT 16

struct revision {
    char epoch[EPOCH_TEXT + 1], touches[TOUCHES_TEXT + 1], cleared[CLEARED_TEXT + 1];
    uint64_t number;
    struct home home;   /* len 0: NULL */
    uint64_t server_id; /* @@server_id of who answered */
};

/*
 * lock: FOR UPDATE, inside a transaction. OK; NOT_FOUND (no table, or no row: setup was not run);
 * UNAVAILABLE, the connection lost: the server is read-only; sql_run's statuses.
 */
MUST_CHECK enum status revision_read(struct sql_conn *sql, struct slice database, bool lock,
                                     struct revision *out);

/*
 * In the batch's transaction; the new number. SEEN says epoch, touches and home; of a home that is
 * NULL: `cleared`.
 */
MUST_CHECK enum status revision_raise(struct sql_conn *sql, struct slice database,
                                      const struct revision *seen, uint64_t *number_out);

/* CLEAR: home = NULL under a new random `cleared`. touches: write them too; NULL: leave them. */
MUST_CHECK enum status revision_clear(struct sql_conn *sql, struct slice database,
                                      const struct revision *seen, const char *touches);

/* ASSERT's last step, under the row lock of the caller's transaction. */
MUST_CHECK enum status revision_settle(struct sql_conn *sql, struct slice database,
                                       const struct home *home, const char *touches);

/* A new epoch, home NULL, a new `cleared`, under the row lock of the caller's transaction. */
MUST_CHECK enum status revision_new_epoch(struct sql_conn *sql, struct slice database);

/*
 * "A projector that has *read* home IS NULL as committed notes that `cleared` and its own monotonic
 * clock."
 */
struct null_note {
    char cleared[CLEARED_TEXT + 1];
    uint64_t since_us;
};

/*
 * NOW_US: read after the row was. A row that is not NULL, or under another `cleared`, starts anew.
 */
void null_note_see(struct null_note *note, const struct revision *seen, uint64_t now_us);
/* "2 D later no gateway can hold a lease." */
bool null_note_waited(const struct null_note *note, const struct revision *seen, uint64_t now_us,
                      uint64_t lease_us);

#endif
