/*
 * Databases that were made beforehand: do their texts compare by bytes, as tags do?
 */
#ifndef CONF_PLAN_COLLATION_H
#define CONF_PLAN_COLLATION_H

#include "lib/base/arena.h"
#include "lib/sql/conn.h"

#define COLLATION_WANTED "utf8mb4_bin"
#define COLLATION_HINT                                                                   \
    "ids such as abc and ABC would be one row: ALTER DATABASE and each ALTER TABLE ... " \
    "CONVERT TO CHARACTER SET utf8mb4 COLLATE " COLLATION_WANTED

/* len 0: there is none. Slices are in the arena. */
struct collation_fault {
    struct slice place; /* "the database", or "twofold_aggregate.aggregate" */
    struct slice collation;
};

/*
 * The first of: the database's default (what schema.sql's tables get that say nothing), each text
 * column of our own tables. OK: *out says which one is not COLLATION_WANTED, if one is; else what
 * SQL said.
 */
MUST_CHECK enum status collation_check(struct sql_conn *conn, struct slice database,
                                       struct arena *arena, struct collation_fault *out);

#endif
