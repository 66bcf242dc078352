#include "lib/redis/hello.h"
#include "tests/unit/unit.h"

#define RUN_ID "0123456789abcdef0123456789abcdef01234567"

static struct redis_reply text_reply(enum redis_type type, const char *text)
{
    return (struct redis_reply){.type = type, .text = slice_str(text)};
}

static const char info[] =
    "# Server\r\nredis_version:7.0.15\r\nrun_id:" RUN_ID "\r\ntcp_port:1\r\n";

static void test_the_first_words_ask_who_the_server_is(void **state)
{
    struct redis_config config = {0};
    struct buf out = {0};

    (void)state;
    assert_int_equal(redis_hello_append(&out, &config), 3);
    assert_slice(buf_slice(&out), "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n*1\r\n$4\r\nROLE\r\n"
                                  "*1\r\n$4\r\nPING\r\n");
    buf_clear(&out);
    config.password = SLICE_LITERAL("pw");
    assert_int_equal(redis_hello_append(&out, &config), 4);
    assert_true(slice_starts(buf_slice(&out), "*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n"));
    buf_clear(&out);
    config.username = SLICE_LITERAL("me");
    assert_int_equal(redis_hello_append(&out, &config), 4);
    assert_true(slice_starts(buf_slice(&out), "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$2\r\npw\r\n"));
    buf_fini(&out);
}

static void test_only_a_master_that_is_ready_is_used(void **state)
{
    static const struct {
        enum redis_type info_type;
        const char *info, *role;
        enum redis_type ping_type;
        enum status status;
        // clang-format off
} cases[] = {
        {REDIS_STRING, info, "master", REDIS_STATUS, STATUS_OK},
        {REDIS_STRING, info, "slave", REDIS_STATUS, STATUS_UNAVAILABLE},
        {REDIS_STRING, info, "master", REDIS_ERROR, STATUS_UNAVAILABLE},
        {REDIS_STRING, "redis_version:7\r\n", "master", REDIS_STATUS, STATUS_UNAVAILABLE},
        {REDIS_STRING, "run_id:short\r\n", "master", REDIS_STATUS, STATUS_UNAVAILABLE},
        {REDIS_ERROR, "NOAUTH Authentication required", "master", REDIS_STATUS, STATUS_DENIED},
        {REDIS_ERROR, "NOPERM no permissions", "master", REDIS_STATUS, STATUS_DENIED},
        {REDIS_ERROR, "ERR max number of clients", "master", REDIS_STATUS, STATUS_UNAVAILABLE},
    };
    // clang-format on

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct redis_reply role = text_reply(REDIS_STRING, cases[i].role);
        struct redis_reply replies[] = {
            text_reply(cases[i].info_type, cases[i].info),
            {.type = REDIS_ARRAY, .items = &role, .count = 1},
            text_reply(cases[i].ping_type, "PONG")
        };
        char run_id[REDIS_RUN_ID + 1];
        const char *why;

        assert_status(redis_hello_check(replies, 3, run_id, &why), cases[i].status);
        if (cases[i].status == STATUS_OK) {
            assert_string_equal(run_id, RUN_ID);
        } else {
            assert_true(why[0] != '\0');
        }
    }
}

/* It may be a master: who reads the log is not sent to look for another one. */
static void test_a_refused_role_is_denied(void **state)
{
    const struct redis_reply replies[] = {
        text_reply(REDIS_STRING, info),
        text_reply(REDIS_ERROR, "NOPERM User me has no permissions to run the 'role' command"),
        text_reply(REDIS_STATUS, "PONG")};
    char run_id[REDIS_RUN_ID + 1];
    const char *why;

    (void)state;
    assert_status(redis_hello_check(replies, 3, run_id, &why), STATUS_DENIED);
    assert_string_equal(why, "ROLE_refused");
}

static void test_a_refused_password_is_denied(void **state)
{
    struct redis_reply role = text_reply(REDIS_STRING, "master");
    const struct redis_reply replies[] = {
        text_reply(REDIS_ERROR, "WRONGPASS no"),
        text_reply(REDIS_STRING, info),
        {.type = REDIS_ARRAY, .items = &role, .count = 1},
        text_reply(REDIS_STATUS, "PONG")
    };
    char run_id[REDIS_RUN_ID + 1];
    const char *why;

    (void)state;
    assert_status(redis_hello_check(replies, 4, run_id, &why), STATUS_DENIED);
    assert_string_equal(why, "AUTH_refused");
}

static void test_a_list_of_addresses_is_cut_at_commas(void **state)
{
    struct redis_config config = {.addresses = SLICE_LITERAL("a:1, b:2,/run/c.sock")};

    (void)state;
    assert_int_equal(redis_address_count(&config), 3);
    assert_slice(redis_address_text(&config, 0), "a:1");
    assert_slice(redis_address_text(&config, 1), "b:2");
    assert_slice(redis_address_text(&config, 2), "/run/c.sock");
    config.addresses = SLICE_LITERAL("a:1");
    assert_int_equal(redis_address_count(&config), 1);
    assert_slice(redis_address_text(&config, 0), "a:1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_words_ask_who_the_server_is),
        cmocka_unit_test(test_only_a_master_that_is_ready_is_used),
        cmocka_unit_test(test_a_refused_role_is_denied),
        cmocka_unit_test(test_a_refused_password_is_denied),
        cmocka_unit_test(test_a_list_of_addresses_is_cut_at_commas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
