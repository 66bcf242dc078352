/*
 * The versions that a batch leaves behind: one for each aggregate that it touches, the last one.
 * Memory in the batch's arena.
 */
#ifndef PROJECTOR_STORE_VERSIONS_H
#define PROJECTOR_STORE_VERSIONS_H

#include "cache/publish.h"

#define EVENT_ID_TEXT 64 /* twofold_aggregate.event; a longer eventId is not kept */

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

#endif
