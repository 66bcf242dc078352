/*
 * The statements around a user's query, so that epoch, revision and rows come from one snapshot
 * (docs/architecture.md "A query").
 */
#ifndef CONF_PLAN_WRAP_H
#define CONF_PLAN_WRAP_H

#include "conf/plan/plan.h"

enum wrap_way {
    WRAP_FIRST,  /* from the start, in the page's order */
    WRAP_AFTER,  /* rows after the cursor */
    WRAP_BEFORE, /* rows before it, nearest first: the reader turns them round */
};

/* One row is wanted; LIMIT 2, so that a second one shows. */
struct plan_sql wrap_one(struct arena *arena, const struct plan_sql *user);

/* The first LIMIT rows in ORDER. */
struct plan_sql wrap_many(struct arena *arena, const struct plan_sql *user,
                          const struct plan_page *order, unsigned int limit);

struct plan_sql wrap_page(struct arena *arena, const struct plan_sql *user,
                          const struct plan_page *page, enum wrap_way way);

#endif
