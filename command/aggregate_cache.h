/*
 * The aggregates that commands met last: at most BYTES, the least recently used go first. One for
 * the process, so that a client whose connections end at different workers finds what it wrote a
 * moment ago. Any thread.
 *
 * Sharing is safe because nothing in here is believed: a state at one version never changes, and
 * whether that version is still the last one is proved by the condition of the write that stands on
 * it (append.c). So of two commands on one aggregate in flight at once one loses its race,
 * whichever threads they are on. What is kept never goes back to an older version.
 */
#ifndef COMMAND_AGGREGATE_CACHE_H
#define COMMAND_AGGREGATE_CACHE_H

#include "command/aggregate.h"

struct aggregate_cache;

struct aggregate_cache *aggregate_cache_create(size_t bytes);
void aggregate_cache_destroy(struct aggregate_cache *cache);

/* A reference for the caller, or NULL. */
struct aggregate *aggregate_cache_find(struct aggregate_cache *cache,
                                       const struct aggregate_key *key);

/* Keeps it, unless a later version is there. */
void aggregate_cache_keep(struct aggregate_cache *cache, struct aggregate *aggregate);

#endif
