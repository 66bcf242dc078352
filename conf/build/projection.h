/*
 * A projection while it is built: what projection.c (statements) and touches.c (declared tags)
 * share.
 */
#ifndef CONF_BUILD_PROJECTION_H
#define CONF_BUILD_PROJECTION_H

#include "conf/build/refuse.h"

struct projection {
    struct build *build;
    struct plan_projection *out;
    struct plan_template *touches;
    struct json_source source;
    const struct value *value;
    struct model_projection written;
    struct block_place place;     /* the block at hand */
    const struct fields *payload; /* of the event; NULL: of a state store */
    bool removes;                 /* of delete: there is no new image */
};

/* Tags that it touches: types and what fills them. */
void build_touches(struct projection *projection);
/*
 * A name that no command writes may be another writer's; one that is nearly that of a command's is
 * a slip: the hint. Of a state store.
 */
struct slice projection_slip(struct projection *projection, struct slice name);

#endif
