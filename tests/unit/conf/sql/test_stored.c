/*
 * What a change stores in a column, by its tokens.
 */
#include "conf/sql/stored.h"
#include "tests/unit/unit.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS t (a BIGINT PRIMARY KEY, b VARCHAR(9), c INT NOT NULL DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS u (b VARCHAR(9), c INT);";

/* The letters of all that is stored in COLUMN of t: the parameter's, "?" other, "=" the default. */
// clang-format off
static const struct {
    const char *sql, *column, *stored;
} cases[] = {
    {"INSERT INTO t (a, b) VALUES (:x, :y)", "b", "y"},
    {"INSERT INTO t (a, b) VALUES (:x, (:y))", "b", "y"},
    {"INSERT INTO t (a, B) VALUES (:x, :y), (:v, :w)", "b", "yw"},
    {"INSERT INTO t VALUES (:x, :y, :z)", "c", "z"},
    {"INSERT INTO t (a, b) VALUES (:x, LOWER(:y))", "b", "?"},
    {"INSERT INTO t (a, b) VALUES (COALESCE(:x, 1), :y)", "b", "y"},
    {"INSERT INTO t (a, b) VALUES (:x, 'none')", "b", "?"},
    {"INSERT INTO t (a, b) VALUES (:x, (:y) + (:z))", "b", "?"},
    {"INSERT INTO t (a, b) VALUES (:x, -:y)", "b", "?"},
    {"INSERT INTO t (a, b) VALUES (:x, NULL)", "b", ""},
    {"INSERT INTO t (a, b) VALUES (:x, DEFAULT)", "b", "?"},
    {"INSERT INTO t (a) VALUES (:x)", "b", ""},
    {"INSERT INTO t (a) VALUES (:x)", "c", "="},
    {"INSERT INTO t () VALUES ()", "c", "="},
    {"INSERT INTO t PARTITION (p) (a, b) VALUES (:x, :y)", "b", "y"},
    {"INSERT INTO t VALUES ROW (:x, :y, :z), ROW (:x, 'y', :z)", "b", "y?"},
    {"INSERT INTO t SET a = :x, b = :y", "b", "y"},
    {"INSERT INTO t SET a = :x, b = CONCAT(:y, '')", "b", "?"},
    {"INSERT INTO t SET a = :x", "c", "="},
    {"INSERT INTO t (a, b) SELECT :x, :y WHERE NOT EXISTS (SELECT 1 FROM u)", "b", "y"},
    {"INSERT INTO t (a, b) SELECT :x, b FROM u", "b", "?"},
    {"INSERT INTO t (a, b) SELECT DISTINCT :x, (:y) AS b FROM u", "b", "y"},
    {"INSERT INTO t (a, b) SELECT DISTINCT :x AS a, :y FROM u", "a", "x"},
    {"INSERT INTO t (a, b) SELECT ALL :x, CAST(:y AS CHAR) AS b FROM u", "b", "?"},
    {"INSERT INTO t (a, b) SELECT :x, :y + 1 AS b FROM u", "b", "?"},
    {"INSERT INTO t (a, b) SELECT u.*, :y FROM u", "b", "?"},
    {"INSERT INTO t (a, b) SELECT :x, :y UNION SELECT :x, 'z'", "b", "?"},
    {"INSERT INTO t (a, b) (SELECT :x, 'z')", "b", "?"},
    {"REPLACE INTO t (b, a) VALUES (:y, :x)", "b", "y"},
    {"INSERT INTO t (a, b) VALUES (:x, :y) ON DUPLICATE KEY UPDATE b = VALUES(b)", "b", "y"},
    {"INSERT INTO t (a, b) VALUES (:x, :y) AS n ON DUPLICATE KEY UPDATE b = n.b", "b", "y"},
    {"INSERT INTO t (a, b) VALUES (:x, :y) ON DUPLICATE KEY UPDATE c = 1, b = :z", "b", "yz"},
    {"INSERT INTO t (a, b) VALUES (:x, :y) ON DUPLICATE KEY UPDATE b = VALUES(a)", "b", "y?"},
    {"INSERT INTO t (a, b) VALUES (:x, :y) ON DUPLICATE KEY UPDATE b = TRIM(VALUES(b))", "b", "y?"},
    {"INSERT INTO t (a, b) VALUES (:x, :y) ON DUPLICATE KEY UPDATE c = c + 1", "c", "=?"},
    {"INSERT INTO t (a, b) SELECT :x, :y FROM u ON DUPLICATE KEY UPDATE b = u.b", "b", "y?"},
    {"UPDATE t SET b = :y WHERE a = :x", "b", "y"},
    {"UPDATE t SET b = :y WHERE a = :x", "c", ""},
    {"UPDATE t SET c = 1, t.b = :y, a = a WHERE a = :x", "b", "y"},
    {"UPDATE t SET b = :y + 1 WHERE a = :x", "b", "?"},
    {"UPDATE t SET b = b WHERE a = :x", "b", ""},
    {"UPDATE t JOIN u ON u.c = t.c SET t.b = u.b WHERE t.a = :x", "b", "?"},
    {"UPDATE t JOIN u ON u.c = t.c SET t.c = :y, u.b = 'x' WHERE t.a = :x", "b", ""},
    {"INSERT INTO u (b) VALUES ('x')", "b", ""}, /* of another table */
    {"DELETE FROM t WHERE b = :y", "b", ""},
};
// clang-format on

static char letter(const struct sqlstored *stored)
{
    return stored->how == SQLSTORED_PARAM   ? stored->token->text.ptr[0]
           : stored->how == SQLSTORED_OTHER ? '?'
                                            : '=';
}

static void check(const char *sql, const char *name, const char *expected)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct tables tables;
    struct sqlblock block;
    const struct sqlstored *stored;
    char text[9] = "";
    size_t count;

    schema_sql_parse(&arena, SLICE_EMPTY, slice_str(schema), &diag, &tables);
    sqlfile_parse_plain(&arena, SLICE_EMPTY, slice_str(sql), &diag, &block);
    diag_print(&diag, stderr);
    count = sqlstored_find(&arena, &block.statements[0], &tables.items[0],
                           table_column_find(&tables.items[0], slice_str(name)), &stored);
    for (size_t i = 0; i < count && i + 1 < sizeof(text); i++) {
        text[i] = letter(&stored[i]);
    }
    print_message("%s: %s\n", sql, text);
    assert_string_equal(text, expected);
    diag_fini(&diag);
    arena_fini(&arena);
}

static void test_what_is_stored_is_a_parameter_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        check(cases[i].sql, cases[i].column, cases[i].stored);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_stored_is_a_parameter_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
