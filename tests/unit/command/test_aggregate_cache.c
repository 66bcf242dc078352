/*
 * The cache of aggregates: bounded, the least recently used go first, versions never go back,
 * whichever threads use it.
 */
#include <pthread.h>

#include "command/aggregate_cache.h"
#include "lib/aws/attribute.h"
#include "lib/run/metric.h"
#include "tests/unit/command/carts.h"
#include "tests/unit/unit.h"

static struct carts carts;
static size_t one; /* bytes of one aggregate with an id of one letter */

static struct aggregate_key key_of(const char *id)
{
    return (struct aggregate_key){7, slice_str(id)};
}

static struct aggregate *make(const char *id, uint64_t version)
{
    const struct aggregate_key key = key_of(id);
    struct arena arena = {0};
    struct aggregate *aggregate;
    struct fold fold;

    fold_begin(&fold, &arena, &carts.model, NULL, version, true,
               carts_json(&arena, "{\"a\":\"text\",\"b\":[1,{\"c\":null}]}"));
    aggregate = aggregate_create(&key, &fold, 0);
    arena_fini(&arena);
    return aggregate;
}

static void keep(struct aggregate_cache *cache, const char *id, uint64_t version)
{
    struct aggregate *aggregate = make(id, version);

    aggregate_cache_keep(cache, aggregate);
    aggregate_put(aggregate);
}

/* 0: not there. */
static uint64_t version_of(struct aggregate_cache *cache, const char *id)
{
    const struct aggregate_key key = key_of(id);
    struct aggregate *found = aggregate_cache_find(cache, &key);
    uint64_t version = found ? found->version : 0;

    aggregate_put(found);
    return version;
}

static void test_the_least_recently_used_goes_first(void **state)
{
    struct aggregate_cache *cache = aggregate_cache_create(3 * one);

    (void)state;
    keep(cache, "a", 1);
    keep(cache, "b", 2);
    keep(cache, "c", 3);
    assert_int_equal(version_of(cache, "a"), 1);
    keep(cache, "d", 4);
    assert_int_equal(version_of(cache, "b"), 0);
    assert_int_equal(version_of(cache, "a"), 1);
    assert_int_equal(version_of(cache, "c"), 3);
    assert_int_equal(version_of(cache, "d"), 4);
    aggregate_cache_destroy(cache);
}

/* Sets of other software's events, which an append writes on, or a snapshot. */
static void test_what_is_kept_is_the_state_in_all(void **state)
{
    static const char typed[] = "{\"M\":{\"s\":{\"SS\":[\"a\",\"b\"]},\"b\":{\"B\":\"AP8=\"},"
                                "\"l\":{\"L\":[{\"NS\":[\"1\"]},{\"NULL\":true}]}}}";
    const struct aggregate_key key = key_of("a");
    struct aggregate *aggregate;
    struct arena arena = {0};
    const struct value *value;
    struct buf buf = {0};
    struct fold fold;

    (void)state;
    assert_status(attribute_read(&arena, carts_json(&arena, typed), &value), STATUS_OK);
    fold_begin(&fold, &arena, &carts.model, NULL, 1, true, value);
    aggregate = aggregate_create(&key, &fold, 0);
    arena_fini(&arena);
    assert_status(attribute_write(&buf, aggregate->state), STATUS_OK);
    assert_slice(buf_slice(&buf), typed);
    aggregate_put(aggregate);
    buf_fini(&buf);
}

static void test_a_later_version_stays(void **state)
{
    struct aggregate_cache *cache = aggregate_cache_create(3 * one);

    (void)state;
    keep(cache, "a", 5);
    keep(cache, "a", 4);
    assert_int_equal(version_of(cache, "a"), 5);
    keep(cache, "a", 6);
    assert_int_equal(version_of(cache, "a"), 6);
    aggregate_cache_destroy(cache);
}

static void test_who_holds_an_aggregate_may_read_it_after_it_was_let_go(void **state)
{
    struct aggregate_cache *cache = aggregate_cache_create(one);
    const struct aggregate_key key = key_of("a");
    struct aggregate *held;

    (void)state;
    keep(cache, "a", 1);
    held = aggregate_cache_find(cache, &key);
    keep(cache, "b", 1);
    assert_int_equal(version_of(cache, "a"), 0);
    assert_slice(value_get(held->state, slice_str("a"))->text, "text");
    aggregate_cache_destroy(cache);
    assert_slice(held->key.id, "a");
    aggregate_put(held);
}

static void test_a_cache_without_room_keeps_nothing(void **state)
{
    struct aggregate_cache *cache = aggregate_cache_create(0);

    (void)state;
    keep(cache, "a", 1);
    assert_int_equal(version_of(cache, "a"), 0);
    aggregate_cache_destroy(cache);
}

static void
test_what_is_larger_than_the_cache_drives_nothing_out_but_its_earlier_version(void **state)
{
    struct aggregate_cache *cache = aggregate_cache_create(2 * one);
    const struct aggregate_key key = key_of("a");
    struct aggregate *large;
    struct arena arena = {0};
    struct fold fold;

    (void)state;
    keep(cache, "a", 1);
    keep(cache, "b", 1);
    fold_begin(&fold, &arena, &carts.model, NULL, 2, true, carts_json(&arena, "{\"a\":1}"));
    value_set(fold.state, slice_str("b"),
              value_string(&arena, slice_of(arena_bytes(&arena, 2 * one), 2 * one)));
    large = aggregate_create(&key, &fold, 0);
    aggregate_cache_keep(cache, large);
    aggregate_put(large);
    assert_int_equal(version_of(cache, "a"), 0);
    assert_int_equal(version_of(cache, "b"), 1);
    aggregate_cache_destroy(cache);
    arena_fini(&arena);
}

