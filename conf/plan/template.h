/*
 * Tag templates: "thing:{thingId}", literals and places in turn.
 */
#ifndef CONF_PLAN_TEMPLATE_H
#define CONF_PLAN_TEMPLATE_H

#include "conf/plan/plan.h"
#include "conf/text/source.h"

/* False after complaints at AT. Types are STRING and params -1 until the plan knows better. */
bool template_parse(struct arena *arena, struct slice text, const struct json_source *source,
                    const struct value *at, struct plan_template *out);

/* The same literals around as many places: only such templates can make the same tags. */
bool template_same_shape(const struct plan_template *a, const struct plan_template *b);

/* Number of places. */
size_t template_places(const struct plan_template *template);

#endif
