#include "lib/data/decimal.h"
#include "tests/unit/unit.h"

#define NINES_38  "99999999999999999999999999999999999999"
#define ZEROS_37  "0000000000000000000000000000000000000"
#define THREES_38 "33333333333333333333333333333333333333"

static struct decimal parsed(const char *text)
{
    struct decimal number = {0};

    assert_status(decimal_parse(slice_str(text), &number), STATUS_OK);
    return number;
}

static void assert_decimal(const struct decimal *number, const char *text)
{
    char got[DECIMAL_TEXT_MAX];
    size_t len = decimal_text(number, got);

    assert_string_equal(got, text);
    assert_int_equal(len, strlen(text));
}

static void test_text_is_canonical(void **state)
{
    static const struct {
        const char *text, *canonical;
    } rows[] = {
        {"0",                                                       "0"                          },
        {"-0",                                                      "0"                          },
        {"0.000",                                                   "0"                          },
        {"0e999999999999999999999",                                 "0"                          },
        {"-0.0e-999999999999999999999",                             "0"                          },
        {"1",                                                       "1"                          },
        {"-1",                                                      "-1"                         },
        {"100",                                                     "100"                        },
        {"1.50",                                                    "1.5"                        },
        {"-0.001",                                                  "-0.001"                     },
        {"0.5",                                                     "0.5"                        },
        {"0.05",                                                    "0.05"                       },
        {"1E2",                                                     "100"                        },
        {"1e+2",                                                    "100"                        },
        {"1500e-3",                                                 "1.5"                        },
        {"0.00015e4",                                               "1.5"                        },
        {"12345678901234567890.123456",                             "12345678901234567890.123456"},
        {"9007199254740993",                                        "9007199254740993"           },
        {NINES_38,                                                  NINES_38                     },
        {"-0." NINES_38,                                            "-0." NINES_38               },
        {"1" ZEROS_37 "0",                                          "1" ZEROS_37 "0"             },
        {"1.00000000000000000000000000000000000000000000000000",    "1"                          },
        {"0.00000000000000000000000000000000000000000000000001",
         "0.00000000000000000000000000000000000000000000000001"                                  },
        {"100000000000000000000000000000000000000000000000000e-50", "1"                          },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct decimal number = parsed(rows[i].text);

        assert_decimal(&number, rows[i].canonical);
    }
}

static void test_plain_text_is_its_own_canonical_text(void **state)
{
    static const struct {
        const char *text;
        bool plain;
    } rows[] = {
        {"0",                   true },
        {"7",                   true },
        {"1000",                true },
        {"999999999999999999",  true },
        {"1000000000000000000", false},
        {"",                    false},
        {"-1",                  false},
        {"-0",                  false},
        {"00",                  false},
        {"01",                  false},
        {"1.0",                 false},
        {"1e2",                 false},
        {"12a",                 false},
        {"9223372036854775808", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(decimal_is_plain(slice_str(rows[i].text)), rows[i].plain);
        if (rows[i].plain) {
            struct decimal number = parsed(rows[i].text);

            assert_decimal(&number, rows[i].text);
        }
    }
}

static void test_only_the_grammar_of_json_is_read(void **state)
{
    static const char *const rows[] = {
        "",    "-",   "+1",    "01",    "-01", "00",       ".5",        "5.",    "1.e1",
        "1e",  "1e+", "1e-",   "e1",    "1 ",  " 1",       "1,5",       "0x1",   "1f",
        "--1", "1-",  "1e1.5", "1e1e1", "NaN", "Infinity", "-Infinity", "1_000", "\xD9\xA1",
    };
    struct decimal number;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (decimal_parse(slice_str(rows[i]), &number) != STATUS_INVALID) {
            fail_msg("accepted: %s", rows[i]);
        }
    }
    assert_status(decimal_parse(slice_of(NULL, 0), &number), STATUS_INVALID);
    assert_status(decimal_parse(SLICE_LITERAL("1\0"), &number), STATUS_INVALID);
}

static void test_range_is_that_of_dynamodb(void **state)
{
    static const struct {
        const char *text;
        enum status status;
    } rows[] = {
        {"9.9999999999999999999999999999999999999e125", STATUS_OK       },
        {"1e126",                                       STATUS_TOO_LARGE},
        {"1e-130",                                      STATUS_OK       },
        {"9.9e-131",                                    STATUS_TOO_LARGE},
        {"-1e126",                                      STATUS_TOO_LARGE},
        {"1e999999999",                                 STATUS_TOO_LARGE},
        {"1e-999999999",                                STATUS_TOO_LARGE},
        {"1e99999999999999999999999999999",             STATUS_TOO_LARGE},
        {"1e-99999999999999999999999999999",            STATUS_TOO_LARGE},
        {NINES_38 "9",                                  STATUS_TOO_LARGE},
        {NINES_38 ".9",                                 STATUS_TOO_LARGE},
        {"1" ZEROS_37 "01",                             STATUS_TOO_LARGE},
        {"340282366920938463463374607431768211456",     STATUS_TOO_LARGE},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct decimal number;

        assert_status(decimal_parse(slice_str(rows[i].text), &number), rows[i].status);
    }
}

