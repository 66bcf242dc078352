/*
 * "Answering a query" of cache/PROTOCOL.md against real servers; world.h says how.
 */
#include "cache/cache.h"
#include "lib/run/metric.h"
#include "tests/servers/cache/world.h"

#define ONE "{\"id\":1,\"name\":\"one\"}"
#define TWO "{\"id\":1,\"name\":\"two\"}"

/* ------------------------------------------------------------------ hit, miss, absent */

static void test_second_request_is_a_hit(void **state)
{
    struct world *world = *state;
    struct request *first = ask(world, 1), *second = ask(world, 1);

    assert_sql(first, FORWARD_MISS, "replica1", ONE);
    assert_true(first->answer.stored);
    assert_int_equal(first->answer.label, 10);
    assert_hit(second, ONE);
    assert_int_equal(second->answer.label, 10);
    assert_string_equal(second->answer.epoch, EPOCH);
    assert_true(slice_eq(first->answer.etag, second->answer.etag));
    assert_int_equal(first->answer.etag.len, 18);
    assert_int_equal(first->answer.etag.ptr[0], '"');
}

static void test_absent_answer_is_a_hit_too_until_it_is_born(void **state)
{
    struct world *world = *state;
    struct request *first = ask(world, 1000), *second = ask(world, 1000);

    assert_int_equal(first->answer.kind, ANSWER_ABSENT);
    assert_int_equal(second->answer.kind, ANSWER_ABSENT);
    assert_int_equal(second->answer.from, FROM_REDIS);
    commit(world, 11, 1000, "born", true);
    assert_sql(ask(world, 1000), FORWARD_STALE, "replica1", "{\"id\":1000,\"name\":\"born\"}");
}

static void test_corrupt_entry_counts_as_none(void **state)
{
    struct world *world = *state;
    const char *key;

    ask(world, 1);
    key = arena_printf(&world->arena, "twofold:%.*s:q:0000000000000001:1:1,",
                       SLICE_ARG(world->database))
              .ptr;
    assert_int_equal(redis_do(world, (const char *[]){"EXISTS", key, NULL})->integer, 1);
    redis_do(world, (const char *[]){"SET", key, "garbage", NULL});
    assert_sql(ask(world, 1), FORWARD_MISS, "replica1", ONE);
    assert_hit(ask(world, 1), ONE);
}

/* ------------------------------------------------------------------ floors */

static void test_entry_below_a_raised_floor_is_refused(void **state)
{
    struct world *world = *state;

    ask(world, 1);
    commit(world, 11, 1, "two", true);
    assert_sql(ask(world, 1), FORWARD_STALE, "replica1", TWO);
    assert_hit(ask(world, 1), TWO);
}

static void test_commit_of_another_item_keeps_the_hit(void **state)
{
    struct world *world = *state;

    ask(world, 1);
    commit(world, 11, 2, "other", true);
    assert_hit(ask(world, 1), ONE);
}

/* An answer that was read before a commit and stored after it. */
static void test_late_store_is_refused_when_read(void **state)
{
    struct world *world = *state;
    const char *key = arena_printf(&world->arena, "twofold:%.*s:q:0000000000000001:1:1,",
                                   SLICE_ARG(world->database))
                          .ptr;
    const char *late;

    ask(world, 1);
    late = arena_printf(&world->arena, "late:%.*s", SLICE_ARG(world->database)).ptr;
    redis_do(world, (const char *[]){"RENAME", key, late, NULL});
    commit(world, 11, 1, "two", true);
    redis_do(world, (const char *[]){"RENAME", late, key, NULL});
    assert_sql(ask(world, 1), FORWARD_STALE, "replica1", TWO);
}

static void test_lagging_replica_is_passed_over(void **state)
{
    struct world *world = *state;
    struct request *request;

    ask(world, 1);
    commit(world, 11, 1, "two", false);
    request = ask(world, 1);
    assert_sql(request, FORWARD_STALE, "primary", TWO);
    assert_true(request->answer.stored);
    assert_hit(ask(world, 1), TWO);
}

static void test_replica_of_another_epoch_is_passed_over(void **state)
{
    struct world *world = *state;

    revision_set(world, REPLICA, EPOCH_2, 99);
    item_set(world, REPLICA, 1, "of another epoch");
    assert_sql(ask(world, 1), FORWARD_MISS, "primary", ONE);
}

