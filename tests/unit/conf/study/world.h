/*
 * A statement over a schema, as a resolved tree.
 */
#ifndef TESTS_UNIT_CONF_STUDY_WORLD_H
#define TESTS_UNIT_CONF_STUDY_WORLD_H

#include "conf/grammar/resolve.h"
#include "tests/unit/unit.h"

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
