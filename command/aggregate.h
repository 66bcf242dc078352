/*
 * An aggregate as it was at one version.
 *
 * What a version's events have made never changes, for an event is written once: so an aggregate is
 * read-only from its making on, and any number of threads may hold the same one. Only the count of
 * its holders moves, and a hint about snapshots: both are atomic.
 */
#ifndef COMMAND_AGGREGATE_H
#define COMMAND_AGGREGATE_H

#include "command/fold.h"

/* Which one. kind: all that a state depends on beside its events (aggregate_kind). */
struct aggregate_key {
    uint64_t kind;
    struct slice id; /* canonical */
};

struct aggregate {
    struct aggregate_key key;
    uint64_t version;
    bool exists;
    const struct value *state; /* MAP; NULL unless it exists */
    size_t bytes;              /* that it takes, all in one piece */
    /* of the last snapshot that we know of, or have asked for; 0: none */
    _Atomic uint64_t snapshot_version;
    _Atomic unsigned int references;
};

/*
 * Of the table and of the fold: models that were loaded again have the same kind unless their
 * events' set or deletes changed.
 */
uint64_t aggregate_kind(const struct plan_model *model);

/* A copy of what the fold has come to; references: 1. */
struct aggregate *aggregate_create(const struct aggregate_key *key, const struct fold *fold,
                                   uint64_t snapshot_version);
/* Any thread. */
struct aggregate *aggregate_get(struct aggregate *aggregate);
void aggregate_put(struct aggregate *aggregate); /* may be NULL */

/* Goes on from AGGREGATE, which must outlive the fold. */
void aggregate_fold(const struct aggregate *aggregate, const struct plan_model *model,
                    const struct value *id, struct arena *arena, struct fold *out);

#endif