static void test_aggregates_of_another_kind_are_others(void **state)
{
    struct aggregate_cache *cache = aggregate_cache_create(3 * one);
    const struct aggregate_key other = {8, SLICE_LITERAL("a")};

    (void)state;
    keep(cache, "a", 1);
    assert_null(aggregate_cache_find(cache, &other));
    aggregate_cache_destroy(cache);
}

struct metrics {
    double hits, misses, evictions, held;
};

static struct metrics read_metrics(void)
{
    static const char lookups[] = "lookups of aggregates in the gateway's cache",
                      evictions[] = "aggregates that the gateway's cache let go for want of room",
                      held[] = "memory of the aggregates that the gateway keeps";

    return (struct metrics){
        metric_get(metric_series(METRIC_COUNTER, "twofold_aggregate_lookups_total", lookups,
                                 "result=\"hit\"")),
        metric_get(metric_series(METRIC_COUNTER, "twofold_aggregate_lookups_total", lookups,
                                 "result=\"miss\"")),
        metric_get(
            metric_series(METRIC_COUNTER, "twofold_aggregate_evictions_total", evictions, "")),
        metric_get(metric_series(METRIC_GAUGE, "twofold_aggregate_cache_bytes", held, "")),
    };
}

static void test_the_metrics_tell_what_is_held_found_and_let_go(void **state)
{
    struct aggregate_cache *cache = aggregate_cache_create(2 * one);
    struct metrics before = read_metrics(), after;

    (void)state;
    keep(cache, "a", 1);
    keep(cache, "a", 2);
    keep(cache, "a", 1);
    keep(cache, "b", 1);
    keep(cache, "c", 1);
    (void)version_of(cache, "a");
    (void)version_of(cache, "c");
    after = read_metrics();
    assert_true(after.hits - before.hits == 1 && after.misses - before.misses == 1);
    assert_true(after.evictions - before.evictions == 1);
    assert_true(after.held - before.held == 2 * (double)one);
    aggregate_cache_destroy(cache);
    assert_true(read_metrics().held == before.held);
}

/* ------------------------------------------------------------------ several threads */

#define THREADS 4
#define IDS     3
#define ROUNDS  20000

static struct crowd {
    pthread_barrier_t start;
    struct aggregate_cache *cache;
    bool goes_back; /* an older version may come back once a newer one was let go */
    unsigned int faults[THREADS];
} crowd;

/* Finds, and keeps the next version, as a command does. */
static void *work(void *ctx)
{
    static const char *const ids[IDS] = {"a", "b", "c"};
    unsigned int *faults = ctx;
    uint64_t seen[IDS] = {0};

    (void)pthread_barrier_wait(&crowd.start);
    for (unsigned int i = 0; i < ROUNDS; i++) {
        const struct aggregate_key key = key_of(ids[i % IDS]);
        struct aggregate *found = aggregate_cache_find(crowd.cache, &key);
        uint64_t version = found ? found->version : 0;

        *faults += (!crowd.goes_back && version < seen[i % IDS]) ||
                   (found && !slice_is(value_get(found->state, slice_str("a"))->text, "text"));
        seen[i % IDS] = version;
        aggregate_put(found);
        keep(crowd.cache, ids[i % IDS], version + 1);
    }
    return NULL;
}

static void let_work(size_t bytes, bool goes_back)
{
    pthread_t threads[THREADS];

    crowd = (struct crowd){.cache = aggregate_cache_create(bytes), .goes_back = goes_back};
    assert_int_equal(pthread_barrier_init(&crowd.start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, &crowd.faults[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(crowd.faults[i], 0);
    }
    (void)pthread_barrier_destroy(&crowd.start);
    aggregate_cache_destroy(crowd.cache);
}

static void test_no_thread_sees_a_version_go_back(void **state)
{
    (void)state;
    let_work(IDS * one, false);
}

static void test_threads_hold_what_others_drive_out(void **state)
{
    (void)state;
    let_work(2 * one, true);
}

static int open_carts(void **state)
{
    struct aggregate *aggregate;

    (void)state;
    carts_init(&carts);
    aggregate = make("a", 1);
    one = aggregate->bytes;
    aggregate_put(aggregate);
    return 0;
}

static int close_carts(void **state)
{
    (void)state;
    carts_fini(&carts);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_least_recently_used_goes_first),
        cmocka_unit_test(test_what_is_kept_is_the_state_in_all),
        cmocka_unit_test(test_a_later_version_stays),
        cmocka_unit_test(test_who_holds_an_aggregate_may_read_it_after_it_was_let_go),
        cmocka_unit_test(test_a_cache_without_room_keeps_nothing),
        cmocka_unit_test(
            test_what_is_larger_than_the_cache_drives_nothing_out_but_its_earlier_version),
        cmocka_unit_test(test_aggregates_of_another_kind_are_others),
        cmocka_unit_test(test_the_metrics_tell_what_is_held_found_and_let_go),
        cmocka_unit_test(test_no_thread_sees_a_version_go_back),
        cmocka_unit_test(test_threads_hold_what_others_drive_out),
    };

    return cmocka_run_group_tests(tests, open_carts, close_carts);
}
