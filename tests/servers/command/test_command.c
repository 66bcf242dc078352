/*
 * Commands of a state store against a DynamoDB (bench.h).
 */
#include <stdio.h>

#include "lib/clock.h"
#include "lib/memory.h"
#include "tests/servers/command/bench.h"
#include "tests/unit/command/widgets.h"

static struct widgets widgets;

static int open_bench(void **state)
{
    (void)state;
    widgets_init(&widgets);
    return bench_open(
        &widgets.plan,
        "{\"TableName\":\"Widgets\",\"BillingMode\":\"PAY_PER_REQUEST\","
        "\"AttributeDefinitions\":[{\"AttributeName\":\"WidgetId\",\"AttributeType\":\"N\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"WidgetId\",\"KeyType\":\"HASH\"}]}");
}

static int close_bench(void **state)
{
    (void)state;
    bench_close();
    widgets_fini(&widgets);
    return 0;
}

static enum status run_again(struct trial *trial, enum widget_command which, const char *payload)
{
    trial->input.path_id = value_i64(&trial->arena, (int64_t)trial->id);
    return trial_run(trial, &widgets.commands[which], payload);
}

#define SMALL "{\"Name\":\"a\",\"Price\":1}"
#define LARGE "{\"Name\":\"b\",\"Price\":12345678901234567890.123456}"

static const struct value *item_of(struct trial *trial)
{
    struct dynamodb_answer answer;
    struct slice body = arena_printf(
        &trial->arena,
        "{\"TableName\":\"Widgets\",\"ConsistentRead\":true,\"Key\":{\"WidgetId\":{\"N\":\"%llu\"}}}",
        (unsigned long long)trial->id);

    assert_int_equal(
        other_writer("GetItem", arena_cstr(&trial->arena, body), &trial->arena, &answer),
        STATUS_OK);
    return value_get(answer.body, slice_str("Item"));
}

static uint64_t version_of(struct trial *trial)
{
    uint64_t version = 0;

    (void)!slice_parse_u64(field(item_of(trial), "_version", "N"), &version);
    return version;
}

/* An item as other software writes it: no _version. */
static const char *foreign_put(struct trial *trial, unsigned int stock)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(&trial->arena,
                     "{\"TableName\":\"Widgets\",\"Item\":{\"WidgetId\":{\"N\":\"%llu\"},"
                     "\"Stock\":{\"N\":\"%u\"},\"Gone\":{\"N\":\"0\"}}}",
                     (unsigned long long)trial->id, stock));
}

static const char *foreign_stock(struct trial *trial, unsigned int stock)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(
            &trial->arena,
            "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"%llu\"}},"
            "\"UpdateExpression\":\"SET Stock = :s\",\"ExpressionAttributeValues\":{\":s\":{\"N\":\"%u\"}}}",
            (unsigned long long)trial->id, stock));
}

/* What another gateway does: version + 1 and a _write of its own. */
static const char *foreign_command(struct trial *trial)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(
            &trial->arena,
            "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"%llu\"}},"
            "\"UpdateExpression\":\"SET #v = #v + :one, #w = :w\","
            "\"ExpressionAttributeNames\":{\"#v\":\"_version\",\"#w\":\"_write\"},"
            "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"},\":w\":{\"B\":\"AAAA\"}}}",
            (unsigned long long)trial->id));
}

static void other_does(struct trial *trial, const char *operation, const char *body)
{
    struct dynamodb_answer answer;

    assert_int_equal(other_writer(operation, body, &trial->arena, &answer), STATUS_OK);
}

static void stock_widget(struct trial *trial, unsigned int stock)
{
    assert_int_equal(run_again(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    other_does(trial, "UpdateItem", foreign_stock(trial, stock));
}

/* ------------------------------------------------------------------ without faults */

static void test_created_item_has_its_attributes_and_marks(void **state)
{
    struct trial trial;
    const struct value *item;

    (void)state;
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_CREATE, LARGE), STATUS_OK);
    assert_true(trial.result.created);
    item = item_of(&trial);
    assert_true(slice_is(field(item, "Price", "N"), "12345678901234567890.123456"));
    assert_true(slice_is(field(item, "Name", "S"), "b"));
    assert_int_equal(field(item, "_write", "B").len, 24);
    assert_true(field(item, "_written_at", "N").len == 13);
    assert_true(version_of(&trial) == trial.result.version);
    arena_fini(&trial.arena);
}

