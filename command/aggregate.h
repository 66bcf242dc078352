/*
 * An aggregate as it was at one version: read-only and counted, so that a command may hold it while the cache lets it go. One thread.
 */
#ifndef COMMAND_AGGREGATE_H
#define COMMAND_AGGREGATE_H

#include "command/fold.h"

struct aggregate {
    const struct plan_model *model;
    struct slice id; /* canonical */
    uint64_t version;
    bool exists;
    const struct value *state; /* MAP; NULL unless it exists */
    uint64_t snapshot_version; /* of the last snapshot that we know of; 0: none */
    size_t bytes;              /* that it takes, all in one piece */
    unsigned int references;
    /* the cache's */
    uint64_t hash;
    struct aggregate *chain, *newer, *older;
};

/* A copy of what the fold has come to; references: 1. */
struct aggregate *aggregate_create(const struct fold *fold, struct slice id,
                                   uint64_t snapshot_version);
struct aggregate *aggregate_get(struct aggregate *aggregate);
void aggregate_put(struct aggregate *aggregate); /* may be NULL */

/* Goes on from AGGREGATE. */
void aggregate_fold(const struct aggregate *aggregate, const struct value *id, struct arena *arena,
                    struct fold *out);

/*
 * The aggregates that commands met last: at most BYTES, the least recently used go first. One per commander.
 */
struct aggregate_cache;

struct aggregate_cache *aggregate_cache_create(size_t bytes);
void aggregate_cache_destroy(struct aggregate_cache *cache);

/* A reference for the caller, or NULL. */
struct aggregate *aggregate_cache_find(struct aggregate_cache *cache,
                                       const struct plan_model *model, struct slice id);

/* Keeps it, unless a later version is there. */
void aggregate_cache_keep(struct aggregate_cache *cache, struct aggregate *aggregate);

#endif
