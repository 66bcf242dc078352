/*
 * Commands of an event store against a DynamoDB (bench.h).
 */
#include "lib/clock.h"
#include "tests/servers/command/bench.h"
#include "tests/unit/command/carts.h"

static struct carts carts;
static struct commander *warm; /* the bench's; a test may use a cold one in its place */

#define ONE "{\"Count\":1}"

static int open_bench(void **state)
{
    int failed;

    (void)state;
    carts_init(&carts);
    failed = bench_open(
        &carts.plan, "{\"TableName\":\"Carts\",\"BillingMode\":\"PAY_PER_REQUEST\","
                     "\"AttributeDefinitions\":[{\"AttributeName\":\"PK\",\"AttributeType\":\"S\"},"
                     "{\"AttributeName\":\"SK\",\"AttributeType\":\"S\"}],"
                     "\"KeySchema\":[{\"AttributeName\":\"PK\",\"KeyType\":\"HASH\"},"
                     "{\"AttributeName\":\"SK\",\"KeyType\":\"RANGE\"}]}");
    warm = bench.commander;
    return failed;
}

static int close_bench(void **state)
{
    (void)state;
    bench_close();
    carts_fini(&carts);
    return 0;
}

/* ------------------------------------------------------------------ one cart */

static struct slice cart_id(struct trial *trial)
{
    return arena_printf(&trial->arena, "c%llu", (unsigned long long)trial->id);
}

static enum status run(struct trial *trial, enum cart_command which, const char *payload)
{
    trial->input.path_id = value_string(&trial->arena, cart_id(trial));
    return trial_run(trial, &carts.commands[which], payload);
}

/* By a gateway that knows nothing. */
static enum status run_cold(struct trial *trial, enum cart_command which, const char *payload)
{
    enum status status;

    bench.commander = commander_create(bench.loop, &carts.plan, &bench.settings, bench.dynamodb);
    status = run(trial, which, payload);
    commander_destroy(bench.commander);
    bench.commander = warm;
    return status;
}

static void open_cart(struct trial *trial)
{
    trial_init(trial);
    assert_status(run(trial, CART_OPEN, "{}"), STATUS_OK);
}

static void fresh_key(struct trial *trial)
{
    static unsigned int count;

    trial->input.idempotency_key =
        arena_printf(&trial->arena, "cart-%llu-%u", (unsigned long long)clock_wall_ms(), count++);
}

/* All items of the cart, ascending. */
static const struct value *items_of(struct trial *trial)
{
    struct dynamodb_answer answer;
    struct slice body = arena_printf(
        &trial->arena,
        "{\"TableName\":\"Carts\",\"ConsistentRead\":true,\"KeyConditionExpression\":\"PK = :pk\","
        "\"ExpressionAttributeValues\":{\":pk\":{\"S\":\"CART#%.*s\"}}}",
        SLICE_ARG(cart_id(trial)));

    assert_status(other_writer("Query", arena_cstr(&trial->arena, body), &trial->arena, &answer),
                  STATUS_OK);
    return value_get(answer.body, slice_str("Items"));
}

/* Events are numbered 1 to n, the times of ours rise; n comes back. */
static uint64_t check_events(struct trial *trial)
{
    struct slice before = SLICE_EMPTY;
    uint64_t expected = 0;

    for (const struct value *item = items_of(trial)->first; item; item = item->next) {
        uint64_t version = 0;

        if (slice_is(field(item, "SK", "S"), "SNAPSHOT")) {
            continue;
        }
        assert_status(slice_parse_u64(field(item, "version", "N"), &version), STATUS_OK);
        assert_true(version == ++expected);
        if (!slice_starts(field(item, "eventId", "S"), "foreign")) {
            assert_true(slice_compare(field(item, "timestamp", "N"), before) > 0);
            before = field(item, "timestamp", "N");
        }
    }
    return expected;
}

static void other_does(struct trial *trial, const char *operation, struct slice body)
{
    struct dynamodb_answer answer;

    assert_status(other_writer(operation, arena_cstr(&trial->arena, body), &trial->arena, &answer),
                  STATUS_OK);
}