/* ------------------------------------------------------------------ the suspect path */

static unsigned int run_together(struct world *world, struct request **requests, size_t count,
                                 const struct plan_query *query)
{
    unsigned int before = queries_of(world, "primary");

    for (size_t i = 0; i < count; i++) {
        requests[i] = request_new(world, query, 1);
        request_start(requests[i]);
    }
    for (size_t i = 0; i < count; i++) {
        request_wait(requests[i]);
    }
    return queries_of(world, "primary") - before;
}

static void test_lost_own_asks_the_primary_once_for_all(void **state)
{
    struct world *world = *state;
    struct request *requests[20];

    ask(world, 1);
    own_delete(world);
    assert_int_equal(run_together(world, requests, ARRAY_COUNT(requests), query_item(world)), 1);
    for (size_t i = 0; i < ARRAY_COUNT(requests); i++) {
        assert_hit(requests[i], ONE); /* the page is whole: the projector is merely away */
    }
}

static void test_lost_own_still_refuses_old_entries(void **state)
{
    struct world *world = *state;

    ask(world, 1);
    own_delete(world);
    commit(world, 11, 1, "two", true);
    assert_sql(ask(world, 1), FORWARD_STALE, "replica1", TWO);
    assert_hit(ask(world, 1), TWO);
}

/*
 * Demoted, overwritten and promoted again it has the same run_id and an older copy of the page:
 * only its replid tells.
 */
static void test_page_of_a_server_that_was_demoted_is_not_trusted(void **state)
{
    struct world *world = *state;

    page_make_before_demotion(world, 10);
    ask(world, 1);
    own_delete(world);
    item_set(world, PRIMARY, 1, "two");
    revision_set(world, PRIMARY, EPOCH, 11);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "primary", TWO);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "primary", TWO);
}

static void test_cleared_home_makes_every_request_a_bypass(void **state)
{
    struct world *world = *state;
    struct request *request;

    ask(world, 1);
    own_delete(world);
    home_set(world, NULL, TOUCHES);
    /* An unpublished commit: no floor says so. */
    item_set(world, PRIMARY, 1, "two");
    revision_set(world, PRIMARY, EPOCH, 11);
    request = ask(world, 1);
    assert_sql(request, FORWARD_BYPASS, "primary", TWO);
    assert_false(request->answer.stored);
}

static bool two_ask_the_primary(void *ctx)
{
    const struct primary *primary = &((struct world *)ctx)->cache->models[0].primary;
    const struct waiter *waiter;
    size_t count = 0;

    LIST_FOREACH (waiter, &primary->reading, link) {
        count++;
    }
    LIST_FOREACH (waiter, &primary->next, link) {
        count++;
    }
    return count == 2;
}

/* What the primary said before a request began proves nothing for it. */
static void test_read_of_the_primary_is_not_shared_with_later_requests(void **state)
{
    struct world *world = *state;
    struct request *early = request_new(world, query_item(world), 1);
    struct request *late = request_new(world, query_item(world), 2);

    own_delete(world);
    home_set(world, NULL, TOUCHES);
    gate_for_revisions(world);
    gate_shut(world, PRIMARY);
    request_start(early);
    loop_until(world, gate_has_waiter, world);
    item_set(world, PRIMARY, 2, "two");
    revision_set(world, PRIMARY, EPOCH, 11);
    request_start(late);
    loop_until(world, two_ask_the_primary, world);
    gate_open(world, PRIMARY);
    request_wait(early);
    request_wait(late);
    assert_sql(early, FORWARD_BYPASS, "replica1", ONE);
    assert_sql(late, FORWARD_BYPASS, "primary", "{\"id\":2,\"name\":\"two\"}");
}

static void test_bypass_takes_a_replica_that_is_new_enough(void **state)
{
    struct world *world = *state;

    own_delete(world);
    home_set(world, NULL, TOUCHES);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "replica1", ONE);
}

static void test_flushed_redis_gives_no_hit_and_no_old_answer(void **state)
{
    struct world *world = *state;
    struct redis_reply *keys;

    ask(world, 1);
    keys = redis_do(
        world,
        (const char *[]){
            "KEYS", arena_printf(&world->arena, "twofold:%.*s:*", SLICE_ARG(world->database)).ptr,
            NULL});
    assert_true(keys->count >= 4); /* FLUSHALL, but for others' databases on this server */
    for (size_t i = 0; i < keys->count; i++) {
        redis_do(world,
                 (const char *[]){"DEL", arena_cstr(&world->arena, keys->items[i].text), NULL});
    }
    item_set(world, PRIMARY, 1, "two");
    revision_set(world, PRIMARY, EPOCH, 11);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "primary", TWO);
}

