#include "lib/run/address.h"
#include "tests/unit/unit.h"

static void test_addresses_have_a_host_and_a_port(void **state)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
    } cases[] = {
        {"127.0.0.1:6379",       "127.0.0.1",            6379 },
        {"redis.example.com:1",  "redis.example.com",    1    },
        {"[::1]:65535",          "::1",                  65535},
        {"/run/mysqld/m.sock",   "/run/mysqld/m.sock",   0    },
        {"/run/a:b/mysqld.sock", "/run/a:b/mysqld.sock", 0    },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct address address;

        assert_status(address_parse(slice_str(cases[i].text), &address), STATUS_OK);
        assert_slice(address.host, cases[i].host);
        assert_int_equal(address.port, cases[i].port);
    }
}

static void test_what_is_no_address_is_invalid(void **state)
{
    static const char *const cases[] = {"",        "127.0.0.1", "127.0.0.1:", ":6379", "a:0",
                                        "a:65536", "a:-1",      "a:1x",       "[::1]", "[::1]6379",
                                        "[]:1",    "::1:6379",  "[::1:6379"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct address address;

        assert_status(address_parse(slice_str(cases[i]), &address), STATUS_INVALID);
    }
}

static void test_a_place_to_listen_has_any_port_and_no_path(void **state)
{
    struct address address;

    (void)state;
    assert_status(address_parse_listen(SLICE_LITERAL("[::1]:0"), &address), STATUS_OK);
    assert_slice(address.host, "::1");
    assert_int_equal(address.port, 0);
    assert_status(address_parse_listen(SLICE_LITERAL("localhost:65535"), &address), STATUS_OK);
    assert_slice(address.host, "localhost");
    assert_int_equal(address.port, 65535);
    assert_status(address_parse_listen(SLICE_LITERAL("/run/socket"), &address), STATUS_INVALID);
    assert_status(address_parse_listen(SLICE_LITERAL("::1:80"), &address), STATUS_INVALID);
    assert_status(address_parse_listen(SLICE_LITERAL("a:65536"), &address), STATUS_INVALID);
}

static void test_loopback_is_told_from_what_looks_like_it(void **state)
{
    static const struct {
        const char *authority;
        bool loopback;
    } cases[] = {
        {"127.0.0.1",           true },
        {"127.0.0.1:8080",      true },
        {"127.255.0.9:1",       true },
        {"localhost",           true },
        {"localhost:8080",      true },
        {"[::1]:8080",          true },
        {"[::1]",               true },
        {"[0:0::1]:1",          true },
        {"",                    false},
        {":8080",               false},
        {"0.0.0.0:8080",        false},
        {"[::]:8080",           false},
        {"128.0.0.1:8080",      false},
        {"127.example.org:80",  false},
        {"127.0.0.1.nip.io:80", false},
        {"localhost.org:80",    false},
        {"[::1",                false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        if (address_is_loopback(address_host(slice_str(cases[i].authority))) != cases[i].loopback) {
            fail_msg("wrong: %s", cases[i].authority);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_have_a_host_and_a_port),
        cmocka_unit_test(test_what_is_no_address_is_invalid),
        cmocka_unit_test(test_a_place_to_listen_has_any_port_and_no_path),
        cmocka_unit_test(test_loopback_is_told_from_what_looks_like_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
