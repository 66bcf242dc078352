/*
 * All statements of a model -> trees, before anything else is made of them.
 */
#include "conf/build/build.h"
#include "conf/grammar/resolve.h"

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

void build_trees(struct build *build)
{
    const struct model *model = &build->model;

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
