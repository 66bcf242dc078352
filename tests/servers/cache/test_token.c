/*
 * Read-your-writes of cache/PROTOCOL.md against real servers; world.h says how.
 */
#include <inttypes.h>

#include "cache/publish.h"
#include "lib/base/clock.h"
#include "lib/redis/reply.h"
#include "lib/run/metric.h"
#include "tests/servers/cache/world.h"

#define ONE "{\"id\":1,\"name\":\"one\"}"
#define TWO "{\"id\":1,\"name\":\"two\"}"

static struct request *request_with(struct world *world, const char *tokens)
{
    struct request *request = request_new(world, query_item(world), 1);

    request->input.tokens = slice_str(tokens);
    request_start(request);
    return request;
}

static struct request *ask_with(struct world *world, const char *tokens)
{
    struct request *request = request_with(world, tokens);

    request_wait(request);
    return request;
}

static void aggregate_set(struct world *world, const char *aggregate, uint64_t version)
{
    sql(world, PRIMARY,
        "REPLACE INTO twofold_aggregate (aggregate, version, revision) VALUES ('%s', %" PRIu64
        ", 11)",
        aggregate, version);
}

static void tell(struct world *world, const char *epoch, uint64_t version)
{
    const struct told told[] = {
        {SLICE_LITERAL("Item:1"), version}
    };
    const struct news news = {
        .epoch = slice_str(epoch), .revision = 11, .told = told, .told_count = 1};

    publish_tell(world->admin, world->database, &news, clock_deadline(1000000));
}

static void dead_letter(struct world *world, const char *aggregate)
{
    sql(world, PRIMARY,
        "INSERT INTO twofold_dead_letter (aggregate, version, shard, position, record, error, "
        "created) VALUES ('%s', 2, 's', '1', '', '', NOW())",
        aggregate);
}

/* ------------------------------------------------------------------ tokens of commands */

static void test_version_in_the_aggregate_table_is_reached(void **state)
{
    struct world *world = *state;

    aggregate_set(world, "Item:1", 2);
    assert_sql(ask_with(world, "Item:1@2"), FORWARD_MISS, "replica1", ONE);
    assert_hit(ask_with(world, "Item:1@1"), ONE);
}

/* SQL's table does not know it: only Redis can have said so. */
static void test_version_in_redis_is_reached(void **state)
{
    struct world *world = *state;

    tell(world, EPOCH, 2);
    assert_int_equal(ask_with(world, "Item:1@2")->outcome, LOOKUP_ANSWERED);
    world->settings.consistency_timeout = 200000;
    assert_int_equal(ask_with(world, "Item:1@3")->outcome, LOOKUP_NOT_CAUGHT_UP);
}

static void test_version_of_another_epoch_in_redis_is_not_believed(void **state)
{
    struct world *world = *state;
    struct request *request;

    world->settings.consistency_timeout = 200000;
    tell(world, EPOCH_2, 2);
    request = ask_with(world, "Item:1@2");
    assert_int_equal(request->outcome, LOOKUP_NOT_CAUGHT_UP);
}

static void test_version_not_reached_in_time_is_said(void **state)
{
    struct world *world = *state;
    struct request *request;

    world->settings.consistency_timeout = 200000;
    aggregate_set(world, "Item:1", 1);
    request = ask_with(world, "Item:1@2");
    assert_int_equal(request->outcome, LOOKUP_NOT_CAUGHT_UP);
}

static bool is_due(void *ctx)
{
    return clock_left_us(*(const uint64_t *)ctx) == 0;
}

/* However many there are, and whenever the first ones were reached. */
static void test_all_tokens_of_a_list_have_one_deadline(void **state)
{
    struct world *world = *state;
    uint64_t began_us = clock_us(), first_us = clock_deadline(1600000);
    struct request *request;

    world->settings.consistency_timeout = 2000000;
    request = request_with(world, "Item:1@2,Item:2@2");
    loop_until(world, is_due, &first_us);
    aggregate_set(world, "Item:1", 2);
    request_wait(request);
    assert_int_equal(request->outcome, LOOKUP_NOT_CAUGHT_UP);
    assert_in_range(clock_us() - began_us, 2000000, 3400000);
}

