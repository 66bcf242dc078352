/*
 * Whether the SQL nodes were set up for the plan's models.
 */
#ifndef GATEWAY_NODES_H
#define GATEWAY_NODES_H

#include "conf/plan/plan.h"
#include "lib/sql/sql.h"

/*
 * OK: each model's database is there, or no node could be asked (a warning: the gateway starts and
 * is not ready). NOT_FOUND: it was not set up; logged, with what to run.
 */
MUST_CHECK enum status nodes_verify(const struct sql_config *config, const struct plan *plan);

#endif
