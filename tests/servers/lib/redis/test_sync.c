/*
 * lib/redis/sync.c against real servers.
 */
#include <signal.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/redis/sync.h"
#include "tests/servers/child.h"
#include "tests/unit/unit.h"

static struct arena arena;

static struct redis_config config_for(const char *addresses)
{
    return (struct redis_config){.addresses = slice_str(addresses),
                                 .connect_timeout_us = 500000,
                                 .command_timeout_us = 250000,
                                 .retry_base_us = 1000,
                                 .retry_cap_us = 5000};
}

/* "GET a" split at blanks. */
static enum status ask(struct redis_sync *redis, const char *text, struct redis_reply **reply)
{
    struct slice words[8], rest = slice_str(text);
    struct redis_command command = {.args = words};

    while (rest.len > 0) {
        (void)slice_cut(rest, ' ', &words[command.count++], &rest);
    }
    return redis_sync_send(redis, &command, 1, clock_deadline(5000000), &arena, reply);
}

static void connect_again(struct redis_sync *redis)
{
    uint64_t deadline_us = clock_deadline(WAIT_LIMIT_US);

    while (redis_sync_connect(redis, deadline_us) != STATUS_OK) {
        assert_true(clock_left_us(deadline_us) > 0);
        breathe();
    }
}

static void test_a_pipeline_answers_in_order(void **state)
{
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis_sync *redis = redis_sync_create(&config);
    const struct slice set[] = {SLICE_LITERAL("SET"), SLICE_LITERAL("libtest:s"),
                                SLICE_LITERAL("5")};
    const struct slice incr[] = {SLICE_LITERAL("INCR"), SLICE_LITERAL("libtest:s")};
    const struct slice del[] = {SLICE_LITERAL("DEL"), SLICE_LITERAL("libtest:s")};
    const struct redis_command commands[] = {
        {set,  3},
        {incr, 2},
        {del,  2}
    };
    struct redis_reply *replies;

    (void)state;
    assert_int_equal(redis_sync_run_id(redis).len, 0);
    assert_status(redis_sync_send(redis, commands, 3, clock_deadline(5000000), &arena, &replies),
                  STATUS_OK);
    assert_int_equal(redis_sync_run_id(redis).len, REDIS_RUN_ID);
    assert_slice(replies[0].text, "OK");
    assert_int_equal(replies[1].integer, 6);
    assert_int_equal(replies[2].integer, 1);
    redis_sync_destroy(redis);
}

static void test_an_unknown_script_is_sent_whole_once(void **state)
{
    struct redis_child child = {0};
    struct redis_script script = {
        .text = SLICE_LITERAL("return {KEYS[1], ARGV[1], 7, redis.status_reply('FINE')}")};
    const struct slice args[] = {SLICE_LITERAL("key"), SLICE_LITERAL("value")};
    struct redis_reply *reply;
    struct redis_config config;
    struct redis_sync *redis;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_sync_create(&config);
    for (unsigned int i = 0; i < 2; i++) {
        assert_status(
            redis_sync_eval(redis, &script, 1, args, 2, clock_deadline(5000000), &arena, &reply),
            STATUS_OK);
        assert_int_equal(reply->count, 4);
        assert_slice(reply->items[0].text, "key");
        assert_slice(reply->items[1].text, "value");
        assert_int_equal(reply->items[2].integer, 7);
        assert_slice(reply->items[3].text, "FINE");
    }
    assert_status(ask(redis, "INFO commandstats", &reply), STATUS_OK);
    assert_non_null(memmem(reply->text.ptr, reply->text.len, "cmdstat_eval:calls=1,", 21));
    assert_non_null(memmem(reply->text.ptr, reply->text.len, "cmdstat_evalsha:calls=2,", 24));
    redis_sync_destroy(redis);
    redis_child_kill(&child);
}

static void test_a_server_that_died_idle_is_noticed_before_anything_is_sent(void **state)
{
    struct redis_child child = {0};
    char run_id[REDIS_RUN_ID + 1];
    struct redis_reply *reply;
    struct redis_config config;
    struct redis_sync *redis;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_sync_create(&config);
    assert_status(ask(redis, "PING", &reply), STATUS_OK);
    snprintf(run_id, sizeof(run_id), "%.*s", SLICE_ARG(redis_sync_run_id(redis)));
    redis_child_kill(&child);
    assert_status(ask(redis, "PING", &reply), STATUS_UNAVAILABLE);
    assert_null(reply);
    assert_int_equal(redis_sync_run_id(redis).len, 0);
    redis_child_start(&child);
    connect_again(redis);
    assert_false(slice_is(redis_sync_run_id(redis), run_id));
    redis_sync_destroy(redis);
    redis_child_kill(&child);
}

