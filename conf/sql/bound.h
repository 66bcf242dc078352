/*
 * What the rows of a query are bound to: which columns of a table that it names equal a parameter
 * in each row that can matter to the answer.
 *
 *     FROM users u LEFT JOIN orders o ON o.user = u.id WHERE u.id = :id
 *                                     u.id and o.user are bound to :id
 *
 * If all changed rows of a table have another value there, before and after the change, the answer
 * for :id is what it was, whatever the other tables hold.
 */
#ifndef CONF_SQL_BOUND_H
#define CONF_SQL_BOUND_H

#include "conf/sql/select.h"

/*
 * Is COLUMN of ITEM bound to PARAM; if it is NULL, is any? CHOICE: 0 .. select->cases - 1, one
 * choice of all IN lists; a row that matters has each of its columns bound in some case.
 */
bool sqlbound_column(const struct sqlselect *select, size_t item, const struct table_column *column,
                     struct slice param, size_t choice);

/* "'users' (u): id = :id", or "'users' (u): all": for people. The item has a table. */
struct slice sqlbound_say(struct arena *arena, const struct sqlselect *select, size_t item);

/* "'users' (u)", or "'users'" without an alias; the item has a table. */
struct slice sqlbound_name(struct arena *arena, const struct sqlselect *select, size_t item);

/* Why the rows of ITEM are not bound: the first condition on parameters that says nothing. */
struct slice sqlbound_why(struct arena *arena, const struct sqlselect *select, size_t item);

#endif
