#include "lib/base/buf.h"
#include "tests/unit/unit.h"

static void test_pieces_follow_each_other(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_append_str(&buf, "a");
    buf_append_char(&buf, 'b');
    buf_append_u64(&buf, 0);
    buf_append_u64(&buf, UINT64_MAX);
    buf_append(&buf, slice_of(NULL, 0));
    buf_printf(&buf, "<%s>", "c");
    assert_slice(buf_slice(&buf), "ab018446744073709551615<c>");
    buf_fini(&buf);
    assert_int_equal(buf.len + buf.cap, 0);
}

static void test_printf_of_any_length(void **state)
{
    (void)state;
    for (int width = 1; width < 600; width++) {
        struct buf buf = {0};

        buf_append_char(&buf, '.');
        buf_printf(&buf, "%*d", width, 7);
        assert_int_equal(buf.len, width + 1);
        assert_int_equal(buf.ptr[width], '7');
        buf_fini(&buf);
    }
}

static void test_reserved_room_is_written_in_place(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_append_str(&buf, "abc");
    memset(buf_reserve(&buf, 100000), 'x', 100000);
    assert_slice(buf_slice(&buf), "abc");
    buf.len += 2;
    assert_slice(buf_slice(&buf), "abcxx");
    buf_fini(&buf);
}

static void test_clear_keeps_the_memory(void **state)
{
    struct buf buf = {0};
    const char *memory;

    (void)state;
    buf_append_str(&buf, "abc");
    memory = buf.ptr;
    buf_clear(&buf);
    buf_append_str(&buf, "de");
    assert_ptr_equal(buf.ptr, memory);
    assert_slice(buf_slice(&buf), "de");
    buf_fini(&buf);
}

static void test_consume_drops_from_the_front(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_consume(&buf, 1);
    buf_append_str(&buf, "abc");
    buf_consume(&buf, 2);
    assert_slice(buf_slice(&buf), "c");
    buf_consume(&buf, 2);
    assert_slice(buf_slice(&buf), "");
    buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_follow_each_other),
        cmocka_unit_test(test_printf_of_any_length),
        cmocka_unit_test(test_reserved_room_is_written_in_place),
        cmocka_unit_test(test_clear_keeps_the_memory),
        cmocka_unit_test(test_consume_drops_from_the_front),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
