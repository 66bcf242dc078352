/*
 * The requests of a state store, word by word.
 */
#include "command/item_request.h"
#include "tests/unit/command/widgets.h"
#include "tests/unit/unit.h"

static struct widgets widgets;
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    widgets_init(&widgets);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    widgets_fini(&widgets);
    arena_fini(&arena);
    return 0;
}

static struct item_change change_of(enum widget_command command, enum item_basis basis)
{
    return (struct item_change){.command = &widgets.commands[command],
                                .id = value_i64(&arena, 7),
                                .attributes = widgets_json(&arena, "{\"Name\":\"a\"}"),
                                .basis = basis,
                                .version = 1000,
                                .now_ms = 1700000000000,
                                .mark = SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAA==")};
}

static struct item item_of(const char *typed)
{
    struct item item;

    assert_status(item_learn(&arena, widgets_json(&arena, typed), &item), STATUS_OK);
    return item;
}

/* Members in any order. */
static void assert_body(struct slice body, const char *expected)
{
    const struct value *got = widgets_json(&arena, arena_cstr(&arena, body));

    if (!value_equal(got, widgets_json(&arena, expected))) {
        fail_msg("%.*s\nis not\n%s", SLICE_ARG(body), expected);
    }
}

static void test_create_puts_on_absence(void **state)
{
    struct item_change change = change_of(WIDGET_CREATE, BASIS_ABSENT);
    struct slice body;

    (void)state;
    assert_status(item_put_request(&change, &arena, &body), STATUS_OK);
    assert_body(
        body,
        "{\"TableName\":\"Widgets\",\"Item\":{\"WidgetId\":{\"N\":\"7\"},\"Name\":{\"S\":\"a\"},"
        "\"_version\":{\"N\":\"1000\"},\"_written_at\":{\"N\":\"1700000000000\"},"
        "\"_write\":{\"B\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}},"
        "\"ConditionExpression\":\"attribute_not_exists(#id)\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
        "\"ExpressionAttributeNames\":{\"#id\":\"WidgetId\"}}");
}

static void test_update_of_any_item_counts_in_the_table(void **state)
{
    struct item_change change = change_of(WIDGET_UPDATE, BASIS_EXISTS);
    struct slice body;

    (void)state;
    assert_status(item_update_request(&change, &arena, &body), STATUS_OK);
    assert_body(
        body,
        "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"7\"}},"
        "\"UpdateExpression\":\"SET #written_at = :now, #write = :write, "
        "#version = if_not_exists(#version, :first) + :one, #a0 = :a0\","
        "\"ReturnValues\":\"UPDATED_NEW\",\"ConditionExpression\":"
        "\"(attribute_not_exists(#version) OR #version BETWEEN :zero AND :last) AND "
        "attribute_exists(#id)\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
        "\"ExpressionAttributeNames\":{\"#version\":\"_version\",\"#written_at\":\"_written_at\","
        "\"#write\":\"_write\",\"#a0\":\"Name\",\"#id\":\"WidgetId\"},"
        "\"ExpressionAttributeValues\":{\":now\":{\"N\":\"1700000000000\"},"
        "\":write\":{\"B\":\"AAAAAAAAAAAAAAAAAAAAAA==\"},\":first\":{\"N\":\"1000\"},"
        "\":one\":{\"N\":\"1\"},"
        "\":zero\":{\"N\":\"0\"},\":last\":{\"N\":\"9223372036854775805\"},"
        "\":a0\":{\"S\":\"a\"}}}");
}

static void test_update_on_a_version_compares_what_was_read(void **state)
{
    struct item_change change = change_of(WIDGET_RESERVE, BASIS_VERSION);
    struct slice body;

    (void)state;
    change.item = item_of(
        "{\"WidgetId\":{\"N\":\"7\"},\"_version\":{\"N\":\"41\"},\"Stock\":{\"NS\":[\"5\"]}}");
    assert_status(item_update_request(&change, &arena, &body), STATUS_OK);
    assert_body(
        body,
        "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"7\"}},"
        "\"UpdateExpression\":\"SET #written_at = :now, #write = :write, #version = :next, #a0 = "
        ":a0\","
        "\"ReturnValues\":\"UPDATED_NEW\","
        "\"ConditionExpression\":\"#version = :expected AND #f0 = :f0\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
        "\"ExpressionAttributeNames\":{\"#version\":\"_version\",\"#written_at\":\"_written_at\","
        "\"#write\":\"_write\",\"#a0\":\"Name\",\"#f0\":\"Stock\"},"
        "\"ExpressionAttributeValues\":{\":now\":{\"N\":\"1700000000000\"},"
        "\":write\":{\"B\":\"AAAAAAAAAAAAAAAAAAAAAA==\"},\":next\":{\"N\":\"42\"},"
        "\":expected\":{\"N\":\"41\"},"
        "\":f0\":{\"NS\":[\"5\"]},\":a0\":{\"S\":\"a\"}}}");
}

static void test_item_of_another_writer_must_stay_without_version(void **state)
{
    struct item_change change = change_of(WIDGET_RESERVE, BASIS_VERSION);
    struct slice body;

    (void)state;
    change.item = item_of("{\"WidgetId\":{\"N\":\"7\"}}");
    change.attributes = value_map(&arena);
    assert_status(item_put_request(&change, &arena, &body), STATUS_OK);
    assert_body(
        body,
        "{\"TableName\":\"Widgets\",\"Item\":{\"WidgetId\":{\"N\":\"7\"},"
        "\"_version\":{\"N\":\"1000\"},"
        "\"_written_at\":{\"N\":\"1700000000000\"},"
        "\"_write\":{\"B\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}},"
        "\"ConditionExpression\":\"attribute_exists(#id) AND attribute_not_exists(#version) AND "
        "attribute_not_exists(#f0)\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
        "\"ExpressionAttributeNames\":{\"#id\":\"WidgetId\",\"#version\":\"_version\","
        "\"#f0\":\"Stock\"}}");
}

static void test_delete_demands_a_version(void **state)
{
    struct item_change change = change_of(WIDGET_DELETE, BASIS_EXISTS);
    struct slice body;

    (void)state;
    assert_status(item_delete_request(&change, &arena, &body), STATUS_OK);
    assert_body(body, "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"7\"}},"
                      "\"ReturnValues\":\"ALL_OLD\","
                      "\"ConditionExpression\":\"#version BETWEEN :zero AND :last\","
                      "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
                      "\"ExpressionAttributeNames\":{\"#version\":\"_version\"},"
                      "\"ExpressionAttributeValues\":{\":zero\":{\"N\":\"0\"},"
                      "\":last\":{\"N\":\"9223372036854775805\"}}}");
}

static void test_stamp_gives_a_version_to_an_item_without_one(void **state)
{
    struct item_change change = change_of(WIDGET_DELETE, BASIS_EXISTS);
    struct slice body;

    (void)state;
    assert_status(item_stamp_request(&change, &arena, &body), STATUS_OK);
    assert_body(
        body,
        "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"7\"}},"
        "\"UpdateExpression\":\"SET #written_at = :now, #write = :write, #version = :first\","
        "\"ReturnValues\":\"ALL_NEW\","
        "\"ConditionExpression\":\"attribute_exists(#id) AND attribute_not_exists(#version)\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
        "\"ExpressionAttributeNames\":{\"#version\":\"_version\",\"#written_at\":\"_written_at\","
        "\"#write\":\"_write\",\"#id\":\"WidgetId\"},"
        "\"ExpressionAttributeValues\":{\":now\":{\"N\":\"1700000000000\"},"
        "\":write\":{\"B\":\"AAAAAAAAAAAAAAAAAAAAAA==\"},\":first\":{\"N\":\"1000\"}}}");
}

static void test_read_is_consistent_and_string_ids_are_strings(void **state)
{
    struct plan_aggregate aggregate = widgets.model.aggregate;
    struct slice body;

    (void)state;
    assert_status(
        item_get_request(&aggregate, value_string(&arena, slice_str("x\"y")), &arena, &body),
        STATUS_OK);
    assert_body(body, "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"S\":\"x\\\"y\"}},"
                      "\"ConsistentRead\":true}");
}

static void test_number_beyond_dynamodb_makes_no_request(void **state)
{
    struct item_change change = change_of(WIDGET_CREATE, BASIS_ABSENT);
    struct slice body;

    (void)state;
    change.attributes = widgets_json(&arena, "{\"Price\":1e126}");
    assert_status(item_put_request(&change, &arena, &body), STATUS_TOO_LARGE);
    assert_status(item_update_request(&change, &arena, &body), STATUS_TOO_LARGE);
}

/*
 * Whatever another writer means by its _version, it is replaced only as long as it is what was
 * read.
 */
static void test_update_replaces_the_stray_version_that_was_read(void **state)
{
    struct item_change change = change_of(WIDGET_RESERVE, BASIS_VERSION);
    struct slice body;

    (void)state;
    change.item = item_of("{\"WidgetId\":{\"N\":\"7\"},\"_version\":{\"S\":\"draft\"}}");
    assert_status(item_update_request(&change, &arena, &body), STATUS_OK);
    assert_body(
        body,
        "{\"TableName\":\"Widgets\",\"Key\":{\"WidgetId\":{\"N\":\"7\"}},"
        "\"UpdateExpression\":\"SET #written_at = :now, #write = :write, #version = :next, #a0 = "
        ":a0\","
        "\"ReturnValues\":\"UPDATED_NEW\",\"ConditionExpression\":"
        "\"attribute_exists(#id) AND #version = :stray AND attribute_not_exists(#f0)\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
        "\"ExpressionAttributeNames\":{\"#version\":\"_version\",\"#written_at\":\"_written_at\","
        "\"#write\":\"_write\",\"#a0\":\"Name\",\"#id\":\"WidgetId\",\"#f0\":\"Stock\"},"
        "\"ExpressionAttributeValues\":{\":now\":{\"N\":\"1700000000000\"},"
        "\":write\":{\"B\":\"AAAAAAAAAAAAAAAAAAAAAA==\"},\":next\":{\"N\":\"1001\"},"
        "\":stray\":{\"S\":\"draft\"},\":a0\":{\"S\":\"a\"}}}");
}

static void test_item_with_a_stray_version_counts_as_one_without(void **state)
{
    static const char *const items[] = {"{\"_version\":{\"S\":\"1\"}}",
                                        "{\"_version\":{\"N\":\"1.5\"}}",
                                        "{\"_version\":{\"N\":\"-1\"}}",
                                        "{\"_version\":{\"NULL\":true}}",
                                        "{\"_version\":{\"N\":\"9223372036854775806\"}}",
                                        "{\"_version\":{\"N\":\"99999999999999999999\"}}"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(items); i++) {
        struct item item = item_of(items[i]);

        assert_false(item.versioned);
        assert_int_equal(item.version, 0);
        assert_ptr_equal(item.stray, value_get(item.typed, slice_str("_version")));
    }
    assert_true(item_of("{\"_version\":{\"N\":\"9223372036854775805\"}}").versioned);
    assert_null(item_of("{\"_version\":{\"N\":\"0\"}}").stray);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_puts_on_absence),
        cmocka_unit_test(test_update_of_any_item_counts_in_the_table),
        cmocka_unit_test(test_update_on_a_version_compares_what_was_read),
        cmocka_unit_test(test_item_of_another_writer_must_stay_without_version),
        cmocka_unit_test(test_delete_demands_a_version),
        cmocka_unit_test(test_stamp_gives_a_version_to_an_item_without_one),
        cmocka_unit_test(test_read_is_consistent_and_string_ids_are_strings),
        cmocka_unit_test(test_number_beyond_dynamodb_makes_no_request),
        cmocka_unit_test(test_update_replaces_the_stray_version_that_was_read),
        cmocka_unit_test(test_item_with_a_stray_version_counts_as_one_without),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
