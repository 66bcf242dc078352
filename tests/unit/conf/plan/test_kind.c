/*
 * Values that are not of a column's type: which value MariaDB looks for in an index.
 */
#include "conf/plan/kind.h"
#include "tests/unit/unit.h"

// clang-format off
static const struct {
    struct plan_kind kind;
    const char *text, *stored;
} cases[] = {
    {{KIND_INTEGER, false, 4, 0}, "7", "7"},
    {{KIND_INTEGER, false, 4, 0}, "-7", "-7"},
    {{KIND_INTEGER, false, 4, 0}, "true", "1"},
    {{KIND_INTEGER, false, 4, 0}, "2147483647", "2147483647"},
    {{KIND_INTEGER, false, 4, 0}, "2147483648", "2147483647"},
    {{KIND_INTEGER, false, 4, 0}, "-2147483648", "-2147483648"},
    {{KIND_INTEGER, false, 4, 0}, "-5000000000", "-2147483648"},
    {{KIND_INTEGER, true, 4, 0}, "5000000000", "4294967295"},
    {{KIND_INTEGER, true, 4, 0}, "-1", "0"},
    {{KIND_INTEGER, true, 8, 0}, "18446744073709551616", "18446744073709551615"},
    {{KIND_INTEGER, false, 1, 0}, "300", "127"},
    {{KIND_INTEGER, false, 2, 0}, "-40000", "-32768"},
    {{KIND_INTEGER, false, 3, 0}, "10000000", "8388607"},
    {{KIND_INTEGER, false, 4, 0}, "1.5", "2"},
    {{KIND_INTEGER, false, 4, 0}, "-0.4", "0"},
    {{KIND_INTEGER, false, 1, 0}, "127.5", "127"},
    {{KIND_DECIMAL, false, 5, 1}, "1.5", "1.5"},
    {{KIND_DECIMAL, false, 5, 1}, "1.55", "1.6"},
    {{KIND_DECIMAL, false, 5, 1}, "1.549", "1.5"},
    {{KIND_DECIMAL, false, 5, 1}, "1.96", "2"},
    {{KIND_DECIMAL, false, 5, 1}, "9.96", "10"},
    {{KIND_DECIMAL, false, 5, 1}, "-0.04", "0"},
    {{KIND_DECIMAL, false, 5, 1}, "-1.55", "-1.6"},
    {{KIND_DECIMAL, false, 5, 1}, "9999.95", "9999.9"},
    {{KIND_DECIMAL, false, 5, 1}, "123456", "9999.9"},
    {{KIND_DECIMAL, true, 5, 1}, "-3", "0"},
    {{KIND_DECIMAL, false, 3, 0}, "1.5", "2"},
    {{KIND_DECIMAL, false, 3, 0}, "999.5", "999"},
    {{KIND_DECIMAL, false, 2, 2}, "0.125", "0.13"},
    {{KIND_DECIMAL, false, 2, 2}, "0.12", "0.12"},
    {{KIND_DECIMAL, false, 2, 2}, "1", "0.99"},
    {{KIND_DECIMAL, false, 2, 2}, "0", "0"},
    {{KIND_TEXT, false, 0, 0}, "a  ", "a"},
    {{KIND_OTHER, false, 0, 0}, "1.55", "1.55"},
};
// clang-format on

static void test_a_value_that_no_row_holds_has_the_tag_of_the_one_that_is_looked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct slice text = kind_of_text(&arena, &cases[i].kind, slice_str(cases[i].text));

        if (!slice_is(text, cases[i].stored)) {
            fail_msg("%s: %.*s, not %s", cases[i].text, SLICE_ARG(text), cases[i].stored);
        }
        arena_fini(&arena);
    }
}

/* SQL compares a text and a number as inexact numbers: '05' = 5. */
static void test_a_number_is_no_text_and_a_long_text_no_number(void **state)
{
    const struct plan_kind text = {.of = KIND_TEXT}, integer = {.of = KIND_INTEGER, .size = 8};
    struct arena arena = {0};
    struct slice out;

    (void)state;
    assert_status(kind_text(&arena, &text, value_number(&arena, SLICE_LITERAL("5")), &out),
                  STATUS_INVALID);
    assert_status(kind_text(&arena, &text, value_bool(&arena, true), &out), STATUS_INVALID);
    assert_status(
        kind_text(&arena, &integer, value_string(&arena, SLICE_LITERAL("9007199254740993")), &out),
        STATUS_INVALID);
    assert_status(kind_text(&arena, &integer, value_string(&arena, SLICE_LITERAL("5.0")), &out),
                  STATUS_INVALID);
    assert_status(kind_text(&arena, &integer, value_string(&arena, SLICE_LITERAL("-5")), &out),
                  STATUS_OK);
    assert_slice(out, "-5");
    assert_status(kind_text(&arena, &integer, value_bool(&arena, true), &out), STATUS_OK);
    assert_slice(out, "1");
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_number_is_no_text_and_a_long_text_no_number),
        cmocka_unit_test(test_a_value_that_no_row_holds_has_the_tag_of_the_one_that_is_looked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
