/*
 * The rows of a miss: a replica, another replica, the primary. Lag is judged by the answer's label
 * against the floors.
 */
#ifndef CACHE_SOURCE_H
#define CACHE_SOURCE_H

#include "cache/cursor.h"
#include "cache/floors.h"
#include "cache/lookup.h"

/* Borrowed until done. */
struct source_request {
    const struct lookup_input *input;
    const struct cursor *cursor;
    const struct floors *floors;
};

struct source_answer {
    const struct sql_rows *rows; /* until done returns */
    struct slice epoch;
    uint64_t label;
    unsigned int node;
    bool fits;   /* the floors accept it: it may be stored */
    bool proven; /* the primary's, and its server said with it that it is not read-only */
};

struct source;
typedef void source_done_fn(void *ctx, enum status status, const struct source_answer *answer);

/*
 * An answer that the floors do not accept is given only if the primary gave it, of their epoch, and
 * what it lacks can be no commit (source.c).
 * done runs once, later. OK; PRECONDITION: the primary's epoch is not the floors': look at the row
 * again; BUSY, TIMEOUT, UNAVAILABLE, TOO_LARGE, INTERNAL.
 * Memory in ARENA, which must live until then.
 */
void source_ask(struct cache *cache, struct arena *arena, const struct source_request *request,
                source_done_fn *done, void *ctx);

#endif
