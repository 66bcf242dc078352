/*
 * The versions that a batch leaves behind: one for each aggregate that it touches, the last one.
 * Memory in the batch's arena.
 */
#ifndef PROJECTOR_STORE_VERSIONS_H
#define PROJECTOR_STORE_VERSIONS_H

#include "cache/publish.h"

/*
 * Bytes of an eventId that is kept: what twofold_aggregate.event, VARCHAR(64), has room for behind
 * the 19 digits of the last version (INT64_MAX) and the colon. A longer one is not kept.
 */
#define EVENT_ID_TEXT 44

struct versions {
    struct told *items; /* in the order in which the aggregates were met */
    /* of each: the eventId of that version, at most EVENT_ID_TEXT bytes; empty: not known */
    struct slice *events;
    size_t count;
    uint32_t *table; /* index + 1; 0: free */
    size_t mask;
};

/* Room for MAX aggregates. */
void versions_init(struct versions *versions, struct arena *arena, size_t max);

/* The place of an aggregate, made when it is not there (with version 0). */
size_t versions_place(struct versions *versions, struct slice aggregate);
bool versions_has(const struct versions *versions, struct slice aggregate);

/*
 * What twofold_aggregate.event holds: "<version>:<eventId>", for a projector that does not know the
 * column raises the version and leaves it as it is. Pure.
 */

/* In ARENA; empty: EVENT is, store NULL. */
struct slice event_stored(struct arena *arena, uint64_t version, struct slice event);

/* The eventId in STORED; empty: it is of another version than VERSION, or of none. */
struct slice event_of_version(struct slice stored, uint64_t version);

#endif
