#include "lib/sql/conn.h"
#include "tests/unit/unit.h"

static void test_a_sql_address_carries_its_name(void **state)
{
    struct sql_address address;

    (void)state;
    assert_status(
        sql_address_parse(SLICE_LITERAL("[::1]:3306"), SLICE_LITERAL("replica1"), &address),
        STATUS_OK);
    assert_slice(address.name, "replica1");
    assert_slice(address.host, "::1");
    assert_int_equal(address.port, 3306);
    assert_status(sql_address_parse(SLICE_LITERAL("nowhere"), SLICE_LITERAL("x"), &address),
                  STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sql_address_carries_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
