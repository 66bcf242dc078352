/*
 * Which column a change sets.
 */
#ifndef CONF_SQL_COMPARE_H
#define CONF_SQL_COMPARE_H

#include "conf/sql/file.h"

/* Is token I the column of "column = value" among assignments, outside of parentheses? */
bool sqlcompare_assigns(const struct sqlstatement *statement, size_t i, struct slice column);

#endif
