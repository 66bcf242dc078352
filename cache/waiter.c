/*
 * Lists of waiters. Those that are told leave their list first, all at once, for a list of the
 * moment: whatever a callback does to the list, or to another waiter, is then as at any other time.
 */
#include "cache/waiter.h"

void waiter_attach(struct waiters *waiters, struct waiter *waiter, waiter_fn *done, void *ctx)
{
    waiter->attached = true;
    waiter->done = done;
    waiter->ctx = ctx;
    LIST_INSERT_HEAD(waiters, waiter, link);
}

void waiter_detach(struct waiter *waiter)
{
    if (waiter->attached) {
        waiter->attached = false;
        LIST_REMOVE(waiter, link);
    }
}

void waiters_move(struct waiters *from, struct waiters *to)
{
    to->lh_first = from->lh_first;
    if (to->lh_first) {
        to->lh_first->link.le_prev = &to->lh_first;
    }
    LIST_INIT(from);
}

void waiters_wake(struct waiters *waiters, enum status status)
{
    struct waiters told;
    struct waiter *waiter;

    waiters_move(waiters, &told);
    while ((waiter = LIST_FIRST(&told)) != NULL) {
        waiter_detach(waiter);
        waiter->done(waiter->ctx, status);
    }
}
