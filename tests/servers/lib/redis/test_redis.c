/*
 * lib/redis/redis.c and lib/redis/feed.c against real servers: TWOFOLD_REDIS (host:port), and
 * children for what kills them.
 */
#include <signal.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/redis/redis.h"
#include "tests/servers/child.h"
#include "tests/unit/unit.h"

struct answer {
    unsigned int calls;
    enum status status;
    size_t count;
    char text[256]; /* replies, separated by '|' */
};

static void describe(char *out, size_t room, const struct redis_reply *reply)
{
    size_t at = strlen(out);

    switch (reply->type) {
    case REDIS_NIL:
        snprintf(out + at, room - at, "nil|");
        break;
    case REDIS_INTEGER:
        snprintf(out + at, room - at, "%lld|", (long long)reply->integer);
        break;
    case REDIS_ARRAY:
        for (size_t i = 0; i < reply->count; i++) {
            describe(out, room, &reply->items[i]);
        }
        break;
    case REDIS_ERROR:
        snprintf(out + at, room - at, "error|");
        break;
    case REDIS_STRING:
    case REDIS_STATUS:
        snprintf(out + at, room - at, "%.*s|", SLICE_ARG(reply->text));
        break;
    }
}

static void on_done(void *ctx, enum status status, const struct redis_reply *replies, size_t count)
{
    struct answer *answer = ctx;

    answer->calls++;
    answer->status = status;
    answer->count = count;
    answer->text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        describe(answer->text, sizeof(answer->text), &replies[i]);
    }
}

static struct redis_config config_for(const char *addresses)
{
    return (struct redis_config){.addresses = slice_str(addresses),
                                 .connect_timeout_us = 500000,
                                 .command_timeout_us = 250000,
                                 .retry_base_us = 10000,
                                 .retry_cap_us = 50000,
                                 .pending_max = 1000};
}

#define UNTIL(loop, condition)                           \
    do {                                                 \
        uint64_t limit_ = clock_deadline(WAIT_LIMIT_US); \
        while (!(condition)) {                           \
            assert_true(clock_left_us(limit_) > 0);      \
            loop_turn(loop, false);                      \
            breathe();                                   \
        }                                                \
    } while (0)

/* "GET a" split at blanks; its STRINGs into an arena, or NULL. */
static void send_into(struct redis *redis, const char *text, uint64_t deadline_us,
                      struct arena *strings, struct answer *answer)
{
    struct slice words[8], rest = slice_str(text);
    struct redis_command command = {.args = words};

    while (rest.len > 0) {
        (void)slice_cut(rest, ' ', &words[command.count++], &rest);
    }
    redis_send(redis, &command, 1, deadline_us, strings, on_done, answer);
}

static void send_text(struct redis *redis, const char *text, uint64_t deadline_us,
                      struct answer *answer)
{
    send_into(redis, text, deadline_us, NULL, answer);
}

static struct answer ask(struct loop *loop, struct redis *redis, const char *text)
{
    struct answer answer = {0};

    send_text(redis, text, clock_deadline(5000000), &answer);
    assert_int_equal(answer.calls, 0);
    UNTIL(loop, answer.calls > 0);
    return answer;
}

/* ------------------------------------------------------------------ one server */

static void test_a_pipeline_has_one_callback_with_its_replies_in_order(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis *redis = redis_create(loop, &config);
    const struct slice set[] = {SLICE_LITERAL("SET"), SLICE_LITERAL("libtest:a"),
                                slice_of("x\0y\r\n", 5)};
    const struct slice mget[] = {SLICE_LITERAL("MGET"), SLICE_LITERAL("libtest:a"),
                                 SLICE_LITERAL("libtest:none")};
    const struct slice range[] = {SLICE_LITERAL("GETRANGE"), SLICE_LITERAL("libtest:a"),
                                  SLICE_LITERAL("2"), SLICE_LITERAL("2")};
    const struct slice del[] = {SLICE_LITERAL("DEL"), SLICE_LITERAL("libtest:a")};
    const struct slice bad[] = {SLICE_LITERAL("NOSUCH")};
    const struct redis_command commands[] = {
        {set,   3},
        {mget,  3},
        {range, 4},
        {del,   2},
        {bad,   1}
    };
    struct answer answer = {0};

    (void)state;
    UNTIL(loop, redis_up(redis));
    assert_int_equal(redis_run_id(redis).len, REDIS_RUN_ID);
    redis_send(redis, commands, 5, clock_deadline(5000000), NULL, on_done, &answer);
    UNTIL(loop, answer.calls > 0);
    assert_int_equal(answer.status, STATUS_OK);
    assert_int_equal(answer.count, 5);
    assert_string_equal(answer.text, "OK|x|nil|y|1|error|");
    redis_destroy(redis);
    loop_destroy(loop);
    assert_int_equal(answer.calls, 1);
}

