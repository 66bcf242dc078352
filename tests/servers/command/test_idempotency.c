/*
 * Commands of a state store with a key, against a DynamoDB (bench.h): one effect, and the first
 * answer again.
 */
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/servers/command/widget.h"

static uint64_t next_key;

static void fresh_key(struct trial *trial)
{
    trial->input.idempotency_key =
        arena_printf(&trial->arena, "key-%llu-%llu", (unsigned long long)clock_wall_ms(),
                     (unsigned long long)next_key++);
}

static void start(struct trial *trial, enum widget_command which, const char *payload)
{
    trial->input.path_id = value_i64(&trial->arena, (int64_t)trial->id);
    trial_start(trial, &widgets.commands[which], payload);
}

static void make(struct trial *trial)
{
    trial_init(trial);
    assert_status(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    fresh_key(trial);
}

static void assert_repeated(struct trial *trial, const struct command_answer *first)
{
    assert_status(trial->status, STATUS_OK);
    assert_true(trial->result.repeated);
    assert_int_equal(trial->result.answer->code, first->code);
    assert_true(slice_eq(trial->result.answer->headers, first->headers));
    assert_true(slice_eq(trial->result.answer->body, first->body));
}

/* ------------------------------------------------------------------ without faults */

static const struct {
    enum widget_command command;
    const char *payload;
    bool made;
    unsigned int effect; /* how far the version rises; 0: the item is new, gone or as before */
} commands[] = {
    {WIDGET_CREATE,  SMALL,                             false, 0},
    {WIDGET_REPLACE, SMALL,                             false, 0},
    {WIDGET_UPSERT,  SMALL,                             false, 0},
    {WIDGET_UPDATE,  LARGE,                             true,  1},
    {WIDGET_REPLACE, LARGE,                             true,  1},
    {WIDGET_UPSERT,  LARGE,                             true,  1},
    {WIDGET_PRICE,   "{\"Name\":\"\x61\",\"Price\":0}", true,  0},
    {WIDGET_DELETE,  NULL,                              true,  0},
    {WIDGET_DROP,    NULL,                              true,  0},
};

static void begin(struct trial *trial, size_t i)
{
    if (commands[i].made) {
        make(trial);
    } else {
        trial_init(trial);
        fresh_key(trial);
    }
}

static void test_repeated_command_gets_the_first_answer_and_has_no_effect(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        struct command_answer first;
        struct trial trial;
        uint64_t before, after;

        begin(&trial, i);
        before = widget_version(&trial);
        assert_status(widget_run(&trial, commands[i].command, commands[i].payload), STATUS_OK);
        assert_false(trial.result.repeated);
        first = *trial.result.answer;
        after = widget_version(&trial);
        if (commands[i].effect > 0) {
            assert_true(after == before + commands[i].effect);
        }
        assert_true(after == 0 || after == trial.result.version);
        for (unsigned int repeat = 0; repeat < 3; repeat++) {
            (void)widget_run(&trial, commands[i].command, commands[i].payload);
            assert_repeated(&trial, &first);
            assert_true(widget_version(&trial) == after);
        }
        arena_fini(&trial.arena);
    }
}

