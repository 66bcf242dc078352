/*
 * All statements of the models in this repository are trees.
 */
#include <glob.h>
#include <stdio.h>

#include "conf/grammar/tree.h"
#include "lib/base/buf.h"
#include "tests/unit/unit.h"

static size_t statements;

static void check_block(struct arena *arena, const char *path, const struct sqlblock *block)
{
    for (size_t i = 0; i < block->statement_count; i++) {
        struct sqltree tree;
        struct sqlfault fault;

        if (!sqltree_read(arena, &block->statements[i], &tree, &fault)) {
            fail_msg("%s:%u: %.*s", path, fault.token->line, SLICE_ARG(fault.text));
        }
        statements++;
    }
}

static void check_text(const char *path, struct slice text)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct sqlfile file;

    sqlfile_parse(&arena, slice_str(path), text, &diag, &file);
    if (diag.count > 0) {
        diag_print(&diag, stderr);
        fail_msg("%s", path);
    }
    for (size_t i = 0; i < file.block_count; i++) {
        check_block(&arena, path, &file.blocks[i]);
    }
    diag_fini(&diag);
    arena_fini(&arena);
}

static void read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    size_t count;

    assert_non_null(file);
    while ((count = fread(buf_reserve(out, 4096), 1, 4096, file)) > 0) {
        out->len += count;
    }
    (void)fclose(file);
}

static void test_the_models_are_trees(void **state)
{
    static const char *const patterns[] = {
        "conf/models/*/queries.sql", "conf/models/*/projections.sql",
        "tests/*/models/*/*/queries.sql", "tests/*/models/*/*/projections.sql"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(patterns); i++) {
        glob_t found;

        assert_int_equal(glob(patterns[i], 0, NULL, &found), 0);
        for (size_t k = 0; k < found.gl_pathc; k++) {
            struct buf text = {0};

            read_file(found.gl_pathv[k], &text);
            check_text(found.gl_pathv[k], buf_slice(&text));
            buf_fini(&text);
        }
        globfree(&found);
    }
    assert_true(statements > 20);
}

/* A document's files: from a line that ends with "<<'END'" to END, indented by four. */
static void test_the_first_model_is_of_trees(void **state)
{
    static const char path[] = "docs/first-model.md";
    struct buf text = {0}, block = {0};
    struct slice rest, line;
    size_t before = statements;
    bool inside = false;

    (void)state;
    read_file(path, &text);
    rest = buf_slice(&text);
    while (slice_cut(rest, '\n', &line, &rest)) {
        if (memmem(line.ptr, line.len, ".sql <<'END'", strlen(".sql <<'END'"))) {
            inside = !memmem(line.ptr, line.len, "schema", strlen("schema"));
            buf_clear(&block);
        } else if (inside && slice_is(line, "    END")) {
            check_text(path, buf_slice(&block));
            inside = false;
        } else if (inside) {
            buf_append(&block, slice_from(line, line.len < 4 ? line.len : 4));
            buf_append_char(&block, '\n');
        }
    }
    buf_fini(&text);
    buf_fini(&block);
    assert_true(statements > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_models_are_trees),
        cmocka_unit_test(test_the_first_model_is_of_trees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