static void test_missing_page_is_not_floor_zero(void **state)
{
    struct world *world = *state;
    const char *page = arena_cstr(
        &world->arena, key_page(&world->arena, world->database, home_nonce(&world->home)));

    ask(world, 1);
    ask(world, 1);
    redis_do(world, (const char *[]){"DEL", page, NULL});
    item_set(world, PRIMARY, 1, "two");
    revision_set(world, PRIMARY, EPOCH, 11);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "primary", TWO);
}

static void test_another_page_of_own_is_read_again(void **state)
{
    struct world *world = *state;

    ask(world, 1);
    assert_hit(ask(world, 1), ONE);
    /* The old page stays: a script that came late may leave it. */
    redis_do(world, (const char *[]){
                        "DEL", arena_cstr(&world->arena, key_pages(&world->arena, world->database)),
                        NULL});
    world->home = home_fresh(world);
    page_make(world, 10);
    commit(world, 11, 1, "two", true);
    home_set(world, &world->home, TOUCHES);
    own_set(world, &world->home, EPOCH, TOUCHES);
    assert_sql(ask(world, 1), FORWARD_STALE, "replica1", TWO);
    assert_hit(ask(world, 1), TWO);
}

/* A promoted replica has own and the page of its master. */
static void test_own_of_another_run_id_is_not_trusted(void **state)
{
    struct world *world = *state;
    struct home other = world->home;

    ask(world, 1);
    other.text[0] = other.text[0] == 'a' ? 'b' : 'a';
    own_set(world, &other, EPOCH, TOUCHES);
    home_set(world, &other, TOUCHES);
    item_set(world, PRIMARY, 1, "two");
    revision_set(world, PRIMARY, EPOCH, 11);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "primary", TWO);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "primary", TWO);
}

static void test_entry_of_another_epoch_is_refused(void **state)
{
    struct world *world = *state;

    ask(world, 1);
    own_set(world, &world->home, EPOCH_2, TOUCHES);
    revision_set(world, PRIMARY, EPOCH_2, 10);
    item_set(world, PRIMARY, 1, "two");
    assert_sql(ask(world, 1), FORWARD_STALE, "primary", TWO);
}

static void test_other_touches_neither_hit_nor_store(void **state)
{
    struct world *world = *state;
    struct request *request;

    ask(world, 1);
    own_set(world, &world->home, EPOCH, "00000000000000f2");
    home_set(world, &world->home, "00000000000000f2");
    request = ask(world, 1);
    assert_sql(request, FORWARD_BYPASS, "replica1", ONE);
    assert_false(request->answer.stored);
}

static void test_without_redis_sql_answers(void **state)
{
    struct world *world = *state;

    redis_destroy(world->redis);
    world->redis = redis_create(world->loop, &(struct redis_config){
                                                 .addresses = SLICE_LITERAL("127.0.0.1:1"),
                                                 .connect_timeout_us = 1000000,
                                                 .command_timeout_us = 1000000,
                                                 .retry_base_us = 1000000,
                                                 .retry_cap_us = 1000000,
                                                 .pending_max = 100,
                                             });
    cache_destroy(world->cache);
    world->cache =
        cache_create(world->loop, &world->plan, &world->settings, world->redis, world->sql);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "replica1", ONE);
    item_set(world, PRIMARY, 1, "two");
    revision_set(world, PRIMARY, EPOCH, 11);
    assert_sql(ask(world, 1), FORWARD_BYPASS, "primary", TWO);
}

/* ------------------------------------------------------------------ flights */

static void test_same_misses_share_one_flight(void **state)
{
    struct world *world = *state;
    struct request *requests[10];
    unsigned int before = queries_of(world, "replica1");

    run_together(world, requests, ARRAY_COUNT(requests), query_item(world));
    assert_int_equal(queries_of(world, "replica1") - before, 1);
    for (size_t i = 0; i < ARRAY_COUNT(requests); i++) {
        assert_sql(requests[i], FORWARD_MISS, "replica1", ONE);
    }
}