static void test_key_of_another_request_is_refused(void **state)
{
    struct trial trial, other;

    (void)state;
    make(&trial);
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_status(widget_run(&trial, WIDGET_UPDATE, SMALL), STATUS_INVALID);
    assert_status(widget_run(&trial, WIDGET_REPLACE, LARGE), STATUS_INVALID);
    trial.input.precondition.has_expected = true;
    trial.input.precondition.expected = trial.result.version;
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_INVALID);
    make(&other);
    other.input.idempotency_key = trial.input.idempotency_key;
    assert_status(widget_run(&other, WIDGET_UPDATE, LARGE), STATUS_INVALID);
    other.input.principal = SLICE_LITERAL("somebody else");
    assert_status(widget_run(&other, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_false(other.result.repeated);
    arena_fini(&trial.arena);
    arena_fini(&other.arena);
}

static void test_order_of_members_and_spelling_of_numbers_are_the_same_request(void **state)
{
    struct command_answer first;
    struct trial trial;

    (void)state;
    make(&trial);
    assert_status(widget_run(&trial, WIDGET_UPDATE, "{\"Name\":\"b\",\"Price\":2.50}"), STATUS_OK);
    first = *trial.result.answer;
    (void)widget_run(&trial, WIDGET_UPDATE, "{\"Price\":25e-1,\"Name\":\"\\u0062\"}");
    assert_repeated(&trial, &first);
    arena_fini(&trial.arena);
}

static void test_refusal_is_decided_anew(void **state)
{
    struct trial trial;

    (void)state;
    trial_init(&trial);
    fresh_key(&trial);
    assert_status(widget_run(&trial, WIDGET_UPDATE, SMALL), STATUS_REFUSED);
    {
        struct slice key = trial.input.idempotency_key;

        trial.input.idempotency_key = SLICE_EMPTY;
        assert_status(widget_run(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
        trial.input.idempotency_key = key;
    }
    assert_status(widget_run(&trial, WIDGET_UPDATE, SMALL), STATUS_OK);
    assert_false(trial.result.repeated);
    arena_fini(&trial.arena);
}

static void test_done_command_is_not_refused_when_it_is_repeated(void **state)
{
    struct command_answer first;
    struct trial trial;

    (void)state;
    make(&trial);
    trial.input.precondition.has_expected = trial.input.precondition.expected_by_header = true;
    trial.input.precondition.expected = widget_version(&trial);
    assert_status(widget_run(&trial, WIDGET_DELETE, NULL), STATUS_OK);
    first = *trial.result.answer;
    (void)widget_run(&trial, WIDGET_DELETE, NULL); /* without the key: 404 */
    assert_repeated(&trial, &first);
    arena_fini(&trial.arena);
}

static void test_item_of_another_writer_is_changed_once(void **state)
{
    static const enum widget_command which[] = {WIDGET_UPDATE, WIDGET_REPLACE, WIDGET_DELETE};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(which); i++) {
        const char *payload = which[i] == WIDGET_DELETE ? NULL : LARGE;
        struct command_answer first;
        struct dynamodb_answer answer;
        struct trial trial;

        trial_init(&trial);
        fresh_key(&trial);
        assert_status(
            other_writer(
                DYNAMODB_PUT_ITEM,
                arena_cstr(&trial.arena,
                           arena_printf(&trial.arena,
                                        "{\"TableName\":\"Widgets\",\"Item\":{\"WidgetId\":{\"N\":"
                                        "\"%llu\"},\"Stock\":{\"N\":\"1\"}}}",
                                        (unsigned long long)trial.id)),
                &trial.arena, &answer),
            STATUS_OK);
        assert_status(widget_run(&trial, which[i], payload), STATUS_OK);
        first = *trial.result.answer;
        assert_true(widget_version(&trial) == (payload ? trial.result.version : 0));
        (void)widget_run(&trial, which[i], payload);
        assert_repeated(&trial, &first);
        arena_fini(&trial.arena);
    }
}

static void test_of_parallel_duplicates_one_has_the_effect(void **state)
{
    struct trial trials[8], *all[8];
    uint64_t before;
    unsigned int repeated = 0;

    (void)state;
    make(&trials[0]);
    before = widget_version(&trials[0]);
    for (size_t i = 0; i < ARRAY_COUNT(trials); i++) {
        all[i] = &trials[i];
        if (i > 0) {
            trial_init(&trials[i]);
            trials[i].id = trials[0].id;
            trials[i].input.idempotency_key = trials[0].input.idempotency_key;
        }
        start(&trials[i], WIDGET_UPDATE, LARGE);
    }
    bench_wait(all, ARRAY_COUNT(all));
    for (size_t i = 0; i < ARRAY_COUNT(trials); i++) {
        assert_status(trials[i].status, STATUS_OK);
        assert_true(slice_eq(trials[i].result.answer->body, trials[0].result.answer->body));
        repeated += trials[i].result.repeated;
    }
    assert_int_equal(repeated, ARRAY_COUNT(trials) - 1);
    assert_true(widget_version(&trials[0]) == before + 1);
    for (size_t i = 0; i < ARRAY_COUNT(trials); i++) {
        arena_fini(&trials[i].arena);
    }
}

static void test_item_beyond_the_size_limit_is_too_large(void **state)
{
    struct trial trial;
    struct buf payload = {0};

    (void)state;
    trial_init(&trial);
    fresh_key(&trial);
    buf_append_str(&payload, "{\"Price\":1,\"Name\":\"");
    memset(buf_reserve(&payload, 500000), 'x', 500000);
    payload.len += 500000;
    buf_append_str(&payload, "\"}");
    assert_status(widget_run(&trial, WIDGET_CREATE, arena_cstr(&trial.arena, buf_slice(&payload))),
                  STATUS_TOO_LARGE);
    buf_fini(&payload);
    arena_fini(&trial.arena);
}

/* ------------------------------------------------------------------ faults */

/* A lost answer costs nothing: the transaction is sent again by its token. */
static void test_lost_answers_have_one_effect(void **state)
{
    static const char *const actions[] = {"lose_before", "lose_after", "error500",
                                          "error500_after"};

    (void)state;
    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(actions); j++) {
            struct command_answer first;
            struct trial trial;
            uint64_t after;

            begin(&trial, i);
            fault(commands[i].command == WIDGET_PRICE && !bench.settings.commands_old_keys
                      ? "PutItem"
                      : "TransactWriteItems",
                  actions[j], 2);
            assert_status(widget_run(&trial, commands[i].command, commands[i].payload), STATUS_OK);
            assert_false(trial.result.repeated);
            first = *trial.result.answer;
            after = widget_version(&trial);
            (void)widget_run(&trial, commands[i].command, commands[i].payload);
            assert_repeated(&trial, &first);
            assert_true(widget_version(&trial) == after);
            arena_fini(&trial.arena);
        }
    }
}