static void test_second_create_is_refused_as_declared(void **state)
{
    struct trial trial;
    uint64_t version;

    (void)state;
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial.result.version;
    assert_int_equal(run_again(&trial, WIDGET_CREATE, LARGE), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 409);
    assert_true(slice_is(trial.result.title, "Widget exists"));
    assert_true(version_of(&trial) == version);
    arena_fini(&trial.arena);
}

static void test_update_raises_the_version_by_one(void **state)
{
    struct trial trial;
    uint64_t version;

    (void)state;
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial.result.version;
    assert_int_equal(run_again(&trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_true(trial.result.version == version + 1);
    assert_true(slice_is(field(item_of(&trial), "Price", "N"), "12345678901234567890.123456"));
    assert_true(version_of(&trial) == version + 1);
    arena_fini(&trial.arena);
}

static void test_what_is_absent_is_404(void **state)
{
    static const enum widget_command commands[] = {WIDGET_UPDATE, WIDGET_DELETE, WIDGET_RESERVE,
                                                   WIDGET_DISCARD, WIDGET_DROP};
    static const char *const payloads[] = {SMALL, NULL, "{\"Count\":1}", NULL, NULL};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        struct trial trial;

        trial_init(&trial);
        assert_int_equal(run_again(&trial, commands[i], payloads[i]), STATUS_REFUSED);
        assert_int_equal(trial.result.code, 404);
        assert_null(item_of(&trial));
        arena_fini(&trial.arena);
    }
}

static void test_deleted_and_created_again_has_a_higher_version(void **state)
{
    struct trial trial;
    uint64_t version;

    (void)state;
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial.result.version;
    assert_int_equal(run_again(&trial, WIDGET_DELETE, NULL), STATUS_OK);
    assert_true(trial.result.version == version + 1);
    assert_null(item_of(&trial));
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
    assert_true(trial.result.version > version);
    arena_fini(&trial.arena);
}

static void test_item_of_another_writer_gets_versions(void **state)
{
    struct trial trial;
    uint64_t now_ms = clock_wall_ms();

    (void)state;
    trial_init(&trial);
    other_does(&trial, "PutItem", foreign_put(&trial, 1));
    assert_int_equal(run_again(&trial, WIDGET_UPDATE, SMALL), STATUS_OK);
    assert_true(trial.result.version >= now_ms);
    assert_true(version_of(&trial) == trial.result.version);
    assert_true(slice_is(field(item_of(&trial), "Stock", "N"), "1"));
    arena_fini(&trial.arena);
}

static void test_item_of_another_writer_is_stamped_and_deleted(void **state)
{
    static const enum widget_command commands[] = {WIDGET_DELETE, WIDGET_DISCARD, WIDGET_DROP};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        struct trial trial;
        uint64_t now_ms = clock_wall_ms();

        trial_init(&trial);
        other_does(&trial, "PutItem", foreign_put(&trial, 0));
        assert_int_equal(run_again(&trial, commands[i], NULL), STATUS_OK);
        assert_true(trial.result.version > now_ms);
        assert_null(item_of(&trial));
        arena_fini(&trial.arena);
    }
}

static void test_replace_puts_over_what_exists_and_what_does_not(void **state)
{
    struct trial trial;
    uint64_t version;

    (void)state;
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_REPLACE, SMALL), STATUS_OK);
    assert_true(trial.result.created);
    version = trial.result.version;
    other_does(&trial, "UpdateItem", foreign_stock(&trial, 3));
    assert_int_equal(run_again(&trial, WIDGET_REPLACE, LARGE), STATUS_OK);
    assert_false(trial.result.created);
    assert_true(trial.result.version == version + 1);
    assert_null(value_get(item_of(&trial), slice_str("Stock")));
    arena_fini(&trial.arena);
}

static void test_upsert_updates_what_exists_and_creates_what_does_not(void **state)
{
    struct trial trial;
    uint64_t version;

    (void)state;
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_UPSERT, SMALL), STATUS_OK);
    version = trial.result.version;
    assert_int_equal(run_again(&trial, WIDGET_UPSERT, LARGE), STATUS_OK);
    assert_true(trial.result.version == version + 1);
    arena_fini(&trial.arena);
}

