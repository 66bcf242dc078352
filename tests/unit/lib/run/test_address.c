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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_have_a_host_and_a_port),
        cmocka_unit_test(test_what_is_no_address_is_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