static void test_fate_not_known_in_time_is_found_by_the_record(void **state)
{
    struct trial trial;
    uint64_t before;

    (void)state;
    STUB_ONLY();
    make(&trial);
    before = widget_version(&trial);
    fault("TransactWriteItems", "lose_after", 100);
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_true(widget_version(&trial) == before + 1);
    (void)bench_forget_faults(NULL);
    fresh_key(&trial);
    fault("TransactWriteItems", "lose_before", 100);
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_UNCERTAIN);
    assert_true(widget_version(&trial) == before + 1);
    (void)bench_forget_faults(NULL);
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_true(widget_version(&trial) == before + 2);
    arena_fini(&trial.arena);
}

static void test_race_is_decided_again(void **state)
{
    struct trial trial;
    uint64_t before;

    (void)state;
    STUB_ONLY();
    make(&trial);
    before = widget_version(&trial);
    race("TransactWriteItems", "UpdateItem",
         arena_cstr(
             &trial.arena,
             arena_printf(&trial.arena,
                          "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"%llu\"}},"
                          "\"UpdateExpression\":\"SET #v = #v + :one\","
                          "\"ExpressionAttributeNames\":{\"#v\":\"_version\"},"
                          "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}",
                          (unsigned long long)trial.id)));
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_true(widget_version(&trial) == before + 2);
    assert_true(trial.result.version == before + 2);
    arena_fini(&trial.arena);
}

/* What was rendered for the create that lost its race must not be told of what came after it. */
static void test_create_that_lost_its_race_and_is_skipped_has_created_nothing(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    fresh_key(&trial);
    race("TransactWriteItems", "PutItem", widget_foreign_put(&trial, 1));
    assert_status(widget_run(&trial, WIDGET_ENSURE, SMALL), STATUS_OK);
    assert_true(slice_is(field(widget_item(&trial), "Stock", "N"), "1"));
    assert_false(trial.result.created);
    assert_int_equal(trial.result.answer->code, 200);
    arena_fini(&trial.arena);
}

