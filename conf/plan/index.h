/*
 * Can a SELECT of ours find its rows by an index? Only the server knows which indexes it has.
 */
#ifndef CONF_PLAN_INDEX_H
#define CONF_PLAN_INDEX_H

#include "conf/plan/plan.h"
#include "lib/sql/conn.h"

/*
 * Of a path's SELECT (class->ask): *out is the first of its tables of which no index begins with a
 * column that the SELECT compares; NULL: none. OK, else what SQL said.
 */
MUST_CHECK enum status index_check(struct sql_conn *conn, const struct plan_model *model,
                                   const struct plan_class *class, struct arena *arena,
                                   const struct plan_columns **out);

#endif
