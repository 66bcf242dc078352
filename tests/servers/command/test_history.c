/*
 * What history costs an event store's command: snapshots, pages, what a gateway knows already.
 */
#include "lib/base/clock.h"
#include "tests/servers/command/cart.h"

static void forget_snapshot(struct trial *trial)
{
    struct slice body =
        arena_printf(&trial->arena,
                     "{\"TableName\":\"Carts\",\"Key\":{\"PK\":{\"S\":\"CART#%.*s\"},"
                     "\"SK\":{\"S\":\"SNAPSHOT\"}}}",
                     SLICE_ARG(cart_id(trial)));

    other_does(trial, DYNAMODB_DELETE_ITEM, arena_cstr(&trial->arena, body));
}

static void test_snapshots_change_nothing_but_cost(void **state)
{
    struct trial trial;

    (void)state;
    cart_open(&trial);
    for (unsigned int i = 0; i < 25; i++) {
        assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
    }
    assert_status(cart_run_cold(&trial, CART_ADD, "{\"Count\":974}"), STATUS_OK);
    assert_int_equal(trial.result.event_count, 1);
    forget_snapshot(&trial);
    assert_status(cart_run_cold(&trial, CART_ADD, ONE), STATUS_OK); /* 25 + 974 + 1 */
    assert_int_equal(trial.result.event_count, 2);
    assert_true(cart_check_events(&trial) == 29);
    arena_fini(&trial.arena);
}

static void test_a_snapshot_of_another_fold_is_ignored(void **state)
{
    struct trial trial;

    (void)state;
    cart_open(&trial);
    other_does(
        &trial, DYNAMODB_PUT_ITEM,
        arena_cstr(
            &trial.arena,
            arena_printf(
                &trial.arena,
                "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#%.*s\"},"
                "\"SK\":{\"S\":\"SNAPSHOT\"},\"version\":{\"N\":\"1\"},\"fold\":{\"S\":\"0\"},"
                "\"state\":{\"M\":{\"Items\":{\"N\":\"77\"}}}}}",
                SLICE_ARG(cart_id(&trial)))));
    assert_status(cart_run_cold(&trial, CART_CLOSE, NULL), STATUS_REFUSED);
    assert_slice(trial.result.title, "The cart is empty");
    arena_fini(&trial.arena);
}

static void test_a_history_of_many_pages_is_read_whole(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    cart_open(&trial);
    for (unsigned int i = 2; i <= 100; i++) {
        cart_foreign_append(&trial, i, 1);
    }
    assert_true(control("{\"page\":7}"));
    assert_status(cart_run_cold(&trial, CART_ADD, "{\"Count\":901}"), STATUS_OK); /* 99 + 901 */
    assert_int_equal(trial.result.event_count, 2);
    assert_true(control("{\"reset\":true}"));
    assert_true(cart_check_events(&trial) == 102);
    arena_fini(&trial.arena);
}

/* What is written in the background comes soon after the answer. */
static void wait_for_puts(unsigned int count)
{
    uint64_t deadline_us = clock_deadline(DEADLINE_US);

    while (requests_seen("PutItem") < count && clock_left_us(deadline_us) > 0) {
        loop_turn(bench.loop, false);
    }
    assert_true(requests_seen("PutItem") >= count);
}

