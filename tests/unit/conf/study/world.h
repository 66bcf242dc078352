/*
 * A statement over a schema, as a resolved tree.
 */
#ifndef TESTS_UNIT_CONF_STUDY_WORLD_H
#define TESTS_UNIT_CONF_STUDY_WORLD_H

#include "conf/grammar/resolve.h"
#include "tests/unit/unit.h"

/* Of queries. */
#define WORLD_SCHEMA                                                                            \
    "CREATE TABLE IF NOT EXISTS p (id BIGINT PRIMARY KEY, a BIGINT, b BIGINT, s VARCHAR(9),"    \
    " g BIGINT GENERATED ALWAYS AS (a + CAST(1 AS SIGNED)) STORED, h VARCHAR(9) AS (s));"       \
    "CREATE TABLE IF NOT EXISTS c (id BIGINT PRIMARY KEY, pid BIGINT, k BIGINT, n INT,"         \
    " at DATETIME(3), day DATE, ci VARCHAR(9) COLLATE utf8mb4_general_ci, UNIQUE KEY (pid, n)," \
    " na NVARCHAR(9), nb NVARCHAR(9));"                                                         \
    "CREATE TABLE IF NOT EXISTS f (u BIGINT, v BIGINT, PRIMARY KEY (u, v));"                    \
    "CREATE TABLE IF NOT EXISTS t (s VARCHAR(9) PRIMARY KEY, w VARCHAR(9), x INT NOT NULL);"

struct world {
    struct arena arena;
    struct tables tables;
    struct sqlblock block;
    struct sqltree tree;
    struct sqlfault fault;
};

/* False: it has a fault. */
static inline bool world_read(struct world *world, const char *schema, const char *sql)
{
    struct diag diag = {0};

    *world = (struct world){0};
    schema_sql_parse(&world->arena, SLICE_EMPTY, slice_str(schema), &diag, &world->tables);
    sqlfile_parse_plain(&world->arena, SLICE_EMPTY, slice_str(sql), &diag, &world->block);
    if (diag.count > 0) {
        diag_print(&diag, stderr);
        fail_msg("%s", sql);
    }
    diag_fini(&diag);
    return sqltree_read(&world->arena, &world->block.statements[0], &world->tree, &world->fault) &&
           sqltree_resolve(&world->arena, &world->tree, &world->tables, &world->fault);
}

static inline void world_drop(struct world *world)
{
    arena_fini(&world->arena);
}

#endif