/* What another gateway writes: Added {"Count": count}. */
static const char *foreign_event(struct trial *trial, unsigned long long version,
                                 unsigned int count)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(
            &trial->arena,
            "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#%.*s\"},"
            "\"SK\":{\"S\":\"EVENT#%020llu\"},\"eventId\":{\"S\":\"foreign-%llu\"},"
            "\"eventType\":{\"S\":\"Added\"},\"version\":{\"N\":\"%llu\"},"
            "\"timestamp\":{\"N\":\"%llu\"},\"payload\":{\"M\":{\"Count\":{\"N\":\"%u\"}}}}}",
            SLICE_ARG(cart_id(trial)), version, version, version,
            (unsigned long long)clock_wall_ms() + version, count));
}

static void foreign_append(struct trial *trial, unsigned long long version, unsigned int count)
{
    other_does(trial, "PutItem", slice_str(foreign_event(trial, version, count)));
}

/* ------------------------------------------------------------------ without faults */

static void test_an_event_has_its_attributes(void **state)
{
    struct trial trial;
    const struct value *item;

    (void)state;
    open_cart(&trial);
    assert_true(trial.result.created && trial.result.version == 1);
    assert_int_equal(trial.result.event_count, 1);
    assert_slice(trial.result.events[0].type, "Opened");
    item = items_of(&trial)->first;
    assert_slice(field(item, "SK", "S"), "EVENT#00000000000000000001");
    assert_true(slice_eq(field(item, "eventId", "S"), trial.result.events[0].id));
    assert_slice(field(item, "eventType", "S"), "Opened");
    assert_true(
        slice_eq(field(value_get(value_get(item, slice_str("payload")), slice_str("M")), "At", "N"),
                 field(item, "timestamp", "N")));
    assert_null(value_get(item, slice_str("commandId")));
    fresh_key(&trial);
    trial.input.sent_ms = 12345;
    assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
    item = items_of(&trial)->first->next;
    assert_true(slice_eq(field(item, "commandId", "S"), trial.input.idempotency_key));
    assert_slice(field(item, "commandTimestamp", "N"), "12345");
    arena_fini(&trial.arena);
}

static void test_commands_meet_the_state_that_events_made(void **state)
{
    struct trial trial;

    (void)state;
    open_cart(&trial);
    assert_status(run(&trial, CART_OPEN, "{}"), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 409);
    assert_status(run(&trial, CART_CLOSE, NULL), STATUS_REFUSED);
    assert_slice(trial.result.title, "The cart is empty");
    assert_status(run(&trial, CART_ADD, "{\"Count\":0}"), STATUS_OK);
    assert_true(trial.result.version == 1 && trial.result.event_count == 0);
    assert_status(run(&trial, CART_NOTE, "{\"Text\":\"\"}"), STATUS_OK);
    assert_true(trial.result.version == 1 && trial.result.event_count == 0);
    assert_status(run(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_OK);
    assert_true(trial.result.version == 2 && !trial.result.created);
    assert_status(run(&trial, CART_ADD, "{\"Count\":1000}"), STATUS_OK);
    assert_true(trial.result.version == 4 && trial.result.event_count == 2);
    assert_slice(trial.result.events[1].type, "Filled");
    assert_true(check_events(&trial) == 4);
    arena_fini(&trial.arena);
}

static void test_a_deleted_aggregate_is_absent_and_its_versions_go_on(void **state)
{
    struct trial trial;

    (void)state;
    open_cart(&trial);
    assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_status(run(&trial, CART_CLOSE, NULL), STATUS_OK);
    assert_true(trial.result.version == 3);
    assert_status(run_cold(&trial, CART_ADD, ONE), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 404);
    assert_status(run_cold(&trial, CART_OPEN, "{}"), STATUS_OK);
    assert_true(trial.result.version == 4 && trial.result.created);
    assert_status(run_cold(&trial, CART_CLOSE, NULL), STATUS_REFUSED);
    assert_slice(trial.result.title, "The cart is empty");
    arena_fini(&trial.arena);
}

static void test_expected_version_is_compared_with_what_is_there_now(void **state)
{
    struct trial trial;

    (void)state;
    open_cart(&trial);
    foreign_append(&trial, 2, 1); /* the cached aggregate is at 1 */
    trial.input.has_expected = trial.input.expected_by_header = true;
    trial.input.expected = 1;
    assert_status(run(&trial, CART_ADD, ONE), STATUS_PRECONDITION);
    assert_true(trial.result.version == 2);
    trial.input.expected_by_header = false;
    assert_status(run(&trial, CART_ADD, ONE), STATUS_CONFLICT);
    foreign_append(&trial, 3, 1);
    trial.input.expected = 3; /* higher than the cached one */
    assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(trial.result.version == 4);
    arena_fini(&trial.arena);
}

static void test_refusals_and_noops_do_not_stand_on_cached_state(void **state)
{
    struct trial trial;

    (void)state;
    open_cart(&trial);
    foreign_append(&trial, 2, 5);
    assert_status(run(&trial, CART_CLOSE, NULL), STATUS_OK); /* cached: empty, so refused */
    assert_true(trial.result.version == 3);
    assert_true(check_events(&trial) == 3);
    arena_fini(&trial.arena);
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

        open_cart(&trial);
        assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
        fresh_key(&trial);
        assert_status(run(&trial, commands[i].command, commands[i].payload), STATUS_OK);
        assert_false(trial.result.repeated);
        first = *trial.result.answer;
        assert_status(run(&trial, commands[i].command, commands[i].payload), STATUS_OK);
        assert_true(trial.result.repeated && slice_eq(trial.result.answer->body, first.body));
        assert_status(run_cold(&trial, commands[i].command, commands[i].payload), STATUS_OK);
        assert_true(trial.result.repeated && slice_eq(trial.result.answer->body, first.body));
        assert_true(check_events(&trial) == 2 + commands[i].events);
        assert_status(run(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_INVALID);
        arena_fini(&trial.arena);
    }
}

static void test_a_keyed_command_with_a_generated_id_makes_one_aggregate(void **state)
{
    struct trial trial;
    struct slice first;

    (void)state;
    trial_init(&trial);
    fresh_key(&trial);
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
    open_cart(&trials[0]);
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
    assert_true(check_events(&trials[0]) == 1 + done);
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

        open_cart(&trial);
        if (keyed) {
            fresh_key(&trial);
        }
        assert_status(run(&trial, CART_NOTE, arena_cstr(&trial.arena, buf_slice(&payload))),
                      STATUS_TOO_LARGE);
        assert_true(check_events(&trial) == 1);
        arena_fini(&trial.arena);
    }
    buf_fini(&payload);
}