static void test_a_long_history_costs_two_requests_and_one_when_it_is_known(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    cart_open(&trial);
    for (unsigned int i = 2; i <= 2000; i++) {
        cart_foreign_append(&trial, i, 1);
    }
    assert_status(cart_run_cold(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_OK); /* a snapshot */
    wait_for_puts(2000 + 2);
    (void)bench_forget_faults(NULL);
    for (unsigned int i = 0; i < 12; i++) {
        assert_status(cart_run_cold(&trial, CART_NOTE, "{\"Text\":\"b\"}"), STATUS_OK);
    }
    assert_int_equal(requests_seen("Query"), 12);
    assert_int_equal(requests_seen("*"), 24); /* the snapshot that was due went with its event */
    (void)bench_forget_faults(NULL);
    /*
     * This gateway knew its beginning only: a lost race, then it knows all, and leaves a snapshot.
     */
    assert_status(cart_run(&trial, CART_NOTE, "{\"Text\":\"c\"}"), STATUS_OK);
    wait_for_puts(2 + 1);
    (void)bench_forget_faults(NULL);
    for (unsigned int i = 0; i < 25; i++) {
        assert_status(cart_run(&trial, CART_NOTE, "{\"Text\":\"c\"}"), STATUS_OK);
    }
    assert_int_equal(requests_seen("*"), 25);
    arena_fini(&trial.arena);
}

/* 0: there is none. */
static uint64_t snapshot_version(struct trial *trial)
{
    const struct value *last = cart_items(trial)->last;
    uint64_t version = 0;

    if (slice_is(field(last, "SK", "S"), "SNAPSHOT")) {
        assert_status(slice_parse_u64(field(last, "version", "N"), &version), STATUS_OK);
    }
    return version;
}

static void test_a_snapshot_is_written_together_with_the_event_that_makes_it_due(void **state)
{
    static const bool keyed[] = {false, true};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(keyed); i++) {
        struct trial trial;

        cart_open(&trial);
        cart_foreign_append(&trial, 2, 7);
        for (unsigned int version = 3; version <= 9; version++) {
            assert_status(cart_run(&trial, CART_NOTE, "{\"Text\":\"a\"}"), STATUS_OK);
        }
        assert_true(snapshot_version(&trial) == 0);
        if (keyed[i]) {
            cart_fresh_key(&trial);
        }
        assert_status(cart_run(&trial, CART_DOUBLE, NULL), STATUS_OK);
        assert_true(cart_check_events(&trial) == 11);
        assert_true(snapshot_version(&trial) == 11);
        trial.input.idempotency_key = SLICE_EMPTY;
        assert_status(cart_run_cold(&trial, CART_ADD, "{\"Count\":991}"), STATUS_OK); /* 7 + 2 */
        assert_int_equal(trial.result.event_count, 2);
        arena_fini(&trial.arena);
    }
}

/* DynamoDB would refuse the event with it. What its limit counts is a little less than our text. */
static void test_a_state_that_may_not_fit_an_item_has_no_snapshot(void **state)
{
    struct buf large = {0};
    struct trial trial;

    (void)state;
    cart_open(&trial);
    buf_append_str(&large, "\"Extra\":{\"S\":\"");
    for (unsigned int i = 0; i < 210000; i++) {
        buf_append_str(&large, "\\\"");
    }
    buf_append_str(&large, "\"}");
    other_does(&trial, DYNAMODB_PUT_ITEM,
               cart_foreign_event_of(&trial, 2, "Noted", buf_slice(&large)));
    buf_fini(&large);
    for (unsigned int version = 3; version <= 12; version++) {
        assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
    }
    assert_true(cart_check_events(&trial) == 12);
    assert_true(snapshot_version(&trial) == 0);
    arena_fini(&trial.arena);
}

/* ------------------------------------------------------------------ two workers */

/* Of a process with two workers, the second one runs the command. */
static void start_beside(struct commander *beside, struct trial *trial, const char *payload)
{
    struct commander *first = bench.commander;

    bench.commander = beside;
    trial->input.path_id = value_string(&trial->arena, cart_id(trial));
    trial_start(trial, &carts.commands[CART_ADD], payload);
    bench.commander = first;
}

static struct commander *make_beside(void)
{
    return commander_create(bench.loop, &carts.plan, &bench.settings, bench.dynamodb,
                            bench.aggregates);
}

static void test_what_one_worker_wrote_another_goes_on_from_by_one_request(void **state)
{
    struct commander *beside;
    struct trial trial, *all[] = {&trial};

    (void)state;
    STUB_ONLY();
    beside = make_beside();
    cart_open(&trial);
    (void)bench_forget_faults(NULL);
    for (unsigned int i = 0; i < 15; i++) {
        assert_status(cart_run(&trial, CART_ADD, ONE), STATUS_OK);
        start_beside(beside, &trial, ONE);
        bench_wait(all, 1);
        assert_status(trial.status, STATUS_OK);
    }
    assert_int_equal(requests_seen("*"), 30);
    assert_true(cart_check_events(&trial) == 31);
    commander_destroy(beside);
    arena_fini(&trial.arena);
}

