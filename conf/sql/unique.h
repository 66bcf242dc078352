/*
 * Which columns tell the rows of a query's result apart, over all tables that it joins.
 */
#ifndef CONF_SQL_UNIQUE_H
#define CONF_SQL_UNIQUE_H

#include "conf/sql/select.h"

/*
 * Has each row of the result other values of the columns REFS (of its FROM), or why not; empty: it
 * has. A table is joined n:1 if the others fix a unique key of it.
 */
struct slice sqlunique_why(struct arena *arena, const struct sqlselect *select,
                           const struct sqlref *refs, size_t count);

/* May a column of ITEM be NULL because a LEFT JOIN found no row? */
bool sqlunique_may_lack(const struct sqlselect *select, size_t item);

#endif
