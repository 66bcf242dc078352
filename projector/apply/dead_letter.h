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

/*
 * What a letter may need of the server's max_allowed_packet. A record has two images of at most 400
 * KB (DynamoDB, "Quotas": item size), and as JSON text an image has up to nine times its size: an
 * empty string in a list is one byte of an item (DynamoDB, "Item sizes and formats": each element
 * of a list or map requires 1 byte), and {"S":""}, of the text. That is 7.04 MiB; the rest is for
 * names of control characters, six bytes each, and for what else the record says. Numbers with
 * hundred zeros behind them are not thought of.
 */
#define DEAD_LETTER_BYTES (8u << 20)

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
