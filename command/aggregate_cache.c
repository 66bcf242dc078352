/*
 * A hash table with chains, and a list by last use, under one lock.
 *
 *     newest <-> ... <-> oldest      found or kept: to the front; too many bytes: the oldest goes
 *
 * The lock is held for a few pointers: about 0.1 us twice a command, of which a worker makes one in
 * 60 us at best. What allocates, frees or counts is done outside it.
 */
#include "command/aggregate_cache.h"

#include <pthread.h>

#include "lib/base/memory.h"
#include "lib/data/hash.h"
#include "lib/run/metric.h"

#define PLACES 16384 /* chains of a few at the default of 64 MB and 1 KB each */

struct entry {
    struct aggregate *aggregate; /* held */
    uint64_t hash;
    struct entry *chain; /* in its place; of what was taken out: to the next of those */
    struct entry *newer, *older;
};

struct aggregate_cache {
    pthread_mutex_t lock;
    size_t bytes, bytes_max;
    struct entry *newest, *oldest;
    struct metric *hits, *misses, *evictions, *held;
    struct entry *places[PLACES];
};

static struct metric *lookups(const char *labels)
{
    return metric_series(METRIC_COUNTER, "twofold_aggregate_lookups_total",
                         "lookups of aggregates in the gateway's cache", labels);
}

struct aggregate_cache *aggregate_cache_create(size_t bytes)
{
    struct aggregate_cache *cache = XNEW(struct aggregate_cache);

    (void)pthread_mutex_init(&cache->lock, NULL);
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

static uint64_t hash_of(const struct aggregate_key *key)
{
    return hash_private(key->id) ^ key->kind;
}

/* ------------------------------------------------------------------ under the lock */

static struct entry **place_of(struct aggregate_cache *cache, uint64_t hash,
                               const struct aggregate_key *key)
{
    struct entry **place = &cache->places[hash % PLACES];

    while (*place && ((*place)->hash != hash || (*place)->aggregate->key.kind != key->kind ||
                      !slice_eq((*place)->aggregate->key.id, key->id))) {
        place = &(*place)->chain;
    }
    return place;
}

static void unlink_use(struct aggregate_cache *cache, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct aggregate_cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

/* Onto the list GONE, to be freed outside the lock. */
static void take_out(struct aggregate_cache *cache, struct entry **place, struct entry **gone)
{
    struct entry *entry = *place;

    *place = entry->chain;
    unlink_use(cache, entry);
    cache->bytes -= entry->aggregate->bytes;
    entry->chain = *gone;
    *gone = entry;
}

static void take_out_oldest(struct aggregate_cache *cache, struct entry **gone)
{
    take_out(cache, place_of(cache, cache->oldest->hash, &cache->oldest->aggregate->key), gone);
}

/*
 * False: a version as late is there, or it is too large; an earlier version has gone in any case.
 */
static bool is_wanted(struct aggregate_cache *cache, const struct entry *entry, struct entry **gone)
{
    struct entry **place = place_of(cache, entry->hash, &entry->aggregate->key);

    if (*place && (*place)->aggregate->version >= entry->aggregate->version) {
        return false;
    }
    if (*place) {
        take_out(cache, place, gone);
    }
    return entry->aggregate->bytes <= cache->bytes_max;
}

/* Returns how many had to go for want of room. */
static unsigned int put_in(struct aggregate_cache *cache, struct entry *entry, struct entry **gone)
{
    struct entry **place = &cache->places[entry->hash % PLACES];
    unsigned int evicted = 0;

    for (; cache->bytes + entry->aggregate->bytes > cache->bytes_max; evicted++) {
        take_out_oldest(cache, gone);
    }
    entry->chain = *place;
    *place = entry;
    link_newest(cache, entry);
    cache->bytes += entry->aggregate->bytes;
    return evicted;
}

/* ------------------------------------------------------------------ outside */

static void free_all(struct entry *gone)
{
    while (gone) {
        struct entry *next = gone->chain;

        aggregate_put(gone->aggregate);
        xfree(gone);
        gone = next;
    }
}

void aggregate_cache_destroy(struct aggregate_cache *cache)
{
    struct entry *gone = NULL;

    metric_move(cache->held, -(int64_t)cache->bytes);
    while (cache->oldest) {
        take_out_oldest(cache, &gone);
    }
    free_all(gone);
    (void)pthread_mutex_destroy(&cache->lock);
    xfree(cache);
}

struct aggregate *aggregate_cache_find(struct aggregate_cache *cache,
                                       const struct aggregate_key *key)
{
    uint64_t hash = hash_of(key);
    struct aggregate *found = NULL;
    struct entry *entry;

    (void)pthread_mutex_lock(&cache->lock);
    entry = *place_of(cache, hash, key);
    if (entry) {
        unlink_use(cache, entry);
        link_newest(cache, entry);
        found = aggregate_get(entry->aggregate);
    }
    (void)pthread_mutex_unlock(&cache->lock);
    metric_add(found ? cache->hits : cache->misses, 1);
    return found;
}

void aggregate_cache_keep(struct aggregate_cache *cache, struct aggregate *aggregate)
{
    struct entry *entry = XNEW(struct entry), *gone = NULL;
    unsigned int evicted = 0;
    size_t before, after;

    entry->aggregate = aggregate_get(aggregate);
    entry->hash = hash_of(&aggregate->key);
    (void)pthread_mutex_lock(&cache->lock);
    before = cache->bytes;
    if (is_wanted(cache, entry, &gone)) {
        evicted = put_in(cache, entry, &gone);
    } else {
        entry->chain = gone;
        gone = entry;
    }
    after = cache->bytes;
    (void)pthread_mutex_unlock(&cache->lock);
    metric_move(cache->held, (int64_t)after - (int64_t)before);
    metric_add(cache->evictions, evicted);
    free_all(gone);
}
