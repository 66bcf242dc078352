/*
 * Typed values -> canonical text -> tags. Gateway and projector make the same text of the same
 * value, or an answer would go stale in silence. cache/PROTOCOL.md "Plans".
 */
#ifndef CACHE_TAG_H
#define CACHE_TAG_H

#include "conf/plan/plan.h"
#include "lib/data/decimal.h"
#include "lib/data/value.h"

/*
 * The canonical text of VALUE as TYPE, in ARENA: integers and numbers as decimal_text (a BOOL is 1
 * or 0), booleans as true or false (a NUMBER 0 or 1 too), strings as they are, but one of the
 * format uuid, ipv6 or date-time as lib/data/canonical.h says (what is not of the format: as it is;
 * no query asks for it, since the gateway validates). NOT_FOUND: absent (NULL pointer) or null: the
 * tag is left out. INVALID: it cannot be TYPE: a record fails, a request is refused.
 */
MUST_CHECK enum status canonical_text(struct arena *arena, enum scalar type,
                                      const struct value *value, struct slice *out);
/* The same without a copy: OUT points into VALUE, SCRATCH or static storage. */
MUST_CHECK enum status canonical_view(enum scalar type, const struct value *value,
                                      char scratch[DECIMAL_TEXT_MAX], struct slice *out);

/*
 * Those of a query's parameters, in the order of query->params: tags, keys and links are made of
 * them. One that is null has no text (ptr NULL). Made in ARENA, where they are not views into
 * PARAMS. INVALID: a parameter is not of its type.
 */
MUST_CHECK enum status canonical_texts(struct arena *arena, const struct plan_query *query,
                                       const struct value *const *params, const struct slice **out);

/*
 * A query's template with its canonical_texts. NOT_FOUND: there is no such tag, for a parameter
 * that is NULL finds no row by it.
 */
MUST_CHECK enum status tag_of_query(struct arena *arena, const struct plan_template *tag,
                                    const struct slice *texts, struct slice *out);

/*
 * A projection's template. image: new image or event payload; old: image before; either may be
 * NULL; of a removal they are one. aggregate_id is the value of {aggregateId}. What is of OLD and
 * not of its place's type is read as SQL would (left.h): as a rule its record became a letter, so
 * no row came of it; but an older plan without this tag may have bound it as it is. NOT_FOUND: left
 * out; also if SQL has no reading of it, for then no row came of that image.
 */
MUST_CHECK enum status tag_of_change(struct arena *arena, const struct plan_template *tag,
                                     const struct value *image, const struct value *old,
                                     const struct value *aggregate_id, struct slice *out);

/*
 * The tag of the same change where MySQL has stored another text of what is of OLD (left.h). False,
 * as a rule: there is none.
 */
MUST_CHECK bool tag_of_change_of_mysql(struct arena *arena, const struct plan_template *tag,
                                       const struct value *image, const struct value *old,
                                       const struct value *aggregate_id, struct slice *out);

/*
 * A tag that SQL made (touches_sql) may hold values as SQL writes them: "price:1.50", "on:1",
 * "seen:2026-03-29 01:30:00.000". FOUND is called with the tag of each way in which TEXT can be
 * this query's template with values of its types, in ARENA; never when all its places are strings,
 * for then it is TEXT itself. TOO_LARGE: it may be more than TAG_WAYS_MAX tags, and FOUND was not
 * called.
 */
#define TAG_WAYS_MAX 1024
typedef void tag_fn(void *ctx, struct slice tag);
MUST_CHECK enum status tag_of_sql(struct arena *arena, const struct plan_template *tag,
                                  struct slice text, tag_fn *found, void *ctx);

#endif
