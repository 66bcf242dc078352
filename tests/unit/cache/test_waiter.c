#include "cache/waiter.h"
#include "tests/unit/unit.h"

/* What woke up, in order: "ab" */
static char woken[16];

struct sleeper {
    struct waiter waiter;
    char name;
    enum status status;
    /* what its callback does beside: */
    struct waiter *leaves;
    struct waiters *again;
};

static void on_woken(void *ctx, enum status status)
{
    struct sleeper *sleeper = ctx;

    woken[strlen(woken)] = sleeper->name;
    sleeper->status = status;
    if (sleeper->leaves) {
        waiter_detach(sleeper->leaves);
    }
    if (sleeper->again) {
        waiter_attach(sleeper->again, &sleeper->waiter, on_woken, sleeper);
    }
}

static int setup(void **state)
{
    (void)state;
    memset(woken, 0, sizeof(woken));
    return 0;
}

static void attach(struct waiters *waiters, struct sleeper *sleeper, char name)
{
    *sleeper = (struct sleeper){.name = name};
    waiter_attach(waiters, &sleeper->waiter, on_woken, sleeper);
}

static void test_all_who_wait_are_told_once(void **state)
{
    struct waiters waiters = {0};
    struct sleeper a, b;

    (void)state;
    waiters_wake(&waiters, STATUS_OK);
    attach(&waiters, &a, 'a');
    attach(&waiters, &b, 'b');
    waiters_wake(&waiters, STATUS_TIMEOUT);
    waiters_wake(&waiters, STATUS_OK);
    assert_string_equal(woken, "ba");
    assert_status(a.status, STATUS_TIMEOUT);
}

static void test_who_has_left_is_not_told(void **state)
{
    struct waiters waiters = {0};
    struct sleeper a, b, c;

    (void)state;
    attach(&waiters, &a, 'a');
    attach(&waiters, &b, 'b');
    attach(&waiters, &c, 'c');
    waiter_detach(&b.waiter);
    waiter_detach(&b.waiter);
    waiters_wake(&waiters, STATUS_OK);
    assert_string_equal(woken, "ca");
}

static void test_a_callback_may_detach_any_other(void **state)
{
    struct waiters waiters = {0};
    struct sleeper a, b, c;

    (void)state;
    attach(&waiters, &a, 'a');
    attach(&waiters, &b, 'b');
    attach(&waiters, &c, 'c');
    c.leaves = &b.waiter; /* not told yet */
    a.leaves = &c.waiter; /* told already */
    waiters_wake(&waiters, STATUS_OK);
    assert_string_equal(woken, "ca");
    assert_true(LIST_EMPTY(&waiters));
}

static void test_who_waits_again_is_told_the_next_time(void **state)
{
    struct waiters waiters = {0};
    struct sleeper a;

    (void)state;
    attach(&waiters, &a, 'a');
    a.again = &waiters;
    waiters_wake(&waiters, STATUS_OK);
    assert_string_equal(woken, "a");
    a.again = NULL;
    waiters_wake(&waiters, STATUS_OK);
    assert_string_equal(woken, "aa");
}

static void test_moved_waiters_wait_and_may_leave(void **state)
{
    struct waiters next = {0}, reading = {0};
    struct sleeper a, b, c;

    (void)state;
    attach(&next, &a, 'a');
    attach(&next, &b, 'b');
    waiters_move(&next, &reading);
    attach(&next, &c, 'c');
    waiter_detach(&b.waiter); /* the first one of its list */
    waiters_wake(&reading, STATUS_OK);
    assert_string_equal(woken, "a");
    waiters_wake(&next, STATUS_OK);
    assert_string_equal(woken, "ac");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_all_who_wait_are_told_once, setup),
        cmocka_unit_test_setup(test_who_has_left_is_not_told, setup),
        cmocka_unit_test_setup(test_a_callback_may_detach_any_other, setup),
        cmocka_unit_test_setup(test_who_waits_again_is_told_the_next_time, setup),
        cmocka_unit_test_setup(test_moved_waiters_wait_and_may_leave, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
