/*
 * Which column a parameter is beside, and which columns a change sets. What a comparison says of
 * the rows of a result is another question: conf/sql/bound.h.
 */
#ifndef CONF_SQL_COMPARE_H
#define CONF_SQL_COMPARE_H

#include "conf/sql/file.h"

/*
 * The column in "column = :param", ":param = column", "column <=> :param" or "column IN (:param)"
 * for the parameter at token I; or empty.
 */
struct slice sqlcompare_column(const struct sqlstatement *statement, size_t i);

/* Is token I the column of "column = value" among assignments, outside of parentheses? */
bool sqlcompare_assigns(const struct sqlstatement *statement, size_t i, struct slice column);

/*
 * Does the statement set COLUMN of a row that may be there already: UPDATE ... SET, ON DUPLICATE
 * KEY UPDATE?
 */
bool sqlcompare_sets(const struct sqlstatement *statement, struct slice column);

#endif