static void test_transaction_in_the_way_is_waited_for_until_the_deadline(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    make(&trial);
    fault("TransactWriteItems", "conflict", bench.settings.dynamodb_retries + 3);
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    fresh_key(&trial);
    fault("TransactWriteItems", "conflict", 1000000);
    trial.input.path_id = value_i64(&trial.arena, (int64_t)trial.id);
    trial_start(&trial, &widgets.commands[WIDGET_UPDATE], SMALL);
    trial.input.deadline_us = clock_deadline(200000);
    {
        struct trial *all[] = {&trial};

        bench_wait(all, 1);
    }
    assert_status(trial.status, STATUS_CONFLICT);
    assert_true(trial.result.retry_after_s > 0);
    arena_fini(&trial.arena);
}

static void sleep_on(void *ctx)
{
    struct trial *trial = ctx;

    while (clock_left_us(trial->input.deadline_us) > 0) {
        (void)usleep(1000);
    }
}

/* A loop that was busy just then sends the last try too late. That is no other outcome. */
static void test_transaction_in_the_way_at_a_deadline_that_is_slept_through(void **state)
{
    (void)state;
    STUB_ONLY();
    for (unsigned int i = 0; i < 8; i++) { /* most of them in the pause between two tries */
        struct loop_timer timer = {0};
        struct trial trial, *all[] = {&trial};

        make(&trial);
        fault("TransactWriteItems", "conflict", 1000000);
        start(&trial, WIDGET_UPDATE, SMALL);
        trial.input.deadline_us = clock_deadline(300000);
        loop_timer_start(bench.loop, &timer, clock_deadline(150000), sleep_on, &trial);
        bench_wait(all, 1);
        loop_timer_stop(&timer); /* the next pause would have been too long: it ended before */
        assert_status(trial.status, STATUS_CONFLICT);
        assert_true(trial.result.retry_after_s > 0);
        (void)bench_forget_faults(NULL);
        arena_fini(&trial.arena);
    }
}

static void change_all_records(struct trial *trial, const char *table,
                               enum dynamodb_operation operation, const char *how)
{
    struct arena *arena = &trial->arena;
    struct dynamodb_answer answer;
    const struct value *items;

    assert_status(other_writer(DYNAMODB_SCAN,
                               arena_printf(arena, "{\"TableName\":\"%s\"}", table).ptr, arena,
                               &answer),
                  STATUS_OK);
    items = value_get(answer.body, slice_str("Items"));
    for (const struct value *item = items->first; item; item = item->next) {
        other_does(trial, operation,
                   arena_printf(arena, "{\"TableName\":\"%s\",\"Key\":{\"PK\":{\"S\":\"%.*s\"}}%s}",
                                table, SLICE_ARG(field(item, "PK", "S")), how)
                       .ptr);
    }
}

static void test_expired_record_counts_for_nothing(void **state)
{
    static const char expire[] = ",\"UpdateExpression\":\"SET expiresAt = :t\","
                                 "\"ExpressionAttributeValues\":{\":t\":{\"N\":\"5\"}}";
    struct trial trial;
    uint64_t before;

    (void)state;
    STUB_ONLY();
    make(&trial);
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    before = widget_version(&trial);
    change_all_records(&trial, ANSWERS_TABLE, DYNAMODB_UPDATE_ITEM, expire);
    change_all_records(&trial, COMMANDS_TABLE, DYNAMODB_UPDATE_ITEM, expire);
    assert_status(widget_run(&trial, WIDGET_UPDATE, SMALL), STATUS_OK);
    assert_false(trial.result.repeated);
    assert_true(widget_version(&trial) == before + 1);
    arena_fini(&trial.arena);
}

