/*
 * Which column a parameter is stored in or compared with.
 */
#include "conf/study/beside.h"
#include "tests/unit/conf/study/world.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS t (a INT, b DATETIME(3), c JSON, d VARCHAR(9));\n"
    "CREATE TABLE IF NOT EXISTS u (a BIGINT, e DATE, d VARCHAR(8));\n";

/* Of the first :x: "stored a", "equal b", "equal! b" by bytes, "order c", "-", "refused" */
static void find(const char *sql, char *out, size_t size)
{
    static const char *const how[] = {[BESIDE_NOTHING] = "-",
                                      [BESIDE_STORED] = "stored",
                                      [BESIDE_EQUAL] = "equal",
                                      [BESIDE_ORDER] = "order"};
    struct world world;
    struct beside beside;
    const struct sqltoken *token;

    if (!world_read(&world, schema, sql)) {
        snprintf(out, size, "refused");
        world_drop(&world);
        return;
    }
    token = world.tree.statement->tokens;
    while (token->kind != SQLTOKEN_PARAM || !slice_is(token->text, "x")) {
        assert_int_not_equal(token->kind, SQLTOKEN_END);
        token++;
    }
    beside = beside_find(&world.tree, token);
    if (beside.column) {
        snprintf(out, size, "%s%s %.*s", how[beside.how], beside.binary ? "!" : "",
                 SLICE_ARG(beside.column->name));
    } else {
        snprintf(out, size, "-");
    }
    world_drop(&world);
}

