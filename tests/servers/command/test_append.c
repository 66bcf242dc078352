/*
 * Commands of an event store against a DynamoDB (bench.h): what becomes of them without faults.
 */
#include "tests/servers/command/cart.h"

static void test_an_event_has_its_attributes(void **state)
{
    struct trial trial;
    const struct value *item;

    (void)state;
    cart_open(&trial);
    assert_true(trial.result.created && trial.result.version == 1);
    assert_int_equal(trial.result.event_count, 1);
    assert_slice(trial.result.events[0].type, "Opened");
    item = cart_items(&trial)->first;
    assert_slice(field(item, "SK", "S"), "EVENT#00000000000000000001");
    assert_true(slice_eq(field(item, "eventId", "S"), trial.result.events[0].id));
    assert_slice(field(item, "eventType", "S"), "Opened");
    assert_true(
        slice_eq(field(value_get(value_get(item, slice_str("payload")), slice_str("M")), "At", "N"),
                 field(item, "timestamp", "N")));
    assert_null(value_get(item, slice_str("commandId")));
    cart_fresh_key(&trial);
    trial.input.sent_ms = 12345;
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
    item = cart_items(&trial)->first->next;
    assert_true(slice_eq(field(item, "commandId", "S"), trial.input.idempotency_key));
    assert_slice(field(item, "commandTimestamp", "N"), "12345");
    arena_fini(&trial.arena);
}

static void test_commands_meet_the_state_that_events_made(void **state)
{
    struct trial trial;

    (void)state;
    cart_open(&trial);
    assert_status(cart_run(&trial, CART_OPEN, "{}"), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 409);
    assert_status(cart_run(&trial, CART_CLOSE, NULL), STATUS_REFUSED);
    assert_slice(trial.result.title, "The cart is empty");
    assert_status(cart_run(&trial, CART_ADD, "{\"Count\":0}"), STATUS_OK);
    assert_true(trial.result.version == 1 && trial.result.event_count == 0);
    assert_status(cart_run(&trial, CART_NOTE, "{\"Text\":\"\"}"), STATUS_OK);
    assert_true(trial.result.version == 1 && trial.result.event_count == 0);
    assert_status(cart_run(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_OK);
    assert_true(trial.result.version == 2 && !trial.result.created);
    assert_status(cart_run(&trial, CART_ADD, "{\"Count\":1000}"), STATUS_OK);
    assert_true(trial.result.version == 4 && trial.result.event_count == 2);
    assert_slice(trial.result.events[1].type, "Filled");
    assert_true(cart_check_events(&trial) == 4);
    arena_fini(&trial.arena);
}

static void test_a_deleted_aggregate_is_absent_and_its_versions_go_on(void **state)
{
    struct trial trial;

    (void)state;
    cart_open(&trial);
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_status(cart_run(&trial, CART_CLOSE, NULL), STATUS_OK);
    assert_true(trial.result.version == 3);
    assert_status(cart_run_cold(&trial, CART_ADD, ONE), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 404);
    assert_status(cart_run_cold(&trial, CART_OPEN, "{}"), STATUS_OK);
    assert_true(trial.result.version == 4 && trial.result.created);
    assert_status(cart_run_cold(&trial, CART_CLOSE, NULL), STATUS_REFUSED);
    assert_slice(trial.result.title, "The cart is empty");
    arena_fini(&trial.arena);
}

static void test_expected_version_is_compared_with_what_is_there_now(void **state)
{
    struct trial trial;

    (void)state;
    cart_open(&trial);
    cart_foreign_append(&trial, 2, 1); /* the cached aggregate is at 1 */
    trial.input.precondition.has_expected = trial.input.precondition.expected_by_header = true;
    trial.input.precondition.expected = 1;
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_PRECONDITION);
    assert_true(trial.result.version == 2);
    trial.input.precondition.expected_by_header = false;
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_CONFLICT);
    cart_foreign_append(&trial, 3, 1);
    trial.input.precondition.expected = 3; /* higher than the cached one */
    assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(trial.result.version == 4);
    arena_fini(&trial.arena);
}

static void test_refusals_and_noops_do_not_stand_on_cached_state(void **state)
{
    struct trial trial;

    (void)state;
    cart_open(&trial);
    cart_foreign_append(&trial, 2, 5);
    assert_status(cart_run(&trial, CART_CLOSE, NULL), STATUS_OK); /* cached: empty, so refused */
    assert_true(trial.result.version == 3);
    assert_true(cart_check_events(&trial) == 3);
    arena_fini(&trial.arena);
}

static void test_an_id_that_the_read_model_has_no_room_for_is_invalid(void **state)
{
    static const struct {
        const char *letter;
        size_t count;
        enum status status;
    } ids[] = {
        {"x",        507, STATUS_OK    },
        {"x",        508, STATUS_SCHEMA},
        {"\xc3\xa4", 84,  STATUS_OK    }, /* "Cart:", six bytes each */
        {"\xc3\xa4", 85,  STATUS_SCHEMA},
        {"x",        0,   STATUS_SCHEMA},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        struct trial trial;
        struct buf id = {0};

        trial_init(&trial);
        for (size_t j = 0; j < ids[i].count; j++) {
            buf_append_str(&id, ids[i].letter);
        }
        trial.input.path_id = value_string(&trial.arena, arena_copy(&trial.arena, buf_slice(&id)));
        buf_fini(&id);
        (void)trial_run(&trial, &carts.commands[CART_OPEN], "{}");
        assert_true(trial.status == ids[i].status ||
                    (ids[i].status == STATUS_OK && trial.status == STATUS_REFUSED));
        arena_fini(&trial.arena);
    }
}

