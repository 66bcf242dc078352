/*
 * What a statement's tokens tell without a grammar: the tables that it names, and the labels of its
 * columns.
 */
#ifndef CONF_SQL_SCAN_H
#define CONF_SQL_SCAN_H

#include "conf/sql/file.h"

#define SQLSCAN_DEPTH_MAX 32

struct sqltable {
    struct slice database; /* before the dot; empty: none */
    struct slice name, alias;
    bool written;  /* target of INSERT, REPLACE, UPDATE or DELETE */
    bool function; /* JSON_TABLE(...) and the like */
    unsigned int line;
    size_t at; /* the token of its name */
};

struct sqltables {
    struct sqltable *items;
    size_t count;
    /* the tokens of names that stand where a table would and are none: of WITH, DUAL */
    size_t *others;
    size_t other_count;
};

/* Tables of FROM, JOIN, INTO and UPDATE at any depth; common table expressions are none. */
struct sqltables sqlscan_tables(struct arena *arena, const struct sqlstatement *statement);

/* Is the name at token AT among them? */
bool sqlscan_knows(const struct sqltables *tables, size_t at);

/* Can this token be an alias without AS, behind a table: no word that goes on with the clause? */
bool sqlscan_is_alias(const struct sqltoken *token);

struct sqllabel {
    struct slice label; /* empty: that of an expression without alias, which we cannot know */
    /* when the item is no more than a column, perhaps with an alias; column empty: it is not */
    struct slice table, column;
    unsigned int line;
};

struct sqllabels {
    struct sqllabel *items;
    size_t count;
    bool star; /* * or t.* is among them */
};

/* Of the first SELECT outside of parentheses. */
struct sqllabels sqlscan_labels(struct arena *arena, const struct sqlstatement *statement);

#endif
