/*
 * Names to addresses beside the loop.
 */
#include <stdio.h>

#include "lib/run/resolve.h"
#include "tests/unit/unit.h"

static void test_addresses_and_paths_need_no_resolver(void **state)
{
    (void)state;
    assert_true(resolve_is_numeric("127.0.0.1"));
    assert_true(resolve_is_numeric("::1"));
    assert_true(resolve_is_numeric("/run/redis.sock"));
    assert_false(resolve_is_numeric("localhost"));
    assert_false(resolve_is_numeric("1.2.3"));
}

struct heard {
    char address[64];
    bool called;
};

static void on_resolved(void *ctx, const char *address)
{
    struct heard *heard = ctx;

    heard->called = true;
    (void)snprintf(heard->address, sizeof(heard->address), "%s", address ? address : "none");
}

static void test_a_name_is_answered_on_the_loop_later(void **state)
{
    struct loop *loop = loop_create("test");
    struct heard heard = {.called = false};

    (void)state;
    (void)resolve_start(loop, "localhost", on_resolved, &heard);
    assert_false(heard.called);
    while (!heard.called) {
        loop_turn(loop, true);
    }
    assert_string_equal(heard.address, "127.0.0.1");
    loop_destroy(loop);
}

/* Two empty labels are no name: nobody is asked. */
static void test_a_name_that_is_none_is_said_so(void **state)
{
    struct loop *loop = loop_create("test");
    struct heard heard = {.called = false};

    (void)state;
    (void)resolve_start(loop, "..", on_resolved, &heard);
    while (!heard.called) {
        loop_turn(loop, true);
    }
    assert_string_equal(heard.address, "none");
    loop_destroy(loop);
}

static void test_a_cancelled_one_is_not_heard_of_again(void **state)
{
    struct loop *loop = loop_create("test");
    struct heard cancelled = {.called = false};

    (void)state;
    resolve_cancel(resolve_start(loop, "localhost", on_resolved, &cancelled));
    loop_turn(loop, true); /* its letter wakes the loop */
    assert_false(cancelled.called);
    loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_and_paths_need_no_resolver),
        cmocka_unit_test(test_a_name_is_answered_on_the_loop_later),
        cmocka_unit_test(test_a_name_that_is_none_is_said_so),
        cmocka_unit_test(test_a_cancelled_one_is_not_heard_of_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