static void test_generated_ids_are_told(void **state)
{
    struct trial trial;

    (void)state;
    trial_init(&trial);
    assert_status(trial_run(&trial, &carts.commands[CART_OPEN], "{}"), STATUS_OK);
    assert_int_equal(trial.result.id_text.len, 36);
    assert_true(trial.result.version == 1);
    arena_fini(&trial.arena);
}

static void test_a_keyed_command_has_one_effect_and_one_answer(void **state)
{
    static const struct {
        enum cart_command command;
        const char *payload;
        unsigned int events;
    } commands[] = {
        {CART_ADD,    ONE,                1},
        {CART_ADD,    "{\"Count\":1000}", 2},
        {CART_DOUBLE, NULL,               2},
        {CART_ADD,    "{\"Count\":0}",    0},
        {CART_CLOSE,  NULL,               1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        struct command_answer first;
        struct trial trial;

        cart_open(&trial);
        assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
        cart_fresh_key(&trial);
        assert_status(cart_run(&trial, commands[i].command, commands[i].payload), STATUS_OK);
        assert_false(trial.result.repeated);
        first = *trial.result.answer;
        assert_status(cart_run(&trial, commands[i].command, commands[i].payload), STATUS_OK);
        assert_true(trial.result.repeated && slice_eq(trial.result.answer->body, first.body));
        assert_status(cart_run_cold(&trial, commands[i].command, commands[i].payload), STATUS_OK);
        assert_true(trial.result.repeated && slice_eq(trial.result.answer->body, first.body));
        assert_true(cart_check_events(&trial) == 2 + commands[i].events);
        assert_status(cart_run(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_INVALID);
        arena_fini(&trial.arena);
    }
}

static void test_a_keyed_command_with_a_generated_id_makes_one_aggregate(void **state)
{
    struct trial trial;
    struct slice first;

    (void)state;
    trial_init(&trial);
    cart_fresh_key(&trial);
    assert_status(trial_run(&trial, &carts.commands[CART_OPEN], "{}"), STATUS_OK);
    first = trial.result.answer->body;
    assert_status(trial_run(&trial, &carts.commands[CART_OPEN], "{}"), STATUS_OK);
    assert_true(trial.result.repeated);
    assert_true(slice_eq(trial.result.answer->body, first));
    arena_fini(&trial.arena);
}

static void test_parallel_writers_lose_nothing(void **state)
{
    struct trial trials[8], *all[8];
    unsigned int done = 0;

    (void)state;
    cart_open(&trials[0]);
    for (size_t i = 0; i < ARRAY_COUNT(trials); i++) {
        all[i] = &trials[i];
        if (i > 0) {
            trial_init(&trials[i]);
            trials[i].id = trials[0].id;
        }
        trials[i].input.path_id = value_string(&trials[i].arena, cart_id(&trials[i]));
        trial_start(&trials[i], &carts.commands[CART_ADD], ONE);
    }
    bench_wait(all, ARRAY_COUNT(all));
    for (size_t i = 0; i < ARRAY_COUNT(trials); i++) {
        assert_true(trials[i].status == STATUS_OK || trials[i].status == STATUS_CONFLICT);
        done += trials[i].status == STATUS_OK;
    }
    assert_true(done > 0);
    assert_true(cart_check_events(&trials[0]) == 1 + done);
    for (size_t i = 0; i < ARRAY_COUNT(trials); i++) {
        arena_fini(&trials[i].arena);
    }
}

static void test_an_event_beyond_the_size_limit_is_too_large(void **state)
{
    struct buf payload = {0};

    (void)state;
    buf_append_str(&payload, "{\"Text\":\"");
    memset(buf_reserve(&payload, 500000), 'x', 500000);
    payload.len += 500000;
    buf_append_str(&payload, "\"}");
    for (int keyed = 0; keyed < 2; keyed++) {
        struct trial trial;

        cart_open(&trial);
        if (keyed) {
            cart_fresh_key(&trial);
        }
        assert_status(cart_run(&trial, CART_NOTE, arena_cstr(&trial.arena, buf_slice(&payload))),
                      STATUS_TOO_LARGE);
        assert_true(cart_check_events(&trial) == 1);
        arena_fini(&trial.arena);
    }
    buf_fini(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, bench_forget_faults)
        TEST(test_an_event_has_its_attributes),
        TEST(test_commands_meet_the_state_that_events_made),
        TEST(test_a_deleted_aggregate_is_absent_and_its_versions_go_on),
        TEST(test_expected_version_is_compared_with_what_is_there_now),
        TEST(test_refusals_and_noops_do_not_stand_on_cached_state),
        TEST(test_an_id_that_the_read_model_has_no_room_for_is_invalid),
        TEST(test_generated_ids_are_told),
        TEST(test_a_keyed_command_has_one_effect_and_one_answer),
        TEST(test_a_keyed_command_with_a_generated_id_makes_one_aggregate),
        TEST(test_parallel_writers_lose_nothing),
        TEST(test_an_event_beyond_the_size_limit_is_too_large),
    };

    return cmocka_run_group_tests(tests, cart_bench_open, cart_bench_close);
}
