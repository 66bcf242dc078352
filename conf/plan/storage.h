/*
 * Tables that were made or altered beforehand: are they what schema.sql may declare?
 */
#ifndef CONF_PLAN_STORAGE_H
#define CONF_PLAN_STORAGE_H

#include "conf/plan/plan.h"
#include "lib/sql/conn.h"

/* what NULL: there is none. Strings are static, slices in the arena or the model's. */
struct storage_fault {
    const char *what, *hint;
    struct slice table, name; /* name: the engine, trigger or key */
};

/*
 * The first of the model's tables (those that its statements name) that has another engine than
 * InnoDB, a trigger, a foreign key that changes it, or a text column that tags compare and that
 * does not compare by bytes. A table that is not there has none of them,
 * nor has what the user may not see. OK: *out says what, else what SQL said.
 */
MUST_CHECK enum status storage_check(struct sql_conn *conn, const struct plan_model *model,
                                     struct arena *arena, struct storage_fault *out);

#endif
