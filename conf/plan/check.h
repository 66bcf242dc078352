/*
 * `gateway --check`: prepares every statement of a plan against the real read model and compares
 * what the server says of columns, collations and types with what the plan believes.
 */
#ifndef CONF_PLAN_CHECK_H
#define CONF_PLAN_CHECK_H

#include "conf/plan/plan.h"
#include "lib/sql/conn.h"

/* CHECK_QUERIES: what a user who may only SELECT can be told. */
enum check_scope {
    CHECK_ALL,
    CHECK_QUERIES
};

/* Complaints in DIAG. UNAVAILABLE: the server could not be asked. */
MUST_CHECK enum status plan_check(const struct plan *plan, const struct sql_address *primary,
                                  const struct sql_login *login, enum check_scope scope,
                                  struct diag *diag);

#endif
