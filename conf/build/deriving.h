/*
 * Between the files of the derivation: trees of all statements -> tags and touches -> the plan.
 *
 *     derive.c          reads all of it, makes the classes
 *     derive_query.c    the tags of a query
 *     derive_change.c   the touches of a statement, the SELECTs beside it
 */
#ifndef CONF_BUILD_DERIVING_H
#define CONF_BUILD_DERIVING_H

#include "conf/build/build.h"
#include "conf/tags/model.h"

/* A statement of a projection. */
struct statement {
    const struct sqlstatement *text;
    const struct plan_sql *sql;
    struct plan_change *out;
};

struct derive {
    struct build *build;
    struct arena scratch; /* what is found out about trees; the plan keeps none of it */
    struct tag_query *queries;
    struct statement *statements;
    struct tag_change *changes;
    size_t count;
    struct tag_model tags;
    struct plan_class *classes;
    bool failed;
};

/* Of the column's values in tags. */
struct plan_kind derive_kind(const struct table *table, struct slice name);
/* A SELECT of ours: of many records its conditions are joined by OR. */
struct plan_sql derive_select(struct derive *derive, struct tag_select from, unsigned int line);

const struct value *derive_literal(struct derive *derive, const struct sqlexpr *literal);
/*
 * The text of a literal in a tag. False: it is not exactly of the column's kind; then *out is that
 * of the value which the server may take it for.
 */
bool derive_literal_text(struct derive *derive, const struct plan_kind *kind,
                         const struct sqlexpr *literal, struct slice *out);

/* Of the Ith statement of all projections. Says which classes are wild: before any query. */
void derive_change(struct derive *derive, size_t i);
/* Tags of the Ith query; its declared ones come behind them. */
void derive_query(struct derive *derive, size_t i);

#endif
