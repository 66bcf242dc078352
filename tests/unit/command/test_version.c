/*
 * Issued versions: the clock, and never the same twice.
 */
#include <pthread.h>
#include <stdlib.h>

#include "command/version.h"
#include "lib/clock.h"
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
    uint64_t *all = &issued[0][0], started_ms = clock_wall_ms();
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
    assert_true(all[0] >= started_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions_rise_and_differ_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
