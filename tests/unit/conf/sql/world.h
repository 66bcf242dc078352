/*
 * A statement over three tables, taken apart.
 */
#ifndef TESTS_UNIT_CONF_SQL_WORLD_H
#define TESTS_UNIT_CONF_SQL_WORLD_H

#include "conf/sql/select.h"
#include "tests/unit/unit.h"

static const char world_schema[] =
    "CREATE TABLE IF NOT EXISTS p (id BIGINT PRIMARY KEY, a BIGINT, b BIGINT, s VARCHAR(9),\n"
    "    g BIGINT GENERATED ALWAYS AS (a + CAST(1 AS SIGNED)) STORED, h VARCHAR(9) AS (s));\n"
    "CREATE TABLE IF NOT EXISTS c (id BIGINT PRIMARY KEY, pid BIGINT, k BIGINT, n INT,\n"
    "    at DATETIME(3), day DATE, ci VARCHAR(9) COLLATE utf8mb4_general_ci, UNIQUE KEY (pid, n),\n"
    "    na NVARCHAR(9), nb NVARCHAR(9));\n"
    "CREATE TABLE IF NOT EXISTS f (u BIGINT, v BIGINT, PRIMARY KEY (u, v));\n";

struct world {
    struct arena arena;
    struct diag diag;
    struct tables tables;
    struct sqlblock block;
    struct sqlselect select;
};

static inline void world_read(struct world *world, const char *sql)
{
    *world = (struct world){0};
    schema_sql_parse(&world->arena, SLICE_EMPTY, slice_str(world_schema), &world->diag,
                     &world->tables);
    sqlfile_parse_plain(&world->arena, SLICE_EMPTY, slice_str(sql), &world->diag, &world->block);
    if (world->diag.count > 0) {
        diag_print(&world->diag, stderr);
        fail_msg("%s", sql);
    }
    world->select = sqlselect_read(&world->arena, &world->block.statements[0], &world->tables);
}

static inline void world_drop(struct world *world)
{
    diag_fini(&world->diag);
    arena_fini(&world->arena);
}

#endif
