/*
 * Commands of a state store that lose races, answers and patience.
 */
#include "conf/settings/clients.h"
#include "tests/servers/command/widget.h"

#define ONE "{\"Count\":1}"

/* Of a test that needs the stub's faults: 5 of its widget are in stock. */
static struct trial *stocked_on_stub(void **state)
{
    struct trial *trial = *state;

    STUB_ONLY();
    widget_stocked(trial, 5);
    return trial;
}

static void test_lost_race_is_decided_again(void **state)
{
    struct trial *trial = stocked_on_stub(state);

    /* The other writer keeps _version: only the compared attribute shows it. */
    race("UpdateItem", "UpdateItem", widget_foreign_stock(trial, 2));
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, "{\"Count\":2}"), STATUS_OK);
    assert_true(slice_is(field(widget_item(trial), "Stock", "N"), "0"));
}

static void test_race_lost_each_time_is_a_conflict(void **state)
{
    struct trial *trial = stocked_on_stub(state);

    for (unsigned int i = 0; i <= bench.settings.command_races; i++) {
        race("UpdateItem", "UpdateItem", widget_foreign_command(trial));
    }
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, ONE), STATUS_CONFLICT);
    assert_true(slice_is(field(widget_item(trial), "Stock", "N"), "5"));
    assert_true(trial->result.version == widget_version(trial));
}

static void test_throttled_requests_are_tried_again(void **state)
{
    struct trial *trial = *state;

    STUB_ONLY();
    fault("PutItem", "throttle", 3);
    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    fault("DeleteItem", "throttle", 100);
    assert_int_equal(widget_run(trial, WIDGET_DELETE, NULL), STATUS_THROTTLED);
    assert_true(trial->result.retry_after_s > 0);
    assert_non_null(widget_item(trial));
}

/* What a lost answer means, by kind of write: command/README.md. */
static void test_lost_answer_by_kind_of_write(void **state)
{
    static const struct {
        enum widget_command command;
        const char *payload, *operation, *action;
        bool before; /* the item is there before */
        enum status expected;
        unsigned int effects; /* how far the version rises */
    } cases[] = {
        {WIDGET_CREATE,  SMALL, "PutItem",    "lose_after",     false, STATUS_OK,        1},
        {WIDGET_CREATE,  SMALL, "PutItem",    "error500_after", false, STATUS_OK,        1},
        {WIDGET_CREATE,  SMALL, "PutItem",    "lose_before",    false, STATUS_UNCERTAIN, 0},
        {WIDGET_CREATE,  SMALL, "PutItem",    "lose_before",    true,  STATUS_REFUSED,   0},
        {WIDGET_UPDATE,  LARGE, "UpdateItem", "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_UPDATE,  LARGE, "UpdateItem", "lose_before",    true,  STATUS_UNCERTAIN, 0},
        {WIDGET_UPSERT,  LARGE, "UpdateItem", "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_UPSERT,  LARGE, "UpdateItem", "lose_before",    true,  STATUS_UNCERTAIN, 0},
        {WIDGET_RESERVE, ONE,   "UpdateItem", "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_RESERVE, ONE,   "UpdateItem", "lose_before",    true,  STATUS_OK,        1},
        {WIDGET_RESERVE, ONE,   "UpdateItem", "error500",       true,  STATUS_OK,        1},
        {WIDGET_REPLACE, LARGE, "PutItem",    "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_REPLACE, LARGE, "PutItem",    "lose_before",    true,  STATUS_OK,        1},
    };
    struct trial *trial = *state;

    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint64_t before = 0;

        trial_next(trial);
        if (cases[i].before) {
            widget_stocked(trial, 5);
            before = widget_version(trial);
        }
        fault(cases[i].operation, cases[i].action, 1);
        print_message("case %zu\n", i);
        assert_int_equal(widget_run(trial, cases[i].command, cases[i].payload), cases[i].expected);
        if (cases[i].before) {
            assert_true(widget_version(trial) == before + cases[i].effects);
        } else {
            assert_int_equal(widget_item(trial) != NULL, cases[i].effects);
        }
        if (trial->status == STATUS_OK) {
            assert_true(trial->result.version == widget_version(trial));
        }
    }
}

static void test_delete_whose_answer_is_lost_is_unknown_and_not_sent_again(void **state)
{
    struct trial *trial = stocked_on_stub(state);

    fault("DeleteItem", "lose_before", 1);
    assert_int_equal(widget_run(trial, WIDGET_DELETE, NULL), STATUS_UNCERTAIN);
    assert_non_null(widget_item(trial));
    fault("DeleteItem", "lose_after", 1);
    assert_int_equal(widget_run(trial, WIDGET_DELETE, NULL), STATUS_UNCERTAIN);
    assert_null(widget_item(trial));
}

static void test_throttling_after_a_lost_answer_leaves_the_outcome_unknown(void **state)
{
    struct trial *trial = stocked_on_stub(state);

    fault("UpdateItem", "lose_before", 1);
    fault("UpdateItem", "throttle", 100);
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, ONE), STATUS_UNCERTAIN);
}

static void test_update_applied_before_the_lost_answer_and_overtaken_is_unknown(void **state)
{
    struct trial *trial = stocked_on_stub(state);

    fault("UpdateItem", "lose_after", 1);
    /* before the second try: version v + 2 */
    race("UpdateItem", "UpdateItem", widget_foreign_command(trial));
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, ONE), STATUS_UNCERTAIN);
    assert_true(slice_is(field(widget_item(trial), "Stock", "N"), "4"));
}