static void test_long_texts(void **state)
{
    static char text[1000016];
    struct slice million = slice_of(text, 1000000);
    struct decimal number;

    (void)state;
    memset(text, '9', sizeof(text));
    assert_status(decimal_parse(million, &number), STATUS_TOO_LARGE);
    memset(text, '0', sizeof(text));
    text[1] = '.';
    assert_status(decimal_parse(million, &number), STATUS_OK);
    assert_decimal(&number, "0");
    text[999999] = '7';
    assert_status(decimal_parse(million, &number), STATUS_TOO_LARGE);
    memcpy(text + 1000000, "e999999", 7);
    assert_status(decimal_parse(slice_of(text, 1000007), &number), STATUS_OK);
    assert_decimal(&number, "70");
}

static void test_the_longest_text_fits(void **state)
{
    struct decimal number = parsed("-1." ZEROS_37 "e-130");
    char text[DECIMAL_TEXT_MAX];

    (void)state;
    assert_int_equal(decimal_text(&number, text), 133);
    number = parsed("-9.9999999999999999999999999999999999999e-130");
    assert_int_equal(decimal_text(&number, text), 170);
    assert_true(strlen(text) < DECIMAL_TEXT_MAX);
}

static void test_order_is_by_value(void **state)
{
    /* strictly ascending */
    static const char *const rows[] = {
        "-9e125",         "-" NINES_38, "-10.5", "-10", "-1e-130", "0",    "1e-130", "0.1",
        "0.11",           "0.2",        "9",     "10",  "11",      "99.9", "100",    NINES_38,
        "1" ZEROS_37 "0", "9e125",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(rows); j++) {
            struct decimal a = parsed(rows[i]), b = parsed(rows[j]);

            assert_int_equal(decimal_compare(&a, &b), (i > j) - (i < j));
        }
    }
}

static void test_integers(void **state)
{
    static const struct {
        const char *text;
        bool integer;
        enum status status;
        int64_t number;
    } rows[] = {
        {"0",                                     true,  STATUS_OK,      0                           },
        {"-0.0",                                  true,  STATUS_OK,      0                           },
        {"1.0",                                   true,  STATUS_OK,      1                           },
        {"12e2",                                  true,  STATUS_OK,      1200                        },
        {"1e18",                                  true,  STATUS_OK,      INT64_C(1000000000000000000)},
        {"1e19",                                  true,  STATUS_INVALID, 0                           },
        {"1e125",                                 true,  STATUS_INVALID, 0                           },
        {"9223372036854775807",                   true,  STATUS_OK,      INT64_MAX                   },
        {"9223372036854775808",                   true,  STATUS_INVALID, 0                           },
        {"-9223372036854775808",                  true,  STATUS_OK,      INT64_MIN                   },
        {"-9223372036854775809",                  true,  STATUS_INVALID, 0                           },
        {NINES_38,                                true,  STATUS_INVALID, 0                           },
        {"9300000000000000000",                   true,  STATUS_INVALID, 0                           },
 /* 2^110 * 10^18 is 0 in 128 bits */
        {"1298074214633706907132624082305024e18", true,  STATUS_INVALID, 0                           },
        {"1.5",                                   false, STATUS_INVALID, 0                           },
        {"1e-130",                                false, STATUS_INVALID, 0                           },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct decimal decimal = parsed(rows[i].text), again;
        int64_t number = 0;

        assert_int_equal(decimal_is_integer(&decimal), rows[i].integer);
        assert_status(decimal_to_i64(&decimal, &number), rows[i].status);
        assert_true(number == rows[i].number);
        if (rows[i].status == STATUS_OK) {
            again = decimal_of_i64(number);
            assert_int_equal(decimal_compare(&decimal, &again), 0);
            assert_int_equal(again.exponent, decimal.exponent);
        }
    }
}

typedef enum status operation_fn(const struct decimal *a, const struct decimal *b,
                                 struct decimal *out);