/* ------------------------------------------------------------------ history: snapshots, pages, cost */

static void test_snapshots_change_nothing_but_cost(void **state)
{
    struct trial trial;

    (void)state;
    open_cart(&trial);
    for (unsigned int i = 0; i < 25; i++) {
        assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
    }
    assert_status(run_cold(&trial, CART_ADD, "{\"Count\":974}"), STATUS_OK);
    assert_int_equal(trial.result.event_count, 1);
    other_does(&trial, "DeleteItem",
               arena_printf(&trial.arena,
                            "{\"TableName\":\"Carts\",\"Key\":{\"PK\":{\"S\":\"CART#%.*s\"},"
                            "\"SK\":{\"S\":\"SNAPSHOT\"}}}",
                            SLICE_ARG(cart_id(&trial))));
    assert_status(run_cold(&trial, CART_ADD, ONE), STATUS_OK); /* 25 + 974 + 1 */
    assert_int_equal(trial.result.event_count, 2);
    assert_true(check_events(&trial) == 29);
    arena_fini(&trial.arena);
}

static void test_a_snapshot_of_another_fold_is_ignored(void **state)
{
    struct trial trial;

    (void)state;
    open_cart(&trial);
    other_does(
        &trial, "PutItem",
        arena_printf(&trial.arena,
                     "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#%.*s\"},"
                     "\"SK\":{\"S\":\"SNAPSHOT\"},\"version\":{\"N\":\"1\"},\"fold\":{\"S\":\"0\"},"
                     "\"state\":{\"M\":{\"Items\":{\"N\":\"77\"}}}}}",
                     SLICE_ARG(cart_id(&trial))));
    assert_status(run_cold(&trial, CART_CLOSE, NULL), STATUS_REFUSED);
    assert_slice(trial.result.title, "The cart is empty");
    arena_fini(&trial.arena);
}

