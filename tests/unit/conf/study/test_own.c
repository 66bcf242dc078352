#include "conf/study/own.h"
#include "tests/unit/conf/study/world.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS jars (jarId VARCHAR(64) NOT NULL PRIMARY KEY, shelf VARCHAR(64), n INT);"
    "CREATE TABLE IF NOT EXISTS seats (line INT NOT NULL, seat INT NOT NULL, who TEXT, "
    "PRIMARY KEY (line, seat));";

enum answer {
    NO,
    YES,
    REFUSED /* it is no tree */
};

// clang-format off
static const struct {
    const char *sql;
    enum answer others;
} cases[] = {
    {"INSERT INTO jars (jarId, shelf) VALUES (:a, LOWER(:b))", NO},
    {"INSERT INTO jars (jarId) VALUES (:a) ON DUPLICATE KEY UPDATE shelf = VALUES(shelf)", NO},
    {"REPLACE INTO jars (jarId) VALUES (:a)", NO},
    {"UPDATE jars SET shelf = :b WHERE jarId = :a", NO},
    {"UPDATE jars SET shelf = :b WHERE n = 1 AND jars.jarId = :a AND shelf IS NOT NULL", NO},
    {"DELETE FROM jars WHERE jarId = 'x'", NO},
    {"DELETE FROM seats WHERE seat = :s AND `line` = :r", NO},
    {"UPDATE jars SET n = n + 1 WHERE jarId = :a ORDER BY n LIMIT 1", NO},
    {"DELETE FROM jars WHERE (jarId = :a)", NO},
    {"DELETE FROM jars WHERE :a = jarId AND (n > 1 AND shelf <> 'x')", NO},
    {"DELETE FROM seats WHERE (seat = 1 AND n2 = 3) AND line = -2", REFUSED},
    {"DELETE FROM seats WHERE (seat = 1 AND who = 'x') AND line = -2", NO},
    /* any number of rows */
    {"DELETE FROM jars WHERE jarId = 5", YES},
    {"DELETE FROM jars WHERE jarId IN (:a)", YES},
    {"DELETE FROM jars WHERE jarId = jarId", YES},
    {"DELETE FROM jars WHERE jarId = :a XOR n", YES},
    {"UPDATE jars SET shelf = :b", YES},
    {"UPDATE jars SET shelf = :b WHERE shelf = :a", YES},
    {"DELETE FROM seats WHERE `line` = :r", YES},
    {"DELETE FROM jars WHERE jarId > :a", YES},
    {"DELETE FROM jars WHERE jarId = :a OR n = 2", YES},
    {"DELETE FROM jars WHERE jarId = :a || n = 2", YES},
        {"DELETE FROM jars WHERE jarId = CONCAT(:a, shelf)", YES},
    {"DELETE FROM jars WHERE jarId = :a + n", YES},
    {"DELETE FROM jars WHERE NOT jarId = :a", YES},
    {"DELETE FROM jars WHERE CASE WHEN n THEN n AND jarId = :a AND n END", YES},
    /* other tables, and queries */
    {"INSERT INTO jars (jarId) SELECT who FROM seats", YES},
    {"INSERT INTO jars TABLE jars", REFUSED},
    {"INSERT INTO jars (jarId, n) VALUES (:a, (SELECT 1))", YES},
    {"UPDATE jars SET n = (SELECT COUNT(*) FROM seats) WHERE jarId = :a", YES},
    {"UPDATE jars, seats SET n = 1 WHERE jarId = :a", YES},
    {"UPDATE jars j JOIN seats s ON s.who = j.shelf SET n = 1 WHERE jarId = :a", YES},
    {"DELETE j FROM jars j JOIN jars k ON j.n = k.n WHERE j.jarId = :a", YES},
    {"DELETE FROM jars USING jars, seats WHERE jarId = :a", REFUSED},
    {"UPDATE unknown SET n = 1 WHERE jarId = :a", REFUSED},
    {"INSERT INTO jars (jarId) SELECT 1", YES},
    {"INSERT INTO jars (jarId, n) VALUES (:a, 1 IN (SELECT 1))", YES},
};
// clang-format on

