/*
 * Rows of twofold_aggregate: the version of each aggregate that was applied last.
 */
#ifndef PROJECTOR_STORE_AGGREGATES_H
#define PROJECTOR_STORE_AGGREGATES_H

#include "projector/store/session.h"
#include "projector/store/versions.h"

/*
 * Reads the stored versions, and their events, of the aggregates at PLACES; those without a row
 * keep what they have. In a batch: behind aggregates_lock.
 */
MUST_CHECK enum status aggregates_read(struct session *session, struct versions *versions,
                                       const size_t *places, size_t count, struct arena *arena);

/*
 * Locks the rows of all VERSIONS until the transaction ends, in the order of their names; who has
 * no row gets one of version 0. Two lanes can hold events of one aggregate: what is read afterwards
 * of its version and letters stays true until COMMIT.
 */
MUST_CHECK enum status aggregates_lock(struct session *session, const struct versions *versions,
                                       struct arena *arena);

/*
 * "INSERT INTO twofold_aggregate VALUES (?, ?, ?, LAST_INSERT_ID()), ...": behind the revision's
 * UPDATE, on the same connection.
 */
MUST_CHECK enum status aggregates_write(struct session *session, const struct versions *versions,
                                        struct arena *arena);

/*
 * How many of LEFT rows the next multi-row statement takes: few sizes, so that few statements are
 * prepared.
 */
size_t rows_chunk(size_t left);
/* The least of these sizes that COUNT rows, of ROWS_CHUNK_MAX, have room in. */
size_t rows_room(size_t count);
#define ROWS_CHUNK_MAX 256

#endif
