/*
 * Appends that lose races, answers and patience.
 */
#include "tests/servers/command/cart.h"

static void test_a_lost_race_is_decided_again(void **state)
{
    static const char *const keys[] = {"", "keyed"};

    (void)state;
    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        struct trial trial;

        cart_open(&trial);
        if (keys[i][0]) {
            cart_fresh_key(&trial);
        }
        race(keys[i][0] ? "TransactWriteItems" : "PutItem", "PutItem",
             cart_foreign_event(&trial, 2, 999));
        assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
        assert_int_equal(trial.result.event_count, 2); /* Filled: decided on 999 */
        assert_true(trial.result.version == 4);
        assert_true(cart_check_events(&trial) == 4);
        arena_fini(&trial.arena);
    }
}

static void test_a_race_lost_each_time_is_a_conflict_with_the_version(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    cart_open(&trial);
    for (unsigned int i = 0; i <= bench.settings.command_races; i++) {
        race("PutItem", "PutItem", cart_foreign_event(&trial, 2 + i, 1));
    }
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_CONFLICT);
    assert_true(trial.result.version == 2 + bench.settings.command_races);
    assert_true(cart_check_events(&trial) == 2 + bench.settings.command_races);
    arena_fini(&trial.arena);
}

/*
 * One event, several, one with a key or a snapshot; the answer lost before and after it was
 * applied, once and for ever.
 */
static void test_lost_answers_by_kind_of_append(void **state)
{
    static const struct {
        enum cart_command command;
        const char *payload, *operation;
        bool keyed;
        unsigned int events, before;
    } kinds[] = {
        {CART_ADD,    ONE,  "PutItem",            false, 1, 1},
        {CART_DOUBLE, NULL, "TransactWriteItems", false, 2, 1},
        {CART_ADD,    ONE,  "TransactWriteItems", true,  1, 1},
        {CART_DOUBLE, NULL, "TransactWriteItems", true,  2, 1},
        {CART_ADD,    ONE,  "TransactWriteItems", false, 1, 9}, /* with a snapshot */
        {CART_ADD,    ONE,  "TransactWriteItems", true,  1, 9},
    };
    static const struct {
        const char *action;
        unsigned int count;
        enum status expected;
        bool applied;
    } faults[] = {
        {"lose_after",     1,   STATUS_OK,        true },
        {"lose_before",    1,   STATUS_OK,        true },
        {"error500_after", 1,   STATUS_OK,        true },
        {"error500",       1,   STATUS_OK,        true },
        {"throttle",       2,   STATUS_OK,        true },
        {"conflict",       8,   STATUS_OK,        true },
        {"lose_after",     100, STATUS_OK,        true },
        {"error500_after", 100, STATUS_OK,        true },
        {"lose_before",    100, STATUS_UNCERTAIN, false},
        {"error500",       100, STATUS_UNCERTAIN, false},
        {"throttle",       100, STATUS_THROTTLED, false},
    };

    (void)state;
    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(kinds) * ARRAY_COUNT(faults); i++) {
        size_t kind = i / ARRAY_COUNT(faults), how = i % ARRAY_COUNT(faults);
        struct trial trial;

        (void)bench_forget_faults(NULL);
        cart_open(&trial);
        while (trial.result.version < kinds[kind].before) {
            assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
        }
        if (kinds[kind].keyed) {
            cart_fresh_key(&trial);
        }
        fault(kinds[kind].operation, faults[how].action, faults[how].count);
        print_message("kind %zu fault %zu\n", kind, how);
        assert_status(cart_run(&trial, kinds[kind].command, kinds[kind].payload),
                      faults[how].expected);
        assert_true(cart_check_events(&trial) ==
                    kinds[kind].before + (faults[how].applied ? kinds[kind].events : 0));
        if (faults[how].applied) {
            assert_true(trial.result.version == kinds[kind].before + kinds[kind].events);
        }
        (void)bench_forget_faults(NULL);
        trial.input.idempotency_key = SLICE_EMPTY;
        assert_status(cart_run(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_OK);
        arena_fini(&trial.arena);
    }
}

static void test_an_append_lost_and_overtaken_is_decided_again(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    cart_open(&trial);
    fault("PutItem", "lose_before", 1);
    race("PutItem", "PutItem", cart_foreign_event(&trial, 2, 999));
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(trial.result.version == 4);
    assert_true(cart_check_events(&trial) == 4);
    arena_fini(&trial.arena);
}

static void test_an_append_that_was_applied_and_overtaken_is_ours(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    cart_open(&trial);
    fault("PutItem", "lose_after", 1);
    race("PutItem", "PutItem", cart_foreign_event(&trial, 3, 1));
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(trial.result.version == 2);
    assert_true(cart_check_events(&trial) == 3);
    arena_fini(&trial.arena);
}

static void test_reads_that_fail_change_nothing(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    cart_open(&trial);
    fault("Query", "throttle", 100);
    assert_status(cart_run_cold(&trial, CART_ADD, ONE), STATUS_THROTTLED);
    (void)bench_forget_faults(NULL);
    fault("Query", "error500", 100);
    assert_status(cart_run_cold(&trial, CART_ADD, ONE), STATUS_UNAVAILABLE);
    (void)bench_forget_faults(NULL);
    fault("Query", "lose_before", 2);
    assert_status(cart_run_cold(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(cart_check_events(&trial) == 2);
    arena_fini(&trial.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, bench_forget_faults)
        TEST(test_a_lost_race_is_decided_again),
        TEST(test_a_race_lost_each_time_is_a_conflict_with_the_version),
        TEST(test_lost_answers_by_kind_of_append),
        TEST(test_an_append_lost_and_overtaken_is_decided_again),
        TEST(test_an_append_that_was_applied_and_overtaken_is_ours),
        TEST(test_reads_that_fail_change_nothing),
    };

    return cmocka_run_group_tests(tests, cart_bench_open, cart_bench_close);
}