static void test_update_lost_and_overtaken_is_decided_again(void **state)
{
    struct trial *trial = stocked_on_stub(state);

    fault("UpdateItem", "lose_before", 1);
    /* before the second try: version v + 1, of another */
    race("UpdateItem", "UpdateItem", widget_foreign_command(trial));
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, ONE), STATUS_OK);
    assert_true(slice_is(field(widget_item(trial), "Stock", "N"), "4"));
}

/* Runs a create by a commander with these SETTINGS. */
static enum status create_with(struct trial *trial, const struct settings *settings)
{
    const struct dynamodb_config config = clients_dynamodb(settings);
    struct commander *kept = bench.commander;
    struct dynamodb *dynamodb;
    enum status status;

    assert_status(dynamodb_create(bench.loop, &config, bench.credentials, &dynamodb), STATUS_OK);
    bench.commander =
        commander_create(bench.loop, &widgets.plan, settings, dynamodb, bench.aggregates);
    status = widget_run(trial, WIDGET_CREATE, SMALL);
    commander_destroy(bench.commander);
    bench.commander = kept;
    dynamodb_destroy(dynamodb);
    return status;
}

static void test_silent_server_ends_the_command_at_its_deadline(void **state)
{
    struct trial *trial = *state;
    struct settings settings = bench.settings;

    STUB_ONLY();
    settings.dynamodb_timeout = 200000;
    assert_true(control("{\"operation\":\"PutItem\",\"action\":\"delay\",\"seconds\":2}"));
    /* The read finds nothing yet. */
    assert_status(create_with(trial, &settings), STATUS_UNCERTAIN);
}

static void test_unreachable_server_is_unavailable(void **state)
{
    struct trial *trial = *state;
    struct settings settings = bench.settings;

    settings.dynamodb_endpoint = slice_str("http://127.0.0.1:9");
    assert_status(create_with(trial, &settings), STATUS_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, trial_open, trial_close)
        TEST(test_lost_race_is_decided_again),
        TEST(test_race_lost_each_time_is_a_conflict),
        TEST(test_throttled_requests_are_tried_again),
        TEST(test_lost_answer_by_kind_of_write),
        TEST(test_delete_whose_answer_is_lost_is_unknown_and_not_sent_again),
        TEST(test_throttling_after_a_lost_answer_leaves_the_outcome_unknown),
        TEST(test_update_applied_before_the_lost_answer_and_overtaken_is_unknown),
        TEST(test_update_lost_and_overtaken_is_decided_again),
        TEST(test_silent_server_ends_the_command_at_its_deadline),
        TEST(test_unreachable_server_is_unavailable),
    };

    return cmocka_run_group_tests(tests, widget_bench_open, widget_bench_close);
}
