/*
 * Transactions as text.
 */
#include "lib/aws/transaction.h"
#include "tests/unit/unit.h"

static void test_request_has_its_actions_in_order(void **state)
{
    const struct transaction_action actions[] = {
        {DYNAMODB_PUT_ITEM,    SLICE_LITERAL("{\"a\":1}")},
        {DYNAMODB_DELETE_ITEM, SLICE_LITERAL("{\"b\":2}")},
    };
    struct arena arena = {0};

    (void)state;
    assert_slice(transaction_request(&arena, actions, 2, SLICE_LITERAL("t")),
                 "{\"TransactItems\":[{\"Put\":{\"a\":1}},{\"Delete\":{\"b\":2}}],"
                 "\"ClientRequestToken\":\"t\"}");
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_has_its_actions_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
