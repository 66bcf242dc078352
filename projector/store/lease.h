/*
 * The lease of a shard: who reads it, how far it was read. Rows of twofold_checkpoint.
 *
 * A lease is an agreement for speed; what keeps two owners apart is the fence: it rises with each
 * change of owner, and the UPDATE of the position inside each batch's transaction names it.
 */
#ifndef PROJECTOR_STORE_LEASE_H
#define PROJECTOR_STORE_LEASE_H

#include "lib/sql/conn.h"
#include "projector/store/owner.h"

#define SHARD_TEXT    192 /* with NUL */
#define POSITION_TEXT 65

struct lease {
    char shard[SHARD_TEXT], owner[OWNER_TEXT];
    char position[POSITION_TEXT]; /* "": from the beginning */
    uint64_t fence, span_us;
};

/* OK; CONFLICT: a living owner has it, or it is finished. */
MUST_CHECK enum status lease_take(struct sql_conn *sql, struct slice database, struct slice shard,
                                  const char *owner, uint64_t span_us, struct lease *out);

/*
 * Reads the position again, behind a renewal: a COMMIT without an answer may still be on its way,
 * and an UPDATE of the row waits for that transaction where a SELECT would not. OK; FENCED: another
 * owner came; BUSY: that transaction has not ended yet.
 */
MUST_CHECK enum status lease_check(struct sql_conn *sql, struct slice database,
                                   struct lease *lease);
/* Inside a transaction: locks the row until it ends. OK; FENCED: another owner came. */
MUST_CHECK enum status lease_lock(struct sql_conn *sql, struct slice database,
                                  const struct lease *lease);
MUST_CHECK enum status lease_renew(struct sql_conn *sql, struct slice database,
                                   const struct lease *lease);
MUST_CHECK enum status lease_give_back(struct sql_conn *sql, struct slice database,
                                       const struct lease *lease);
/* Closed and read to its end: its children may be read. */
MUST_CHECK enum status lease_finish(struct sql_conn *sql, struct slice database,
                                    const struct lease *lease);

/*
 * Inside the batch's transaction: position = POSITION, and the lease is renewed. OK; FENCED: roll
 * back.
 */
MUST_CHECK enum status lease_advance(struct sql_conn *sql, struct slice database,
                                     const struct lease *lease, struct slice position);

/* Who holds what, for CLEAR. Owners that are proven dead hold nothing. */
struct lease_survey {
    bool others; /* another owner holds an unexpired lease */
    bool free;   /* a shard that somebody once had has no owner */
};
MUST_CHECK enum status lease_survey(struct sql_conn *sql, struct slice database, const char *owner,
                                    struct lease_survey *out);

#endif