/* ------------------------------------------------------------------ the old form */

static size_t records_in(struct trial *trial, const char *table)
{
    struct dynamodb_answer answer;

    assert_status(other_writer(DYNAMODB_SCAN,
                               arena_printf(&trial->arena, "{\"TableName\":\"%s\"}", table).ptr,
                               &trial->arena, &answer),
                  STATUS_OK);
    return value_get(answer.body, slice_str("Items"))->count;
}

/* A gateway of before stored the one form only, and sees no other. */
static void test_record_of_one_form_is_enough(void **state)
{
    static const char *const left_out[] = {ANSWERS_TABLE, COMMANDS_TABLE};

    (void)state;
    STUB_ONLY();
    if (!bench.settings.commands_old_keys) {
        skip();
    }
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        for (size_t j = 0; j < ARRAY_COUNT(left_out); j++) {
            struct command_answer first;
            struct trial trial;
            uint64_t after;

            begin(&trial, i);
            assert_status(widget_run(&trial, commands[i].command, commands[i].payload), STATUS_OK);
            first = *trial.result.answer;
            after = widget_version(&trial);
            change_all_records(&trial, left_out[j], DYNAMODB_DELETE_ITEM, "");
            (void)widget_run(&trial, commands[i].command, commands[i].payload);
            assert_repeated(&trial, &first);
            assert_true(widget_version(&trial) == after);
            assert_int_equal(records_in(&trial, left_out[j]), 0);
            assert_status(widget_run(&trial, WIDGET_UPDATE, SMALL), STATUS_INVALID);
            arena_fini(&trial.arena);
        }
    }
}

static void test_old_form_is_stored_while_it_is_wanted(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    make(&trial);
    change_all_records(&trial, ANSWERS_TABLE, DYNAMODB_DELETE_ITEM, "");
    change_all_records(&trial, COMMANDS_TABLE, DYNAMODB_DELETE_ITEM, "");
    assert_status(widget_run(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_int_equal(records_in(&trial, ANSWERS_TABLE), 1);
    assert_int_equal(records_in(&trial, COMMANDS_TABLE), bench.settings.commands_old_keys ? 1 : 0);
    arena_fini(&trial.arena);
}

/* ------------------------------------------------------------------ both ways to run */

static int open_with_old_keys(void **state)
{
    int code = widget_bench_open(state);

    bench.settings.commands_old_keys = true;
    return code;
}

static int open_without_old_keys(void **state)
{
    int code = widget_bench_open(state);

    bench.settings.commands_old_keys = false;
    return code;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, bench_forget_faults)
        TEST(test_repeated_command_gets_the_first_answer_and_has_no_effect),
        TEST(test_key_of_another_request_is_refused),
        TEST(test_order_of_members_and_spelling_of_numbers_are_the_same_request),
        TEST(test_refusal_is_decided_anew),
        TEST(test_done_command_is_not_refused_when_it_is_repeated),
        TEST(test_item_of_another_writer_is_changed_once),
        TEST(test_of_parallel_duplicates_one_has_the_effect),
        TEST(test_item_beyond_the_size_limit_is_too_large),
        TEST(test_lost_answers_have_one_effect),
        TEST(test_fate_not_known_in_time_is_found_by_the_record),
        TEST(test_race_is_decided_again),
        TEST(test_create_that_lost_its_race_and_is_skipped_has_created_nothing),
        TEST(test_transaction_in_the_way_is_waited_for_until_the_deadline),
        TEST(test_transaction_in_the_way_at_a_deadline_that_is_slept_through),
        TEST(test_expired_record_counts_for_nothing),
        TEST(test_record_of_one_form_is_enough),
        TEST(test_old_form_is_stored_while_it_is_wanted),
    };

    return cmocka_run_group_tests(tests, open_with_old_keys, widget_bench_close) +
           cmocka_run_group_tests(tests, open_without_old_keys, widget_bench_close);
}