static double coalesced(void)
{
    return metric_get(metric_series(METRIC_COUNTER, "twofold_cache_coalesced_total",
                                    "misses that joined another's flight", "query=\"GetSlowly\""));
}

static bool coalesced_more_than(void *ctx)
{
    return coalesced() > *(const double *)ctx;
}

static void test_joiner_with_newer_floors_starts_a_new_flight(void **state)
{
    struct world *world = *state;
    struct request *early = request_new(world, query_slow(world), 1);
    struct request *joiner = request_new(world, query_slow(world), 1);
    double before = coalesced();

    gate_shut(world, REPLICA);
    request_start(early);
    loop_until(world, gate_has_waiter, world); /* its snapshot is that of revision 10 */
    commit(world, 11, 1, "two", true);
    request_start(joiner);
    loop_until(world, coalesced_more_than, &before);
    gate_open(world, REPLICA);
    request_wait(early);
    request_wait(joiner);
    assert_sql(early, FORWARD_MISS, "replica1", ONE);
    assert_sql(joiner, FORWARD_MISS, "replica1", TWO);
}

/* The primary's answer is given below the floors, too, but only to those who asked before it. */
static void test_joiner_is_not_content_with_an_older_read_of_the_primary(void **state)
{
    struct world *world = *state;
    struct request *early = request_new(world, query_slow(world), 1);
    struct request *joiner = request_new(world, query_slow(world), 1);
    double before = coalesced();

    gate_shut(world, PRIMARY);
    commit(world, 11, 1, "two", false);
    request_start(early);
    loop_until(world, gate_has_waiter, world);
    commit(world, 12, 1, "three", false);
    request_start(joiner);
    loop_until(world, coalesced_more_than, &before);
    gate_open(world, PRIMARY);
    request_wait(early);
    request_wait(joiner);
    assert_sql(early, FORWARD_MISS, "primary", TWO);
    assert_sql(joiner, FORWARD_MISS, "primary", "{\"id\":1,\"name\":\"three\"}");
}

static void test_deadline_ends_a_lookup_and_the_flight_goes_on(void **state)
{
    struct world *world = *state;
    struct request *hurried = request_new(world, query_slow(world), 1);
    struct request *patient = request_new(world, query_slow(world), 1);

    gate_shut(world, REPLICA);
    hurried->input.deadline_us = loop_now_us(world->loop) + 300000;
    request_start(hurried);
    request_start(patient);
    request_wait(hurried);
    assert_int_equal(hurried->outcome, LOOKUP_DEADLINE);
    assert_false(patient->done);
    gate_open(world, REPLICA);
    request_wait(patient);
    assert_sql(patient, FORWARD_MISS, "replica1", ONE);
}

/* ------------------------------------------------------------------ pages */

static struct request *page(struct world *world, unsigned int limit, struct slice cursor)
{
    struct request *request = request_new(world, query_items(world), 1);

    request->input.limit = limit;
    request->input.cursor = cursor;
    request_start(request);
    request_wait(request);
    return request;
}

/* The cursor of rel NAME in the Link header. */
static struct slice cursor_of(const struct request *request, const char *name)
{
    struct slice rest = request->answer.link, one, path, cursor;

    while (rest.len > 0) {
        (void)slice_cut(rest, ',', &one, &rest);
        if (memmem(one.ptr, one.len, name, strlen(name))) {
            (void)slice_cut(one, '>', &path, &one);
            cursor.ptr = (const char *)memmem(path.ptr, path.len, "cursor=", 7) + 7;
            cursor.len = (size_t)(path.ptr + path.len - cursor.ptr);
            return cursor;
        }
    }
    return SLICE_EMPTY;
}

static void five_items(struct world *world)
{
    uint64_t id;

    for (id = 1; id <= 5; id++) {
        item_set(world, PRIMARY, id, "x");
        item_set(world, REPLICA, id, "x");
    }
}

static void assert_ids(const struct request *request, const char *expected)
{
    char ids[64];
    size_t count = 0;

    assert_int_equal(request->outcome, LOOKUP_ANSWERED);
    for (size_t i = 0; i + 5 < request->answer.body.len; i++) {
        if (memcmp(request->answer.body.ptr + i, "\"id\":", 5) == 0) {
            ids[count++] = request->answer.body.ptr[i + 5];
        }
    }
    ids[count] = '\0';
    assert_string_equal(ids, expected);
}