static void test_the_column_beside_a_parameter_is_found(void **state)
{
    static const struct {
        const char *sql, *found;
    } rows[] = {
        {"INSERT INTO t (a, b) VALUES (:x, 1)",                                       "stored a"},
        {"INSERT INTO t (a, b) VALUES (1, :x)",                                       "stored b"},
        {"INSERT INTO t (a, b) VALUES (1, 2), (3, :x)",                               "stored b"},
        {"INSERT INTO t (a, b) VALUES (GREATEST(1, 2), (:x))",                        "stored b"},
        {"REPLACE INTO t VALUES (1, 2, :x, 4)",                                       "stored c"},
        {"INSERT INTO t (`d`) VALUES (:x)",                                           "stored d"},
        {"INSERT INTO t (a, d) VALUES (1, LOWER(:x))",                                "-"       },
        {"INSERT INTO t (a, d) VALUES (:x + 1, 2)",                                   "-"       },
        {"INSERT INTO t (a, d) VALUES (-:x, 2)",                                      "-"       },
        {"INSERT INTO t (a, d) SELECT 1, :x FROM u",                                  "stored d"},
        {"INSERT INTO t (a, d) SELECT 1, :x",                                         "stored d"},
        {"INSERT INTO t (a, d) SELECT a, d FROM u WHERE e = :x",                      "equal e" },
        {"INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE b = :x",               "stored b"},
        {"INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2, b = LOWER(:x)", "-"       },
        {"INSERT INTO t SET a = 1, b = :x",                                           "stored b"},
        {"UPDATE t SET c = :x WHERE a = 1",                                           "stored c"},
        {"UPDATE t SET c = 1, b = :x",                                                "stored b"},
        {"UPDATE t SET c = 1 WHERE b = :x",                                           "equal b" },
        {"UPDATE t SET c = IF(b = :x, 1, 2)",                                         "equal b" },
        {"DELETE FROM t WHERE a = :x",                                                "equal a" },
        {"DELETE FROM t WHERE :x = t.a",                                              "equal a" },
        {"SELECT 1 FROM t WHERE (a = (:x))",                                          "equal a" },
        {"SELECT 1 FROM t WHERE a <=> :x",                                            "equal a" },
        {"SELECT 1 FROM t WHERE b < :x",                                              "order b" },
        {"SELECT 1 FROM t WHERE b >= :x",                                             "order b" },
        {"SELECT 1 FROM t WHERE b <> :x",                                             "order b" },
        {"SELECT 1 FROM t WHERE b != :x",                                             "order b" },
        {"SELECT 1 FROM t WHERE :x <= b",                                             "order b" },
        {"SELECT 1 FROM t WHERE b BETWEEN :x AND 2",                                  "order b" },
        {"SELECT 1 FROM t WHERE b NOT BETWEEN 1 AND :x AND a = 1",                    "order b" },
        {"SELECT 1 FROM t WHERE b BETWEEN 1 AND 2 AND :x = a",                        "equal a" },
        {"SELECT 1 FROM t WHERE a IN (:x)",                                           "equal a" },
        {"SELECT 1 FROM t WHERE d IN (SELECT :x)",                                    "equal d" },
        {"SELECT 1 FROM t WHERE a IN (1, :x, 3)",                                     "equal a" },
        {"SELECT 1 FROM t WHERE a NOT IN (1, :x)",                                    "order a" },
        {"SELECT 1 FROM t WHERE a + 1 = :x",                                          "-"       },
        {"SELECT 1 FROM t WHERE 1 + a = :x",                                          "-"       },
        {"SELECT 1 FROM t WHERE a = :x + 1",                                          "-"       },
        {"SELECT 1 FROM t WHERE LOWER(a) = :x",                                       "-"       },
        {"SELECT 1 FROM t WHERE d LIKE :x",                                           "-"       },
        {"SELECT 1 FROM t WHERE c->'$.a' = :x",                                       "-"       },
        {"SELECT 1 FROM t JOIN u ON t.a = u.a WHERE u.a = :x",                        "equal a" },
        {"SELECT 1 FROM t AS p JOIN u q ON p.d = q.d WHERE q.e = :x",                 "equal e" },
        {"SELECT 1 FROM t, u WHERE a = :x",                                           "refused" },
        {"SELECT 1 FROM t, u WHERE d = :x",                                           "refused" },
        {"SELECT 1 FROM t, u WHERE u.d = :x",                                         "equal d" },
        {"SELECT :x FROM t",                                                          "-"       },
        {"SELECT 1 FROM t WHERE missing = :x",                                        "refused" },
 /* COLLATE */
        {"SELECT 1 FROM t WHERE d COLLATE utf8mb4_bin = :x",                          "equal! d"},
        {"SELECT 1 FROM t WHERE d = :x COLLATE utf8mb4_bin",                          "equal! d"},
        {"SELECT 1 FROM t WHERE d COLLATE utf8mb4_bin IN (1, :x)",                    "equal! d"},
        {"SELECT 1 FROM t WHERE d COLLATE utf8mb4_general_ci = :x",                   "-"       },
        {"SELECT 1 FROM t WHERE d = :x COLLATE utf8mb4_general_ci",                   "-"       },
 /* in queries in queries, by their own tables */
        {"SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE a = :x AND t.b > e)",   "equal a" },
        {"SELECT CASE WHEN b = :x THEN 1 END FROM t",                                 "equal b" },
        {"SELECT CASE :x WHEN b THEN 1 END FROM t",                                   "-"       },
        {"SELECT 1 FROM t WHERE (a, b) = (:x, 1)",                                    "-"       },
        {"SELECT 1 FROM t WHERE (a = b) = :x",                                        "-"       },
        {"SELECT 1 FROM t WHERE :x IN (a, b)",                                        "-"       },
        {"SELECT 1 FROM t WHERE :x BETWEEN a AND b",                                  "-"       },
        {"SELECT 1 FROM t WHERE a IN (SELECT :x FROM u)",                             "equal a" },
        {"SELECT 1 FROM t LIMIT :x",                                                  "-"       },
        {"SELECT 1 FROM t LEFT JOIN u ON u.e = :x",                                   "equal e" },
 /* as they are, under another name */
        {"SELECT b AS n FROM t HAVING n = :x",                                        "equal b" },
        {"SELECT 1 FROM (SELECT b AS n FROM t) q WHERE n = :x",                       "equal b" },
        {"SELECT 1 FROM (SELECT MAX(b) AS n FROM t) q WHERE n = :x",                  "-"       },
        {"SELECT 1 FROM (SELECT t.d FROM t UNION SELECT d FROM u) q WHERE d = :x",    "equal d" },
        {"SELECT 1 FROM (SELECT a FROM t UNION SELECT a FROM u) q WHERE a = :x",      "-"       },
        {"WITH q (n) AS (SELECT e FROM u) SELECT 1 FROM q x JOIN q y WHERE y.n = :x", "equal e" },
        {"WITH q AS (SELECT e FROM u WHERE u.d = :x) SELECT 1 FROM q x JOIN q y",     "equal d" },
        {"INSERT INTO t (a, d) SELECT a, d FROM u UNION SELECT 1, :x",                "stored d"},
        {"INSERT INTO t SELECT t.*, :x FROM (SELECT 1, 2, 3) t",                      "stored d"},
        {"UPDATE t JOIN u ON u.a = t.a SET t.b = :x WHERE u.e = 1",                   "stored b"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char found[64];

        print_message("%s\n", rows[i].sql);
        find(rows[i].sql, found, sizeof(found));
        assert_string_equal(found, rows[i].found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_column_beside_a_parameter_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