static void keep_first(void *ctx, enum status status, const struct redis_reply *replies,
                       size_t count)
{
    struct slice *kept = ctx;

    assert_int_equal(status, STATUS_OK);
    assert_int_equal(count, 1);
    *kept = replies[0].text;
}

static void test_strings_stay_in_the_memory_of_the_caller(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis *redis = redis_create(loop, &config);
    const struct slice echo[] = {SLICE_LITERAL("ECHO"), SLICE_LITERAL("kept")};
    struct arena strings = {0};
    struct slice kept = SLICE_EMPTY;

    (void)state;
    UNTIL(loop, redis_up(redis));
    redis_send(redis, &(struct redis_command){echo, 2}, 1, CLOCK_NEVER, &strings, keep_first,
               &kept);
    UNTIL(loop, kept.len > 0);
    assert_string_equal(ask(loop, redis, "ECHO other").text, "other|");
    redis_destroy(redis);
    loop_destroy(loop);
    assert_slice(kept, "kept");
    arena_fini(&strings);
}

static void test_a_value_of_megabytes_comes_whole(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis *redis;
    struct answer answer;

    (void)state;
    config.command_timeout_us = 5000000;
    redis = redis_create(loop, &config);
    UNTIL(loop, redis_up(redis));
    answer = ask(loop, redis, "SETRANGE libtest:big 8000000 end");
    assert_string_equal(answer.text, "8000003|");
    answer = ask(loop, redis, "GET libtest:big");
    assert_int_equal(answer.status, STATUS_OK);
    assert_int_equal(answer.count, 1);
    answer = ask(loop, redis, "DEL libtest:big");
    assert_string_equal(answer.text, "1|");
    redis_destroy(redis);
    loop_destroy(loop);
}

static void test_commands_beyond_pending_max_are_busy(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct answer answers[4] = {0};
    struct redis *redis;

    (void)state;
    config.pending_max = 3;
    redis = redis_create(loop, &config);
    UNTIL(loop, redis_up(redis));
    for (size_t i = 0; i < 4; i++) {
        send_text(redis, "PING", clock_deadline(5000000), &answers[i]);
        assert_int_equal(answers[i].calls, 0);
    }
    UNTIL(loop, answers[0].calls && answers[1].calls && answers[2].calls && answers[3].calls);
    assert_int_equal(answers[2].status, STATUS_OK);
    assert_int_equal(answers[3].status, STATUS_BUSY);
    redis_destroy(redis);
    loop_destroy(loop);
}

static void test_calls_in_flight_end_when_the_client_is_destroyed(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis *redis = redis_create(loop, &config);
    struct answer answer = {0}, unsent = {0};

    (void)state;
    send_text(redis, "PING", clock_deadline(5000000), &unsent);
    UNTIL(loop, redis_up(redis));
    assert_int_equal(unsent.status, STATUS_UNAVAILABLE);
    send_text(redis, "PING", clock_deadline(5000000), &answer);
    redis_destroy(redis);
    assert_int_equal(answer.calls, 1);
    assert_int_equal(answer.status, STATUS_UNAVAILABLE);
    loop_destroy(loop);
}

/* ------------------------------------------------------------------ deadlines */

static void test_a_late_reply_is_dropped_and_the_next_call_gets_its_own(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_child child = {0};
    struct answer late = {0}, next;
    struct arena strings = {0};
    struct redis_config config;
    struct redis *redis;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    config.command_timeout_us = 5000000;
    redis = redis_create(loop, &config);
    UNTIL(loop, redis_up(redis));
    redis_child_signal(&child, SIGSTOP);
    send_into(redis, "ECHO late", clock_deadline(20000), &strings, &late);
    UNTIL(loop, late.calls > 0);
    arena_fini(&strings); /* nobody writes there any more */
    assert_int_equal(late.status, STATUS_TIMEOUT);
    assert_true(redis_up(redis));
    redis_child_signal(&child, SIGCONT);
    next = ask(loop, redis, "ECHO next");
    assert_string_equal(next.text, "next|");
    assert_int_equal(late.calls, 1);
    assert_null(strings.chunk);
    redis_destroy(redis);
    loop_destroy(loop);
    redis_child_kill(&child);
}

