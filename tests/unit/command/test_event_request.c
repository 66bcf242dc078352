/*
 * The requests of an event store, byte by byte.
 */
#include "command/event_request.h"
#include "tests/unit/command/carts.h"
#include "tests/unit/unit.h"

static struct carts carts;
static struct arena arena;
static const struct event_stream stream = {
    &carts.model.aggregate, {"a\"1", 3}
};

static int setup(void **state)
{
    (void)state;
    carts_init(&carts);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    carts_fini(&carts);
    arena_fini(&arena);
    return 0;
}

static struct event event_with(const char *payload)
{
    return (struct event){.id = SLICE_LITERAL("id-1"),
                          .type = SLICE_LITERAL("Added"),
                          .version = 7,
                          .timestamp_ms = 1700000000000,
                          .payload = carts_json(&arena, payload)};
}

static void test_event_is_put_where_there_is_none(void **state)
{
    const struct event event = event_with("{\"Count\":1.50}");
    struct slice body;

    (void)state;
    assert_status(event_put_request(&stream, &event, SLICE_EMPTY, 0, &arena, &body), STATUS_OK);
    assert_slice(body, "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#a\\\"1\"},"
                       "\"SK\":{\"S\":\"EVENT#00000000000000000007\"},\"eventId\":{\"S\":\"id-1\"},"
                       "\"eventType\":{\"S\":\"Added\"},\"timestamp\":{\"N\":\"1700000000000\"},"
                       "\"version\":{\"N\":\"7\"},\"payload\":{\"M\":{\"Count\":{\"N\":\"1.5\"}}}},"
                       "\"ConditionExpression\":\"attribute_not_exists(#key)\","
                       "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
                       "\"ExpressionAttributeNames\":{\"#key\":\"PK\"}}");
}

static void test_event_says_its_command(void **state)
{
    const struct event event = event_with("{\"Count\":1.50}");
    struct slice body;

    (void)state;
    assert_status(event_put_request(&stream, &event, SLICE_LITERAL("key"), 99, &arena, &body),
                  STATUS_OK);
    assert_slice(body, "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#a\\\"1\"},"
                       "\"SK\":{\"S\":\"EVENT#00000000000000000007\"},\"eventId\":{\"S\":\"id-1\"},"
                       "\"eventType\":{\"S\":\"Added\"},\"timestamp\":{\"N\":\"1700000000000\"},"
                       "\"version\":{\"N\":\"7\"},\"commandId\":{\"S\":\"key\"},"
                       "\"commandTimestamp\":{\"N\":\"99\"},"
                       "\"payload\":{\"M\":{\"Count\":{\"N\":\"1.5\"}}}},"
                       "\"ConditionExpression\":\"attribute_not_exists(#key)\","
                       "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
                       "\"ExpressionAttributeNames\":{\"#key\":\"PK\"}}");
}

static void test_number_beyond_dynamodb_makes_no_event(void **state)
{
    const struct event event = event_with("{\"Count\":1e126}");
    struct slice body;

    (void)state;
    assert_status(event_put_request(&stream, &event, SLICE_EMPTY, 0, &arena, &body),
                  STATUS_TOO_LARGE);
}

static void test_one_event_is_read_consistently(void **state)
{
    (void)state;
    assert_slice(event_get_request(&stream, 7, &arena),
                 "{\"TableName\":\"Carts\",\"Key\":{\"PK\":{\"S\":\"CART#a\\\"1\"},"
                 "\"SK\":{\"S\":\"EVENT#00000000000000000007\"}},\"ConsistentRead\":true}");
}

static void test_look_finds_the_snapshot_first(void **state)
{
    struct plan_aggregate without = carts.model.aggregate;
    const struct event_stream of_it = {&without, stream.id};

    (void)state;
    without.snapshot_every = 0;
    assert_slice(event_look_request(&stream, &arena),
                 "{\"TableName\":\"Carts\",\"ConsistentRead\":true,"
                 "\"KeyConditionExpression\":\"#pk = :pk AND #sk BETWEEN :from AND :to\","
                 "\"ExpressionAttributeNames\":{\"#pk\":\"PK\",\"#sk\":\"SK\"},"
                 "\"ExpressionAttributeValues\":{\":pk\":{\"S\":\"CART#a\\\"1\"},"
                 "\":from\":{\"S\":\"EVENT#\"},\":to\":{\"S\":\"SNAPSHOT\"}},"
                 "\"ScanIndexForward\":false,\"Limit\":21}");
    assert_slice(event_look_request(&of_it, &arena),
                 "{\"TableName\":\"Carts\",\"ConsistentRead\":true,"
                 "\"KeyConditionExpression\":\"#pk = :pk AND #sk BETWEEN :from AND :to\","
                 "\"ExpressionAttributeNames\":{\"#pk\":\"PK\",\"#sk\":\"SK\"},"
                 "\"ExpressionAttributeValues\":{\":pk\":{\"S\":\"CART#a\\\"1\"},"
                 "\":from\":{\"S\":\"EVENT#\"},\":to\":{\"S\":\"SNAPSHOT\"}},"
                 "\"ScanIndexForward\":false,\"Limit\":100}");
}

