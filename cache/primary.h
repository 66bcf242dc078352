/*
 * The read of twofold_revision on the primary: one is in flight per worker and model, shared by the
 * requests that began before it started.
 *
 * A read proves what was committed before it started, so it may answer only requests that began
 * before; later ones get the next read.
 */
#ifndef CACHE_PRIMARY_H
#define CACHE_PRIMARY_H

#include "cache/page.h"
#include "cache/waiter.h"
#include "lib/base/status.h"
#include "lib/sql/sql.h"

struct cache_model;

/* twofold_revision's row. */
struct primary_view {
    uint64_t revision;
    struct own own; /* home.len 0: NULL */
};

struct primary {
    struct cache_model *model;
    struct waiters reading;   /* for the row of the read in flight */
    struct waiters next;      /* for that of the one after it */
    uint64_t started;         /* cache_tick() of the read in flight; 0: none */
    bool again;               /* that read is the second one: the first met a read-only server */
    struct primary_view view; /* the row that was read last */
    struct sql_statement statement;
};

void primary_init(struct primary *primary, struct cache_model *model);

/*
 * BEGAN: cache_tick() of the request. done runs once, later, never from inside: OK, and
 * primary->view is the row, to be looked at in done; else what SQL said (UNAVAILABLE: also a
 * server that is read-only, and so no primary). There is no deadline:
 * leave by waiter_detach.
 */
void primary_ask(struct primary *primary, struct waiter *waiter, uint64_t began, waiter_fn *done,
                 void *ctx);

#endif
