/*
 * Between the files that resolve names:
 *
 *     scope.c          columns, by the scopes around them
 *     resolve_from.c   tables and what their columns are
 *     resolve_core.c   one SELECT: items, GROUP BY
 *     resolve.c        queries and changes
 *
 * The first fault stays; after it each function returns soon.
 */
#ifndef CONF_GRAMMAR_SCOPE_H
#define CONF_GRAMMAR_SCOPE_H

#include "conf/grammar/tree.h"

/* A block whose names can be seen. */
struct scope {
    const struct scope *outer;
    struct sqlcore *core;
    enum {
        ALIASES_NONE,
        ALIASES_SEEN,   /* of its items: in GROUP BY, HAVING, ORDER BY */
        ALIASES_REFUSED /* in its items and windows, where one server or the other sees some */
    } aliases;
    const struct sqlselected *item; /* REFUSED: being resolved, and not meant by its own alias */
    const struct sqlfrom *join;     /* in ON: the servers see what it joins, and then outwards */
    const struct sqlsource *rows;   /* in a JSON_TABLE's document: ... what stands before it */
};

struct resolve {
    struct arena *arena;
    struct sqltree *tree;
    const struct tables *tables;
    struct sqlfault fault;
    /* inside the arguments of an aggregate: a block around it may be what aggregates */
    unsigned int aggregates;
};

void resolve_fail(struct resolve *resolve, unsigned int token, struct slice hint,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* Its place, or column_count. Names of columns know no case. */
size_t scope_find_column(const struct sqlsource *source, struct slice name);
/* Is it called QUALIFIER, or is that empty? Names of tables and their aliases do know case. */
bool scope_is_of(const struct sqlsource *source, struct slice qualifier);
/* The item of that alias, BUT not that one; NULL: none. */
struct sqlexpr *scope_find_alias(const struct sqlcore *core, struct slice name,
                                 const struct sqlselected *but);
/*
 * The servers compare names without case by all of Unicode: to them the Kelvin sign is a k. So
 * other letters than ASCII's are a fault.
 */
void scope_check_letters(struct resolve *resolve, unsigned int token, struct slice name);

/* Names in it, at any depth. NODE may be NULL. */
void resolve_expr(struct resolve *resolve, struct sqlexpr *node, const struct scope *scope);
void resolve_exprs(struct resolve *resolve, struct sqlexpr **nodes, size_t count,
                   const struct scope *scope);

/* Fills the core's sources from FROM, which may be NULL. */
void resolve_from(struct resolve *resolve, struct sqlcore *core, const struct sqlfrom *from,
                  const struct scope *scope);
/* WHOLE: the query whose only SELECT it is. */
void resolve_core(struct resolve *resolve, struct sqlcore *core, struct sqlquery *whole,
                  const struct scope *outer);
void resolve_query(struct resolve *resolve, struct sqlquery *query, const struct scope *outer);

#endif