static void test_state_is_read_decided_on_and_written(void **state)
{
    struct trial trial;
    uint64_t version;

    (void)state;
    trial_init(&trial);
    stock_widget(&trial, 5);
    version = trial.result.version;
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":3}"), STATUS_OK);
    assert_true(trial.result.version == version + 1);
    assert_true(slice_is(field(item_of(&trial), "Stock", "N"), "2"));
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":3}"), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 409);
    assert_true(slice_is(trial.result.title, "Not enough"));
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":0}"), STATUS_OK);
    assert_true(trial.result.version == version + 1); /* a no-op */
    assert_int_equal(run_again(&trial, WIDGET_DISCARD, NULL), STATUS_REFUSED);
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":2}"), STATUS_OK);
    assert_int_equal(run_again(&trial, WIDGET_DISCARD, NULL), STATUS_OK);
    arena_fini(&trial.arena);
}

static void test_refusal_and_noop_do_not_stand_on_an_assumption(void **state)
{
    static const char dear[] = "{\"Name\":\"a\",\"Price\":101}",
                      free_of_charge[] = "{\"Name\":\"a\",\"Price\":0}";
    struct trial trial;
    uint64_t version;

    (void)state;
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_PRICE, dear), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 404);
    assert_int_equal(run_again(&trial, WIDGET_PRICE, free_of_charge), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 404);
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial.result.version;
    assert_int_equal(run_again(&trial, WIDGET_PRICE, dear), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 409);
    assert_int_equal(run_again(&trial, WIDGET_PRICE, free_of_charge), STATUS_OK);
    assert_true(trial.result.version == version);
    assert_int_equal(run_again(&trial, WIDGET_PRICE, SMALL), STATUS_OK);
    assert_true(trial.result.version == version + 1);
    arena_fini(&trial.arena);
}

static void test_expected_version_is_compared(void **state)
{
    static const struct {
        enum widget_command command;
        const char *payload;
    } cases[] = {
        {WIDGET_UPDATE,  LARGE          },
        {WIDGET_REPLACE, LARGE          },
        {WIDGET_RESERVE, "{\"Count\":1}"},
        {WIDGET_DELETE,  NULL           }
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct trial trial;
        uint64_t version;

        trial_init(&trial);
        stock_widget(&trial, 5);
        version = trial.result.version;
        trial.input.has_expected = trial.input.expected_by_header = true;
        trial.input.expected = version + 7;
        assert_int_equal(run_again(&trial, cases[i].command, cases[i].payload),
                         STATUS_PRECONDITION);
        assert_true(trial.result.version == version);
        trial.input.expected_by_header = false;
        assert_int_equal(run_again(&trial, cases[i].command, cases[i].payload), STATUS_CONFLICT);
        assert_true(version_of(&trial) == version);
        trial.input.expected = version;
        assert_int_equal(run_again(&trial, cases[i].command, cases[i].payload), STATUS_OK);
        assert_true(trial.result.version == version + 1);
        arena_fini(&trial.arena);
    }
}

static void test_if_match_any_demands_an_item(void **state)
{
    struct trial trial;

    (void)state;
    trial_init(&trial);
    trial.input.has_expected = trial.input.expected_by_header = trial.input.expected_any = true;
    assert_int_equal(run_again(&trial, WIDGET_UPSERT, SMALL), STATUS_PRECONDITION);
    assert_null(item_of(&trial));
    trial.input.has_expected = false;
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
    trial.input.has_expected = true;
    assert_int_equal(run_again(&trial, WIDGET_UPSERT, SMALL), STATUS_OK);
    assert_int_equal(run_again(&trial, WIDGET_REPLACE, SMALL), STATUS_OK);
    arena_fini(&trial.arena);
}

static void test_absent_item_is_404_before_412(void **state)
{
    struct trial trial;

    (void)state;
    trial_init(&trial);
    trial.input.has_expected = trial.input.expected_by_header = true;
    trial.input.expected = 5;
    assert_int_equal(run_again(&trial, WIDGET_UPDATE, SMALL), STATUS_REFUSED);
    assert_int_equal(trial.result.code, 404);
    arena_fini(&trial.arena);
}

