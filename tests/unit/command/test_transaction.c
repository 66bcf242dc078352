/*
 * Transactions as text, and their refusals.
 */
#include "command/transaction.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

static void test_request_has_its_actions_in_order(void **state)
{
    const struct transaction_action actions[] = {
        {"Put",    SLICE_LITERAL("{\"a\":1}")},
        {"Delete", SLICE_LITERAL("{\"b\":2}")},
    };
    struct arena arena = {0};

    (void)state;
    assert_slice(transaction_request(&arena, actions, 2, SLICE_LITERAL("t")),
                 "{\"TransactItems\":[{\"Put\":{\"a\":1}},{\"Delete\":{\"b\":2}}],"
                 "\"ClientRequestToken\":\"t\"}");
    arena_fini(&arena);
}

static void test_failed_condition_is_found_by_its_action(void **state)
{
    struct dynamodb_answer answer = {0};
    const struct value *item;
    struct arena arena = {0};

    (void)state;
    assert_status(
        json_parse(
            &arena,
            SLICE_LITERAL("{\"CancellationReasons\":[{\"Code\":\"None\"},"
                          "{\"Code\":\"ConditionalCheckFailed\",\"Item\":{\"a\":{\"N\":\"1\"}}},"
                          "{\"Code\":\"ConditionalCheckFailed\"},"
                          "{\"Code\":\"TransactionConflict\"}]}"),
            &answer.body, NULL),
        STATUS_OK);
    assert_false(transaction_condition_failed(&answer, 0, &item));
    assert_true(transaction_condition_failed(&answer, 1, &item));
    assert_non_null(value_get(item, slice_str("a")));
    assert_true(transaction_condition_failed(&answer, 2, &item));
    assert_null(item);
    assert_false(transaction_condition_failed(&answer, 3, &item));
    assert_false(transaction_condition_failed(&answer, 4, &item));
    answer.body = NULL;
    assert_false(transaction_condition_failed(&answer, 0, &item));
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_has_its_actions_in_order),
        cmocka_unit_test(test_failed_condition_is_found_by_its_action),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