static void test_a_history_of_many_pages_is_read_whole(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    open_cart(&trial);
    for (unsigned int i = 2; i <= 100; i++) {
        foreign_append(&trial, i, 1);
    }
    assert_true(control("{\"page\":7}"));
    assert_status(run_cold(&trial, CART_ADD, "{\"Count\":901}"), STATUS_OK); /* 99 + 901 */
    assert_int_equal(trial.result.event_count, 2);
    assert_true(control("{\"reset\":true}"));
    assert_true(check_events(&trial) == 102);
    arena_fini(&trial.arena);
}

/* What is written in the background comes soon after the answer. */
static void wait_for_puts(unsigned int count)
{
    uint64_t deadline_us = clock_deadline(DEADLINE_US);

    while (requests_seen("PutItem") < count && clock_left_us(deadline_us) > 0) {
        loop_turn(bench.loop, false);
    }
    assert_int_equal(requests_seen("PutItem"), count);
}

static void test_a_long_history_costs_two_requests_and_one_when_it_is_known(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    open_cart(&trial);
    for (unsigned int i = 2; i <= 2000; i++) {
        foreign_append(&trial, i, 1);
    }
    assert_status(run_cold(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_OK); /* a snapshot */
    wait_for_puts(2000 + 2);
    (void)bench_forget_faults(NULL);
    for (unsigned int i = 0; i < 12; i++) {
        assert_status(run_cold(&trial, CART_NOTE, "{\"Text\":\"b\"}"), STATUS_OK);
    }
    assert_int_equal(requests_seen("Query"), 12);
    /* A Query and a write each; and a snapshot, which a cold one that looks before an earlier snapshot has arrived writes again. */
    assert_in_range(requests_seen("*"), 24, 36);
    assert_status(run(&trial, CART_NOTE, "{\"Text\":\"c\"}"),
                  STATUS_OK); /* this gateway knows it now */
    (void)bench_forget_faults(NULL);
    for (unsigned int i = 0; i < 5; i++) {
        assert_status(run(&trial, CART_NOTE, "{\"Text\":\"c\"}"), STATUS_OK);
    }
    assert_int_equal(requests_seen("Query"), 0);
    assert_in_range(requests_seen("PutItem"), 5, 6); /* a snapshot may be among them */
    arena_fini(&trial.arena);
}

static void test_an_event_that_stays_missing_is_an_error(void **state)
{
    struct trial trial;

    (void)state;
    open_cart(&trial);
    foreign_append(&trial, 3, 1);
    assert_status(run_cold(&trial, CART_CLOSE, NULL), STATUS_INTERNAL);
    arena_fini(&trial.arena);
}

/* ------------------------------------------------------------------ races and faults */

static void test_a_lost_race_is_decided_again(void **state)
{
    static const char *const keys[] = {"", "keyed"};

    (void)state;
    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        struct trial trial;

        open_cart(&trial);
        if (keys[i][0]) {
            fresh_key(&trial);
        }
        race(keys[i][0] ? "TransactWriteItems" : "PutItem", "PutItem",
             foreign_event(&trial, 2, 999));
        assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
        assert_int_equal(trial.result.event_count, 2); /* Filled: decided on 999 */
        assert_true(trial.result.version == 4);
        assert_true(check_events(&trial) == 4);
        arena_fini(&trial.arena);
    }
}

static void test_a_race_lost_each_time_is_a_conflict_with_the_version(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    open_cart(&trial);
    for (unsigned int i = 0; i <= bench.settings.command_races; i++) {
        race("PutItem", "PutItem", foreign_event(&trial, 2 + i, 1));
    }
    assert_status(run(&trial, CART_ADD, ONE), STATUS_CONFLICT);
    assert_true(trial.result.version == 2 + bench.settings.command_races);
    assert_true(check_events(&trial) == 2 + bench.settings.command_races);
    arena_fini(&trial.arena);
}

