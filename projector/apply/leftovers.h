/*
 * What earlier records of an aggregate left undone: dead letters that a newer image supersedes, and
 * letters that an operator discarded (rows of twofold_discarded).
 *
 * Neither changed a row, so the rows still show what was there before them, and nobody has touched
 * its tags: the next record's old image is theirs. So who projects that record touches their tags
 * as well.
 */
#ifndef PROJECTOR_APPLY_LEFTOVERS_H
#define PROJECTOR_APPLY_LEFTOVERS_H

#include "projector/apply/slots.h"
#include "projector/store/session.h"
#include "projector/store/versions.h"

/* Aggregates of a batch that have some; {0}: none. */
struct leftovers {
    struct versions blocked;   /* by dead letters */
    struct versions discarded; /* have letters that were discarded */
};

/* Which of AGGREGATES have some: behind their locks. */
MUST_CHECK enum status leftovers_read(struct session *session, const struct versions *aggregates,
                                      struct arena *arena, struct leftovers *out);

/*
 * For those of APPLIED: touches the tags of their letters' records, of both images, as far as they
 * can be made. WHOLE: the records that are projected leave rows as they alone say; then letters and
 * what was discarded go, and *SUPERSEDED_OUT letters were superseded. Else what was discarded stays
 * and is touched with each record. Of an aggregate with letters there is none in APPLIED, unless
 * WHOLE.
 */
MUST_CHECK enum status leftovers_settle(struct session *session, const struct leftovers *leftovers,
                                        const struct versions *applied, bool whole,
                                        struct arena *arena, struct slots *slots,
                                        size_t *superseded_out);

/* In a transaction of an operator's: the letter of this id is discarded, not forgotten. */
MUST_CHECK enum status leftovers_keep(struct session *session, const char *id, struct arena *arena);

#endif