static void test_the_requests_own_deadline_ends_the_wait(void **state)
{
    struct world *world = *state;
    struct request *request = request_new(world, query_item(world), 1);

    request->input.tokens = SLICE_LITERAL("Item:1@2");
    request->input.deadline_us = clock_deadline(200000);
    request_start(request);
    request_wait(request);
    assert_int_equal(request->outcome, LOOKUP_NOT_CAUGHT_UP);
}

static bool feed_is_on(void *ctx)
{
    struct world *world = ctx;
    struct redis_reply *reply = redis_do(
        world, (const char *[]){"PUBSUB", "NUMSUB",
                                arena_cstr(&world->arena, key_feed(&world->arena, world->database)),
                                NULL});

    return reply->count == 2 && reply->items[1].integer > 0;
}

/* The commit comes while the request waits: it is answered with the new row. */
static void test_waiting_request_sees_the_commit(void **state)
{
    struct world *world = *state;
    struct request *request;

    ask(world, 1);
    request = request_with(world, "Item:1@2");
    loop_until(world, feed_is_on, world);
    assert_false(request->done);
    commit(world, 11, 1, "two", true);
    tell(world, EPOCH, 2);
    request_wait(request);
    assert_sql(request, FORWARD_STALE, "replica1", TWO);
}

static void publish(struct world *world, const char *message)
{
    const char *feed = arena_cstr(&world->arena, key_feed(&world->arena, world->database));

    redis_do(world, (const char *[]){"PUBLISH", feed, message, NULL});
}

/* MGETs that Redis has run so far. */
static uint64_t polls(struct world *world)
{
    struct redis_reply *info = redis_do(world, (const char *[]){"INFO", "commandstats", NULL});
    struct slice calls = redis_info_value(info->text, "cmdstat_mget");
    struct slice count, rest;
    uint64_t number = 0;

    assert_true(slice_starts(calls, "calls=") &&
                slice_cut(slice_from(calls, 6), ',', &count, &rest));
    assert_status(slice_parse_u64(count, &number), STATUS_OK);
    return number;
}

struct polled {
    struct world *world;
    uint64_t before;
};

static bool has_polled(void *ctx)
{
    const struct polled *polled = ctx;

    return polls(polled->world) > polled->before;
}

/* By itself a poll comes each 100 ms. */
static void test_message_of_the_feed_polls_at_once(void **state)
{
    struct world *world = *state;
    struct polled polled = {.world = world};
    struct request *request;
    uint64_t began_us;

    ask(world, 1);
    request = request_with(world, "Item:1@2");
    loop_until(world, feed_is_on, world);
    publish(world, "garbage");
    began_us = clock_us();
    for (int i = 0; i < 40; i++) {
        polled.before = polls(world);
        publish(world, EPOCH "|11|3|Item:9@9,Item:1@2");
        loop_until(world, has_polled, &polled);
    }
    assert_true(clock_us() - began_us < 2000000);
    assert_false(request->done);
    tell(world, EPOCH, 2);
    request_wait(request);
    assert_hit(request, ONE);
}

static void test_many_messages_of_the_feed_share_polls(void **state)
{
    struct world *world = *state;
    const char *feed = arena_cstr(&world->arena, key_feed(&world->arena, world->database));
    uint64_t before, soon_us;
    struct request *request = request_with(world, "Item:1@2");

    loop_until(world, feed_is_on, world);
    before = polls(world);
    redis_do(world, (const char *[]){"EVAL",
                                     "for i = 1, 500 do redis.call('PUBLISH', KEYS[1], ARGV[1]) "
                                     "end return 'ok'",
                                     "1", feed, EPOCH "|11|3|Item:1@2", NULL});
    soon_us = clock_deadline(300000);
    loop_until(world, is_due, &soon_us);
    assert_in_range(polls(world) - before, 1, 100);
    assert_false(request->done);
    tell(world, EPOCH, 2);
    request_wait(request);
}

