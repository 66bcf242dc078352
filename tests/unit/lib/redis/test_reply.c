#include <hiredis/hiredis.h>

#include "lib/redis/reply.h"
#include "tests/unit/unit.h"

/* A context that no socket belongs to: its reader is fed by hand. */
struct wire {
    redisContext context;
    struct redis_intake intake;
    struct arena arena, strings;
};

static void wire_open(struct wire *wire, size_t wanted)
{
    *wire = (struct wire){0};
    wire->context.reader = redisReaderCreate();
    redis_intake_attach(&wire->intake, &wire->context);
    redis_intake_start(&wire->intake, &wire->arena, wanted);
}

static void wire_close(struct wire *wire)
{
    redisReaderFree(wire->context.reader);
    arena_fini(&wire->arena);
    arena_fini(&wire->strings);
}

static enum status feed(struct wire *wire, struct slice bytes, bool *whole)
{
    assert_int_equal(redisReaderFeed(wire->context.reader, bytes.ptr, bytes.len), REDIS_OK);
    return redis_intake_parse(&wire->intake, &wire->strings, &wire->context, whole);
}

static void test_commands_are_written_with_the_length_of_each_argument(void **state)
{
    const struct slice args[] = {SLICE_LITERAL("SET"), SLICE_EMPTY, slice_of("\0\r\n", 3),
                                 SLICE_LITERAL("0123456789")};
    const struct redis_command command = {args, 4};
    struct buf out = {0};

    (void)state;
    redis_command_append(&out, &command);
    redis_command_append(&out, &(struct redis_command){args, 1});
    assert_true(
        slice_eq(buf_slice(&out),
                 SLICE_LITERAL("*4\r\n$3\r\nSET\r\n$0\r\n\r\n$3\r\n\0\r\n\r\n$10\r\n0123456789"
                               "\r\n*1\r\n$3\r\nSET\r\n")));
    buf_fini(&out);
}

static const struct slice all_types =
    SLICE_LITERAL("+OK\r\n$5\r\na\0b\r\n\r\n:-42\r\n$-1\r\n-ERR no\r\n*3\r\n$1\r\nx\r\n*1\r\n:7\r\n"
                  "$-1\r\n*-1\r\n*0\r\n");
#define ALL_TYPES_COUNT 8

static void check_all_types(const struct redis_reply *replies)
{
    assert_int_equal(replies[0].type, REDIS_STATUS);
    assert_slice(replies[0].text, "OK");
    assert_int_equal(replies[1].type, REDIS_STRING);
    assert_true(slice_eq(replies[1].text, slice_of("a\0b\r\n", 5)));
    assert_int_equal(replies[2].type, REDIS_INTEGER);
    assert_int_equal(replies[2].integer, -42);
    assert_int_equal(replies[3].type, REDIS_NIL);
    assert_int_equal(replies[4].type, REDIS_ERROR);
    assert_slice(replies[4].text, "ERR no");
    assert_int_equal(replies[5].type, REDIS_ARRAY);
    assert_int_equal(replies[5].count, 3);
    assert_slice(replies[5].items[0].text, "x");
    assert_int_equal(replies[5].items[1].items[0].integer, 7);
    assert_int_equal(replies[5].items[2].type, REDIS_NIL);
    assert_int_equal(replies[6].type, REDIS_NIL);
    assert_int_equal(replies[7].type, REDIS_ARRAY);
    assert_int_equal(replies[7].count, 0);
}

static void test_replies_of_all_types_stand_in_one_array(void **state)
{
    struct wire wire;
    bool whole = false;

    (void)state;
    wire_open(&wire, ALL_TYPES_COUNT);
    assert_status(feed(&wire, all_types, &whole), STATUS_OK);
    assert_true(whole);
    check_all_types(wire.intake.replies);
    wire_close(&wire);
}

static void test_replies_are_the_same_however_the_bytes_are_cut(void **state)
{
    (void)state;
    for (size_t step = 1; step < 8; step++) {
        struct wire wire;
        bool whole = false;

        wire_open(&wire, ALL_TYPES_COUNT);
        for (size_t at = 0; at < all_types.len; at += step) {
            struct slice rest = slice_from(all_types, at);

            assert_false(whole);
            rest.len = rest.len < step ? rest.len : step;
            assert_status(feed(&wire, rest, &whole), STATUS_OK);
        }
        assert_true(whole);
        check_all_types(wire.intake.replies);
        wire_close(&wire);
    }
}

static void test_replies_are_the_same_wherever_the_bytes_are_cut_once(void **state)
{
    (void)state;
    for (size_t at = 1; at < all_types.len; at++) {
        struct wire wire;
        bool whole = false;

        wire_open(&wire, ALL_TYPES_COUNT);
        assert_status(feed(&wire, slice_of(all_types.ptr, at), &whole), STATUS_OK);
        assert_false(whole);
        assert_status(feed(&wire, slice_from(all_types, at), &whole), STATUS_OK);
        assert_true(whole);
        check_all_types(wire.intake.replies);
        wire_close(&wire);
    }
}

static void test_arrays_nest_as_deep_as_the_reader_goes(void **state)
{
    struct wire wire;
    const struct redis_reply *reply;
    bool whole = false;

    (void)state;
    wire_open(&wire, 1);
    assert_status(feed(&wire,
                       SLICE_LITERAL("*2\r\n*2\r\n*1\r\n*2\r\n$-1\r\n-ERR x\r\n$2\r\nab\r\n*0\r\n"),
                       &whole),
                  STATUS_OK);
    assert_true(whole);
    reply = &wire.intake.replies[0];
    assert_int_equal(reply->count, 2);
    assert_int_equal(reply->items[1].count, 0);
    assert_slice(reply->items[0].items[1].text, "ab");
    reply = &reply->items[0].items[0].items[0];
    assert_int_equal(reply->items[0].type, REDIS_NIL);
    assert_int_equal(reply->items[1].type, REDIS_ERROR);
    assert_slice(reply->items[1].text, "ERR x");
    wire_close(&wire);
}

