#include "cache/rows.h"
#include "tests/unit/unit.h"

static void test_cells_by_kind(void **state)
{
    static const struct {
        enum sql_kind kind;
        const char *cell, *json; /* cell NULL: SQL's NULL */
    } cases[] = {
        {SQL_INTEGER,  "42",                          "42"                            },
        {SQL_INTEGER,  "-9223372036854775808",        "-9223372036854775808"          },
        {SQL_INTEGER,  "00042",                       "42"                            },
        {SQL_INTEGER,  "00",                          "0"                             },
        {SQL_DECIMAL,  "12.500000",                   "12.5"                          },
        {SQL_DECIMAL,  "12.000000",                   "12"                            },
        {SQL_DECIMAL,  "100",                         "100"                           },
        {SQL_DECIMAL,  "0.000000",                    "0"                             },
        {SQL_DECIMAL,  "-0.000000",                   "0"                             },
        {SQL_DECIMAL,  "-0.010",                      "-0.01"                         },
        {SQL_DECIMAL,  "12345678901234567890.123456", "12345678901234567890.123456"   },
        {SQL_DOUBLE,   "1.5e-7",                      "1.5e-7"                        },
        {SQL_BOOLEAN,  "0",                           "false"                         },
        {SQL_BOOLEAN,  "1",                           "true"                          },
        {SQL_BOOLEAN,  "2",                           "true"                          },
        {SQL_TEXT,     "a\"b\n",                      "\"a\\\"b\\n\""                 },
        {SQL_TEXT,     "",                            "\"\""                          },
        {SQL_JSON,     "{\"a\": [1.0]}",              "{\"a\": [1.0]}"                },
        {SQL_DATETIME, "2026-11-21 11:05:26.123",     "\"2026-11-21T11:05:26.123Z\""  },
        {SQL_DATETIME, "2026-11-21 11:05:26",         "\"2026-11-21T11:05:26.000Z\""  },
        {SQL_DATETIME, "2026-11-21 11:05:26.1",       "\"2026-11-21T11:05:26.100Z\""  },
        {SQL_DATETIME, "2026-11-21 11:05:26.120000",  "\"2026-11-21T11:05:26.120Z\""  },
        {SQL_DATETIME, "2026-11-21 11:05:26.123450",  "\"2026-11-21T11:05:26.12345Z\""},
        {SQL_DATE,     "2026-11-21",                  "\"2026-11-21\""                },
        {SQL_TIME,     "-12:00:00",                   "\"-12:00:00\""                 },
        {SQL_BYTES,    "\xff\x01",                    "\"/wE=\""                      },
        {SQL_BYTES,    "",                            "\"\""                          },
        {SQL_INTEGER,  NULL,                          "null"                          },
        {SQL_TEXT,     NULL,                          "null"                          },
    };
    struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        buf_clear(&buf);
        rows_write_cell(&buf, cases[i].kind,
                        cases[i].cell ? slice_str(cases[i].cell) : slice_of(NULL, 0));
        assert_slice(buf_slice(&buf), cases[i].json);
    }
    buf_fini(&buf);
}

static const struct sql_column columns[] = {
    {.name = {"epoch", 5},         .kind = SQL_TEXT   },
    {.name = {"revision", 8},      .kind = SQL_INTEGER},
    {.name = {"_row", 4},          .kind = SQL_INTEGER},
    {.name = {"ProductId", 9},     .kind = SQL_INTEGER},
    {.name = {"OutOf\"Stock", 11}, .kind = SQL_BOOLEAN},
};

static void test_object_has_the_users_columns_under_their_labels(void **state)
{
    const struct slice cells[] = {SLICE_LITERAL("00000000000000e1"), SLICE_LITERAL("41"),
                                  SLICE_LITERAL("1"), SLICE_LITERAL("7"), SLICE_LITERAL("0")};
    const struct sql_rows rows = {
        .columns = columns, .cells = cells, .column_count = 5, .row_count = 1};
    struct buf buf = {0};
    struct slice epoch;
    uint64_t revision;

    (void)state;
    assert_status(rows_label(&rows, &epoch, &revision), STATUS_OK);
    assert_slice(epoch, "00000000000000e1");
    assert_int_equal(revision, 41);
    assert_int_equal(rows_count(&rows), 1);
    rows_add_object(&buf, &rows, 0);
    assert_slice(buf_slice(&buf), "{\"ProductId\":7,\"OutOf\\\"Stock\":false}");
    assert_int_equal(rows_column(&rows, SLICE_LITERAL("ProductId")), 3);
    assert_int_equal(rows_column(&rows, SLICE_LITERAL("epoch")), -1);
    buf_fini(&buf);
}

static void test_revision_comes_without_a_row_too(void **state)
{
    const struct slice cells[] = {
        SLICE_LITERAL("00000000000000e1"), SLICE_LITERAL("41"), {NULL, 0},
          {NULL, 0},
          {NULL, 0}
    };
    const struct sql_rows rows = {
        .columns = columns, .cells = cells, .column_count = 5, .row_count = 1};
    struct slice epoch;
    uint64_t revision;

    (void)state;
    assert_status(rows_label(&rows, &epoch, &revision), STATUS_OK);
    assert_int_equal(revision, 41);
    assert_int_equal(rows_count(&rows), 0);
}

