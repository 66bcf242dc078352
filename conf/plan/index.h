/*
 * Does a SELECT of ours find its rows by an index? Only the server knows which indexes it has.
 */
#ifndef CONF_PLAN_INDEX_H
#define CONF_PLAN_INDEX_H

#include "conf/plan/plan.h"
#include "lib/sql/conn.h"

/*
 * EXPLAIN of a path's SELECT (class->ask). *out: the table, as in schema.sql, that is read as a
 * whole since no index has the columns that the SELECT gives; empty: none. In ARENA. OK, else what
 * SQL said.
 */
MUST_CHECK enum status index_check(struct sql_conn *conn, const struct plan_model *model,
                                   const struct plan_class *class, struct arena *arena,
                                   struct slice *out);

#endif
