/*
 * A query's way to its answer: cache/PROTOCOL.md "Answering a query", step by step.
 *
 *     tokens -> key, tags -> floors + entry -> hit
 *                                           -> miss: flight -> replica -> other replica -> primary
 *                                                           -> store -> answer
 *
 * One struct cache per worker: its Redis connection, flights, waiters and what it knows of each
 * model's home. Everything on the worker's loop.
 */
#ifndef CACHE_LOOKUP_H
#define CACHE_LOOKUP_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/redis/redis.h"
#include "lib/run/loop.h"
#include "lib/sql/sql.h"

struct cache;

/*
 * Holds plan until the last of its calls has ended. settings are borrowed for the cache's life; sql
 * is shared by the workers; redis is this worker's.
 */
struct cache *cache_create(struct loop *loop, struct plan *plan, const struct settings *settings,
                           struct redis *redis, struct sql *sql);
void cache_destroy(struct cache *cache); /* when no lookup is in flight */

/* A query with its input, checked and typed. Borrowed until done. */
struct lookup_input {
    const struct plan_query *query;
    /* in the order of query->params; no NULL pointer: defaults, null too, are filled in */
    const struct value *const *params;
    const struct slice *texts; /* canonical_texts of params (tag.h) */
    unsigned int limit;        /* of a page; 0 when not paged */
    struct slice cursor;       /* as the client sent it; empty: none */
    struct slice path;         /* encoded path of this request, for next and prev */
    /* encoded query parameters but limit and cursor ("email=a%40b"), likewise; may be empty */
    struct slice links_query;
    struct slice tokens; /* the Consistency-Token header; empty: none */
    /* canonical text of the claims that the query uses: part of the key; empty: none */
    struct slice claims;
    uint64_t deadline_us;
    struct arena *arena; /* the request's: the answer lives there */
};

enum answer_kind {
    ANSWER_ROWS = 'r',
    ANSWER_ABSENT = 'a'
};
enum answer_from {
    FROM_NEAR,
    FROM_REDIS,
    FROM_SQL
};
enum answer_forward {
    FORWARD_NONE,
    FORWARD_MISS,
    FORWARD_STALE,
    FORWARD_BYPASS
};

struct answer {
    enum answer_kind kind; /* ABSENT: 404 of a :one query */
    struct slice body;     /* the bytes to send */
    struct slice etag;     /* with its quotes */
    struct slice link;     /* value of the Link header; empty: none */
    char epoch[17];
    uint64_t label;      /* revision that it was read at */
    uint64_t created_ms; /* wall clock of the entry: Age */
    enum answer_from from;
    enum answer_forward forward;
    bool stored;
    struct slice node; /* FROM_SQL: who answered */
};

/* How a lookup ended. What a client is told of it is the caller's matter. */
enum lookup_outcome {
    LOOKUP_ANSWERED,

    /* what was asked cannot be answered, whoever is asked */
    LOOKUP_BAD_CURSOR,   /* not made by this query with these parameters */
    LOOKUP_BAD_TOKEN,    /* malformed */
    LOOKUP_FUTURE_TOKEN, /* of a revision that was not made yet */

    /* the change that a token names */
    LOOKUP_NOT_CAUGHT_UP, /* it is not committed yet */
    LOOKUP_BLOCKED,       /* it is behind a dead letter */
    LOOKUP_MANY_WAIT,     /* consistency_waiters wait already */

    /* SQL, or what it said */
    LOOKUP_SECRET_UNREAD, /* the key of the cursors */
    LOOKUP_PRIMARY_BUSY,  /* this and the next two: how fresh an answer must be is not known */
    LOOKUP_PRIMARY_TIMEOUT,
    LOOKUP_PRIMARY_AWAY,
    LOOKUP_SQL_BUSY, /* this and the next two: no node gave the rows */
    LOOKUP_SQL_TIMEOUT,
    LOOKUP_SQL_AWAY,
    LOOKUP_SQL_REFUSED,   /* the query, or its rows, are not what the plan says */
    LOOKUP_SEVERAL_ROWS,  /* of a :one query */
    LOOKUP_TOO_MANY_ROWS, /* more than the plan or the settings allow */

    LOOKUP_DEADLINE /* the input's, before any of these */
};

struct lookup;

/*
 * answer (kind ABSENT too): borrowed until done returns, what it points to lives in the input's
 * arena; NULL unless ANSWERED. done runs once, later, on the loop; never from inside lookup_start.
 */
typedef void lookup_done_fn(void *ctx, enum lookup_outcome outcome, const struct answer *answer);
void lookup_start(struct cache *cache, const struct lookup_input *input, lookup_done_fn *done,
                  void *ctx);

/*
 * Waits until a command's change is visible to queries (Prefer: wait): OK, TIMEOUT, REFUSED (dead
 * letter), BUSY. token: as the command answered.
 */
typedef void wait_done_fn(void *ctx, enum status status);
void lookup_wait(struct cache *cache, struct slice token, uint64_t deadline_us, wait_done_fn *done,
                 void *ctx);

/* Tells the projector that a command of this model was written: a hint that shortens the lag. */
void cache_poke(struct cache *cache, const struct plan_model *model);

/* "<Aggregate>:<id, percent-encoded>@<version>" and "<model>:r<epoch>.<label>", in ARENA. */
struct slice token_of_command(struct arena *arena, const struct plan_model *model,
                              struct slice id_text, uint64_t version);
struct slice token_of_answer(struct arena *arena, const struct plan_model *model,
                             const struct answer *answer);

#endif
