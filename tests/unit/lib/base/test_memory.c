#include "lib/base/memory.h"
#include "tests/unit/unit.h"

static void test_memory_is_zeroed_and_never_null(void **state)
{
    int *numbers = XARRAY(int, 3);
    void *nothing = xalloc(0);

    (void)state;
    assert_int_equal(numbers[0] | numbers[1] | numbers[2], 0);
    assert_non_null(nothing);
    nothing = xrealloc(nothing, 0);
    assert_non_null(nothing);
    xfree(nothing);
    xfree(numbers);
    xfree(NULL);
}

static void test_grown_memory_keeps_its_bytes(void **state)
{
    char *text = xstrdup(SLICE_LITERAL("hello"));

    (void)state;
    text = xrealloc(text, 100000);
    assert_string_equal(text, "hello");
    xfree(text);
}

static void test_a_duplicate_ends_with_a_nul(void **state)
{
    char *some = xstrdup(slice_of("hello", 4)), *none = xstrdup(slice_of(NULL, 0));

    (void)state;
    assert_string_equal(some, "hell");
    assert_string_equal(none, "");
    xfree(some);
    xfree(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_never_null),
        cmocka_unit_test(test_grown_memory_keeps_its_bytes),
        cmocka_unit_test(test_a_duplicate_ends_with_a_nul),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