static void test_range_of_events_is_queried_page_by_page(void **state)
{
    const struct value *after = carts_json(&arena, "{\"PK\":{\"S\":\"p\"}}");

    (void)state;
    assert_slice(event_range_request(&stream, 8, EVENT_VERSION_ANY, NULL, &arena),
                 "{\"TableName\":\"Carts\",\"ConsistentRead\":true,"
                 "\"KeyConditionExpression\":\"#pk = :pk AND #sk BETWEEN :from AND :to\","
                 "\"ExpressionAttributeNames\":{\"#pk\":\"PK\",\"#sk\":\"SK\"},"
                 "\"ExpressionAttributeValues\":{\":pk\":{\"S\":\"CART#a\\\"1\"},"
                 "\":from\":{\"S\":\"EVENT#00000000000000000008\"},"
                 "\":to\":{\"S\":\"EVENT#99999999999999999999\"}}}");
    assert_slice(event_range_request(&stream, 8, 9, after, &arena),
                 "{\"TableName\":\"Carts\",\"ConsistentRead\":true,"
                 "\"KeyConditionExpression\":\"#pk = :pk AND #sk BETWEEN :from AND :to\","
                 "\"ExpressionAttributeNames\":{\"#pk\":\"PK\",\"#sk\":\"SK\"},"
                 "\"ExpressionAttributeValues\":{\":pk\":{\"S\":\"CART#a\\\"1\"},"
                 "\":from\":{\"S\":\"EVENT#00000000000000000008\"},"
                 "\":to\":{\"S\":\"EVENT#00000000000000000009\"}},"
                 "\"ExclusiveStartKey\":{\"PK\":{\"S\":\"p\"}}}");
}

static void test_snapshot_is_put_unless_a_later_one_is_there(void **state)
{
    struct aggregate aggregate = {
        .version = 20, .exists = true, .state = carts_json(&arena, "{\"Items\":3}")};
    struct slice body;

    (void)state;
    assert_status(snapshot_put_request(&stream, &aggregate, "0123", true, &arena, &body),
                  STATUS_OK);
    assert_slice(
        body,
        "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#a\\\"1\"},"
        "\"SK\":{\"S\":\"SNAPSHOT\"},\"version\":{\"N\":\"20\"},"
        "\"fold\":{\"S\":\"0123\"},\"state\":{\"M\":{\"Items\":{\"N\":\"3\"}}}},"
        "\"ConditionExpression\":\"attribute_not_exists(#key) OR #version < :version OR #fold <> "
        ":fold\","
        "\"ExpressionAttributeNames\":{\"#key\":\"PK\",\"#version\":\"version\","
        "\"#fold\":\"fold\"},\"ExpressionAttributeValues\":{\":fold\":{\"S\":\"0123\"},"
        "\":version\":{\"N\":\"20\"}}}");
    assert_status(snapshot_put_request(&stream, &aggregate, "0123", false, &arena, &body),
                  STATUS_OK);
    assert_slice(body, "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#a\\\"1\"},"
                       "\"SK\":{\"S\":\"SNAPSHOT\"},\"version\":{\"N\":\"20\"},"
                       "\"fold\":{\"S\":\"0123\"},\"state\":{\"M\":{\"Items\":{\"N\":\"3\"}}}}}");
    aggregate.exists = false;
    assert_status(snapshot_put_request(&stream, &aggregate, "0123", true, &arena, &body),
                  STATUS_OK);
    assert_slice(
        body,
        "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#a\\\"1\"},"
        "\"SK\":{\"S\":\"SNAPSHOT\"},\"version\":{\"N\":\"20\"},"
        "\"fold\":{\"S\":\"0123\"}},"
        "\"ConditionExpression\":\"attribute_not_exists(#key) OR #version < :version OR #fold <> "
        ":fold\","
        "\"ExpressionAttributeNames\":{\"#key\":\"PK\",\"#version\":\"version\","
        "\"#fold\":\"fold\"},\"ExpressionAttributeValues\":{\":fold\":{\"S\":\"0123\"},"
        "\":version\":{\"N\":\"20\"}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_is_put_where_there_is_none),
        cmocka_unit_test(test_event_says_its_command),
        cmocka_unit_test(test_number_beyond_dynamodb_makes_no_event),
        cmocka_unit_test(test_one_event_is_read_consistently),
        cmocka_unit_test(test_look_finds_the_snapshot_first),
        cmocka_unit_test(test_range_of_events_is_queried_page_by_page),
        cmocka_unit_test(test_snapshot_is_put_unless_a_later_one_is_there),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
