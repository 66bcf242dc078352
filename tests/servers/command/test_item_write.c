/*
 * Commands of a state store against a DynamoDB (bench.h): what becomes of them without faults.
 */
#include "lib/base/clock.h"
#include "tests/servers/command/widget.h"

static void test_created_item_has_its_attributes_and_marks(void **state)
{
    struct trial *trial = *state;
    const struct value *item;

    assert_int_equal(widget_run(trial, WIDGET_CREATE, LARGE), STATUS_OK);
    assert_true(trial->result.created);
    item = widget_item(trial);
    assert_true(slice_is(field(item, "Price", "N"), "12345678901234567890.123456"));
    assert_true(slice_is(field(item, "Name", "S"), "b"));
    assert_int_equal(field(item, "_write", "B").len, 24);
    assert_true(field(item, "_written_at", "N").len == 13);
    assert_true(widget_version(trial) == trial->result.version);
}

static const char kinds[] =
    "{\"M\":{\"s\":{\"S\":\"\"},\"n\":{\"N\":\"12345678901234567890.5\"},"
    "\"b\":{\"B\":\"AP8=\"},\"t\":{\"BOOL\":true},\"z\":{\"NULL\":true},"
    "\"ss\":{\"SS\":[\"a\",\"b\"]},\"ns\":{\"NS\":[\"1.5\"]},\"bs\":{\"BS\":[\"AP8=\"]},"
    "\"l\":{\"L\":[{\"SS\":[\"c\"]},{\"N\":\"1\"}]},\"e\":{\"L\":[]}}}";

static void test_what_a_command_copies_keeps_its_kind(void **state)
{
    struct trial *trial = *state;

    other_does(trial, DYNAMODB_PUT_ITEM,
               arena_printf(&trial->arena,
                            "{\"TableName\":\"Widgets\",\"Item\":{\"WidgetId\":{\"N\":\"%llu\"},"
                            "\"Kinds\":%s}}",
                            (unsigned long long)trial->id, kinds)
                   .ptr);
    assert_int_equal(widget_run(trial, WIDGET_MOVE, NULL), STATUS_OK);
    assert_true(value_equal(value_get(widget_item(trial), slice_str("Moved")),
                            widgets_json(&trial->arena, kinds)));
}

static void test_second_create_is_refused_as_declared(void **state)
{
    struct trial *trial = *state;
    uint64_t version;

    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial->result.version;
    assert_int_equal(widget_run(trial, WIDGET_CREATE, LARGE), STATUS_REFUSED);
    assert_int_equal(trial->result.code, 409);
    assert_true(slice_is(trial->result.title, "Widget exists"));
    assert_true(widget_version(trial) == version);
}

static void test_update_raises_the_version_by_one(void **state)
{
    struct trial *trial = *state;
    uint64_t version;

    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial->result.version;
    assert_int_equal(widget_run(trial, WIDGET_UPDATE, LARGE), STATUS_OK);
    assert_true(trial->result.version == version + 1);
    assert_true(slice_is(field(widget_item(trial), "Price", "N"), "12345678901234567890.123456"));
    assert_true(widget_version(trial) == version + 1);
}

static void test_what_is_absent_is_404(void **state)
{
    static const enum widget_command commands[] = {WIDGET_UPDATE, WIDGET_DELETE, WIDGET_RESERVE,
                                                   WIDGET_DISCARD, WIDGET_DROP};
    static const char *const payloads[] = {SMALL, NULL, "{\"Count\":1}", NULL, NULL};
    struct trial *trial = *state;

    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        trial_next(trial);
        assert_int_equal(widget_run(trial, commands[i], payloads[i]), STATUS_REFUSED);
        assert_int_equal(trial->result.code, 404);
        assert_null(widget_item(trial));
    }
}

static void test_deleted_and_created_again_has_a_higher_version(void **state)
{
    struct trial *trial = *state;
    uint64_t version;

    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial->result.version;
    assert_int_equal(widget_run(trial, WIDGET_DELETE, NULL), STATUS_OK);
    assert_true(trial->result.version == version + 1);
    assert_null(widget_item(trial));
    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    assert_true(trial->result.version > version);
}

