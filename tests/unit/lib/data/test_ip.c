#include "lib/data/ip.h"
#include "tests/unit/unit.h"

static void test_addresses_are_read(void **state)
{
    static const uint8_t mapped[IP6_BYTES] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
    static const uint8_t whole[IP6_BYTES] = {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0xab};
    uint8_t v4[IP4_BYTES], v6[IP6_BYTES];

    (void)state;
    assert_true(ip4_read(SLICE_LITERAL("127.0.0.255"), v4));
    assert_memory_equal(v4, "\x7f\0\0\xff", sizeof(v4));
    assert_true(ip6_read(SLICE_LITERAL("::ffff:10.0.0.1"), v6));
    assert_memory_equal(v6, mapped, sizeof(v6));
    assert_true(ip6_read(SLICE_LITERAL("1:2:3:4:5:6:7:AB"), v6));
    assert_memory_equal(v6, whole, sizeof(v6));
    assert_true(ip6_valid(SLICE_LITERAL("::")));
    assert_true(ip6_valid(SLICE_LITERAL("1:2:3:4:5:6:7::")));
    assert_true(ip6_valid(SLICE_LITERAL("0000:0000:0000:0000:0000:ffff:255.255.255.255")));
}

static void test_what_is_no_address_is_refused(void **state)
{
    static const char *const v4[] = {"",         "1",        "127.1",      "1.2.3",     "1.2.3.4.5",
                                     "01.2.3.4", "1.2.3.00", "256.0.0.1",  "1.2.3.4 ",  " 1.2.3.4",
                                     "1.2.3.",   "1..2.3",   "0x7f.0.0.1", "1.2.3.4/8", "::1",
                                     "+1.2.3.4", "localhost"};
    static const char *const v6[] = {"",
                                     ":",
                                     ":::",
                                     "::1::",
                                     "1::2::3",
                                     "12345::",
                                     "::g",
                                     "1:2:3:4:5:6:7",
                                     ":1",
                                     "1:",
                                     "fe80::1%eth0",
                                     "[::1]",
                                     "::1/64",
                                     "1.2.3.4",
                                     "::01.2.3.4",
                                     "1:2:3:4:5:6:7:8:9",
                                     "::1.2.3",
                                     "1:2:3:4:5:6:7:1.2.3.4"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(v4); i++) {
        if (ip4_valid(slice_str(v4[i]))) {
            fail_msg("accepted: %s", v4[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(v6); i++) {
        if (ip6_valid(slice_str(v6[i]))) {
            fail_msg("accepted: %s", v6[i]);
        }
    }
}

static void test_slice_ends_where_it_says(void **state)
{
    (void)state;
    assert_true(ip4_valid(slice_of("1.2.3.45", 7)));
    assert_true(ip6_valid(slice_of("::12", 3)));
    assert_false(ip4_valid(slice_of("1.2.3.4\0", 8)));
    assert_false(ip6_valid(slice_of("::1\0x", 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_are_read),
        cmocka_unit_test(test_what_is_no_address_is_refused),
        cmocka_unit_test(test_slice_ends_where_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