static void test_database_without_revision_is_corrupt(void **state)
{
    const struct sql_rows rows = {.columns = columns, .column_count = 5, .row_count = 0};
    struct slice epoch;
    uint64_t revision;

    (void)state;
    assert_status(rows_label(&rows, &epoch, &revision), STATUS_CORRUPT);
}

static void test_json_that_is_none_is_found(void **state)
{
    static const struct sql_column json[] = {
        {.name = {"epoch", 5},    .kind = SQL_TEXT   },
        {.name = {"revision", 8}, .kind = SQL_INTEGER},
        {.name = {"_row", 4},     .kind = SQL_INTEGER},
        {.name = {"text", 4},     .kind = SQL_TEXT   },
        {.name = {"items", 5},    .kind = SQL_JSON   },
    };
    struct slice cells[] = {
        SLICE_LITERAL(""),       SLICE_LITERAL("1"), SLICE_LITERAL("1"), SLICE_LITERAL("[1,"),
        SLICE_LITERAL("[1, 2]"), SLICE_LITERAL(""),  SLICE_LITERAL("1"), SLICE_LITERAL("1"),
        SLICE_LITERAL("[1,"),    {NULL, 0},
    };
    const struct sql_rows rows = {
        .columns = json, .cells = cells, .column_count = 5, .row_count = 2};
    size_t column = 0;
    const char *why = NULL;

    (void)state;
    assert_status(rows_check(&rows, &column, &why), STATUS_OK);
    cells[9] = SLICE_LITERAL("[\"a\",\"b");
    assert_status(rows_check(&rows, &column, &why), STATUS_CORRUPT);
    assert_int_equal(column, 4);
    assert_string_equal(why, "unexpected end");
}

/* What is written as it is must not be able to end the value that it is in. */
static void test_numbers_and_times_that_are_none_are_found(void **state)
{
    static const struct {
        enum sql_kind kind;
        const char *cell, *why; /* NULL: none */
    } cases[] = {
        {SQL_DECIMAL,  "1,\"admin\":true",        "not a number"},
        {SQL_INTEGER,  "1,\"admin\":true",        "not a number"},
        {SQL_DOUBLE,   "1,\"admin\":true",        "not a number"},
        {SQL_DECIMAL,  "",                        "not a number"},
        {SQL_DECIMAL,  "-",                       "not a number"},
        {SQL_DECIMAL,  "1.",                      "not a number"},
        {SQL_DECIMAL,  ".5",                      "not a number"},
        {SQL_DECIMAL,  "1e5",                     "not a number"},
        {SQL_DECIMAL,  "1.2.3",                   "not a number"},
        {SQL_DOUBLE,   "inf",                     "not a number"},
        {SQL_DOUBLE,   "-nan",                    "not a number"},
        {SQL_DOUBLE,   "1e",                      "not a number"},
        {SQL_DOUBLE,   "1e+",                     "not a number"},
        {SQL_DOUBLE,   "1.e5",                    "not a number"},
        {SQL_DOUBLE,   "01",                      "not a number"},
        {SQL_DATETIME, "2026-11-21 1\":true",     "not a time"  },
        {SQL_DECIMAL,  "00012.50",                NULL          },
        {SQL_DECIMAL,  "-0.010",                  NULL          },
        {SQL_INTEGER,  "-9223372036854775808",    NULL          },
        {SQL_INTEGER,  NULL,                      NULL          },
        {SQL_DOUBLE,   "1.5e-07",                 NULL          },
        {SQL_DOUBLE,   "1e+300",                  NULL          },
        {SQL_DOUBLE,   "-0.1",                    NULL          },
        {SQL_DATETIME, "2026-11-21 11:05:26.123", NULL          },
        {SQL_TEXT,     "1,\"admin\":true",        NULL          },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct sql_column all[] = {
            columns[0], columns[1], columns[2], {.name = {"x", 1}, .kind = cases[i].kind}
        };
        const struct slice cells[] = {SLICE_LITERAL(""), SLICE_LITERAL("1"), SLICE_LITERAL("1"),
                                      cases[i].cell ? slice_str(cases[i].cell) : slice_of(NULL, 0)};
        const struct sql_rows rows = {
            .columns = all, .cells = cells, .column_count = 4, .row_count = 1};
        size_t column = 0;
        const char *why = NULL;

        assert_status(rows_check(&rows, &column, &why), cases[i].why ? STATUS_CORRUPT : STATUS_OK);
        if (cases[i].why) {
            assert_int_equal(column, 3);
            assert_string_equal(why, cases[i].why);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_by_kind),
        cmocka_unit_test(test_json_that_is_none_is_found),
        cmocka_unit_test(test_numbers_and_times_that_are_none_are_found),
        cmocka_unit_test(test_object_has_the_users_columns_under_their_labels),
        cmocka_unit_test(test_revision_comes_without_a_row_too),
        cmocka_unit_test(test_database_without_revision_is_corrupt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