static void test_item_of_another_writer_gets_versions(void **state)
{
    struct trial *trial = *state;
    uint64_t now_ms = clock_wall_ms();

    other_does(trial, DYNAMODB_PUT_ITEM, widget_foreign_put(trial, 1));
    assert_int_equal(widget_run(trial, WIDGET_UPDATE, SMALL), STATUS_OK);
    assert_true(trial->result.version >= now_ms);
    assert_true(widget_version(trial) == trial->result.version);
    assert_true(slice_is(field(widget_item(trial), "Stock", "N"), "1"));
}

static void test_item_of_another_writer_is_stamped_and_deleted(void **state)
{
    static const enum widget_command commands[] = {WIDGET_DELETE, WIDGET_DISCARD, WIDGET_DROP};
    struct trial *trial = *state;

    for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
        uint64_t now_ms = clock_wall_ms();

        trial_next(trial);
        other_does(trial, DYNAMODB_PUT_ITEM, widget_foreign_put(trial, 0));
        assert_int_equal(widget_run(trial, commands[i], NULL), STATUS_OK);
        assert_true(trial->result.version > now_ms);
        assert_null(widget_item(trial));
    }
}

static void test_replace_puts_over_what_exists_and_what_does_not(void **state)
{
    struct trial *trial = *state;
    uint64_t version;

    assert_int_equal(widget_run(trial, WIDGET_REPLACE, SMALL), STATUS_OK);
    assert_true(trial->result.created);
    version = trial->result.version;
    other_does(trial, DYNAMODB_UPDATE_ITEM, widget_foreign_stock(trial, 3));
    assert_int_equal(widget_run(trial, WIDGET_REPLACE, LARGE), STATUS_OK);
    assert_false(trial->result.created);
    assert_true(trial->result.version == version + 1);
    assert_null(value_get(widget_item(trial), slice_str("Stock")));
}

static void test_upsert_updates_what_exists_and_creates_what_does_not(void **state)
{
    struct trial *trial = *state;
    uint64_t version;

    assert_int_equal(widget_run(trial, WIDGET_UPSERT, SMALL), STATUS_OK);
    version = trial->result.version;
    assert_int_equal(widget_run(trial, WIDGET_UPSERT, LARGE), STATUS_OK);
    assert_true(trial->result.version == version + 1);
}

static void test_state_is_read_decided_on_and_written(void **state)
{
    struct trial *trial = *state;
    uint64_t version;

    widget_stocked(trial, 5);
    version = trial->result.version;
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, "{\"Count\":3}"), STATUS_OK);
    assert_true(trial->result.version == version + 1);
    assert_true(slice_is(field(widget_item(trial), "Stock", "N"), "2"));
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, "{\"Count\":3}"), STATUS_REFUSED);
    assert_int_equal(trial->result.code, 409);
    assert_true(slice_is(trial->result.title, "Not enough"));
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, "{\"Count\":0}"), STATUS_OK);
    assert_true(trial->result.version == version + 1); /* a no-op */
    assert_int_equal(widget_run(trial, WIDGET_DISCARD, NULL), STATUS_REFUSED);
    assert_int_equal(widget_run(trial, WIDGET_RESERVE, "{\"Count\":2}"), STATUS_OK);
    assert_int_equal(widget_run(trial, WIDGET_DISCARD, NULL), STATUS_OK);
}

