/*
 * A query while it is built: what query.c (parameters, SQL, tags) and page.c (order, pages, wrapped
 * statements) share.
 */
#ifndef CONF_BUILD_QUERY_H
#define CONF_BUILD_QUERY_H

#include "conf/build/refuse.h"
#include "conf/tags/facts.h"

struct query {
    struct build *build;
    struct plan_query *out;
    struct json_source source;
    struct model_query written;
    const struct value *value;
    const struct sqltree
        *tree; /* NULL: there is none, or it has a complaint that leaves nothing to say */
    struct analysis analysis; /* of the tree, when it is a query */
    struct block_place place;
    struct plan_param *params;
    bool *used; /* by the SQL, of each parameter */
};

/* Fills page, rows_max and the wrapped statements around USER. */
void build_page(struct query *query, const struct plan_sql *user);

#endif