static void test_a_passed_deadline_sends_nothing(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis *redis = redis_create(loop, &config);
    struct answer answer = {0}, after;

    (void)state;
    UNTIL(loop, redis_up(redis));
    send_text(redis, "SET libtest:late x", clock_us() - 1, &answer);
    assert_int_equal(answer.calls, 0);
    UNTIL(loop, answer.calls > 0);
    assert_int_equal(answer.status, STATUS_TIMEOUT);
    after = ask(loop, redis, "GET libtest:late");
    assert_string_equal(after.text, "nil|");
    redis_destroy(redis);
    loop_destroy(loop);
}

static void test_a_hung_server_opens_the_circuit_and_is_found_again(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_child child = {0};
    struct answer first = {0}, second = {0};
    struct redis_config config;
    struct redis *redis;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_create(loop, &config);
    UNTIL(loop, redis_up(redis));
    redis_child_signal(&child, SIGSTOP);
    send_text(redis, "PING", CLOCK_NEVER, &first);
    UNTIL(loop, first.calls > 0);
    assert_int_equal(first.status, STATUS_TIMEOUT);
    assert_false(redis_up(redis));
    send_text(redis, "PING", CLOCK_NEVER, &second);
    loop_turn(loop, false);
    assert_int_equal(second.status, STATUS_UNAVAILABLE);
    redis_child_signal(&child, SIGCONT);
    UNTIL(loop, redis_up(redis));
    redis_destroy(redis);
    loop_destroy(loop);
    redis_child_kill(&child);
}

/* ------------------------------------------------------------------ servers that come and go */

static void test_a_restarted_server_has_another_run_id(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_child child = {0};
    char run_id[REDIS_RUN_ID + 1];
    struct answer answer = {0};
    struct redis_config config;
    struct redis *redis;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_create(loop, &config);
    UNTIL(loop, redis_up(redis));
    snprintf(run_id, sizeof(run_id), "%.*s", SLICE_ARG(redis_run_id(redis)));
    redis_child_signal(&child, SIGSTOP);
    send_text(redis, "PING", CLOCK_NEVER, &answer);
    loop_turn(loop, false);
    redis_child_kill(&child);
    UNTIL(loop, answer.calls > 0);
    assert_int_equal(answer.status, STATUS_UNAVAILABLE);
    assert_int_equal(redis_run_id(redis).len, 0);
    redis_child_start(&child);
    UNTIL(loop, redis_up(redis));
    assert_false(slice_is(redis_run_id(redis), run_id));
    redis_destroy(redis);
    loop_destroy(loop);
    redis_child_kill(&child);
}

static void test_only_the_master_of_the_list_is_used(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_child one = {0}, two = {0};
    char addresses[80], command[64];
    char run_id[REDIS_RUN_ID + 1];
    struct redis_config config;
    struct redis *redis, *other;

    (void)state;
    redis_child_start(&one);
    redis_child_start(&two);
    config = config_for(one.address);
    redis = redis_create(loop, &config);
    UNTIL(loop, redis_up(redis));
    snprintf(run_id, sizeof(run_id), "%.*s", SLICE_ARG(redis_run_id(redis)));
    snprintf(command, sizeof(command), "REPLICAOF 127.0.0.1 %u", two.port);
    assert_string_equal(ask(loop, redis, command).text, "OK|");
    UNTIL(loop, !redis_up(redis)); /* the periodic check */
    snprintf(addresses, sizeof(addresses), "%s,%s", one.address, two.address);
    config = config_for(addresses);
    other = redis_create(loop, &config);
    UNTIL(loop, redis_up(other));
    assert_false(slice_is(redis_run_id(other), run_id));
    redis_destroy(other);
    redis_destroy(redis);
    loop_destroy(loop);
    redis_child_kill(&one);
    redis_child_kill(&two);
}