/* One event, several, one with a key; the answer lost before and after it was applied, once and for ever. */
static void test_lost_answers_by_kind_of_append(void **state)
{
    static const struct {
        enum cart_command command;
        const char *payload, *operation;
        bool keyed;
        unsigned int events;
    } kinds[] = {
        {CART_ADD,    ONE,  "PutItem",            false, 1},
        {CART_DOUBLE, NULL, "TransactWriteItems", false, 2},
        {CART_ADD,    ONE,  "TransactWriteItems", true,  1},
        {CART_DOUBLE, NULL, "TransactWriteItems", true,  2},
    };
    static const struct {
        const char *action;
        unsigned int count;
        enum status expected;
        bool applied;
    } faults[] = {
        {"lose_after",     1,   STATUS_OK,        true },
        {"lose_before",    1,   STATUS_OK,        true },
        {"error500_after", 1,   STATUS_OK,        true },
        {"error500",       1,   STATUS_OK,        true },
        {"throttle",       2,   STATUS_OK,        true },
        {"conflict",       8,   STATUS_OK,        true },
        {"lose_after",     100, STATUS_OK,        true },
        {"error500_after", 100, STATUS_OK,        true },
        {"lose_before",    100, STATUS_UNCERTAIN, false},
        {"error500",       100, STATUS_UNCERTAIN, false},
        {"throttle",       100, STATUS_THROTTLED, false},
    };

    (void)state;
    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(kinds) * ARRAY_COUNT(faults); i++) {
        size_t kind = i / ARRAY_COUNT(faults), how = i % ARRAY_COUNT(faults);
        struct trial trial;

        (void)bench_forget_faults(NULL);
        open_cart(&trial);
        if (kinds[kind].keyed) {
            fresh_key(&trial);
        }
        fault(kinds[kind].operation, faults[how].action, faults[how].count);
        print_message("kind %zu fault %zu\n", kind, how);
        assert_status(run(&trial, kinds[kind].command, kinds[kind].payload), faults[how].expected);
        assert_true(check_events(&trial) == 1 + (faults[how].applied ? kinds[kind].events : 0));
        if (faults[how].applied) {
            assert_true(trial.result.version == 1 + kinds[kind].events);
        }
        (void)bench_forget_faults(NULL);
        trial.input.idempotency_key = SLICE_EMPTY;
        assert_status(run(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_OK);
        arena_fini(&trial.arena);
    }
}

static void test_an_append_lost_and_overtaken_is_decided_again(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    open_cart(&trial);
    fault("PutItem", "lose_before", 1);
    race("PutItem", "PutItem", foreign_event(&trial, 2, 999));
    assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(trial.result.version == 4);
    assert_true(check_events(&trial) == 4);
    arena_fini(&trial.arena);
}

static void test_an_append_that_was_applied_and_overtaken_is_ours(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    open_cart(&trial);
    fault("PutItem", "lose_after", 1);
    race("PutItem", "PutItem", foreign_event(&trial, 3, 1));
    assert_status(run(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(trial.result.version == 2);
    assert_true(check_events(&trial) == 3);
    arena_fini(&trial.arena);
}

static void test_reads_that_fail_change_nothing(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    open_cart(&trial);
    fault("Query", "throttle", 100);
    assert_status(run_cold(&trial, CART_ADD, ONE), STATUS_THROTTLED);
    (void)bench_forget_faults(NULL);
    fault("Query", "error500", 100);
    assert_status(run_cold(&trial, CART_ADD, ONE), STATUS_UNAVAILABLE);
    (void)bench_forget_faults(NULL);
    fault("Query", "lose_before", 2);
    assert_status(run_cold(&trial, CART_ADD, ONE), STATUS_OK);
    assert_true(check_events(&trial) == 2);
    arena_fini(&trial.arena);
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
        TEST(test_generated_ids_are_told),
        TEST(test_a_keyed_command_has_one_effect_and_one_answer),
        TEST(test_a_keyed_command_with_a_generated_id_makes_one_aggregate),
        TEST(test_parallel_writers_lose_nothing),
        TEST(test_an_event_beyond_the_size_limit_is_too_large),
        TEST(test_snapshots_change_nothing_but_cost),
        TEST(test_a_snapshot_of_another_fold_is_ignored),
        TEST(test_a_history_of_many_pages_is_read_whole),
        TEST(test_a_long_history_costs_two_requests_and_one_when_it_is_known),
        TEST(test_an_event_that_stays_missing_is_an_error),
        TEST(test_a_lost_race_is_decided_again),
        TEST(test_a_race_lost_each_time_is_a_conflict_with_the_version),
        TEST(test_lost_answers_by_kind_of_append),
        TEST(test_an_append_lost_and_overtaken_is_decided_again),
        TEST(test_an_append_that_was_applied_and_overtaken_is_ours),
        TEST(test_reads_that_fail_change_nothing),
    };

    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
