/*
 * Which columns tell the rows of a result apart, over all tables that it joins.
 */
#ifndef CONF_STUDY_UNIQUE_H
#define CONF_STUDY_UNIQUE_H

#include "conf/tags/facts.h"

/*
 * Has each row of QUERY's result other values of COLUMNS (places; none of them is NULL), or why
 * not; empty: it has. ANALYSIS is of the tree of QUERY, with the parameters' types.
 */
struct slice unique_why(struct analysis *analysis, const struct sqlquery *query,
                        const size_t *columns, size_t count);

/* May the result's Ith column be NULL because a LEFT JOIN found no row? */
bool unique_may_lack(struct analysis *analysis, const struct sqlquery *query, size_t i);

#endif
