#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/run/metric.h"
#include "tests/unit/unit.h"

static struct buf text;

static bool shown(const char *line)
{
    buf_clear(&text);
    metric_render(&text);
    return memmem(text.ptr, text.len, line, strlen(line)) != NULL;
}

static void test_a_series_is_made_once_and_counts(void **state)
{
    struct metric *metric =
        metric_series(METRIC_COUNTER, "test_asked_total", "questions", "who=\"a\"");

    (void)state;
    assert_ptr_equal(metric_series(METRIC_COUNTER, "test_asked_total", "questions", "who=\"a\""),
                     metric);
    assert_ptr_not_equal(
        metric_series(METRIC_COUNTER, "test_asked_total", "questions", "who=\"b\""), metric);
    metric_add(metric, 2);
    metric_add(metric, 3);
    assert_true(metric_get(metric) == 5);
    assert_true(shown("# HELP test_asked_total questions\n# TYPE test_asked_total counter\n"
                      "test_asked_total{who=\"a\"} 5\ntest_asked_total{who=\"b\"} 0\n"));
}

static void *count_many(void *ctx)
{
    for (int i = 0; i < 1000; i++) {
        metric_add(ctx, 1);
    }
    return NULL;
}

static void test_no_count_of_any_thread_is_lost(void **state)
{
    struct metric *metric = metric_series(METRIC_COUNTER, "test_threads_total", "threads", "");
    pthread_t threads[100]; /* more than there are slots */

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, metric), 0);
    }
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_true(metric_get(metric) == 100000);
    assert_true(shown("test_threads_total 100000\n"));
}

static void test_a_gauge_is_set_moved_hidden_and_shown_again(void **state)
{
    struct metric *gauge = metric_series(METRIC_GAUGE, "test_level", "level", "");

    (void)state;
    metric_set(gauge, 0.5);
    assert_true(shown("\ntest_level 0.5\n"));
    metric_move(gauge, -3);
    metric_move(gauge, 1);
    assert_true(shown("\ntest_level -1.5\n"));
    metric_hide(gauge);
    assert_false(shown("\ntest_level -1.5\n"));
    assert_true(shown("# TYPE test_level gauge\n"));
    metric_set(gauge, 9007199254740993.0);
    metric_move(gauge, 2);
    assert_true(shown("\ntest_level 9007199254740992\n") ||
                shown("\ntest_level 9.00719925474099e+15\n"));
}

static void test_a_histogram_has_cumulative_buckets_sum_and_count(void **state)
{
    struct metric *metric =
        metric_series(METRIC_HISTOGRAM, "test_duration_seconds", "duration", "a=\"b\"");

    (void)state;
    metric_observe_us(metric, 100);
    metric_observe_us(metric, 101);
    metric_observe_us(metric, 20000000);
    assert_true(metric_get(metric) == 3);
    assert_true(shown("test_duration_seconds_bucket{a=\"b\",le=\"0.0001\"} 1\n"
                      "test_duration_seconds_bucket{a=\"b\",le=\"0.00025\"} 2\n"));
    assert_true(shown("test_duration_seconds_bucket{a=\"b\",le=\"10\"} 2\n"
                      "test_duration_seconds_bucket{a=\"b\",le=\"+Inf\"} 3\n"
                      "test_duration_seconds_sum{a=\"b\"} 20.000201\n"
                      "test_duration_seconds_count{a=\"b\"} 3\n"));
}

static void test_an_empty_family_and_an_unlabelled_histogram_are_shown(void **state)
{
    (void)state;
    metric_family(METRIC_COUNTER, "test_empty_total", "nothing yet");
    (void)metric_series(METRIC_HISTOGRAM, "test_plain_seconds", "plain", "");
    assert_true(shown("# HELP test_empty_total nothing yet\n# TYPE test_empty_total counter\n"));
    assert_true(shown("test_plain_seconds_bucket{le=\"0.0001\"} 0\n"));
    assert_true(shown("test_plain_seconds_count 0\n"));
}

static void on_scrape(void *ctx)
{
    metric_set(ctx, 42);
}

static void test_a_scrape_runs_its_hooks_first(void **state)
{
    struct metric *gauge = metric_series(METRIC_GAUGE, "test_computed", "computed", "");

    (void)state;
    metric_on_scrape(on_scrape, gauge);
    assert_true(shown("\ntest_computed 42\n"));
}

static void test_values_of_labels_are_escaped(void **state)
{
    const struct metric_label labels[] = {
        {"one", SLICE_LITERAL("a\"b\\c\nd")},
        {"two", SLICE_LITERAL("e")         },
        {NULL,  SLICE_LITERAL("not shown") }
    };
    struct metric *metric =
        metric_labelled(METRIC_COUNTER, "test_labelled_total", "labelled", labels);

    (void)state;
    metric_add(metric, 7);
    assert_true(shown("\ntest_labelled_total{one=\"a\\\"b\\\\c\\nd\",two=\"e\"} 7\n"));
    assert_ptr_equal(metric_labelled(METRIC_COUNTER, "test_labelled_total", "labelled", labels),
                     metric);
    assert_ptr_equal(metric_labelled(METRIC_COUNTER, "test_labelled_total", "labelled", labels + 2),
                     metric_series(METRIC_COUNTER, "test_labelled_total", "labelled", ""));
}

static void test_the_process_and_the_build_are_shown(void **state)
{
    static const char *const names[] = {
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_open_fds",
        "process_max_fds",
        "process_start_time_seconds",
    };

    (void)state;
    assert_true(shown("\ntwofold_build_info{version=\""));
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        char sample[64];
        const char *found;

        (void)snprintf(sample, sizeof(sample), "\n%s ", names[i]);
        buf_append_char(&text, '\0');
        found = strstr(text.ptr, sample);
        assert_non_null(found);
        assert_true(strtod(found + strlen(sample), NULL) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_series_is_made_once_and_counts),
        cmocka_unit_test(test_no_count_of_any_thread_is_lost),
        cmocka_unit_test(test_a_gauge_is_set_moved_hidden_and_shown_again),
        cmocka_unit_test(test_a_histogram_has_cumulative_buckets_sum_and_count),
        cmocka_unit_test(test_an_empty_family_and_an_unlabelled_histogram_are_shown),
        cmocka_unit_test(test_a_scrape_runs_its_hooks_first),
        cmocka_unit_test(test_values_of_labels_are_escaped),
        cmocka_unit_test(test_the_process_and_the_build_are_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
