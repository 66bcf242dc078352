/*
 * The text of a column's value in a tag: the same whether a parameter, a field of an event or a row
 * says it.
 */
#ifndef CONF_PLAN_KIND_H
#define CONF_PLAN_KIND_H

#include "conf/plan/plan.h"
#include "lib/data/decimal.h"

/* What stands for NULL. */
#define KIND_NULL "\\N"
/* What stands for all values of a class: "things(shelf)=*". */
#define KIND_ALL "*"

/*
 * VALUE as SQL stores it in a column of KIND, in ARENA: integers and decimals as decimal_text, a
 * BOOL as 1 or 0, a text without blanks at its end (PAD SPACE collations take them for one). NULL
 * or absent: KIND_NULL. INVALID: the server would make another value of it, or refuse it; or it is
 * a number beside a text, or a long text beside a number, which SQL compares as inexact numbers.
 */
MUST_CHECK enum status kind_text(struct arena *arena, const struct plan_kind *kind,
                                 const struct value *value, struct slice *out);

/*
 * The same of a parameter's canonical text (cache/tag.h), for a query's tag: "true" is 1. No row
 * holds what is not exactly of KIND, and yet MariaDB finds some by an index: it looks for the value
 * that it would store, 1.6 for 1.55 in a DECIMAL(5,1), 0 for -1 without a sign (MAX of a column
 * behind it in the key). So this is the tag of that value. A view of TEXT, or in ARENA.
 */
struct slice kind_of_text(struct arena *arena, const struct plan_kind *kind, struct slice text);

#endif
