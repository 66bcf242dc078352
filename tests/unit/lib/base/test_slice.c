#include "lib/base/slice.h"
#include "tests/unit/unit.h"

static void test_equality_is_of_bytes(void **state)
{
    (void)state;
    assert_true(slice_eq(SLICE_EMPTY, slice_of(NULL, 0)));
    assert_true(slice_eq(SLICE_LITERAL("a\0b"), slice_of("a\0b", 3)));
    assert_false(slice_eq(SLICE_LITERAL("a\0b"), SLICE_LITERAL("a\0c")));
    assert_false(slice_is(SLICE_LITERAL("ab"), "abc"));
    assert_true(slice_starts(SLICE_LITERAL("abc"), "ab"));
    assert_false(slice_starts(SLICE_LITERAL("a"), "ab"));
}

static void test_case_is_ignored_for_ascii_only(void **state)
{
    (void)state;
    assert_true(slice_eq_nocase(SLICE_LITERAL("Content-LENGTH"), SLICE_LITERAL("content-Length")));
    assert_false(slice_eq_nocase(SLICE_LITERAL("a"), SLICE_LITERAL("ab")));
    assert_false(slice_eq_nocase(SLICE_LITERAL("@"), SLICE_LITERAL("`")));
    assert_false(slice_eq_nocase(SLICE_LITERAL("\xC4"), SLICE_LITERAL("\xE4")));
}

static void test_order_is_of_bytes_then_length(void **state)
{
    /* strictly ascending */
    static const char *const rows[] = {"", "A", "a", "ab", "b", "\xC3\xA4"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(rows); j++) {
            int order = slice_compare(slice_str(rows[i]), slice_str(rows[j]));

            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

static void test_cut_splits_at_the_first_separator(void **state)
{
    struct slice head, rest;

    (void)state;
    assert_true(slice_cut(SLICE_LITERAL("a=b=c"), '=', &head, &rest));
    assert_slice(head, "a");
    assert_slice(rest, "b=c");
    assert_true(slice_cut(SLICE_LITERAL("a="), '=', &head, &rest));
    assert_slice(head, "a");
    assert_slice(rest, "");
    assert_false(slice_cut(SLICE_LITERAL("abc"), '=', &head, &rest));
    assert_slice(head, "abc");
    assert_slice(rest, "");
    assert_false(slice_cut(slice_of(NULL, 0), '=', &head, &rest));
}

static void test_trim_and_from(void **state)
{
    (void)state;
    assert_slice(slice_trim(SLICE_LITERAL(" \t a b\r\n")), "a b");
    assert_slice(slice_trim(SLICE_LITERAL(" \t")), "");
    assert_slice(slice_from(SLICE_LITERAL("abc"), 1), "bc");
    assert_slice(slice_from(SLICE_LITERAL("abc"), 3), "");
    assert_slice(slice_from(SLICE_LITERAL("abc"), 4), "");
}

static void test_u64_is_digits_in_range(void **state)
{
    static const struct {
        const char *text;
        enum status status;
        uint64_t number;
    } rows[] = {
        {"0",                    STATUS_OK,      0         },
        {"007",                  STATUS_OK,      7         },
        {"18446744073709551615", STATUS_OK,      UINT64_MAX},
        {"18446744073709551616", STATUS_INVALID, 0         },
        {"99999999999999999999", STATUS_INVALID, 0         },
        {"",                     STATUS_INVALID, 0         },
        {"+1",                   STATUS_INVALID, 0         },
        {"-1",                   STATUS_INVALID, 0         },
        {" 1",                   STATUS_INVALID, 0         },
        {"1 ",                   STATUS_INVALID, 0         },
        {"1a",                   STATUS_INVALID, 0         },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        uint64_t number = 0;

        assert_status(slice_parse_u64(slice_str(rows[i].text), &number), rows[i].status);
        assert_true(number == rows[i].number);
    }
}

static void test_i64_reaches_both_ends(void **state)
{
    static const struct {
        const char *text;
        enum status status;
        int64_t number;
    } rows[] = {
        {"0",                    STATUS_OK,      0        },
        {"-0",                   STATUS_OK,      0        },
        {"-1",                   STATUS_OK,      -1       },
        {"9223372036854775807",  STATUS_OK,      INT64_MAX},
        {"-9223372036854775808", STATUS_OK,      INT64_MIN},
        {"9223372036854775808",  STATUS_INVALID, 0        },
        {"-9223372036854775809", STATUS_INVALID, 0        },
        {"-",                    STATUS_INVALID, 0        },
        {"--1",                  STATUS_INVALID, 0        },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int64_t number = 0;

        assert_status(slice_parse_i64(slice_str(rows[i].text), &number), rows[i].status);
        assert_true(number == rows[i].number);
    }
}

static void test_written_u64_is_read_back(void **state)
{
    static const uint64_t numbers[] = {0, 7, 10, 99, 100, 18446744073709551615u};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        char text[U64_DIGITS];
        uint64_t number = 1;
        size_t length = (size_t)(u64_put(text, numbers[i]) - text);

        assert_true(length == 1 || text[0] != '0');
        assert_status(slice_parse_u64(slice_of(text, length), &number), STATUS_OK);
        assert_true(number == numbers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equality_is_of_bytes),
        cmocka_unit_test(test_case_is_ignored_for_ascii_only),
        cmocka_unit_test(test_order_is_of_bytes_then_length),
        cmocka_unit_test(test_cut_splits_at_the_first_separator),
        cmocka_unit_test(test_trim_and_from),
        cmocka_unit_test(test_u64_is_digits_in_range),
        cmocka_unit_test(test_i64_reaches_both_ends),
        cmocka_unit_test(test_written_u64_is_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
