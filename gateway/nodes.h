/*
 * The SQL nodes that the settings name, and whether they were set up for the plan's models.
 */
#ifndef GATEWAY_NODES_H
#define GATEWAY_NODES_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/sql/sql.h"

/* INVALID, logged, when an address does not parse. Slices are the settings'. */
MUST_CHECK enum status nodes_configure(const struct settings *settings, struct sql_config *out);

/*
 * OK: each model's database is there, or no node could be asked (a warning: the gateway starts and
 * is not ready). NOT_FOUND: it was not set up; logged, with what to run.
 */
MUST_CHECK enum status nodes_verify(const struct sql_config *config, const struct plan *plan);

#endif
