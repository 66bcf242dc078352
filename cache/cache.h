/*
 * One worker's cache: what its lookups share. Private to this folder; lookup.h is the way in.
 *
 *     struct cache            loop, plan, Redis, SQL; the flights
 *       struct cache_model  one model's database: the last own that this worker saw, the read of
 *                           the primary in flight, the cursors' secret, the waits for tokens
 *       struct cache_query  one query: the beginning of its keys, its counters
 *
 * Everything is touched on the worker's loop only.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include <sys/queue.h>

#include "cache/lookup.h"
#include "cache/page.h"
#include "cache/primary.h"
#include "cache/secret.h"
#include "cache/wait.h"
#include "lib/run/metric.h"

struct flight;

struct cache_model {
    struct cache *cache;
    const struct plan_model *plan;
    struct slice key_own;
    /* the last that this worker saw, of whatever server and plan; home.len 0: none yet */
    struct own own;
    uint64_t own_serial;    /* changes with own's home; 0: none yet */
    struct slice key_page;  /* of own's nonce */
    struct slice own_bytes; /* own as it is in Redis: mostly the same bytes come again */
    struct arena own_arena; /* of the two above */
    uint64_t revision;      /* the highest of own's epoch that this worker has heard of */
    struct primary primary;
    struct secret secret;
    struct waits waits;
};

struct cache_query {
    struct slice key_prefix;   /* "twofold:<database>:q:<fingerprint>:" */
    struct metric *results[6]; /* by enum lookup_result */
    struct metric *stored, *refused, *coalesced;
};

struct cache {
    struct loop *loop;
    struct plan *plan; /* held */
    const struct settings *settings;
    struct redis *redis;
    struct sql *sql;
    struct redis_config redis_config;   /* for subscriptions */
    struct arena arena;                 /* what lives as long as the cache */
    struct cache_model *models;         /* by plan_model.index */
    struct cache_query *queries;        /* by plan_query.index */
    struct flight *flights;             /* by key */
    unsigned int lagged[SQL_NODES_MAX]; /* how often in a row a replica's answers were too old */
    unsigned int waiting;               /* waits for tokens */
    unsigned int references; /* the worker's, and one for each call that no lookup waits for */
    bool closed;
    uint64_t tick;
};

enum lookup_result {
    RESULT_NEAR_HIT,
    RESULT_HIT,
    RESULT_NEGATIVE_HIT,
    RESULT_MISS,
    RESULT_STALE,
    RESULT_BYPASS
};

/* A moment on this worker: requests and reads are ordered by it. */
static inline uint64_t cache_tick(struct cache *cache)
{
    return ++cache->tick;
}

/* A shared call may outlive every lookup and cache_destroy: it holds the cache. */
void cache_get(struct cache *cache);
void cache_put(struct cache *cache);

static inline struct cache_model *cache_model_of(struct cache *cache,
                                                 const struct plan_query *query)
{
    return &cache->models[query->model->index];
}

/* own_parse, but for what was seen last. */
MUST_CHECK enum status cache_model_read_own(const struct cache_model *model, struct slice bytes,
                                            struct own *out);
/* own as Redis or the primary told it: remembers page and epoch. */
void cache_model_saw_own(struct cache_model *model, const struct own *own);
/* REVISION of EPOCH is known to exist. */
void cache_model_saw_revision(struct cache_model *model, const char *epoch, uint64_t revision);

#endif
