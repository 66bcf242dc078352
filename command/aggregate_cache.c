/*
 * A hash table with chains, and a list by last use.
 *
 *     newest <-> ... <-> oldest      found or kept: to the front; too many bytes: the oldest goes
 *
 * What is in it may be old: only a write may stand on it, for its condition proves the version (append.c).
 */
#include "command/aggregate.h"
#include "lib/hash.h"
#include "lib/memory.h"
#include "lib/metric.h"

#define PLACES 16384 /* chains of a few at the default of 64 MB and 1 KB each */

struct aggregate_cache {
    size_t bytes, bytes_max;
    struct aggregate *newest, *oldest;
    struct metric *hits, *misses, *evictions, *held;
    struct aggregate *places[PLACES];
};

static struct metric *lookups(const char *labels)
{
    return metric_series(METRIC_COUNTER, "twofold_aggregate_lookups_total",
                         "lookups of aggregates in the gateway's cache", labels);
}

struct aggregate_cache *aggregate_cache_create(size_t bytes)
{
    struct aggregate_cache *cache = XNEW(struct aggregate_cache);

    cache->bytes_max = bytes;
    cache->hits = lookups("result=\"hit\"");
    cache->misses = lookups("result=\"miss\"");
    cache->evictions =
        metric_series(METRIC_COUNTER, "twofold_aggregate_evictions_total",
                      "aggregates that the gateway's cache let go for want of room", "");
    cache->held = metric_series(METRIC_GAUGE, "twofold_aggregate_cache_bytes",
                                "memory of the aggregates that the gateway keeps", "");
    return cache;
}

static uint64_t hash_of(const struct plan_model *model, struct slice id)
{
    return hash_private(id) ^ (model->index * UINT64_C(0x9E3779B97F4A7C15));
}

static struct aggregate **place_of(struct aggregate_cache *cache, uint64_t hash,
                                   const struct plan_model *model, struct slice id)
{
    struct aggregate **place = &cache->places[hash % PLACES];

    while (*place &&
           ((*place)->hash != hash || (*place)->model != model || !slice_eq((*place)->id, id))) {
        place = &(*place)->chain;
    }
    return place;
}

static void unlink_use(struct aggregate_cache *cache, struct aggregate *aggregate)
{
    *(aggregate->newer ? &aggregate->newer->older : &cache->newest) = aggregate->older;
    *(aggregate->older ? &aggregate->older->newer : &cache->oldest) = aggregate->newer;
}

static void link_newest(struct aggregate_cache *cache, struct aggregate *aggregate)
{
    aggregate->newer = NULL;
    aggregate->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = aggregate;
    cache->newest = aggregate;
}

static void drop(struct aggregate_cache *cache, struct aggregate **place)
{
    struct aggregate *aggregate = *place;

    *place = aggregate->chain;
    unlink_use(cache, aggregate);
    cache->bytes -= aggregate->bytes;
    metric_move(cache->held, -(int64_t)aggregate->bytes);
    aggregate_put(aggregate);
}

static void make_room(struct aggregate_cache *cache)
{
    while (cache->bytes > cache->bytes_max) {
        struct aggregate *oldest = cache->oldest;

        drop(cache, place_of(cache, oldest->hash, oldest->model, oldest->id));
        metric_add(cache->evictions, 1);
    }
}

void aggregate_cache_destroy(struct aggregate_cache *cache)
{
    while (cache->oldest) {
        drop(cache, place_of(cache, cache->oldest->hash, cache->oldest->model, cache->oldest->id));
    }
    xfree(cache);
}

struct aggregate *aggregate_cache_find(struct aggregate_cache *cache,
                                       const struct plan_model *model, struct slice id)
{
    struct aggregate *found = *place_of(cache, hash_of(model, id), model, id);

    metric_add(found ? cache->hits : cache->misses, 1);
    if (!found) {
        return NULL;
    }
    unlink_use(cache, found);
    link_newest(cache, found);
    return aggregate_get(found);
}

void aggregate_cache_keep(struct aggregate_cache *cache, struct aggregate *aggregate)
{
    uint64_t hash = hash_of(aggregate->model, aggregate->id);
    struct aggregate **place = place_of(cache, hash, aggregate->model, aggregate->id);

    if (*place && (*place)->version >= aggregate->version) {
        return;
    }
    if (*place) {
        drop(cache, place);
        place = place_of(cache, hash, aggregate->model, aggregate->id);
    }
    aggregate->hash = hash;
    aggregate->chain = NULL;
    *place = aggregate_get(aggregate);
    link_newest(cache, aggregate);
    cache->bytes += aggregate->bytes;
    metric_move(cache->held, (int64_t)aggregate->bytes);
    make_room(cache);
}
