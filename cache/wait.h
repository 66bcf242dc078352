/*
 * Waits until a version is committed. cache/PROTOCOL.md "Read-your-writes".
 */
#ifndef CACHE_WAIT_H
#define CACHE_WAIT_H

#include "cache/token.h"
#include "cache/waiter.h"
#include "lib/redis/redis.h"
#include "lib/run/loop.h"
#include "lib/sql/sql.h"

struct cache_model;

/* Embedded in who waits; zeroed before its first use. */
struct wait {
    LIST_ENTRY(wait) link;
    struct cache_model *model;
    struct slice aggregate; /* borrowed until it ended */
    uint64_t version;
    struct loop_timer deadline;
    size_t polled, asked; /* place in the poll, in the statement in flight, from 1; 0: not in it */
    bool queued, fresh;   /* fresh: SQL was not asked yet */
    bool has_letter;      /* when SQL was asked last; one that a newer image may supersede */
    waiter_fn *done;
    void *ctx;
    struct waiter ended; /* it is to be told */
};
LIST_HEAD(wait_list, wait);

/* The waits of one model: a feed, one poll of Redis and one statement in flight for all of them. */
struct waits {
    struct cache_model *model;
    struct wait_list list;
    struct redis_feed *feed; /* NULL until the first wait */
    bool feed_up, redis_down;
    bool polling, poll_again, asking;
    struct loop_timer timer;
    uint64_t ask_due_us;
    const struct value **names; /* parameters of the statement */
    struct arena arena;         /* of the statement in flight */
    struct sql_statement statement;
};

void waits_init(struct waits *waits, struct cache_model *model);
void waits_fini(struct waits *waits); /* when nobody waits */

/*
 * OK: done runs once, later: OK (that version is committed), TIMEOUT, REFUSED (the aggregate is
 * among the dead letters: at once if no newer image mends that by itself, else at the deadline).
 * BUSY: consistency_waiters wait already.
 */
MUST_CHECK enum status wait_start(struct wait *wait, struct cache_model *model,
                                  const struct token_command *token, uint64_t deadline_us,
                                  waiter_fn *done, void *ctx);

#endif