static void test_a_wrong_password_is_refused_and_the_right_one_is_not(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_child child = {0};
    struct redis *redis, *with;
    struct redis_config config;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_create(loop, &config);
    UNTIL(loop, redis_up(redis));
    assert_string_equal(ask(loop, redis, "CONFIG SET requirepass secret").text, "OK|");
    config.password = SLICE_LITERAL("secret");
    with = redis_create(loop, &config);
    UNTIL(loop, redis_up(with));
    redis_destroy(with);
    config.password = SLICE_LITERAL("wrong");
    with = redis_create(loop, &config);
    for (unsigned int i = 0; i < 50; i++) {
        loop_turn(loop, false);
        breathe();
    }
    assert_false(redis_up(with));
    redis_destroy(with);
    redis_destroy(redis);
    loop_destroy(loop);
    redis_child_kill(&child);
}

/* ------------------------------------------------------------------ the feed */

struct heard {
    unsigned int ups, downs, messages;
    char last[32];
};

static void on_up(void *ctx, struct slice run_id)
{
    assert_int_equal(run_id.len, REDIS_RUN_ID);
    ((struct heard *)ctx)->ups++;
}

static void on_message(void *ctx, struct slice message)
{
    struct heard *heard = ctx;

    heard->messages++;
    snprintf(heard->last, sizeof(heard->last), "%.*s", SLICE_ARG(message));
}

static void on_down(void *ctx)
{
    ((struct heard *)ctx)->downs++;
}

static void test_a_feed_hears_messages_and_subscribes_again(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_child child = {0};
    struct heard heard = {0};
    const struct redis_feed_handler handler = {on_up, on_message, on_down, &heard};
    struct redis_config config;
    struct redis_feed *feed;
    struct redis *redis;

    (void)state;
    redis_child_start(&child);
    config = config_for(child.address);
    redis = redis_create(loop, &config);
    feed = redis_subscribe(loop, &config, SLICE_LITERAL("libtest:feed"), &handler);
    UNTIL(loop, redis_up(redis) && heard.ups == 1);
    assert_string_equal(ask(loop, redis, "PUBLISH libtest:feed one").text, "1|");
    UNTIL(loop, heard.messages == 1);
    assert_string_equal(heard.last, "one");
    redis_child_signal(&child, SIGSTOP); /* hung: the ping is not answered */
    UNTIL(loop, heard.downs == 1);
    redis_child_kill(&child);
    redis_child_start(&child);
    UNTIL(loop, redis_up(redis) && heard.ups == 2);
    assert_string_equal(ask(loop, redis, "PUBLISH libtest:feed two").text, "1|");
    UNTIL(loop, heard.messages == 2);
    redis_feed_destroy(feed);
    assert_int_equal(heard.downs, 2);
    redis_destroy(redis);
    loop_destroy(loop);
    redis_child_kill(&child);
}

/* A replica would pass on what its own master says, which may be another one than the commands'. */
static void test_a_feed_leaves_a_server_that_was_demoted(void **state)
{
    struct loop *loop = loop_create("test");
    struct redis_child one = {0}, two = {0};
    struct heard heard = {0};
    const struct redis_feed_handler handler = {on_up, on_message, on_down, &heard};
    char addresses[80], command[64];
    struct redis_config config, second;
    struct redis_feed *feed;
    struct redis *redis, *other;

    (void)state;
    redis_child_start(&one);
    redis_child_start(&two);
    config = config_for(one.address);
    redis = redis_create(loop, &config);
    second = config_for(two.address);
    other = redis_create(loop, &second);
    snprintf(addresses, sizeof(addresses), "%s,%s", one.address, two.address);
    config = config_for(addresses);
    feed = redis_subscribe(loop, &config, SLICE_LITERAL("libtest:feed"), &handler);
    UNTIL(loop, redis_up(redis) && redis_up(other) && heard.ups == 1);
    snprintf(command, sizeof(command), "REPLICAOF 127.0.0.1 %u", port_free());
    assert_string_equal(ask(loop, redis, command).text, "OK|");
    UNTIL(loop, heard.downs == 1 && heard.ups == 2);
    assert_string_equal(ask(loop, other, "PUBLISH libtest:feed two").text, "1|");
    UNTIL(loop, heard.messages == 1);
    redis_feed_destroy(feed);
    redis_destroy(other);
    redis_destroy(redis);
    loop_destroy(loop);
    redis_child_kill(&one);
    redis_child_kill(&two);
}

