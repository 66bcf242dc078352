/*
 * "ask the primary once (SELECT epoch, revision, home, touches; one read in flight per worker, shared by the requests that began before it started)"
 *
 * A read proves what was committed before it started, so it may answer only requests that began before; later ones get the next read.
 */
#ifndef CACHE_PRIMARY_H
#define CACHE_PRIMARY_H

#include <stdbool.h>
#include <sys/queue.h>

#include "cache/page.h"
#include "lib/base/status.h"
#include "lib/sql/sql.h"

struct cache_model;

/* twofold_revision's row. */
struct primary_view {
    uint64_t revision;
    struct own own; /* home.len 0: NULL */
};

typedef void primary_done_fn(void *ctx, enum status status, const struct primary_view *view);

/* Embedded in who waits; zeroed before its first use. */
struct primary_waiter {
    LIST_ENTRY(primary_waiter) link;
    bool queued;
    primary_done_fn *done;
    void *ctx;
};
LIST_HEAD(primary_waiters, primary_waiter);

struct primary {
    struct cache_model *model;
    struct primary_waiters reading,
        next;         /* who gets the answer of the read in flight; of the one after it */
    uint64_t started; /* cache_tick() of the read in flight; 0: none */
    struct sql_statement statement;
};

void primary_init(struct primary *primary, struct cache_model *model);

/* BEGAN: cache_tick() of the request. done runs once, later: OK with the row; else what SQL said. Never from inside. No deadline of its own: leave by primary_leave. */
void primary_ask(struct primary *primary, struct primary_waiter *waiter, uint64_t began,
                 primary_done_fn *done, void *ctx);
void primary_leave(struct primary_waiter *waiter);

#endif
