/*
 * Which column a parameter is stored in or compared with, and what columns hold.
 */
#include "conf/sql/beside.h"
#include "tests/unit/unit.h"

static struct arena arena;
static struct tables tables;

static int setup(void **state)
{
    static const char schema[] =
        "CREATE TABLE IF NOT EXISTS t (a INT, b DATETIME(3), c JSON, d VARCHAR(9));\n"
        "CREATE TABLE IF NOT EXISTS u (a BIGINT, e DATE, d VARCHAR(8));\n";
    struct diag diag = {0};

    (void)state;
    schema_sql_parse(&arena, SLICE_LITERAL("schema.sql"), slice_str(schema), &diag, &tables);
    assert_int_equal(diag.count, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct sqlstatement *statement_of(const char *sql)
{
    struct diag diag = {0};
    struct sqlblock block;

    sqlfile_parse_plain(&arena, SLICE_LITERAL("x.sql"), slice_str(sql), &diag, &block);
    assert_int_equal(diag.count, 0);
    assert_int_equal(block.statement_count, 1);
    return &block.statements[0];
}

/* Of :x: "stored a", "equal b", "order c", "-" */
static const char *found(const char *sql)
{
    static const char *const how[] = {[BESIDE_NOTHING] = "-",
                                      [BESIDE_STORED] = "stored",
                                      [BESIDE_EQUAL] = "equal",
                                      [BESIDE_ORDER] = "order"};
    const struct sqlstatement *statement = statement_of(sql);
    struct sqltables named = sqlscan_tables(&arena, statement);

    for (size_t i = 0; i < statement->token_count; i++) {
        struct beside beside;

        if (statement->tokens[i].kind != SQLTOKEN_PARAM ||
            !slice_is(statement->tokens[i].text, "x")) {
            continue;
        }
        beside = beside_find(statement, &named, &tables, i);
        return beside.column ? arena_printf(&arena, "%s %.*s", how[beside.how],
                                            SLICE_ARG(beside.column->name))
                                   .ptr
                             : "-";
    }
    return "no :x";
}

static void test_the_column_beside_a_parameter_is_found(void **state)
{
    static const struct {
        const char *sql, *found;
    } rows[] = {
        {"INSERT INTO t (a, b) VALUES (:x, 1)",                                   "stored a"},
        {"INSERT INTO t (a, b) VALUES (1, :x)",                                   "stored b"},
        {"INSERT INTO t (a, b) VALUES (1, 2), (3, :x)",                           "stored b"},
        {"INSERT INTO t (a, b) VALUES (f(1, 2), (:x))",                           "stored b"},
        {"REPLACE INTO t VALUES (1, 2, :x, 4)",                                   "stored c"},
        {"INSERT INTO t (`d`) VALUES (:x)",                                       "stored d"},
        {"INSERT INTO t (a, d) VALUES (1, LOWER(:x))",                            "-"       },
        {"INSERT INTO t (a, d) VALUES (:x + 1, 2)",                               "-"       },
        {"INSERT INTO t (a, d) VALUES (-:x, 2)",                                  "-"       },
        {"INSERT INTO t (a, d) SELECT 1, :x FROM u",                              "stored d"},
        {"INSERT INTO t (a, d) SELECT 1, :x",                                     "stored d"},
        {"INSERT INTO t (a, d) SELECT a, d FROM u WHERE e = :x",                  "equal e" },
        {"INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE b = :x",           "stored b"},
        {"INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2, b = f(:x)", "-"       },
        {"INSERT INTO t SET a = 1, b = :x",                                       "stored b"},
        {"UPDATE t SET c = :x WHERE a = 1",                                       "stored c"},
        {"UPDATE t SET c = 1, b = :x",                                            "stored b"},
        {"UPDATE t SET c = 1 WHERE b = :x",                                       "equal b" },
        {"UPDATE t SET c = IF(b = :x, 1, 2)",                                     "equal b" },
        {"DELETE FROM t WHERE a = :x",                                            "equal a" },
        {"DELETE FROM t WHERE :x = t.a",                                          "equal a" },
        {"SELECT 1 FROM t WHERE (a = (:x))",                                      "equal a" },
        {"SELECT 1 FROM t WHERE a <=> :x",                                        "equal a" },
        {"SELECT 1 FROM t WHERE b < :x",                                          "order b" },
        {"SELECT 1 FROM t WHERE b >= :x",                                         "order b" },
        {"SELECT 1 FROM t WHERE b <> :x",                                         "order b" },
        {"SELECT 1 FROM t WHERE b != :x",                                         "order b" },
        {"SELECT 1 FROM t WHERE :x <= b",                                         "order b" },
        {"SELECT 1 FROM t WHERE b BETWEEN :x AND 2",                              "order b" },
        {"SELECT 1 FROM t WHERE b NOT BETWEEN 1 AND :x AND a = 1",                "order b" },
        {"SELECT 1 FROM t WHERE b BETWEEN 1 AND 2 AND :x = a",                    "equal a" },
        {"SELECT 1 FROM t WHERE a IN (:x)",                                       "equal a" },
        {"SELECT 1 FROM t WHERE a IN (1, :x, 3)",                                 "equal a" },
        {"SELECT 1 FROM t WHERE a NOT IN (1, :x)",                                "order a" },
        {"SELECT 1 FROM t WHERE a + 1 = :x",                                      "-"       },
        {"SELECT 1 FROM t WHERE 1 + a = :x",                                      "-"       },
        {"SELECT 1 FROM t WHERE a = :x + 1",                                      "-"       },
        {"SELECT 1 FROM t WHERE f(a) = :x",                                       "-"       },
        {"SELECT 1 FROM t WHERE d LIKE :x",                                       "-"       },
        {"SELECT 1 FROM t WHERE c->'$.a' = :x",                                   "-"       },
        {"SELECT 1 FROM t JOIN u ON t.a = u.a WHERE u.a = :x",                    "equal a" },
        {"SELECT 1 FROM t AS p JOIN u q ON p.d = q.d WHERE q.e = :x",             "equal e" },
        {"SELECT 1 FROM t, u WHERE a = :x",                                       "-"       },
        {"SELECT 1 FROM t, u WHERE d = :x",                                       "equal d" },
        {"SELECT :x FROM t",                                                      "-"       },
        {"SELECT 1 FROM t WHERE missing = :x",                                    "-"       },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        print_message("%s\n", rows[i].sql);
        assert_string_equal(found(rows[i].sql), rows[i].found);
    }
}

/* ------------------------------------------------------------------ what columns hold */

/* What would fit the column, or NULL. */
static const char *misfit(const char *type, enum scalar scalar, const char *format)
{
    struct slice sql =
        arena_printf(&arena, "CREATE TABLE IF NOT EXISTS x (a INT, c %s NOT NULL)", type);
    struct diag diag = {0};
    struct tables out;

    schema_sql_parse(&arena, SLICE_LITERAL("schema.sql"), sql, &diag, &out);
    assert_int_equal(diag.count, 0);
    return column_type_misfit(&out.items[0].columns[1].holds, scalar, slice_str(format));
}

static void test_tags_speak_for_columns_that_have_one_text_for_a_value(void **state)
{
    static const struct {
        const char *type;
        enum scalar scalar;
        const char *format;
        bool fits;
    } rows[] = {
        {"VARCHAR(9)",                              SCALAR_STRING,    "",          true },
        {"CHAR(36)",                                SCALAR_UUID,      "uuid",      true },
        {"VARCHAR(9)",                              SCALAR_INTEGER,   "",          false},
        {"VARCHAR(9)",                              SCALAR_BOOLEAN,   "",          false},
        {"BIGINT UNSIGNED",                         SCALAR_INTEGER,   "",          true },
        {"INT",                                     SCALAR_NUMBER,    "",          false},
        {"INT",                                     SCALAR_STRING,    "",          false},
        {"INT",                                     SCALAR_BOOLEAN,   "",          false},
        {"DECIMAL(9,2)",                            SCALAR_NUMBER,    "",          true },
        {"DECIMAL(9,2)",                            SCALAR_INTEGER,   "",          true },
        {"NUMERIC",                                 SCALAR_STRING,    "",          false},
        {"TINYINT(1)",                              SCALAR_BOOLEAN,   "",          true },
        {"TINYINT(1)",                              SCALAR_INTEGER,   "",          true },
        {"TINYINT",                                 SCALAR_BOOLEAN,   "",          false},
        {"BOOL",                                    SCALAR_STRING,    "",          false},
        {"DATETIME(3)",                             SCALAR_DATE_TIME, "date-time", true },
        {"DATETIME(6)",                             SCALAR_DATE_TIME, "date-time", true },
        {"TIMESTAMP(3)",                            SCALAR_DATE_TIME, "date-time", true },
        {"DATETIME",                                SCALAR_DATE_TIME, "date-time", false},
        {"DATETIME(3)",                             SCALAR_STRING,    "date",      false},
        {"DATE",                                    SCALAR_STRING,    "date",      true },
        {"DATE",                                    SCALAR_STRING,    "",          false},
        {"DATE",                                    SCALAR_DATE_TIME, "date-time", false},
        {"UUID",                                    SCALAR_UUID,      "uuid",      true },
        {"UUID",                                    SCALAR_STRING,    "",          false},
        {"INET6",                                   SCALAR_IPV6,      "ipv6",      true },
        {"INET6",                                   SCALAR_STRING,    "ipv4",      false},
        {"DOUBLE",                                  SCALAR_NUMBER,    "",          false},
        {"FLOAT(9,2)",                              SCALAR_INTEGER,   "",          false},
        {"TIME",                                    SCALAR_STRING,    "",          false},
        {"YEAR",                                    SCALAR_INTEGER,   "",          false},
        {"ENUM('a', 'b')",                          SCALAR_STRING,    "",          false},
        {"SET('a', 'b')",                           SCALAR_STRING,    "",          false},
        {"BIT(1)",                                  SCALAR_BOOLEAN,   "",          false},
        {"VARBINARY(9)",                            SCALAR_STRING,    "",          false},
        {"BLOB",                                    SCALAR_STRING,    "",          false},
        {"JSON",                                    SCALAR_STRING,    "",          false},
        {"INT AS (a + 1)",                          SCALAR_INTEGER,   "",          false},
        {"INT GENERATED ALWAYS AS (a + 1) VIRTUAL", SCALAR_INTEGER,   "",          false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        print_message("%s %s\n", rows[i].type, scalar_name(rows[i].scalar));
        assert_int_equal(!misfit(rows[i].type, rows[i].scalar, rows[i].format), rows[i].fits);
    }
    assert_string_equal(misfit("DATETIME(2)", SCALAR_DATE_TIME, "date-time"),
                        "declare it DATETIME(3): times have milliseconds");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_column_beside_a_parameter_is_found),
        cmocka_unit_test(test_tags_speak_for_columns_that_have_one_text_for_a_value),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
