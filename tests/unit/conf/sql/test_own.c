#include "conf/sql/own.h"
#include "tests/unit/unit.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS jars (jarId VARCHAR(64) NOT NULL PRIMARY KEY, shelf VARCHAR(64), n INT);"
    "CREATE TABLE IF NOT EXISTS seats (line INT NOT NULL, seat INT NOT NULL, who TEXT, "
    "PRIMARY KEY (line, seat));";

// clang-format off
static const struct {
    const char *sql;
    bool others;
} cases[] = {
    {"INSERT INTO jars (jarId, shelf) VALUES (:a, LOWER(:b))", false},
    {"INSERT INTO jars (jarId) VALUES (:a) ON DUPLICATE KEY UPDATE shelf = VALUES(shelf)", false},
    {"REPLACE INTO jars (jarId) VALUES (:a)", false},
    {"UPDATE jars SET shelf = :b WHERE jarId = :a", false},
    {"UPDATE jars SET shelf = :b WHERE n = 1 AND jars.jarId = :a AND shelf IS NOT NULL", false},
    {"DELETE FROM jars WHERE jarId = 'x'", false},
    {"DELETE FROM seats WHERE seat = :s AND `line` = :r", false},
    {"UPDATE jars SET n = n + 1 WHERE jarId = :a ORDER BY n LIMIT 1", false},
    /* any number of rows */
    {"UPDATE jars SET shelf = :b", true},
    {"UPDATE jars SET shelf = :b WHERE shelf = :a", true},
    {"DELETE FROM seats WHERE `line` = :r", true},
    {"DELETE FROM jars WHERE jarId > :a", true},
    {"DELETE FROM jars WHERE jarId = :a OR n = 2", true},
    {"DELETE FROM jars WHERE jarId = :a || n = 2", true},
    {"DELETE FROM jars WHERE (jarId = :a)", true},
    {"DELETE FROM jars WHERE jarId = CONCAT(:a, shelf)", true},
    {"DELETE FROM jars WHERE jarId = :a + n", true},
    {"DELETE FROM jars WHERE NOT jarId = :a", true},
    {"DELETE FROM jars WHERE CASE WHEN n THEN n AND jarId = :a AND n END", true},
    /* other tables, and queries */
    {"INSERT INTO jars (jarId) SELECT who FROM seats", true},
    {"INSERT INTO jars TABLE jars", true},
    {"INSERT INTO jars (jarId, n) VALUES (:a, (SELECT 1))", true},
    {"UPDATE jars SET n = (SELECT COUNT(*) FROM seats) WHERE jarId = :a", true},
    {"UPDATE jars, seats SET n = 1 WHERE jarId = :a", true},
    {"UPDATE jars j JOIN seats s ON s.who = j.shelf SET n = 1 WHERE jarId = :a", true},
    {"DELETE j FROM jars j JOIN jars k ON j.n = k.n WHERE j.jarId = :a", true},
    {"DELETE FROM jars USING jars, seats WHERE jarId = :a", true},
    {"UPDATE unknown SET n = 1 WHERE jarId = :a", true},
};
// clang-format on

static void test_a_statement_that_names_its_keys_reads_no_other_rows(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct tables tables;

    (void)state;
    schema_sql_parse(&arena, SLICE_LITERAL("schema.sql"), slice_str(schema), &diag, &tables);
    assert_int_equal(diag.count, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct sqlblock block;

        print_message("%s\n", cases[i].sql);
        sqlfile_parse_plain(&arena, SLICE_LITERAL("x.sql"), slice_str(cases[i].sql), &diag, &block);
        assert_int_equal(block.statement_count, 1);
        assert_int_equal(sqlown_reads_others(&arena, &block.statements[0], &tables),
                         cases[i].others);
    }
    diag_fini(&diag);
    arena_fini(&arena);
}

// clang-format off
static const struct {
    const char *sql;
    bool whole;
} rows[] = {
    {"INSERT INTO jars (jarId, shelf, n) VALUES (:Jar, UPPER(:Shelf), 1)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf), n = :n", true},
    {"REPLACE INTO jars (shelf, jarId) VALUES (LOWER(CONCAT(:a, :b)), :Jar)", true},
    {"REPLACE INTO jars (jarId) VALUES (:aggregateId)", true},
    {"DELETE FROM jars WHERE jarId = :Jar", true},
    {"DELETE FROM jars WHERE jarId = :old.Jar", true},
    /* what was there shows through */
    {"INSERT INTO jars (jarId, shelf, n) VALUES (:Jar, :Shelf, 1)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf)", false},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = CONCAT(VALUES(shelf), n)", false},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf) + n", false},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE n = n AND shelf = VALUES(shelf)", false},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)", false},
    {"INSERT IGNORE INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)", false},
    {"UPDATE jars SET shelf = :Shelf WHERE jarId = :Jar", false},
    {"DELETE FROM jars WHERE jarId = :Jar AND n = 1", false},
    /* another row than the id's; an image before */
    {"REPLACE INTO jars (jarId, shelf) VALUES (:Shelf, :Jar)", false},
    {"REPLACE INTO jars (jarId) VALUES (LOWER(:Jar))", false},
    {"REPLACE INTO jars (jarId, shelf) VALUES (:Jar, :old.Shelf)", false},
    {"REPLACE INTO seats (line, seat) VALUES (:Jar, :Seat)", false},
    {"DELETE FROM jars WHERE shelf = :Jar", false},
    {"REPLACE INTO jars SELECT * FROM jars WHERE jarId = :Jar", false},
};
// clang-format on

static void test_a_whole_row_is_what_the_image_alone_says(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct tables tables;

    (void)state;
    schema_sql_parse(&arena, SLICE_LITERAL("schema.sql"), slice_str(schema), &diag, &tables);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct sqlblock block;

        print_message("%s\n", rows[i].sql);
        sqlfile_parse_plain(&arena, SLICE_LITERAL("x.sql"), slice_str(rows[i].sql), &diag, &block);
        assert_int_equal(
            sqlown_is_whole(&arena, &block.statements[0], &tables, SLICE_LITERAL("Jar")),
            rows[i].whole);
    }
    diag_fini(&diag);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_statement_that_names_its_keys_reads_no_other_rows),
        cmocka_unit_test(test_a_whole_row_is_what_the_image_alone_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
