/*
 * The key of one model's cursors: settings.cursor_secret, else the row that setup stored in the model's database, read once by need.
 */
#ifndef CACHE_SECRET_H
#define CACHE_SECRET_H

#include <stdbool.h>
#include <sys/queue.h>

#include "lib/base/slice.h"
#include "lib/sql/sql.h"

struct cache_model;

typedef void secret_done_fn(void *ctx, enum status status);

/* Embedded in who waits; zeroed before its first use. */
struct secret_waiter {
    LIST_ENTRY(secret_waiter) link;
    bool queued;
    secret_done_fn *done;
    void *ctx;
};
LIST_HEAD(secret_waiters, secret_waiter);

struct secret {
    struct cache_model *model;
    struct slice text; /* empty: not known yet */
    struct secret_waiters waiters;
    bool reading;
    unsigned int tried; /* nodes of the read in flight */
    struct sql_statement statement;
};

void secret_init(struct secret *secret, struct cache_model *model);

static inline bool secret_known(const struct secret *secret)
{
    return secret->text.len > 0;
}

/* done runs once, later: OK: secret->text is known. Only when it is not known. Leave by secret_leave. */
void secret_fetch(struct secret *secret, struct secret_waiter *waiter, secret_done_fn *done,
                  void *ctx);
void secret_leave(struct secret_waiter *waiter);

#endif
