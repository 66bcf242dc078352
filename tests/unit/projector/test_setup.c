#include "projector/setup.h"
#include "projector/source/table.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void test_no_text_can_leave_its_quotes(void **state)
{
    (void)state;
    assert_slice(sql_quote_text(&arena, SLICE_LITERAL("plain")), "'plain'");
    assert_slice(sql_quote_text(&arena, SLICE_LITERAL("a'b\\c")), "'a''b\\\\c'");
    assert_slice(sql_quote_name(&arena, SLICE_LITERAL("a`b")), "`a``b`");
    assert_slice(sql_quote_text(&arena, SLICE_EMPTY), "''");
}

static void test_a_grant_names_one_database(void **state)
{
    (void)state;
    assert_slice(sql_quote_grant(&arena, SLICE_LITERAL("twofold_a%")), "`twofold\\_a\\%`");
}

static void test_only_loopback_is_local(void **state)
{
    (void)state;
    assert_true(endpoint_is_local(SLICE_LITERAL("http://127.0.0.1:8000")));
    assert_true(endpoint_is_local(SLICE_LITERAL("http://localhost:8000/")));
    assert_true(endpoint_is_local(SLICE_LITERAL("https://[::1]:8000")));
    assert_false(endpoint_is_local(SLICE_EMPTY)); /* AWS's */
    assert_false(endpoint_is_local(SLICE_LITERAL("https://dynamodb.eu-central-1.amazonaws.com")));
    assert_false(endpoint_is_local(SLICE_LITERAL("http://localhost.example.org")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_text_can_leave_its_quotes),
        cmocka_unit_test(test_a_grant_names_one_database),
        cmocka_unit_test(test_only_loopback_is_local),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
