#include "lib/base/status.h"
#include "tests/unit/unit.h"

static void test_names_are_lower_case(void **state)
{
    (void)state;
    assert_string_equal(status_name(STATUS_OK), "ok");
    assert_string_equal(status_name(STATUS_NOT_FOUND), "not_found");
    assert_string_equal(status_name(STATUS_UNCERTAIN), "uncertain");
}

static void test_every_status_has_a_name_of_its_own_and_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < STATUS_COUNT; i++) {
        assert_true(strlen(status_name((enum status)i)) > 0);
        assert_true(strlen(status_text((enum status)i)) > 0);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(status_name((enum status)i), status_name((enum status)j));
        }
    }
}

static void test_advice_says_what_the_caller_may_do(void **state)
{
    (void)state;
    assert_int_equal(status_advice(STATUS_REFUSED), ADVICE_FINAL);
    assert_int_equal(status_advice(STATUS_THROTTLED), ADVICE_RETRY);
    assert_int_equal(status_advice(STATUS_UNCERTAIN), ADVICE_ASK);
}

static void test_a_number_out_of_the_table_is_internal(void **state)
{
    (void)state;
    assert_string_equal(status_name(STATUS_COUNT), "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_lower_case),
        cmocka_unit_test(test_every_status_has_a_name_of_its_own_and_a_text),
        cmocka_unit_test(test_advice_says_what_the_caller_may_do),
        cmocka_unit_test(test_a_number_out_of_the_table_is_internal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
