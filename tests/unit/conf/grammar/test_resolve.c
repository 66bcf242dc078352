/*
 * Names of trees that mean nothing, or could mean two things.
 */
#include "conf/grammar/resolve.h"
#include "tests/unit/unit.h"

static const char schema[] = "CREATE TABLE IF NOT EXISTS p (id BIGINT PRIMARY KEY, a BIGINT);\n"
                             "CREATE TABLE IF NOT EXISTS c (id BIGINT PRIMARY KEY, k BIGINT);\n";

/* At which token, and why; "": there is no fault. */
static const struct {
    const char *sql, *at, *text;
} cases[] = {
    {"WITH d AS (SELECT a FROM p), e AS (SELECT a FROM d) SELECT a FROM e",     "",        ""                                        },
    {"WITH d AS (SELECT a FROM p) SELECT k FROM c",                             "d",       "WITH 'd' is mentioned nowhere"           },
    {"WITH d AS (SELECT a FROM p), e AS (SELECT a FROM d) SELECT k FROM c",     "e",
     "WITH 'e' is mentioned nowhere"                                                                                                 },
    {"SELECT k FROM c WHERE k IN (WITH d AS (SELECT a FROM nothing) SELECT k)", "d",
     "WITH 'd' is mentioned nowhere"                                                                                                 },
    {"WITH P AS (SELECT k FROM c) SELECT k FROM P",                             "P",       "WITH 'P': a table has this name"         },
    {"SELECT k FROM c JOIN nothing",                                            "nothing", "the table 'nothing' is not in schema.sql"},
    {"SELECT id FROM p, c",                                                     "id",      "'id' is a column of 'p' and of 'c'"      },
    {"SELECT k FROM p",                                                         "k",       "no column 'k'"                           },
    {"UPDATE p JOIN c ON k = a SET a = 1, k = 2",                               "k",       "it sets columns of two tables"           },
};

static void test_names_that_are_not_there_or_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct diag diag = {0};
        struct tables tables;
        struct sqlblock block;
        struct sqltree tree;
        struct sqlfault fault;
        bool good;

        schema_sql_parse(&arena, SLICE_EMPTY, slice_str(schema), &diag, &tables);
        sqlfile_parse_plain(&arena, SLICE_EMPTY, slice_str(cases[i].sql), &diag, &block);
        assert_int_equal(diag.count, 0);
        good = sqltree_read(&arena, &block.statements[0], &tree, &fault) &&
               sqltree_resolve(&arena, &tree, &tables, &fault);
        if (good != (cases[i].text[0] == '\0') ||
            (!good &&
             (!slice_is(fault.text, cases[i].text) || !slice_is(fault.token->text, cases[i].at)))) {
            fail_msg("%s: %.*s at '%.*s'", cases[i].sql, SLICE_ARG(fault.text),
                     good ? 0 : (int)fault.token->text.len, good ? "" : fault.token->text.ptr);
        }
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_that_are_not_there_or_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
