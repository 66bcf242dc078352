/*
 * Where the clock gets in by a TIME: what wants a date makes one of today's of it.
 */
#ifndef CONF_STUDY_CLOCK_H
#define CONF_STUDY_CLOCK_H

#include "conf/grammar/tree.h"

#define CLOCK_WHY "a TIME becomes one of today there"

/*
 * Does EXPR itself, not what is in it, give a TIME to what may want a date? A function takes it if
 * it is known to want none; a comparison, if the other side is a TIME, a parameter or a literal.
 * STATEMENT: of EXPR's span. In doubt it does.
 */
bool clock_gets_in(const struct sqlstatement *statement, const struct sqlexpr *expr);

/* What a UNION has beside a TIME in another of its SELECTs, and may be a date; NULL: nothing. */
const struct sqlexpr *clock_in_union(const struct sqlstatement *statement,
                                     const struct sqlquery *query);

/* May its value be a TIME? */
bool clock_is_time(const struct sqlstatement *statement, const struct sqlexpr *expr);

#endif
