/*
 * What a change stores in a column: a parameter alone, or something that only the server knows.
 */
#ifndef CONF_SQL_STORED_H
#define CONF_SQL_STORED_H

#include "conf/sql/tables.h"

enum sqlstored_how {
    SQLSTORED_PARAM,   /* a parameter alone */
    SQLSTORED_OTHER,   /* an expression, a literal, what a query yields, what is not understood */
    SQLSTORED_DEFAULT, /* a new row gets its default */
};

struct sqlstored {
    enum sqlstored_how how;
    const struct sqltoken *token; /* of a PARAM; NULL otherwise */
};

/*
 * All that STATEMENT can store in COLUMN, in the arena; returns how many. Nothing: it writes
 * another table, leaves the column as it is, or stores NULL, which no "column = :x" finds. In doubt
 * OTHER.
 */
size_t sqlstored_find(struct arena *arena, const struct sqlstatement *statement,
                      const struct table *table, const struct table_column *column,
                      const struct sqlstored **out);

#endif