/* The arena of a call that was given up ends in the middle of its batch. */
static void test_memory_of_strings_may_end_before_their_batch(void **state)
{
    static const struct slice batch =
        SLICE_LITERAL("*3\r\n$3\r\none\r\n-READONLY x\r\n$3\r\ntwo\r\n+OK\r\n");

    (void)state;
    for (size_t at = 1; at < batch.len; at++) {
        struct wire wire;
        const struct redis_reply *reply;
        bool whole = false;

        wire_open(&wire, 2);
        assert_status(feed(&wire, slice_of(batch.ptr, at), &whole), STATUS_OK);
        arena_fini(&wire.strings);
        assert_status(feed(&wire, slice_from(batch, at), &whole), STATUS_OK);
        assert_true(whole);
        reply = &wire.intake.replies[0];
        assert_int_equal(reply->items[0].type, REDIS_STRING);
        assert_true(redis_reply_is_foreign(&reply->items[1]));
        assert_slice(wire.intake.replies[1].text, "OK");
        wire_close(&wire);
    }
}

/* Ended at each byte, or broken; AddressSanitizer sees what would be lost or used again. */
static void test_a_broken_stream_ends_with_its_memory(void **state)
{
    static const char *const begun[] = {"", "+OK\r\n", "*3\r\n$1\r\nx\r\n",
                                        "*2\r\n*2\r\n$1\r\nx\r\n"};
    struct wire wire;
    bool whole;

    (void)state;
    for (size_t at = 0; at < all_types.len; at++) {
        wire_open(&wire, ALL_TYPES_COUNT);
        assert_status(feed(&wire, slice_of(all_types.ptr, at), &whole), STATUS_OK);
        assert_false(whole);
        wire_close(&wire);
    }
    for (size_t i = 0; i < ARRAY_COUNT(begun); i++) {
        wire_open(&wire, ALL_TYPES_COUNT);
        assert_status(feed(&wire, slice_str(begun[i]), &whole), STATUS_OK);
        assert_status(feed(&wire, SLICE_LITERAL("?\r\n"), &whole), STATUS_CORRUPT);
        wire_close(&wire);
    }
}

static void test_a_batch_leaves_the_next_ones_bytes(void **state)
{
    struct wire wire;
    bool whole = false;

    (void)state;
    wire_open(&wire, 1);
    assert_status(feed(&wire, SLICE_LITERAL(":1\r\n:2\r\n"), &whole), STATUS_OK);
    assert_true(whole);
    assert_int_equal(wire.intake.replies[0].integer, 1);
    redis_intake_start(&wire.intake, &wire.arena, 1);
    assert_status(feed(&wire, SLICE_EMPTY, &whole), STATUS_OK);
    assert_int_equal(wire.intake.replies[0].integer, 2);
    wire_close(&wire);
}

static void test_bytes_that_nobody_awaits_or_that_are_no_reply_are_corrupt(void **state)
{
    static const char *const cases[] = {"HTTP/1.1 400\r\n", "*5000000\r\n", "$-2\r\n", ":x1\r\n"};
    struct wire wire;
    bool whole;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        wire_open(&wire, 1);
        assert_status(feed(&wire, slice_str(cases[i]), &whole), STATUS_CORRUPT);
        wire_close(&wire);
    }
    wire_open(&wire, 0);
    assert_status(feed(&wire, SLICE_EMPTY, &whole), STATUS_OK);
    assert_status(feed(&wire, SLICE_LITERAL("+OK\r\n"), &whole), STATUS_CORRUPT);
    wire_close(&wire);
}

static void test_servers_that_must_be_left_are_known_by_their_errors(void **state)
{
    static const struct {
        const char *text;
        bool foreign;
    } cases[] = {
        {"READONLY You can't write against a read only replica.",                 true },
        {"ERR Error running script (call to f_1): @user_script:1: -READONLY You", true },
        {"LOADING Redis is loading the dataset in memory",                        true },
        {"MASTERDOWN Link with MASTER is down",                                   true },
        {"ERR unknown command",                                                   false},
        {"NOSCRIPT No matching script.",                                          false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct redis_reply reply = {.type = REDIS_ERROR, .text = slice_str(cases[i].text)};

        assert_int_equal(redis_reply_is_foreign(&reply), cases[i].foreign);
        reply.type = REDIS_STRING;
        assert_false(redis_reply_is_foreign(&reply));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_are_written_with_the_length_of_each_argument),
        cmocka_unit_test(test_replies_of_all_types_stand_in_one_array),
        cmocka_unit_test(test_replies_are_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(test_replies_are_the_same_wherever_the_bytes_are_cut_once),
        cmocka_unit_test(test_arrays_nest_as_deep_as_the_reader_goes),
        cmocka_unit_test(test_memory_of_strings_may_end_before_their_batch),
        cmocka_unit_test(test_a_broken_stream_ends_with_its_memory),
        cmocka_unit_test(test_a_batch_leaves_the_next_ones_bytes),
        cmocka_unit_test(test_bytes_that_nobody_awaits_or_that_are_no_reply_are_corrupt),
        cmocka_unit_test(test_servers_that_must_be_left_are_known_by_their_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
