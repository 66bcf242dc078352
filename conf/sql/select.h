/*
 * A query taken apart as far as tokens allow: each SELECT of it (a part), the tables that its FROM
 * names, and the equalities that hold for its rows.
 *
 *     SELECT u.name, (SELECT COUNT(*) FROM orders o WHERE o.user = u.id) FROM users u
 *                    '-- part 1, of part 0's rows: o.user = u.id ---'
 *     WHERE u.id = :id                                                 part 0: u.id = :id
 *
 * No grammar: a condition that is not understood says nothing, and of a FROM that is not there is a
 * why. Everything lives in the arena, slices point into the statement.
 */
#ifndef CONF_SQL_SELECT_H
#define CONF_SQL_SELECT_H

#include "conf/sql/scan.h"
#include "conf/sql/tables.h"

#define SQLSELECT_NONE SIZE_MAX

/* One mention of a table in FROM. */
struct sqlitem {
    const struct table *table; /* NULL: a derived table, of WITH, a function */
    struct slice name;         /* as the statement calls it: its alias, or the table's name */
    size_t at;                 /* the token of the table's name */
    size_t part;
    bool optional;         /* the right side of a LEFT JOIN: its ON is true of its own rows only */
    size_t on_from, on_to; /* its ON; empty: none */
    size_t derived_from, derived_to; /* the query of a derived table; empty: none */
};

/* One SELECT. */
struct sqlpart {
    size_t parent; /* the part for whose rows it is evaluated; NONE: it stands alone */
    size_t item, item_count;
    bool united;                 /* by UNION and the like */
    size_t group_from, group_to; /* what follows GROUP BY; empty: nothing */
    const char *why;             /* what of its FROM is not understood; NULL: all is */
};

struct sqlref {
    size_t item; /* NONE: there is none */
    const struct table_column *column;
};

/* column = x, joined by AND. RIGHT is a column, else there are PARAMS, else it is a constant. */
struct sqlequal {
    size_t part, item; /* in the ON of ITEM; NONE: in WHERE */
    struct sqlref left, right;
    const struct slice *params; /* one of them; several are of an IN list */
    size_t param_count;
    bool binary; /* COLLATE utf8mb4_bin is written at it: by bytes, whatever the column says */
};

struct sqlselect {
    const struct sqlstatement *statement;
    struct sqlitem *items;
    size_t item_count;
    struct sqlpart *parts;
    size_t part_count;
    struct sqlequal *equals;
    size_t equal_count;
    size_t top; /* the part whose rows are the result; of UNION its first. NONE: not found */
};

struct sqlselect sqlselect_read(struct arena *arena, const struct sqlstatement *statement,
                                const struct tables *tables);

/* The column QUALIFIER.NAME (or NAME alone) as PART sees it. False: it is not known which. */
bool sqlselect_resolve(const struct sqlselect *select, size_t part, struct slice qualifier,
                       struct slice name, struct sqlref *out);

/* ------------------------------------------------------------------ of select.c and equal.c */

/* Adds what [from, to) says of the rows of PART, or of ITEM when it is its ON. */
void sqlequal_read(struct arena *arena, struct sqlselect *select, size_t part, size_t item,
                   size_t from, size_t to);

/* Is token I this word, and no column t.word? */
bool sqlselect_is(const struct sqlstatement *statement, size_t i, const char *word);
/* The ) of the ( at token I. */
size_t sqlselect_close(const struct sqlstatement *statement, size_t i);

#endif