static void test_two_workers_at_once_leave_the_later_state(void **state)
{
    struct commander *beside;
    struct trial first, second, *all[] = {&first, &second};

    (void)state;
    STUB_ONLY();
    beside = make_beside();
    cart_open(&first);
    trial_init(&second);
    second.id = first.id;
    for (unsigned int i = 0; i < 10; i++) {
        start_beside(beside, &second, ONE);
        first.input.path_id = value_string(&first.arena, cart_id(&first));
        trial_start(&first, &carts.commands[CART_ADD], ONE);
        bench_wait(all, 2);
        assert_status(first.status, STATUS_OK);
        assert_status(second.status, STATUS_OK);
        (void)bench_forget_faults(NULL);
        assert_status(cart_run(&first, CART_ADD, ONE), STATUS_OK);
        assert_int_equal(requests_seen("Query"), 0); /* as a lost race would need */
    }
    assert_true(cart_check_events(&first) == 31);
    commander_destroy(beside);
    arena_fini(&first.arena);
    arena_fini(&second.arena);
}

/* ------------------------------------------------------------------ what is not read to its end */

/* Pages of 7 events, the reads break off after a look and two pages. */
static enum status run_with_few_pages(struct trial *trial, bool cold)
{
    enum status status;

    assert_true(control("{\"reset\":true,\"page\":7}"));
    assert_true(control("{\"operation\":\"Query\",\"action\":\"error500\",\"skip\":3,"
                        "\"count\":1000}"));
    status = cold ? cart_run_cold(trial, CART_ADD, "{\"Count\":901}")
                  : cart_run(trial, CART_ADD, "{\"Count\":901}");
    if (status != STATUS_OK) {
        assert_status(status, STATUS_UNAVAILABLE);
    }
    return status;
}

static unsigned int tries_with_few_pages(struct trial *trial, bool cold)
{
    enum status status = STATUS_UNAVAILABLE;
    unsigned int tries = 0;

    while (status != STATUS_OK && tries++ < 20) {
        status = run_with_few_pages(trial, cold);
        if (cold && status != STATUS_OK) {
            wait_for_puts(1); /* the snapshot */
        } else {
            forget_snapshot(trial);
        }
    }
    (void)bench_forget_faults(NULL);
    return tries;
}

/* Else an aggregate that takes longer to read than a command may could never be changed again. */
static void test_what_was_read_before_a_read_failed_is_not_read_again(void **state)
{
    static const bool cold[] = {false, true};

    (void)state;
    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(cold); i++) {
        struct trial trial;

        trial_init(&trial);
        other_does(&trial, DYNAMODB_PUT_ITEM,
                   cart_foreign_event_of(&trial, 1, "Opened", SLICE_EMPTY));
        for (unsigned int version = 2; version <= 100; version++) {
            cart_foreign_append(&trial, version, 1);
        }
        assert_in_range(tries_with_few_pages(&trial, cold[i]), 2, 20);
        assert_int_equal(trial.result.event_count, 2); /* 99 + 901: Filled */
        assert_true(cart_check_events(&trial) == 102);
        arena_fini(&trial.arena);
    }
}

static void test_an_event_that_stays_missing_is_an_error(void **state)
{
    struct trial trial;

    (void)state;
    cart_open(&trial);
    cart_foreign_append(&trial, 3, 1);
    assert_status(cart_run_cold(&trial, CART_CLOSE, NULL), STATUS_INTERNAL);
    arena_fini(&trial.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, bench_forget_faults)
        TEST(test_snapshots_change_nothing_but_cost),
        TEST(test_a_snapshot_of_another_fold_is_ignored),
        TEST(test_a_history_of_many_pages_is_read_whole),
        TEST(test_a_long_history_costs_two_requests_and_one_when_it_is_known),
        TEST(test_a_snapshot_is_written_together_with_the_event_that_makes_it_due),
        TEST(test_a_state_that_may_not_fit_an_item_has_no_snapshot),
        TEST(test_what_one_worker_wrote_another_goes_on_from_by_one_request),
        TEST(test_two_workers_at_once_leave_the_later_state),
        TEST(test_what_was_read_before_a_read_failed_is_not_read_again),
        TEST(test_an_event_that_stays_missing_is_an_error),
    };

    return cmocka_run_group_tests(tests, cart_bench_open, cart_bench_close);
}
