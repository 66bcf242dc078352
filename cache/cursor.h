/*
 * Where a page of a list goes on: opaque to clients, typed and signed for us.
 *
 *     base64url( fingerprint 8 | direction 1
 *                | for each key column: type 1, length 2, canonical text
 *                | HMAC-SHA-256 of all this and the parameters, its first 16 bytes )
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

/* What keeps the cursors of one list apart from those of others, and from forged ones. */
struct cursor_seal {
    struct slice secret; /* of the model */
    struct slice params; /* the query's parameters as one text (key.h) */
};

/* KEYS: the cells of the row to start from, not NULL. */
struct slice cursor_encode(struct arena *arena, const struct cursor_seal *seal,
                           const struct plan_query *query, enum cursor_direction direction,
                           const struct slice *keys);

/* INVALID: not made by cursor_encode for this very query with this seal. */
MUST_CHECK enum status cursor_decode(struct arena *arena, const struct cursor_seal *seal,
                                     const struct plan_query *query, struct slice text,
                                     struct cursor *out);

#endif
