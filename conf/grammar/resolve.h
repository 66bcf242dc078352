/*
 * Names of a tree -> tables and columns, by the scopes of SQL: a block's own FROM first, then the
 * blocks around it. Derived tables see neither.
 */
#ifndef CONF_GRAMMAR_RESOLVE_H
#define CONF_GRAMMAR_RESOLVE_H

#include "conf/grammar/tree.h"

/*
 * Fills what tree.h calls resolved. TABLES: of schema.sql, must live as long as the tree. False:
 * FAULT names what is not there, or could be two things.
 *
 * GROUP BY 2 becomes the second item. A name in GROUP BY that is a column and an alias of something
 * else becomes a call, which nobody takes for a column.
 */
bool sqltree_resolve(struct arena *arena, struct sqltree *tree, const struct tables *tables,
                     struct sqlfault *fault);

#endif
