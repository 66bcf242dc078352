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

#endif
