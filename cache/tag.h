/*
 * Typed values -> canonical text -> tags. Gateway and projector make the same text of the same value, or an answer would go stale in silence.
 * cache/PROTOCOL.md "Plans".
 */
#ifndef CACHE_TAG_H
#define CACHE_TAG_H

#include "conf/plan/plan.h"
#include "lib/base/buf.h"
#include "lib/data/decimal.h"
#include "lib/data/value.h"

/*
 * Appends the canonical text of VALUE as TYPE: integers and numbers as decimal_text, booleans as true/false (a NUMBER 0/1 too), strings as they are.
 * NOT_FOUND: absent (NULL pointer) or null: the tag is left out. INVALID: it cannot be TYPE: a record fails, a request is refused.
 */
MUST_CHECK enum status canonical_append(struct buf *buf, enum scalar type,
                                        const struct value *value);
/* The same in ARENA. */
MUST_CHECK enum status canonical_text(struct arena *arena, enum scalar type,
                                      const struct value *value, struct slice *out);
/* The same without a copy: OUT points into VALUE, SCRATCH or static storage. */
MUST_CHECK enum status canonical_view(enum scalar type, const struct value *value,
                                      char scratch[DECIMAL_TEXT_MAX], struct slice *out);

/* A query's template with its parameters (in the order of plan_query.params). */
MUST_CHECK enum status tag_of_query(struct arena *arena, const struct plan_template *tag,
                                    const struct value *const *params, struct slice *out);

/* A projection's template. image: new image or event payload; old: image before; either may be NULL. aggregate_id is what {aggregateId} stands for.
 * NOT_FOUND: left out. */
MUST_CHECK enum status tag_of_change(struct arena *arena, const struct plan_template *tag,
                                     const struct value *image, const struct value *old,
                                     const struct value *aggregate_id, struct slice *out);

#endif