static void test_bad_input_is_listed_and_nothing_written(void **state)
{
    static const struct {
        enum widget_command command;
        const char *payload, *pointer;
    } cases[] = {
        {WIDGET_CREATE, "{\"Name\":\"a\"}",                            ""         },
        {WIDGET_CREATE, "{\"Name\":1,\"Price\":1}",                    "/Name"    },
        {WIDGET_CREATE, NULL,                                          ""         },
        {WIDGET_DELETE, "{}",                                          ""         },
        {WIDGET_CREATE, "{\"WidgetId\":1,\"Name\":\"a\",\"Price\":1}", "/WidgetId"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct trial trial;

        trial_init(&trial);
        assert_int_equal(run_again(&trial, cases[i].command, cases[i].payload), STATUS_SCHEMA);
        assert_int_equal(trial.result.errors->count, 1);
        assert_null(item_of(&trial));
        arena_fini(&trial.arena);
    }
}

static void test_item_beyond_the_size_limit_is_too_large(void **state)
{
    struct trial trial;
    struct buf payload = {0};

    (void)state;
    trial_init(&trial);
    buf_append_str(&payload, "{\"Price\":1,\"Name\":\"");
    memset(buf_reserve(&payload, 500000), 'x', 500000);
    payload.len += 500000;
    buf_append_str(&payload, "\"}");
    assert_int_equal(
        run_again(&trial, WIDGET_CREATE, arena_cstr(&trial.arena, buf_slice(&payload))),
        STATUS_TOO_LARGE);
    buf_fini(&payload);
    arena_fini(&trial.arena);
}

/* ------------------------------------------------------------------ races */

static void test_lost_race_is_decided_again(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    stock_widget(&trial, 5);
    race("UpdateItem", "UpdateItem",
         foreign_stock(&trial, 2)); /* keeps _version: only the compared attribute shows it */
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":2}"), STATUS_OK);
    assert_true(slice_is(field(item_of(&trial), "Stock", "N"), "0"));
    arena_fini(&trial.arena);
}

static void test_race_lost_each_time_is_a_conflict(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    stock_widget(&trial, 5);
    for (unsigned int i = 0; i <= bench.settings.command_races; i++) {
        race("UpdateItem", "UpdateItem", foreign_command(&trial));
    }
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":1}"), STATUS_CONFLICT);
    assert_true(slice_is(field(item_of(&trial), "Stock", "N"), "5"));
    assert_true(trial.result.version == version_of(&trial));
    arena_fini(&trial.arena);
}

/* ------------------------------------------------------------------ faults */

static void test_throttled_requests_are_tried_again(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    fault("PutItem", "throttle", 3);
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_OK);
    fault("DeleteItem", "throttle", 100);
    assert_int_equal(run_again(&trial, WIDGET_DELETE, NULL), STATUS_THROTTLED);
    assert_true(trial.result.retry_after_s > 0);
    assert_non_null(item_of(&trial));
    arena_fini(&trial.arena);
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
        {WIDGET_CREATE,  SMALL,           "PutItem",    "lose_after",     false, STATUS_OK,        1},
        {WIDGET_CREATE,  SMALL,           "PutItem",    "error500_after", false, STATUS_OK,        1},
        {WIDGET_CREATE,  SMALL,           "PutItem",    "lose_before",    false, STATUS_UNCERTAIN, 0},
        {WIDGET_CREATE,  SMALL,           "PutItem",    "lose_before",    true,  STATUS_REFUSED,   0},
        {WIDGET_UPDATE,  LARGE,           "UpdateItem", "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_UPDATE,  LARGE,           "UpdateItem", "lose_before",    true,  STATUS_UNCERTAIN, 0},
        {WIDGET_UPSERT,  LARGE,           "UpdateItem", "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_UPSERT,  LARGE,           "UpdateItem", "lose_before",    true,  STATUS_UNCERTAIN, 0},
        {WIDGET_RESERVE, "{\"Count\":1}", "UpdateItem", "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_RESERVE, "{\"Count\":1}", "UpdateItem", "lose_before",    true,  STATUS_OK,        1},
        {WIDGET_RESERVE, "{\"Count\":1}", "UpdateItem", "error500",       true,  STATUS_OK,        1},
        {WIDGET_REPLACE, LARGE,           "PutItem",    "lose_after",     true,  STATUS_OK,        1},
        {WIDGET_REPLACE, LARGE,           "PutItem",    "lose_before",    true,  STATUS_OK,        1},
    };

    (void)state;
    STUB_ONLY();
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct trial trial;
        uint64_t before = 0;

        trial_init(&trial);
        if (cases[i].before) {
            stock_widget(&trial, 5);
            before = version_of(&trial);
        }
        fault(cases[i].operation, cases[i].action, 1);
        print_message("case %zu\n", i);
        assert_int_equal(run_again(&trial, cases[i].command, cases[i].payload), cases[i].expected);
        if (cases[i].before) {
            assert_true(version_of(&trial) == before + cases[i].effects);
        } else {
            assert_int_equal(item_of(&trial) != NULL, cases[i].effects);
        }
        if (trial.status == STATUS_OK) {
            assert_true(trial.result.version == version_of(&trial));
        }
        arena_fini(&trial.arena);
    }
}

