/*
 * Issued versions: the clock, and never the same twice.
 */
#include <pthread.h>
#include <stdlib.h>

#include "command/version.h"
#include "lib/base/clock.h"
#include "tests/unit/unit.h"

#define THREADS 4
#define EACH    20000

static uint64_t issued[THREADS][EACH];

static void *issue(void *ctx)
{
    uint64_t *out = ctx;

    for (size_t i = 0; i < EACH; i++) {
        out[i] = version_issue();
    }
    return NULL;
}

static int by_number(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static void test_versions_rise_and_differ_between_threads(void **state)
{
    uint64_t *all = &issued[0][0], started_us = clock_wall_us();
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, issue, issued[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        for (size_t j = 1; j < EACH; j++) {
            assert_true(issued[i][j] > issued[i][j - 1]);
        }
    }
    qsort(all, (size_t)THREADS * EACH, sizeof(all[0]), by_number);
    for (size_t i = 1; i < (size_t)THREADS * EACH; i++) {
        assert_true(all[i] > all[i - 1]);
    }
    assert_true(all[0] >= started_us);
}

static void test_what_is_issued_after_a_deletion_is_above_its_version(void **state)
{
    uint64_t ahead = version_issue() + 1000000; /* another gateway's clock is a second ahead */

    (void)state;
    version_retire(ahead);
    assert_int_equal(version_issue(), ahead + 1);
    version_retire(ahead - 1);
    assert_int_equal(version_issue(), ahead + 2);
}

static void test_a_version_that_no_clock_gave_does_not_move_the_counter(void **state)
{
    uint64_t before = version_issue();

    (void)state;
    version_retire(UINT64_C(9007199254740993));
    assert_true(version_issue() < before + UINT64_C(60000000));
}

static void test_timestamps_rise_and_are_milliseconds(void **state)
{
    uint64_t before = clock_wall_ms(), first = timestamp_issue();

    (void)state;
    assert_true(first >= before && first < before + 60000);
    assert_true(timestamp_issue() > first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions_rise_and_differ_between_threads),
        cmocka_unit_test(test_what_is_issued_after_a_deletion_is_above_its_version),
        cmocka_unit_test(test_a_version_that_no_clock_gave_does_not_move_the_counter),
        cmocka_unit_test(test_timestamps_rise_and_are_milliseconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
