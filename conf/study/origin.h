/*
 * The table's column whose values an expression has as they are: itself, an alias of it, an item of
 * a derived table.
 */
#ifndef CONF_STUDY_ORIGIN_H
#define CONF_STUDY_ORIGIN_H

#include "conf/grammar/tree.h"

/*
 * NULL: it is none. Of a UNION the first SELECT's, when all of them have the same type there; if
 * one of them may be NULL, that one's.
 */
struct table_column *origin_of(const struct sqlexpr *expr);
/* The same of a result's Ith column. */
struct table_column *origin_of_output(const struct sqlquery *query, size_t i);

/* Are equal texts of the column the same bytes? Nothing is said: the database's, which are. */
bool origin_compares_by_bytes(const struct table_column *column);

#endif