static void test_a_lost_answer_is_uncertain(void **state)
{
    struct redis_child child = {0};
    struct redis_reply *reply;
    struct redis_config config;
    struct redis_sync *redis;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_sync_create(&config);
    assert_status(ask(redis, "PING", &reply), STATUS_OK);
    redis_child_signal(&child, SIGSTOP);
    assert_status(ask(redis, "SET a b", &reply), STATUS_UNCERTAIN);
    assert_int_equal(redis_sync_run_id(redis).len, 0);
    redis_child_signal(&child, SIGCONT);
    connect_again(redis);
    assert_status(ask(redis, "PING", &reply), STATUS_OK);
    redis_sync_destroy(redis);
    redis_child_kill(&child);
}

static void test_a_replica_is_not_connected_to(void **state)
{
    struct redis_child child = {0};
    struct redis_reply *reply;
    struct redis_config config;
    struct redis_sync *redis, *other;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_sync_create(&config);
    other = redis_sync_create(&config);
    assert_status(ask(redis, "REPLICAOF 127.0.0.1 1", &reply), STATUS_OK);
    assert_false(redis_sync_demoted(other));
    assert_status(redis_sync_connect(other, clock_deadline(1000000)), STATUS_UNAVAILABLE);
    assert_true(redis_sync_demoted(other));
    assert_status(ask(redis, "REPLICAOF NO ONE", &reply), STATUS_OK);
    connect_again(other);
    assert_false(redis_sync_demoted(other));
    assert_status(ask(redis, "REPLICAOF 127.0.0.1 1", &reply), STATUS_OK);
    assert_status(ask(redis, "SET a b", &reply),
                  STATUS_OK); /* a READONLY reply, and the server is left */
    assert_int_equal(reply->type, REDIS_ERROR);
    assert_int_equal(redis_sync_run_id(redis).len, 0);
    redis_sync_destroy(other);
    redis_sync_destroy(redis);
    redis_child_kill(&child);
}

/* Nothing refuses a reader: the server itself is asked, and the next address taken. */
static void test_a_server_that_was_demoted_is_left_though_it_answers(void **state)
{
    struct redis_child one = {0}, two = {0};
    char addresses[80], run_id[REDIS_RUN_ID + 1], command[64];
    uint64_t limit_us = clock_deadline(WAIT_LIMIT_US);
    struct redis_reply *reply;
    struct redis_config config;
    struct redis_sync *redis;

    (void)state;
    redis_child_start(&one);
    redis_child_start(&two);
    snprintf(addresses, sizeof(addresses), "%s,%s", one.address, two.address);
    config = config_for(addresses);
    redis = redis_sync_create(&config);
    assert_status(ask(redis, "PING", &reply), STATUS_OK);
    snprintf(run_id, sizeof(run_id), "%.*s", SLICE_ARG(redis_sync_run_id(redis)));
    snprintf(command, sizeof(command), "REPLICAOF 127.0.0.1 %u", port_free());
    assert_status(ask(redis, command, &reply), STATUS_OK);
    while (slice_is(redis_sync_run_id(redis), run_id)) {
        assert_true(clock_left_us(limit_us) > 0);
        assert_status(ask(redis, "PING", &reply), STATUS_OK);
        breathe();
    }
    assert_int_equal(redis_sync_run_id(redis).len, REDIS_RUN_ID);
    redis_sync_destroy(redis);
    redis_child_kill(&one);
    redis_child_kill(&two);
}

static void test_a_passed_deadline_sends_nothing(void **state)
{
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis_sync *redis = redis_sync_create(&config);
    const struct slice ping = SLICE_LITERAL("PING");
    const struct redis_command command = {&ping, 1};
    struct redis_reply *reply;

    (void)state;
    assert_status(redis_sync_send(redis, &command, 1, clock_us() - 1, &arena, &reply),
                  STATUS_UNAVAILABLE);
    redis_sync_destroy(redis);
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipeline_answers_in_order),
        cmocka_unit_test(test_an_unknown_script_is_sent_whole_once),
        cmocka_unit_test(test_a_server_that_died_idle_is_noticed_before_anything_is_sent),
        cmocka_unit_test(test_a_lost_answer_is_uncertain),
        cmocka_unit_test(test_a_replica_is_not_connected_to),
        cmocka_unit_test(test_a_server_that_was_demoted_is_left_though_it_answers),
        cmocka_unit_test(test_a_passed_deadline_sends_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