static void test_delete_whose_answer_is_lost_is_unknown_and_not_sent_again(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    stock_widget(&trial, 5);
    fault("DeleteItem", "lose_before", 1);
    assert_int_equal(run_again(&trial, WIDGET_DELETE, NULL), STATUS_UNCERTAIN);
    assert_non_null(item_of(&trial));
    fault("DeleteItem", "lose_after", 1);
    assert_int_equal(run_again(&trial, WIDGET_DELETE, NULL), STATUS_UNCERTAIN);
    assert_null(item_of(&trial));
    arena_fini(&trial.arena);
}

static void test_throttling_after_a_lost_answer_leaves_the_outcome_unknown(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    stock_widget(&trial, 5);
    fault("UpdateItem", "lose_before", 1);
    fault("UpdateItem", "throttle", 100);
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":1}"), STATUS_UNCERTAIN);
    arena_fini(&trial.arena);
}

static void test_update_applied_before_the_lost_answer_and_overtaken_is_unknown(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    stock_widget(&trial, 5);
    fault("UpdateItem", "lose_after", 1);
    race("UpdateItem", "UpdateItem",
         foreign_command(&trial)); /* before the second try: version v + 2 */
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":1}"), STATUS_UNCERTAIN);
    assert_true(slice_is(field(item_of(&trial), "Stock", "N"), "4"));
    arena_fini(&trial.arena);
}

static void test_update_lost_and_overtaken_is_decided_again(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    stock_widget(&trial, 5);
    fault("UpdateItem", "lose_before", 1);
    race("UpdateItem", "UpdateItem",
         foreign_command(&trial)); /* before the second try: version v + 1, of another */
    assert_int_equal(run_again(&trial, WIDGET_RESERVE, "{\"Count\":1}"), STATUS_OK);
    assert_true(slice_is(field(item_of(&trial), "Stock", "N"), "4"));
    arena_fini(&trial.arena);
}

static void test_silent_server_ends_the_command_at_its_deadline(void **state)
{
    struct trial trial;

    (void)state;
    STUB_ONLY();
    trial_init(&trial);
    assert_true(control("{\"operation\":\"PutItem\",\"action\":\"delay\",\"seconds\":2}"));
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL),
                     STATUS_UNCERTAIN); /* a try has 1 s; the read finds nothing yet */
    arena_fini(&trial.arena);
}

static void test_unreachable_server_is_unavailable(void **state)
{
    struct settings settings = bench.settings;
    struct dynamodb *dynamodb;
    struct commander *kept = bench.commander;
    struct trial trial;

    (void)state;
    settings.dynamodb_endpoint = slice_str("http://127.0.0.1:9");
    assert_int_equal(dynamodb_create(bench.loop, &settings, bench.credentials, &dynamodb),
                     STATUS_OK);
    bench.commander = commander_create(bench.loop, &widgets.plan, &settings, dynamodb);
    trial_init(&trial);
    assert_int_equal(run_again(&trial, WIDGET_CREATE, SMALL), STATUS_UNAVAILABLE);
    commander_destroy(bench.commander);
    bench.commander = kept;
    dynamodb_destroy(dynamodb);
    arena_fini(&trial.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, bench_forget_faults)
        TEST(test_created_item_has_its_attributes_and_marks),
        TEST(test_second_create_is_refused_as_declared),
        TEST(test_update_raises_the_version_by_one),
        TEST(test_what_is_absent_is_404),
        TEST(test_deleted_and_created_again_has_a_higher_version),
        TEST(test_item_of_another_writer_gets_versions),
        TEST(test_item_of_another_writer_is_stamped_and_deleted),
        TEST(test_replace_puts_over_what_exists_and_what_does_not),
        TEST(test_upsert_updates_what_exists_and_creates_what_does_not),
        TEST(test_state_is_read_decided_on_and_written),
        TEST(test_refusal_and_noop_do_not_stand_on_an_assumption),
        TEST(test_expected_version_is_compared),
        TEST(test_if_match_any_demands_an_item),
        TEST(test_absent_item_is_404_before_412),
        TEST(test_bad_input_is_listed_and_nothing_written),
        TEST(test_item_beyond_the_size_limit_is_too_large),
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

    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
