/*
 * Which column a parameter is beside, and which column a change sets.
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

#endif