// clang-format off
static const struct {
    operation_fn *operation;
    const char *a, *b;
    enum status status;
    const char *result; /* NULL: only the status is of interest */
} operations[] = {
    {decimal_add, "0.1", "0.2", STATUS_OK, "0.3"},
    {decimal_add, "0.5", "0.5", STATUS_OK, "1"},
    {decimal_add, "-1", "1", STATUS_OK, "0"},
    {decimal_add, "0", "-1.5", STATUS_OK, "-1.5"},
    {decimal_add, "1e-130", "0", STATUS_OK, NULL},
    {decimal_add, NINES_38, "1", STATUS_OK, "1" ZEROS_37 "0"},
    {decimal_add, NINES_38, "0.1", STATUS_TOO_LARGE, NULL},
    {decimal_add, NINES_38, NINES_38, STATUS_TOO_LARGE, NULL},
    {decimal_add, "1e125", "1e-130", STATUS_TOO_LARGE, NULL},
    {decimal_add, "9e125", "1e125", STATUS_TOO_LARGE, NULL},
    {decimal_add, "1e60", "1e40", STATUS_OK, NULL},
    {decimal_add, "4e38", "1", STATUS_TOO_LARGE, NULL},
    {decimal_subtract, "1", "0.9", STATUS_OK, "0.1"},
    {decimal_subtract, "0", "0", STATUS_OK, "0"},
    {decimal_subtract, "0", "5", STATUS_OK, "-5"},
    {decimal_subtract, "3", "-5", STATUS_OK, "8"},
    {decimal_subtract, "1" ZEROS_37 "0", NINES_38, STATUS_OK, "1"},
    {decimal_subtract, "1.1e-130", "1e-130", STATUS_TOO_LARGE, NULL},
    {decimal_multiply, "1.5", "-2", STATUS_OK, "-3"},
    {decimal_multiply, "0", "-2", STATUS_OK, "0"},
    {decimal_multiply, "12345678901234567890", "10", STATUS_OK, "123456789012345678900"},
    {decimal_multiply, "9999999999999999999", "9999999999999999999", STATUS_OK,
     "99999999999999999980000000000000000001"},
    {decimal_multiply, "5" ZEROS_37, "2e-37", STATUS_OK, "10"},
    {decimal_multiply, "99999999999999999999", "99999999999999999999", STATUS_TOO_LARGE, NULL},
    {decimal_multiply, "3500000000000000001", "100000000000000000001", STATUS_TOO_LARGE, NULL},
    {decimal_multiply, "36893488147419103232", "152587890625e8", STATUS_OK, NULL},
    {decimal_multiply, "1e100", "1e26", STATUS_TOO_LARGE, NULL},
    {decimal_multiply, "1e-100", "1e-31", STATUS_TOO_LARGE, NULL},
    {decimal_divide, "1", "4", STATUS_OK, "0.25"},
    {decimal_divide, "-6", "2", STATUS_OK, "-3"},
    {decimal_divide, "0", "7", STATUS_OK, "0"},
    {decimal_divide, "1", "3", STATUS_OK, "0." THREES_38},
    {decimal_divide, "2", "3", STATUS_OK, "0.66666666666666666666666666666666666667"},
    {decimal_divide, "-2", "3", STATUS_OK, "-0.66666666666666666666666666666666666667"},
    {decimal_divide, NINES_38, "2", STATUS_OK, "50000000000000000000000000000000000000"},
    /* ties go to the even neighbour */
    {decimal_divide, "22222222222222222222222222222222222221", "2", STATUS_OK,
     "11111111111111111111111111111111111110"},
    {decimal_divide, "44444444444444444444444444444444444447", "2", STATUS_OK,
     "22222222222222222222222222222222222224"},
    {decimal_divide, "-44444444444444444444444444444444444447", "2", STATUS_OK,
     "-22222222222222222222222222222222222224"},
    {decimal_divide, NINES_38, NINES_38, STATUS_OK, "1"},
    {decimal_divide, "1", "0", STATUS_INVALID, NULL},
    {decimal_divide, "0", "0", STATUS_INVALID, NULL},
    {decimal_divide, "1e100", "1e-26", STATUS_TOO_LARGE, NULL},
    {decimal_remainder, "7", "3", STATUS_OK, "1"},
    {decimal_remainder, "-7", "3", STATUS_OK, "-1"},
    {decimal_remainder, "7", "-3", STATUS_OK, "1"},
    {decimal_remainder, "5.5", "2", STATUS_OK, "1.5"},
    {decimal_remainder, "1", "0.1", STATUS_OK, "0"},
    {decimal_remainder, "0", "3", STATUS_OK, "0"},
    {decimal_remainder, "1e125", "7", STATUS_OK, "5"},
    {decimal_remainder, "1e-130", "1e125", STATUS_OK, NULL},
    {decimal_remainder, "1", "0", STATUS_INVALID, NULL},
};
// clang-format on

static void test_arithmetic_is_exact_or_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++) {
        struct decimal a = parsed(operations[i].a), b = parsed(operations[i].b), result = {0};

        assert_status(operations[i].operation(&a, &b, &result), operations[i].status);
        if (operations[i].result) {
            assert_decimal(&result, operations[i].result);
        }
    }
}

static void test_sum_and_difference_are_inverse(void **state)
{
    static const char *const rows[] = {"0",      "1",    "-1",  "0.1",      "1e20",
                                       "-3e-10", "7e15", "2.5", "123456789"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(rows); j++) {
            struct decimal a = parsed(rows[i]), b = parsed(rows[j]), sum, back;

            assert_status(decimal_add(&a, &b, &sum), STATUS_OK);
            assert_status(decimal_subtract(&sum, &b, &back), STATUS_OK);
            assert_int_equal(decimal_compare(&a, &back), 0);
            assert_int_equal(a.exponent, back.exponent);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_canonical),
        cmocka_unit_test(test_plain_text_is_its_own_canonical_text),
        cmocka_unit_test(test_only_the_grammar_of_json_is_read),
        cmocka_unit_test(test_range_is_that_of_dynamodb),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_the_longest_text_fits),
        cmocka_unit_test(test_order_is_by_value),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_arithmetic_is_exact_or_an_error),
        cmocka_unit_test(test_sum_and_difference_are_inverse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
