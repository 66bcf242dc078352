/*
 * A value as SQL gets it: the form that the column beside its ? needs. Pure functions, any thread.
 */
#ifndef CONF_PLAN_BIND_H
#define CONF_PLAN_BIND_H

#include "conf/plan/plan.h"

/*
 * VALUE (NULL: absent) as BIND's form says: itself, or in ARENA. Absent and null are SQL's NULL in
 * every form. INVALID with *why_out, static: the column would make another value of it, or none.
 */
MUST_CHECK enum status bind_value(struct arena *arena, const struct plan_bind *bind,
                                  const struct value *value, const struct value **out,
                                  const char **why_out);

const char *form_name(enum plan_form form); /* "json", "time", ... for the plan as text */

#endif
