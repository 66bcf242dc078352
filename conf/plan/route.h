/*
 * Route patterns: "PUT /things/{thingId}".
 */
#ifndef CONF_PLAN_ROUTE_H
#define CONF_PLAN_ROUTE_H

#include "conf/plan/plan.h"
#include "conf/text/source.h"

#define ROUTE_SEGMENTS_MAX 16

/* False after complaints at AT. */
bool route_parse(struct arena *arena, struct slice text, const struct json_source *source,
                 const struct value *at, struct plan_route *out);

/* The same method and segments, whatever the parameters' names: only one could be reached. */
bool route_same(const struct plan_route *a, const struct plan_route *b);

/* Place of a parameter among the route's, or -1. */
int route_capture(const struct plan_route *route, struct slice name);

#endif
