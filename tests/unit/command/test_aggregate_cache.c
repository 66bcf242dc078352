/*
 * The cache of aggregates: bounded, the least recently used go first, versions never go back.
 */
#include "command/aggregate.h"
#include "tests/unit/command/carts.h"
#include "tests/unit/unit.h"

static struct carts carts;
static size_t one; /* bytes of one aggregate with an id of one letter */

static struct aggregate *make(const char *id, uint64_t version)
{
    struct arena arena = {0};
    struct aggregate *aggregate;
    struct fold fold;

    fold_begin(&fold, &arena, &carts.model, NULL, version, true,
               carts_json(&arena, "{\"a\":\"text\",\"b\":[1,{\"c\":null}]}"));
    aggregate = aggregate_create(&fold, slice_str(id), 0);
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
    struct aggregate *found = aggregate_cache_find(cache, &carts.model, slice_str(id));
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
    struct aggregate *held;

    (void)state;
    keep(cache, "a", 1);
    held = aggregate_cache_find(cache, &carts.model, slice_str("a"));
    keep(cache, "b", 1);
    assert_int_equal(version_of(cache, "a"), 0);
    assert_slice(value_get(held->state, slice_str("a"))->text, "text");
    aggregate_cache_destroy(cache);
    assert_slice(held->id, "a");
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
        cmocka_unit_test(test_a_later_version_stays),
        cmocka_unit_test(test_who_holds_an_aggregate_may_read_it_after_it_was_let_go),
        cmocka_unit_test(test_a_cache_without_room_keeps_nothing),
    };

    return cmocka_run_group_tests(tests, open_carts, close_carts);
}
