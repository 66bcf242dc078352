/*
 * The key of one model's cursors: settings.cursor_secret, else the row that setup stored in the
 * model's database, which is read when it is first needed.
 */
#ifndef CACHE_SECRET_H
#define CACHE_SECRET_H

#include "cache/waiter.h"
#include "lib/base/slice.h"
#include "lib/sql/sql.h"

struct cache_model;

struct secret {
    struct cache_model *model;
    struct slice text; /* empty: not known yet */
    struct waiters waiters;
    bool reading;
    unsigned int tried; /* nodes of the read in flight */
    struct sql_statement statement;
};

void secret_init(struct secret *secret, struct cache_model *model);

static inline bool secret_known(const struct secret *secret)
{
    return secret->text.len > 0;
}

/*
 * Only when it is not known. done runs once, later: OK: secret->text is known; UNAVAILABLE. There
 * is no deadline: leave by waiter_detach.
 */
void secret_fetch(struct secret *secret, struct waiter *waiter, waiter_fn *done, void *ctx);

#endif
