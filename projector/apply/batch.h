/*
 * One SQL transaction of a lane: cache/PROTOCOL.md "Projecting a batch", one function for each of
 * its lines.
 */
#ifndef PROJECTOR_APPLY_BATCH_H
#define PROJECTOR_APPLY_BATCH_H

#include "projector/apply/leftovers.h"
#include "projector/apply/sequence.h"
#include "projector/store/lease.h"

struct batch {
    struct session *session;
    const struct lease *lease;
    struct arena *arena;        /* of the batch alone; what was given lives longer */
    const struct record *given; /* neighbours in the stream */
    size_t given_count;
    /* the error of the one given record that is not tried any more; NULL: none is */
    const char *condemned;
    unsigned int attempts; /* that it took */
    struct slots *slots;   /* of what the records' templates touch */

    /* What the steps leave to those behind them. */
    struct record *live; /* to be applied */
    size_t live_count, ignored_count;
    const struct record **letters; /* condemned, or behind a dead letter of their aggregate */
    size_t letter_count;
    struct leftovers leftovers; /* of earlier records of their aggregates */
    size_t superseded;          /* letters that are no more, for a newer image was applied */
    struct sequence sequence;   /* what of them was applied */
    uint64_t revision;
    bool published; /* home was a page, not NULL */
    bool committed; /* all steps were done */
};

/*
 * BEGIN, if what was learnt of twofold_revision allows a commit: else session_may_commit's status.
 */
MUST_CHECK enum status batch_begin(struct batch *batch);
/* Locks the checkpoint. FENCED: the lease is lost. */
MUST_CHECK enum status batch_fence(struct batch *batch);
/* "Locks of aggregates"; then sorts out records of blocked ones. */
MUST_CHECK enum status batch_lock(struct batch *batch);
/*
 * "run its statements and collect its tags", behind the lock of the revision's row if one of them
 * reads rows. INVALID, CONFLICT, TOO_LARGE, CORRUPT: the fault of
 * one of the records.
 */
MUST_CHECK enum status batch_rows(struct batch *batch);
MUST_CHECK enum status batch_letters(struct batch *batch);
/*
 * "UPDATE twofold_checkpoint SET position = ... -- 1 row, or ROLLBACK: the lease is lost": FENCED
 */
MUST_CHECK enum status batch_checkpoint(struct batch *batch);
/*
 * "UPDATE twofold_revision SET revision = LAST_INSERT_ID(revision + 1)". PRECONDITION: home, epoch
 * or touches are others by now.
 */
MUST_CHECK enum status batch_revision(struct batch *batch);
/* "INSERT INTO twofold_aggregate VALUES (?, ?, ?, LAST_INSERT_ID()), ..." */
MUST_CHECK enum status batch_aggregates(struct batch *batch);
/*
 * "PUBLISH", in scripts of at most batch_slots slots. PRECONDITION: no page, or it is ahead of the
 * database.
 */
MUST_CHECK enum status batch_publish(struct batch *batch);
/* COMMIT. UNCERTAIN: read the checkpoint again. */
MUST_CHECK enum status batch_commit(struct batch *batch);
/* "then, without waiting: a:<aggregate> = epoch|version|r, feed" */
MUST_CHECK enum status batch_tell(struct batch *batch);

void batch_rollback(struct batch *batch);

#endif
