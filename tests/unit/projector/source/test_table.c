/*
 * Requests that make tables.
 */
#include "projector/source/table.h"
#include "tests/unit/unit.h"

static void test_a_table_of_events_is_made_with_both_keys_and_its_stream(void **state)
{
    const struct table_key keys[] = {
        {SLICE_LITERAL("PK"), "S"},
        {SLICE_LITERAL("SK"), "S"}
    };
    struct buf body = {0};

    (void)state;
    table_creation(&body, SLICE_LITERAL("Things"), keys, ARRAY_COUNT(keys), true);
    assert_slice(buf_slice(&body),
                 "{\"TableName\":\"Things\",\"BillingMode\":\"PAY_PER_REQUEST\","
                 "\"AttributeDefinitions\":[{\"AttributeName\":\"PK\",\"AttributeType\":\"S\"},"
                 "{\"AttributeName\":\"SK\",\"AttributeType\":\"S\"}],"
                 "\"KeySchema\":[{\"AttributeName\":\"PK\",\"KeyType\":\"HASH\"},"
                 "{\"AttributeName\":\"SK\",\"KeyType\":\"RANGE\"}],"
                 "\"StreamSpecification\":{\"StreamEnabled\":true,"
                 "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}");
    buf_fini(&body);
}

static void test_a_table_without_a_stream_says_nothing_of_one(void **state)
{
    const struct table_key key = {SLICE_LITERAL("Id"), "N"};
    struct buf body = {0};

    (void)state;
    table_creation(&body, SLICE_LITERAL("Things"), &key, 1, false);
    assert_slice(buf_slice(&body),
                 "{\"TableName\":\"Things\",\"BillingMode\":\"PAY_PER_REQUEST\","
                 "\"AttributeDefinitions\":[{\"AttributeName\":\"Id\",\"AttributeType\":\"N\"}],"
                 "\"KeySchema\":[{\"AttributeName\":\"Id\",\"KeyType\":\"HASH\"}]}");
    buf_fini(&body);
}

static void test_tables_are_made_unasked_on_this_machine_only(void **state)
{
    (void)state;
    assert_true(endpoint_is_local(SLICE_LITERAL("http://127.0.0.1:8000")));
    assert_true(endpoint_is_local(SLICE_LITERAL("http://[::1]:8000")));
    assert_true(endpoint_is_local(SLICE_LITERAL("localhost:8000/x")));
    assert_false(endpoint_is_local(SLICE_LITERAL("https://dynamodb.eu-west-1.amazonaws.com")));
    assert_false(endpoint_is_local(SLICE_LITERAL("http://127.0.0.1.example.org")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_table_of_events_is_made_with_both_keys_and_its_stream),
        cmocka_unit_test(test_a_table_without_a_stream_says_nothing_of_one),
        cmocka_unit_test(test_tables_are_made_unasked_on_this_machine_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
