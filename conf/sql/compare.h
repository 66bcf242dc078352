/*
 * How a query compares a parameter. Tags are texts: a tag can speak for a parameter's answers only
 * if SQL compares that parameter by equality, as it is.
 */
#ifndef CONF_SQL_COMPARE_H
#define CONF_SQL_COMPARE_H

#include "conf/sql/file.h"

/*
 * The column in "column = :param", ":param = column", "column <=> :param" or "column IN (:param)"
 * for the parameter at token I; or empty.
 */
struct slice sqlcompare_column(const struct sqlstatement *statement, size_t i);

/*
 * Why rows that match PARAM need not hold its very text: "LIKE", "<", "LOWER", "COLLATE", ... NULL:
 * they hold it, or the statement compares it in a way that tokens do not show.
 */
const char *sqlcompare_loose(const struct sqlstatement *statement, struct slice param);

/*
 * Does the statement set COLUMN of a row that may be there already: UPDATE ... SET, ON DUPLICATE
 * KEY UPDATE?
 */
bool sqlcompare_sets(const struct sqlstatement *statement, struct slice column);

#endif
