/*
 * Records that could not be projected, and all later ones of their aggregates, in order. Rows of
 * twofold_dead_letter.
 */
#ifndef PROJECTOR_APPLY_DEAD_LETTER_H
#define PROJECTOR_APPLY_DEAD_LETTER_H

#include "projector/source/record.h"
#include "projector/store/lease.h"
#include "projector/store/session.h"
#include "projector/store/versions.h"

/* What fences off all lanes, for a command of an operator: locks all checkpoints of the model. */
MUST_CHECK enum status dead_letter_lock_lanes(struct session *session, struct arena *arena);

/* In the batch's transaction. */
MUST_CHECK enum status dead_letter_add(struct session *session, const struct lease *lease,
                                       const struct record *record, const char *error,
                                       unsigned int attempts, struct arena *arena);

/*
 * What dead_letter_add stored, in ARENA. OK; INVALID: it makes no sense to this plan either
 * (why_out, static).
 */
MUST_CHECK enum status dead_letter_decode(const struct plan_model *model, struct slice text,
                                          struct arena *arena, struct record *out,
                                          const char **why_out);

/* How many wait. */
MUST_CHECK enum status dead_letter_count(struct sql_conn *sql, struct slice database,
                                         uint64_t *out);

#endif
