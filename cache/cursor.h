/*
 * Where a page of a list goes on: opaque to clients, typed and signed for us.
 *
 *     base64url( fingerprint 8 | direction 1 | for each key column: type 1, length 2, canonical text | HMAC-SHA-256 of this and the parameters, first 16 bytes )
 */
#ifndef CACHE_CURSOR_H
#define CACHE_CURSOR_H

#include "conf/plan/plan.h"

enum cursor_direction {
    CURSOR_NONE,
    CURSOR_AFTER = 'a',
    CURSOR_BEFORE = 'b'
};

struct cursor {
    enum cursor_direction direction;
    const struct value *const *keys; /* one for each of the query's page.columns */
};

/* PARAMS: the query's parameters as one text (key_params). KEYS: the cells of the row to start from, not NULL. */
struct slice cursor_encode(struct arena *arena, struct slice secret, const struct plan_query *query,
                           struct slice params, enum cursor_direction direction,
                           const struct slice *keys);

/* INVALID: not made by cursor_encode with this secret for this very query with these parameters. */
MUST_CHECK enum status cursor_decode(struct arena *arena, struct slice secret,
                                     const struct plan_query *query, struct slice params,
                                     struct slice text, struct cursor *out);

#endif