static void test_refusal_and_noop_do_not_stand_on_an_assumption(void **state)
{
    static const char dear[] = "{\"Name\":\"a\",\"Price\":101}",
                      free_of_charge[] = "{\"Name\":\"a\",\"Price\":0}";
    struct trial *trial = *state;
    uint64_t version;

    assert_int_equal(widget_run(trial, WIDGET_PRICE, dear), STATUS_REFUSED);
    assert_int_equal(trial->result.code, 404);
    assert_int_equal(widget_run(trial, WIDGET_PRICE, free_of_charge), STATUS_REFUSED);
    assert_int_equal(trial->result.code, 404);
    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    version = trial->result.version;
    assert_int_equal(widget_run(trial, WIDGET_PRICE, dear), STATUS_REFUSED);
    assert_int_equal(trial->result.code, 409);
    assert_int_equal(widget_run(trial, WIDGET_PRICE, free_of_charge), STATUS_OK);
    assert_true(trial->result.version == version);
    assert_int_equal(widget_run(trial, WIDGET_PRICE, SMALL), STATUS_OK);
    assert_true(trial->result.version == version + 1);
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
    struct trial *trial = *state;
    struct precondition *demand = &trial->input.precondition;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint64_t version;

        trial_next(trial);
        widget_stocked(trial, 5);
        version = trial->result.version;
        demand->has_expected = demand->expected_by_header = true;
        demand->expected = version + 7;
        assert_int_equal(widget_run(trial, cases[i].command, cases[i].payload),
                         STATUS_PRECONDITION);
        assert_true(trial->result.version == version);
        demand->expected_by_header = false;
        assert_int_equal(widget_run(trial, cases[i].command, cases[i].payload), STATUS_CONFLICT);
        assert_true(widget_version(trial) == version);
        demand->expected = version;
        assert_int_equal(widget_run(trial, cases[i].command, cases[i].payload), STATUS_OK);
        assert_true(trial->result.version == version + 1);
    }
}

static void test_if_match_any_demands_an_item(void **state)
{
    struct trial *trial = *state;
    struct precondition *demand = &trial->input.precondition;

    demand->has_expected = demand->expected_by_header = demand->expected_any = true;
    assert_int_equal(widget_run(trial, WIDGET_UPSERT, SMALL), STATUS_PRECONDITION);
    assert_null(widget_item(trial));
    demand->has_expected = false;
    assert_int_equal(widget_run(trial, WIDGET_CREATE, SMALL), STATUS_OK);
    demand->has_expected = true;
    assert_int_equal(widget_run(trial, WIDGET_UPSERT, SMALL), STATUS_OK);
    assert_int_equal(widget_run(trial, WIDGET_REPLACE, SMALL), STATUS_OK);
}

static void test_absent_item_is_404_before_412(void **state)
{
    struct trial *trial = *state;
    struct precondition *demand = &trial->input.precondition;

    demand->has_expected = demand->expected_by_header = true;
    demand->expected = 5;
    assert_int_equal(widget_run(trial, WIDGET_UPDATE, SMALL), STATUS_REFUSED);
    assert_int_equal(trial->result.code, 404);
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
        {WIDGET_DELETE, "{\"a\":1}",                                   ""         },
        {WIDGET_CREATE, "{\"WidgetId\":1,\"Name\":\"a\",\"Price\":1}", "/WidgetId"},
    };
    struct trial *trial = *state;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        trial_next(trial);
        assert_int_equal(widget_run(trial, cases[i].command, cases[i].payload), STATUS_SCHEMA);
        assert_int_equal(trial->result.errors->count, 1);
        assert_null(widget_item(trial));
    }
}

static void test_item_beyond_the_size_limit_is_too_large(void **state)
{
    struct trial *trial = *state;
    struct buf payload = {0};

    buf_append_str(&payload, "{\"Price\":1,\"Name\":\"");
    memset(buf_reserve(&payload, 500000), 'x', 500000);
    payload.len += 500000;
    buf_append_str(&payload, "\"}");
    assert_int_equal(
        widget_run(trial, WIDGET_CREATE, arena_cstr(&trial->arena, buf_slice(&payload))),
        STATUS_TOO_LARGE);
    buf_fini(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, trial_open, trial_close)
        TEST(test_created_item_has_its_attributes_and_marks),
        TEST(test_what_a_command_copies_keeps_its_kind),
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
    };

    return cmocka_run_group_tests(tests, widget_bench_open, widget_bench_close);
}
