#include "lib/run/backoff.h"
#include "tests/unit/unit.h"

static void test_a_pause_is_at_most_the_doubled_base_and_the_cap(void **state)
{
    (void)state;
    for (unsigned int attempt = 0; attempt < 200; attempt++) {
        uint64_t most = attempt < 6 ? 25ULL << attempt : 1000;

        for (int i = 0; i < 20; i++) {
            assert_in_range(backoff_full_jitter(25, 1000, attempt), 0, most < 1000 ? most : 1000);
        }
    }
}

static void test_pauses_are_spread_over_the_whole_range(void **state)
{
    bool low = false, high = false;

    (void)state;
    for (int i = 0; i < 200; i++) {
        uint64_t pause = backoff_full_jitter(100, 10000, 3);

        low |= pause < 200;
        high |= pause > 600;
    }
    assert_true(low && high); /* by chance false once in 10^20 */
}

static void test_a_pause_of_nothing_and_one_without_bound(void **state)
{
    (void)state;
    assert_int_equal(backoff_full_jitter(0, 1000, 3), 0);
    assert_int_equal(backoff_full_jitter(1000, 0, 0), 0);
    (void)backoff_full_jitter(UINT64_MAX, UINT64_MAX, 0);
}

static void test_a_budget_is_drawn_empty_and_filled_to_its_capacity(void **state)
{
    struct backoff_budget budget;

    (void)state;
    backoff_budget_init(&budget, 10);
    assert_true(backoff_budget_take(&budget, 5));
    assert_true(backoff_budget_take(&budget, 5));
    assert_false(backoff_budget_take(&budget, 5));
    backoff_budget_give(&budget, 4);
    assert_false(backoff_budget_take(&budget, 5));
    backoff_budget_give(&budget, 1);
    assert_true(backoff_budget_take(&budget, 5));
    backoff_budget_give(&budget, UINT32_MAX);
    assert_int_equal(budget.tokens, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pause_is_at_most_the_doubled_base_and_the_cap),
        cmocka_unit_test(test_pauses_are_spread_over_the_whole_range),
        cmocka_unit_test(test_a_pause_of_nothing_and_one_without_bound),
        cmocka_unit_test(test_a_budget_is_drawn_empty_and_filled_to_its_capacity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
