/*
 * "4  miss: one flight per key. A joiner compares the answer's label with the floors of its own
 * start; lower: it starts a new flight."
 */
#ifndef CACHE_FLIGHT_H
#define CACHE_FLIGHT_H

#include "cache/cursor.h"
#include "cache/floors.h"
#include "cache/key.h"
#include "cache/lookup.h"
#include "cache/waiter.h"

struct flight;

/* answer: borrowed until done returns; forward is the waiter's to fill. */
typedef void flight_done_fn(void *ctx, enum status status, const struct answer *answer);

/* Embedded in who waits; what it points to lives as long as it waits. */
struct flight_waiter {
    struct waiter waiter;
    struct flight *flight; /* while it waits */
    uint64_t began;        /* cache_tick() of the request */
    const struct key *key;
    const struct lookup_input *input;
    const struct cursor *cursor;
    const struct floors *floors; /* of its own start */
    flight_done_fn *done;
    void *ctx;
};

/*
 * Joins the flight of waiter->key, or starts one. done runs once, later. Leave by waiter_detach of
 * its waiter: the flight goes on.
 */
void flight_join(struct cache *cache, struct flight_waiter *waiter);

#endif