static void test_pages_lead_forward_and_back(void **state)
{
    struct world *world = *state;
    struct request *first, *second, *third, *back;

    five_items(world);
    first = page(world, 2, SLICE_EMPTY);
    assert_ids(first, "12");
    assert_int_equal(cursor_of(first, "prev").len, 0);
    second = page(world, 2, cursor_of(first, "next"));
    assert_ids(second, "34");
    third = page(world, 2, cursor_of(second, "next"));
    assert_ids(third, "5");
    assert_int_equal(cursor_of(third, "next").len, 0);
    back = page(world, 2, cursor_of(third, "prev"));
    assert_ids(back, "34");
    back = page(world, 2, cursor_of(back, "prev"));
    assert_ids(back, "12");
    assert_int_equal(cursor_of(back, "prev").len, 0);
    assert_int_equal(page(world, 2, cursor_of(first, "next"))->answer.from, FROM_REDIS);
}

static void test_limit_is_part_of_the_key(void **state)
{
    struct world *world = *state;

    five_items(world);
    assert_ids(page(world, 2, SLICE_EMPTY), "12");
    assert_ids(page(world, 3, SLICE_EMPTY), "123");
    assert_ids(page(world, 10, SLICE_EMPTY), "12345");
}

static void test_page_links_are_in_body_and_header(void **state)
{
    struct world *world = *state;
    struct request *first;
    struct slice next;

    five_items(world);
    first = request_new(world, query_items(world), 1);
    first->input.limit = 3;
    first->input.links_query = SLICE_LITERAL("email=a%40b");
    request_start(first);
    request_wait(first);
    next = cursor_of(first, "next");
    assert_slice(first->answer.link,
                 arena_printf(&world->arena,
                              "</items?email=a%%40b&limit=3&cursor=%.*s>; rel=\"next\"",
                              SLICE_ARG(next))
                     .ptr);
    assert_non_null(memmem(first->answer.body.ptr, first->answer.body.len, next.ptr, next.len));
}

static void test_forged_cursor_is_bad(void **state)
{
    struct request *request = page(*state, 2, SLICE_LITERAL("Zm9vYmFy"));

    assert_int_equal(request->outcome, LOOKUP_BAD_CURSOR);
}

static void test_empty_list_is_a_list(void **state)
{
    struct world *world = *state;

    item_delete(world, REPLICA, 1);
    assert_sql(page(world, 2, SLICE_EMPTY), FORWARD_MISS, "replica1", "{\"items\":[]}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_second_request_is_a_hit),
        TEST(test_absent_answer_is_a_hit_too_until_it_is_born),
        TEST(test_corrupt_entry_counts_as_none),
        TEST(test_entry_below_a_raised_floor_is_refused),
        TEST(test_commit_of_another_item_keeps_the_hit),
        TEST(test_late_store_is_refused_when_read),
        TEST(test_lagging_replica_is_passed_over),
        TEST(test_replica_of_another_epoch_is_passed_over),
        TEST(test_lost_own_asks_the_primary_once_for_all),
        TEST(test_lost_own_still_refuses_old_entries),
        TEST(test_page_of_a_server_that_was_demoted_is_not_trusted),
        TEST(test_cleared_home_makes_every_request_a_bypass),
        TEST(test_read_of_the_primary_is_not_shared_with_later_requests),
        TEST(test_bypass_takes_a_replica_that_is_new_enough),
        TEST(test_flushed_redis_gives_no_hit_and_no_old_answer),
        TEST(test_missing_page_is_not_floor_zero),
        TEST(test_another_page_of_own_is_read_again),
        TEST(test_own_of_another_run_id_is_not_trusted),
        TEST(test_entry_of_another_epoch_is_refused),
        TEST(test_other_touches_neither_hit_nor_store),
        TEST(test_without_redis_sql_answers),
        TEST(test_same_misses_share_one_flight),
        TEST(test_joiner_with_newer_floors_starts_a_new_flight),
        TEST(test_joiner_is_not_content_with_an_older_read_of_the_primary),
        TEST(test_deadline_ends_a_lookup_and_the_flight_goes_on),
        TEST(test_pages_lead_forward_and_back),
        TEST(test_limit_is_part_of_the_key),
        TEST(test_page_links_are_in_body_and_header),
        TEST(test_forged_cursor_is_bad),
        TEST(test_empty_list_is_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
