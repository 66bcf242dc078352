/*
 * A projection while it is built: what projection.c (statements), touches.c (tags) and freshness.c
 * share.
 */
#ifndef CONF_BUILD_PROJECTION_H
#define CONF_BUILD_PROJECTION_H

#include "conf/build/build.h"
#include "conf/sql/rules.h"

/*
 * A parameter that a statement stores in COLUMN, or finds its rows by. OLD: of the image before.
 */
struct projection_write {
    const struct table_column *column;
    struct slice name;
    bool old;
};

struct projection {
    struct build *build;
    struct plan_projection *out;
    struct plan_template *touches;
    struct json_source source;
    const struct value *value;
    struct model_projection written;
    struct sqlrules rules;
    const struct sqlblock *block;    /* its statements; NULL: there is none */
    const struct sqlstatement *tags; /* of touches_sql; NULL: none */
    const struct fields *payload;    /* of the event; NULL: of a state store */
    bool removes;                    /* of delete: there is no new image */
    struct projection_write *writes; /* of its statements, where the column is seen */
    size_t write_count;
};

/* Tags that it touches: types and what fills them. */
void build_touches(struct projection *projection);
/* Is it the aggregate's id, by either of its names? */
bool projection_is_id(const struct projection *projection, struct slice name);
/* After statements and tags: no query that reads what it writes may keep its answer. */
void check_freshness(struct projection *projection);

/*
 * A name that no command writes may be another writer's; one that is nearly that of a command's is
 * a slip: the hint. Of a state store.
 */
struct slice projection_slip(struct projection *projection, struct slice name);

/* Where a statement's parameter comes from. */
build_resolve_fn projection_resolve;

#endif