static void check(const char *sql, bool (*ask)(const struct sqltree *tree), enum answer want)
{
    struct world world;
    enum answer found = REFUSED;

    if (world_read(&world, schema, sql)) {
        found = ask(&world.tree) ? YES : NO;
    }
    if (found != want) {
        fail_msg("%s: %d", sql, (int)found);
    }
    world_drop(&world);
}

static void test_a_statement_that_names_its_keys_reads_no_other_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        check(cases[i].sql, own_reads_others, cases[i].others);
    }
}

// clang-format off
static const struct {
    const char *sql;
    enum answer whole;
} rows[] = {
    {"INSERT INTO jars (jarId, shelf, n) VALUES (:Jar, UPPER(:Shelf), :n)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf), n = :n", YES},
    /* another n where no row was */
    {"INSERT INTO jars (jarId, shelf, n) VALUES (:Jar, UPPER(:Shelf), 1)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf), n = :n", NO},
    {"REPLACE INTO jars (shelf, jarId) VALUES (LOWER(CONCAT(:a, :b)), :Jar)", YES},
    {"REPLACE INTO jars (jarId) VALUES (:aggregateId)", YES},
    {"DELETE FROM jars WHERE jarId = :Jar", YES},
    {"DELETE FROM jars WHERE jarId = :old.Jar", YES},
    {"DELETE FROM jars WHERE (:Jar = jarId)", YES},
    {"REPLACE INTO jars SET n = :n, jarId = :Jar", YES},
    {"REPLACE INTO jars VALUES (:Jar, :Shelf, 1)", YES},
    {"REPLACE INTO jars VALUES (:Shelf, :Jar, 1)", NO},
    {"REPLACE INTO jars (jarId) VALUES (:Jar), (:Jar)", NO},
    {"DELETE FROM jars WHERE jarId = :Jar LIMIT 1", NO},
    /* what was there shows through */
    {"INSERT INTO jars (jarId, shelf, n) VALUES (:Jar, :Shelf, 1)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf)", NO},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = CONCAT(VALUES(shelf), n)", NO},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf) + n", NO},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE n = n AND shelf = VALUES(shelf)", NO},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)", NO},
    {"INSERT IGNORE INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)", REFUSED},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf), n = n + 1", NO},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf), n = :n", NO},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(jarId)", NO},
    {"INSERT INTO jars (jarId, shelf) VALUES (:Jar, :Shelf)"
     " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf), jarId = :Shelf", NO},
    {"UPDATE jars SET shelf = :Shelf WHERE jarId = :Jar", NO},
    {"DELETE FROM jars WHERE jarId = :Jar AND n = 1", NO},
    /* another row than the id's; an image before */
    {"REPLACE INTO jars (jarId, shelf) VALUES (:Shelf, :Jar)", NO},
    {"REPLACE INTO jars (jarId) VALUES (LOWER(:Jar))", NO},
    {"REPLACE INTO jars (jarId, shelf) VALUES (:Jar, :old.Shelf)", NO},
    {"REPLACE INTO seats (line, seat) VALUES (:Jar, :Seat)", NO},
    {"DELETE FROM jars WHERE shelf = :Jar", NO},
    {"REPLACE INTO jars SELECT * FROM jars WHERE jarId = :Jar", NO},
};
// clang-format on

static bool is_whole(const struct sqltree *tree)
{
    return own_is_whole(tree, SLICE_LITERAL("Jar"));
}

static void test_a_whole_row_is_what_the_image_alone_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        check(rows[i].sql, is_whole, rows[i].whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_statement_that_names_its_keys_reads_no_other_rows),
        cmocka_unit_test(test_a_whole_row_is_what_the_image_alone_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