/* A stopped lane's, after a failover: own names another epoch, which the commit is not in. */
static void test_late_message_of_a_past_epoch_ends_no_wait(void **state)
{
    struct world *world = *state;
    struct request *request;

    ask(world, 1);
    world->settings.consistency_timeout = 500000;
    own_set(world, &world->home, EPOCH_2, TOUCHES);
    revision_set(world, PRIMARY, EPOCH_2, 10);
    revision_set(world, REPLICA, EPOCH_2, 10);
    request = request_with(world, "Item:1@2");
    loop_until(world, feed_is_on, world);
    tell(world, EPOCH, 2);
    request_wait(request);
    assert_int_equal(request->outcome, LOOKUP_NOT_CAUGHT_UP);
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

/*
 * A read of the primary that began while the request still waited proves nothing for it, though the
 * request is older.
 */
static void test_waiting_request_is_not_content_with_a_read_begun_meanwhile(void **state)
{
    struct world *world = *state;
    struct request *waiting = request_new(world, query_slow(world), 1);
    struct request *other = request_new(world, query_slow(world), 1);
    double before = coalesced();

    waiting->input.tokens = SLICE_LITERAL("Item:1@2");
    request_start(waiting);
    loop_until(world, feed_is_on, world);
    gate_shut(world, PRIMARY);
    commit(world, 11, 1, "two", false);
    request_start(other);
    loop_until(world, gate_has_waiter, world);
    commit(world, 12, 1, "three", false);
    tell(world, EPOCH, 2);
    loop_until(world, coalesced_more_than, &before);
    gate_open(world, PRIMARY);
    request_wait(other);
    request_wait(waiting);
    assert_sql(other, FORWARD_MISS, "primary", TWO);
    assert_sql(waiting, FORWARD_MISS, "primary", "{\"id\":1,\"name\":\"three\"}");
}

static void test_aggregate_among_the_dead_letters_is_blocked(void **state)
{
    struct world *world = *state;
    struct request *request;

    aggregate_set(world, "Item:1", 1);
    dead_letter(world, "Item:1");
    request = ask_with(world, "Item:1@2");
    assert_int_equal(request->outcome, LOOKUP_BLOCKED);
    assert_int_equal(ask_with(world, "Item:1@1")->outcome, LOOKUP_ANSWERED);
}

/* The letter has version 2. */
static void test_an_older_letter_of_a_model_with_whole_images_is_waited_for(void **state)
{
    struct world *world = *state;
    struct plan_projection put = {.whole = true};
    struct request *request;
    uint64_t soon_us = clock_deadline(400000);

    world->model.aggregate.store = STORE_STATE;
    world->model.projections = &put;
    world->model.projection_count = 1;
    aggregate_set(world, "Item:1", 1);
    dead_letter(world, "Item:1");
    assert_int_equal(ask_with(world, "Item:1@2")->outcome, LOOKUP_BLOCKED);
    request = request_with(world, "Item:1@3");
    loop_until(world, is_due, &soon_us); /* SQL was asked, and said that there is a letter */
    sql(world, PRIMARY, "DELETE FROM twofold_dead_letter");
    aggregate_set(world, "Item:1", 3);
    request_wait(request);
    assert_int_equal(request->outcome, LOOKUP_ANSWERED);
}

static void test_a_letter_that_is_there_at_the_deadline_is_said(void **state)
{
    struct world *world = *state;
    struct plan_projection put = {.whole = true};
    uint64_t began_us = clock_us();

    world->settings.consistency_timeout = 400000;
    world->model.aggregate.store = STORE_STATE;
    world->model.projections = &put;
    world->model.projection_count = 1;
    dead_letter(world, "Item:1");
    assert_int_equal(ask_with(world, "Item:1@3")->outcome, LOOKUP_BLOCKED);
    assert_true(clock_us() - began_us >= 400000);
    put.whole = false;
    world->settings.consistency_timeout = 5000000;
    began_us = clock_us();
    assert_int_equal(ask_with(world, "Item:1@3")->outcome, LOOKUP_BLOCKED);
    assert_true(clock_us() - began_us < 4000000);
}

static void test_tokens_of_other_models_do_not_concern_the_query(void **state)
{
    struct world *world = *state;

    assert_int_equal(ask_with(world, ", Customer:9@7,, customers:r" EPOCH ".99999 ")->outcome,
                     LOOKUP_ANSWERED);
}

static void test_every_token_of_a_list_is_waited_for(void **state)
{
    struct world *world = *state;

    world->settings.consistency_timeout = 200000;
    aggregate_set(world, "Item:1", 2);
    assert_int_equal(ask_with(world, "Item:1@2,Item:2@1")->outcome, LOOKUP_NOT_CAUGHT_UP);
    aggregate_set(world, "Item:2", 1);
    assert_int_equal(ask_with(world, "Item:1@2,Item:2@1")->outcome, LOOKUP_ANSWERED);
}

static void test_malformed_tokens_are_bad(void **state)
{
    static const char *const tokens[] = {
        "x",
        "Item:1@",
        "Item:@1",
        ":1@1",
        "Item:1@-1",
        "Item:a b@1",
        "items:r" EPOCH,
        "items:r00000000000000E1.1",
        "items:r" EPOCH ".x",
        "A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,A:1@1,"
        "A:1@1,A:1@1,A:1@1",
    };

    for (size_t i = 0; i < ARRAY_COUNT(tokens); i++) {
        struct request *request = ask_with(*state, tokens[i]);

        if (request->outcome != LOOKUP_BAD_TOKEN) {
            print_error("%s\n", tokens[i]);
        }
        assert_int_equal(request->outcome, LOOKUP_BAD_TOKEN);
    }
}

static void test_too_many_waiters_are_refused(void **state)
{
    struct world *world = *state;
    struct request *waiting, *refused;

    world->settings.consistency_waiters = 1;
    world->settings.consistency_timeout = 500000;
    waiting = request_with(world, "Item:1@2");
    refused = ask_with(world, "Item:1@2");
    assert_int_equal(refused->outcome, LOOKUP_MANY_WAIT);
    request_wait(waiting);
    assert_int_equal(waiting->outcome, LOOKUP_NOT_CAUGHT_UP);
}

static void test_many_waiters_share_polls_and_statements(void **state)
{
    struct world *world = *state;
    struct request *requests[100];
    unsigned int before = queries_of(world, "primary");

    for (size_t i = 0; i < ARRAY_COUNT(requests); i++) {
        aggregate_set(world, arena_printf(&world->arena, "Item:%zu", i).ptr, 5);
        requests[i] = request_with(world, arena_printf(&world->arena, "Item:%zu@5", i).ptr);
    }
    for (size_t i = 0; i < ARRAY_COUNT(requests); i++) {
        request_wait(requests[i]);
        assert_int_equal(requests[i]->outcome, LOOKUP_ANSWERED);
    }
    assert_true(queries_of(world, "primary") - before < 10);
}

static void test_without_redis_the_primary_is_polled(void **state)
{
    struct world *world = *state;
    struct request *request;

    cache_destroy(world->cache);
    redis_destroy(world->redis);
    world->settings.redis = SLICE_LITERAL("127.0.0.1:1");
    world->redis = redis_create(world->loop, &(struct redis_config){
                                                 .addresses = world->settings.redis,
                                                 .connect_timeout_us = 1000000,
                                                 .command_timeout_us = 1000000,
                                                 .retry_base_us = 1000000,
                                                 .retry_cap_us = 1000000,
                                                 .pending_max = 100,
                                             });
    world->cache =
        cache_create(world->loop, &world->plan, &world->settings, world->redis, world->sql);
    request = request_with(world, "Item:1@2");
    aggregate_set(world, "Item:1", 2);
    request_wait(request);
    assert_sql(request, FORWARD_BYPASS, "replica1", ONE);
}

/* ------------------------------------------------------------------ tokens of answers */

static void test_token_of_an_answer_is_accepted(void **state)
{
    struct world *world = *state;
    struct request *first = ask(world, 1);
    struct slice token = token_of_answer(&world->arena, &world->model, &first->answer);

    assert_slice(token, "items:r" EPOCH ".10");
    assert_hit(ask_with(world, arena_cstr(&world->arena, token)), ONE);
}

static void test_token_beyond_the_primary_is_of_the_future(void **state)
{
    struct world *world = *state;
    struct request *request;

    ask(world, 1);
    request = ask_with(world, "items:r" EPOCH ".11");
    assert_int_equal(request->outcome, LOOKUP_FUTURE_TOKEN);
    revision_set(world, PRIMARY, EPOCH, 11);
    assert_hit(ask_with(world, "items:r" EPOCH ".11"), ONE);
}

static void test_token_of_a_forgotten_epoch_is_ignored(void **state)
{
    struct world *world = *state;

    ask(world, 1);
    assert_hit(ask_with(world, "items:r" EPOCH_2 ".99"), ONE);
}

/* own is a rebuild behind: the primary's epoch counts, and entries of the old one do not. */
static void test_token_of_the_primarys_new_epoch_beats_own(void **state)
{
    struct world *world = *state;

    ask(world, 1);
    revision_set(world, PRIMARY, EPOCH_2, 20);
    home_set(world, NULL, TOUCHES);
    item_set(world, PRIMARY, 1, "two");
    assert_sql(ask_with(world, "items:r" EPOCH_2 ".20"), FORWARD_BYPASS, "primary", TWO);
}

/* ------------------------------------------------------------------ Prefer: wait */

struct waited {
    bool done;
    enum status status;
};

static void on_waited(void *ctx, enum status status)
{
    struct waited *waited = ctx;

    waited->done = true;
    waited->status = status;
}

static bool has_waited(void *ctx)
{
    return ((struct waited *)ctx)->done;
}

static enum status wait_for(struct world *world, const char *token, uint64_t span_us)
{
    struct waited waited = {0};

    lookup_wait(world->cache, slice_str(token), clock_deadline(span_us), on_waited, &waited);
    assert_false(waited.done);
    loop_until(world, has_waited, &waited);
    return waited.status;
}

static void test_wait_ends_when_the_command_is_visible(void **state)
{
    struct world *world = *state;
    struct slice token = token_of_command(&world->arena, &world->model, SLICE_LITERAL("a b"), 3);

    assert_slice(token, "Item:a%20b@3");
    assert_status(wait_for(world, arena_cstr(&world->arena, token), 200000), STATUS_TIMEOUT);
    aggregate_set(world, "Item:a%20b", 3);
    assert_status(wait_for(world, arena_cstr(&world->arena, token), 5000000), STATUS_OK);
    dead_letter(world, "Item:9");
    assert_status(wait_for(world, "Item:9@1", 5000000), STATUS_REFUSED);
    assert_status(wait_for(world, "Nobody:9@1", 5000000), STATUS_INVALID);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_version_in_the_aggregate_table_is_reached),
        TEST(test_version_in_redis_is_reached),
        TEST(test_version_of_another_epoch_in_redis_is_not_believed),
        TEST(test_version_not_reached_in_time_is_said),
        TEST(test_all_tokens_of_a_list_have_one_deadline),
        TEST(test_the_requests_own_deadline_ends_the_wait),
        TEST(test_waiting_request_sees_the_commit),
        TEST(test_message_of_the_feed_polls_at_once),
        TEST(test_many_messages_of_the_feed_share_polls),
        TEST(test_late_message_of_a_past_epoch_ends_no_wait),
        TEST(test_waiting_request_is_not_content_with_a_read_begun_meanwhile),
        TEST(test_aggregate_among_the_dead_letters_is_blocked),
        TEST(test_an_older_letter_of_a_model_with_whole_images_is_waited_for),
        TEST(test_a_letter_that_is_there_at_the_deadline_is_said),
        TEST(test_tokens_of_other_models_do_not_concern_the_query),
        TEST(test_every_token_of_a_list_is_waited_for),
        TEST(test_malformed_tokens_are_bad),
        TEST(test_too_many_waiters_are_refused),
        TEST(test_many_waiters_share_polls_and_statements),
        TEST(test_without_redis_the_primary_is_polled),
        TEST(test_token_of_an_answer_is_accepted),
        TEST(test_token_beyond_the_primary_is_of_the_future),
        TEST(test_token_of_a_forgotten_epoch_is_ignored),
        TEST(test_token_of_the_primarys_new_epoch_beats_own),
        TEST(test_wait_ends_when_the_command_is_visible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
