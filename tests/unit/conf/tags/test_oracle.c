/*
 * The tags of 1,600 random queries are those of oracle.txt, where a second derivation of the same
 * rules wrote them down.
 */
#include <stdio.h>
#include <stdlib.h>

#include "conf/grammar/resolve.h"
#include "conf/tags/query.h"
#include "conf/text/file.h"
#include "tests/unit/unit.h"

#define PARAMS_OF_TYPE 4

struct oracle {
    struct tag_param params[3 * PARAMS_OF_TYPE]; /* i0 .. i3, n0 .. n3, s0 .. s3 */
    struct arena schema;                         /* of the tables */
    struct tables tables;
    struct buf ddl; /* lines since the last query */
    size_t queries, others;
};

static void oracle_init(struct oracle *oracle)
{
    static const enum scalar types[] = {SCALAR_INTEGER, SCALAR_NUMBER, SCALAR_STRING};
    static char names[3 * PARAMS_OF_TYPE][3];

    *oracle = (struct oracle){.queries = 0};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        snprintf(names[i], sizeof(names[i]), "%c%zu", "ins"[i / PARAMS_OF_TYPE],
                 i % PARAMS_OF_TYPE);
        oracle->params[i] =
            (struct tag_param){slice_str(names[i]), types[i / PARAMS_OF_TYPE], false};
    }
}

static void read_tables(struct oracle *oracle)
{
    struct diag diag = {0};

    if (oracle->ddl.len == 0) {
        return;
    }
    arena_reset(&oracle->schema);
    schema_sql_parse(&oracle->schema, SLICE_EMPTY,
                     arena_copy(&oracle->schema, buf_slice(&oracle->ddl)), &diag, &oracle->tables);
    diag_print(&diag, stderr);
    assert_int_equal(diag.count, 0);
    diag_fini(&diag);
    buf_clear(&oracle->ddl);
}

static int by_text(const void *a, const void *b)
{
    const struct slice *left = a, *right = b;

    return slice_compare(*left, *right);
}

static void print_variant(struct arena *arena, const struct tag_variant *variant, struct buf *out)
{
    struct slice *texts = ARENA_ARRAY(arena, struct slice, variant->count + 1);

    for (size_t i = 0; i < variant->count; i++) {
        texts[i] = tag_use_print(arena, &variant->uses[i]);
    }
    qsort(texts, variant->count, sizeof(*texts), by_text);
    for (size_t i = 0; i < variant->count; i++) {
        buf_append_str(out, i > 0 ? " " : "");
        buf_append(out, texts[i]);
    }
}

static void tags_of(struct oracle *oracle, struct slice sql, struct buf *out)
{
    struct arena arena = {0};
    struct sqlblock block;
    struct sqltree tree;
    struct sqlfault fault;
    struct tag_query query;
    struct diag diag = {0};

    read_tables(oracle);
    buf_clear(out);
    sqlfile_parse_plain(&arena, SLICE_EMPTY, sql, &diag, &block);
    if (!sqltree_read(&arena, &block.statements[0], &tree, &fault) ||
        !sqltree_resolve(&arena, &tree, &oracle->tables, &fault)) {
        buf_append(out, fault.text);
    } else {
        tags_of_query(&arena, &tree, oracle->params, ARRAY_COUNT(oracle->params), &query);
        for (size_t i = 0; i < (size_t)1 << query.guard_count; i++) {
            buf_append_str(out, i > 0 ? " / " : "");
            print_variant(&arena, &query.variants[i], out);
        }
    }
    diag_fini(&diag);
    arena_fini(&arena);
}

static void read_line(struct oracle *oracle, struct slice line, struct slice *sql, struct buf *tags)
{
    struct slice rest = slice_from(line, line.len < 2 ? line.len : 2);

    if (slice_starts(line, "D ")) {
        buf_append(&oracle->ddl, rest);
        buf_append_str(&oracle->ddl, ";\n");
    } else if (slice_starts(line, "Q ")) {
        *sql = rest;
        tags_of(oracle, rest, tags);
    } else if (slice_starts(line, "T ")) {
        oracle->queries++;
        if (!slice_eq(rest, buf_slice(tags))) {
            print_error("%.*s\n  wants %.*s\n     is %.*s\n", SLICE_ARG(*sql), SLICE_ARG(rest),
                        SLICE_ARG(buf_slice(tags)));
            oracle->others++;
        }
    }
}

static void test_a_second_derivation_gives_the_same_tags(void **state)
{
    struct slice rest, line, sql = SLICE_EMPTY;
    struct oracle oracle;
    struct arena arena = {0};
    struct buf tags = {0};

    (void)state;
    oracle_init(&oracle);
    assert_status(file_read(&arena, slice_str("tests/unit/conf/tags/oracle.txt"), &rest),
                  STATUS_OK);
    while (rest.len > 0) {
        slice_cut(rest, '\n', &line, &rest);
        read_line(&oracle, line, &sql, &tags);
    }
    assert_int_equal(oracle.queries, 1600);
    assert_int_equal(oracle.others, 0);
    buf_fini(&tags);
    buf_fini(&oracle.ddl);
    arena_fini(&oracle.schema);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_second_derivation_gives_the_same_tags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
