/*
 * Who waits for a call that is shared: each is told once, or leaves before.
 */
#ifndef CACHE_WAITER_H
#define CACHE_WAITER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "lib/base/status.h"

typedef void waiter_fn(void *ctx, enum status status);

/* Embedded in who waits; zeroed before its first use. It waits for one call at a time. */
struct waiter {
    LIST_ENTRY(waiter) link;
    bool attached;
    waiter_fn *done;
    void *ctx;
};

/* A list of zero bytes is valid and empty: {0}. */
LIST_HEAD(waiters, waiter);

/* done runs once, inside waiters_wake, unless WAITER is detached before. */
void waiter_attach(struct waiters *waiters, struct waiter *waiter, waiter_fn *done, void *ctx);

/* Whether it is attached or not. */
void waiter_detach(struct waiter *waiter);

/* All of FROM wait in TO, which is empty. */
void waiters_move(struct waiters *from, struct waiters *to);

/*
 * Tells all who wait now, the last one first. A callback may detach others and attach anybody; who
 * is attached meanwhile is told the next time. WAITERS is not touched after the first callback, so
 * its memory may end there.
 */
void waiters_wake(struct waiters *waiters, enum status status);

#endif
