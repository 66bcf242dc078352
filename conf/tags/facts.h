/*
 * Facts: conditions that hold for each row that can matter to an answer. They are expressions of
 * the tree, or made from them; the more there are, the narrower a tag can be, and fewer are never
 * wrong. conf/tags/README.md says why each rule holds.
 */
#ifndef CONF_TAGS_FACTS_H
#define CONF_TAGS_FACTS_H

#include "conf/grammar/tree.h"
#include "conf/text/scalar.h"

/* Further ones are left out: none of a query that people write. */
#define FACTS_MAX 256
/* Parameters that may be NULL ("optional"): each doubles the variants of a query. */
#define FACTS_GUARDS_MAX 4

struct facts {
    struct sqlexpr **items;
    size_t count, room;
};

/* A parameter of a query, or of a projection: what its values are. */
struct tag_param {
    struct slice name;
    enum scalar type;
    bool nullable;
};

/* Sources by their numbers, a bit for each. */
typedef uint64_t sources;
_Static_assert(SQLTREE_SOURCES_MAX <= 64, "a bit for each source");

/* What is known of one SELECT. */
struct core_facts {
    bool done;
    struct sqlfrom *from; /* its FROM; outer joins that drop what they could keep are inner */
    struct facts facts;   /* of each row that passes WHERE */
};

/*
 * One reading of a statement, under the assumption which of the guards are NULL. One thread;
 * everything lives in the arena.
 */
struct analysis {
    struct arena *arena;
    const struct sqltree *tree;
    const struct tag_param *params;
    size_t param_count;
    const struct slice *guards;
    size_t guard_count;
    unsigned int nulls;       /* bit I: guard I is NULL */
    struct sqlexpr truths[2]; /* FALSE, TRUE */
    struct core_facts *cores; /* by the number of the core */
    struct facts *contexts;   /* by the number of the source: facts of its rows that matter */
};

void analysis_init(struct analysis *analysis, struct arena *arena, const struct sqltree *tree,
                   const struct tag_param *params, size_t param_count);

/* ------------------------------------------------------------------ facts.c */

void facts_add(struct analysis *analysis, struct facts *facts, struct sqlexpr *fact);
void facts_add_all(struct analysis *analysis, struct facts *facts, const struct facts *more);
/* The ANDed parts of EXPR (may be NULL), and what they imply. Adds to FACTS. */
void facts_conjuncts(struct analysis *analysis, struct sqlexpr *expr, struct facts *facts);

/* Sources that EXPR mentions, in its subqueries too. */
sources facts_sources(struct sqlexpr *expr);
/* Sources without whose columns (all NULL) none of the facts is true. */
sources facts_rejected(struct analysis *analysis, const struct facts *facts);

/* A column, a parameter or a literal: what can be in a class. Aliases are looked through. */
bool facts_is_leaf(struct sqlexpr *expr);
struct sqlexpr *facts_leaf(struct sqlexpr *expr);
bool facts_same_leaf(struct sqlexpr *a, struct sqlexpr *b);
/* A new COMPARE, NAME "=" or "<=>". */
struct sqlexpr *facts_equal(struct analysis *analysis, const char *name, struct sqlexpr *a,
                            struct sqlexpr *b);

/* ------------------------------------------------------------------ joins.c */

sources joins_sources(const struct sqlfrom *from);
/* Of each row of a FROM that joins_of_core made. */
void joins_facts(struct analysis *analysis, const struct sqlfrom *from, struct facts *facts);
const struct core_facts *joins_of_core(struct analysis *analysis, const struct sqlcore *core);
/* Is the item one of GROUP BY, if there is GROUP BY? */
bool joins_is_grouped(const struct sqlcore *core, struct sqlexpr *item);

/* ------------------------------------------------------------------ context.c */

/* Fills the contexts of all sources of QUERY. */
void context_of_query(struct analysis *analysis, const struct sqlquery *query);
/* ... and of an UPDATE or DELETE. */
void context_of_core(struct analysis *analysis, const struct sqlcore *core);

#endif
