/*
 * All statements of a model -> trees, before anything else is made of them.
 */
#include "conf/build/build.h"
#include "conf/grammar/resolve.h"
#include "conf/study/clock.h"
#include "conf/study/refused.h"

static void complain(struct build *build, struct slice path, struct slice block,
                     const struct sqlfault *fault)
{
    diag_add_at(build->diag,
                &(struct diag_place){.file = path,
                                     .path = block,
                                     .line = fault->token->line,
                                     .column = fault->token->column},
                fault->hint, "%.*s", SLICE_ARG(fault->text));
}

static void read_file(struct build *build, const struct sqlfile *file)
{
    struct sqlfault fault;

    for (size_t i = 0; i < file->block_count; i++) {
        const struct sqlblock *block = &file->blocks[i];

        for (size_t j = 0; j < block->statement_count; j++) {
            struct sqltree *tree = &build->trees[build->tree_count];

            if (block->statements[j].faulty) {
                continue; /* a complaint already */
            }
            if (sqltree_read(&build->scratch, &block->statements[j], tree, &fault) &&
                sqltree_resolve(&build->scratch, tree, &build->model.tables, &fault)) {
                build->tree_count++;
            } else {
                complain(build, file->path, block->name, &fault);
            }
        }
    }
}

static size_t count_statements(const struct sqlfile *file)
{
    size_t count = 0;

    for (size_t i = 0; i < file->block_count; i++) {
        count += file->blocks[i].statement_count;
    }
    return count;
}

/* ------------------------------------------------------------------ generated columns */

struct made {
    struct build *build;
    const struct table *table;
    const struct table_column *column;
};

static void complain_made(const struct made *made, struct slice hint, struct slice text)
{
    diag_add(made->build->diag, made->build->model.schema_path, made->column->line,
             made->table->name, hint, "the generated column '%.*s': %.*s",
             SLICE_ARG(made->column->name), SLICE_ARG(text));
}

static void complain_call(void *ctx, const struct sqlexpr *call, const char *why)
{
    const struct made *made = ctx;

    complain_made(made, SLICE_LITERAL("compute it in a projection, from the event"),
                  arena_printf(&made->build->scratch, "'%.*s' is not allowed: %s",
                               SLICE_ARG(call->name), why));
}

/* MariaDB computes a VIRTUAL column when it is read, by the clock and the connection too. */
static void check_made(struct made *made)
{
    struct arena *arena = &made->build->scratch;
    struct slice text = arena_printf(arena, "SELECT %.*s AS x FROM `%.*s`;",
                                     SLICE_ARG(made->column->made), SLICE_ARG(made->table->name));
    struct sqlblock *block = ARENA_NEW(arena, struct sqlblock);
    struct sqltree *tree = ARENA_NEW(arena, struct sqltree);
    struct diag diag = {0};
    struct sqlfault fault;

    sqlfile_parse_plain(arena, SLICE_EMPTY, text, &diag, block);
    if (diag.count > 0 || block->statement_count != 1) {
        complain_made(made, SLICE_EMPTY, SLICE_LITERAL("its expression cannot be read"));
    } else if (!sqltree_read(arena, &block->statements[0], tree, &fault) ||
               !sqltree_resolve(arena, tree, &made->build->model.tables, &fault)) {
        complain_made(made, fault.hint, fault.text);
    } else {
        bool date = made->column->holds.family == COLUMN_DATE ||
                    made->column->holds.family == COLUMN_DATETIME;

        refused_find(arena, tree, complain_call, made);
        if (date && clock_is_time(tree->statement, tree->query->core->outputs[0])) {
            complain_made(made, SLICE_EMPTY, SLICE_LITERAL(CLOCK_WHY));
        }
    }
    diag_fini(&diag);
}

static void check_schema(struct build *build)
{
    const struct tables *tables = &build->model.tables;

    for (size_t i = 0; i < tables->count; i++) {
        for (size_t j = 0; j < tables->items[i].column_count; j++) {
            struct made made = {build, &tables->items[i], &tables->items[i].columns[j]};

            if (made.column->made.len > 0) {
                check_made(&made);
            }
        }
    }
}

/* ------------------------------------------------------------------ all */

void build_trees(struct build *build)
{
    const struct model *model = &build->model;

    check_schema(build);
    build->trees = ARENA_ARRAY(&build->scratch, struct sqltree,
                               count_statements(&model->queries_sql) +
                                   count_statements(&model->projections_sql));
    read_file(build, &model->queries_sql);
    read_file(build, &model->projections_sql);
}

const struct sqltree *build_tree(const struct build *build, const struct sqlstatement *statement)
{
    for (size_t i = 0; i < build->tree_count; i++) {
        if (build->trees[i].statement == statement) {
            return &build->trees[i];
        }
    }
    return NULL;
}