/* To ask ROLE it leaves the channel for a moment: nobody is told of a new start. */
static void test_a_feed_stays_up_while_its_server_is_a_master(void **state)
{
    struct loop *loop = loop_create("test");
    struct heard heard = {0};
    const struct redis_feed_handler handler = {on_up, on_message, on_down, &heard};
    struct redis_config config = config_for(env_needed("TWOFOLD_REDIS"));
    struct redis *redis = redis_create(loop, &config);
    struct redis_feed *feed =
        redis_subscribe(loop, &config, SLICE_LITERAL("libtest:steady"), &handler);
    uint64_t end_us;

    (void)state;
    UNTIL(loop, redis_up(redis) && heard.ups == 1);
    end_us = clock_deadline(2500000);
    UNTIL(loop, clock_left_us(end_us) == 0);
    assert_string_equal(ask(loop, redis, "PUBLISH libtest:steady one").text, "1|");
    UNTIL(loop, heard.messages == 1);
    assert_int_equal(heard.ups, 1);
    assert_int_equal(heard.downs, 0);
    redis_feed_destroy(feed);
    redis_destroy(redis);
    loop_destroy(loop);
}

/* Only the check is lost, and that the server hangs is still seen. */
static void test_a_feed_that_may_not_ask_for_the_role_stays_up(void **state)
{
    static const char *const taken[] = {"-unsubscribe", "-role"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(taken); i++) {
        struct loop *loop = loop_create("test");
        struct redis_child child = {0};
        struct heard heard = {0};
        const struct redis_feed_handler handler = {on_up, on_message, on_down, &heard};
        struct redis_config config;
        struct redis_feed *feed;
        struct redis *redis;
        char command[64];
        uint64_t end_us;

        redis_child_start(&child);
        config = config_for(child.address);
        redis = redis_create(loop, &config);
        UNTIL(loop, redis_up(redis));
        assert_string_equal(ask(loop, redis, "ACL SETUSER feeder on >pw ~* &* +@all").text, "OK|");
        config.username = SLICE_LITERAL("feeder");
        config.password = SLICE_LITERAL("pw");
        feed = redis_subscribe(loop, &config, SLICE_LITERAL("libtest:feed"), &handler);
        UNTIL(loop, heard.ups == 1);
        snprintf(command, sizeof(command), "ACL SETUSER feeder %s", taken[i]);
        assert_string_equal(ask(loop, redis, command).text, "OK|");
        end_us = clock_deadline(2500000);
        UNTIL(loop, clock_left_us(end_us) == 0);
        assert_int_equal(heard.ups, 1);
        assert_int_equal(heard.downs, 0);
        assert_string_equal(ask(loop, redis, "PUBLISH libtest:feed one").text, "1|");
        UNTIL(loop, heard.messages == 1);
        redis_child_signal(&child, SIGSTOP);
        UNTIL(loop, heard.downs == 1);
        redis_feed_destroy(feed);
        redis_destroy(redis);
        loop_destroy(loop);
        redis_child_kill(&child);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipeline_has_one_callback_with_its_replies_in_order),
        cmocka_unit_test(test_strings_stay_in_the_memory_of_the_caller),
        cmocka_unit_test(test_a_value_of_megabytes_comes_whole),
        cmocka_unit_test(test_commands_beyond_pending_max_are_busy),
        cmocka_unit_test(test_calls_in_flight_end_when_the_client_is_destroyed),
        cmocka_unit_test(test_a_late_reply_is_dropped_and_the_next_call_gets_its_own),
        cmocka_unit_test(test_a_passed_deadline_sends_nothing),
        cmocka_unit_test(test_a_hung_server_opens_the_circuit_and_is_found_again),
        cmocka_unit_test(test_a_restarted_server_has_another_run_id),
        cmocka_unit_test(test_only_the_master_of_the_list_is_used),
        cmocka_unit_test(test_a_wrong_password_is_refused_and_the_right_one_is_not),
        cmocka_unit_test(test_a_feed_hears_messages_and_subscribes_again),
        cmocka_unit_test(test_a_feed_leaves_a_server_that_was_demoted),
        cmocka_unit_test(test_a_feed_stays_up_while_its_server_is_a_master),
        cmocka_unit_test(test_a_feed_that_may_not_ask_for_the_role_stays_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
