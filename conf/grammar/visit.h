/*
 * All expressions of a tree, wherever they stand: in a change what it stores and what it finds rows
 * by, not the columns that it sets.
 */
#ifndef CONF_GRAMMAR_VISIT_H
#define CONF_GRAMMAR_VISIT_H

#include "conf/grammar/tree.h"

/* An expression comes before what is in it. False: what is in it is left out. */
typedef bool visit_fn(void *ctx, const struct sqlexpr *expr);

/* EXPR may be NULL. Of a query in it, all. */
void visit_expr(const struct sqlexpr *expr, visit_fn *visit, void *ctx);
void visit_tree(const struct sqltree *tree, visit_fn *visit, void *ctx);

/* The parts of a condition that are joined by AND; none of NULL. */
typedef void visit_part_fn(void *ctx, const struct sqlexpr *part);
void visit_parts(const struct sqlexpr *condition, visit_part_fn *visit, void *ctx);

/* Is there a query in it, but its own if it is one? */
bool visit_has_query(const struct sqltree *tree);

#endif
