/*
 * What columns hold, and which parameters fit them.
 */
#include "conf/sql/tables.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

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
        cmocka_unit_test(test_tags_speak_for_columns_that_have_one_text_for_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
