/*
 * Clients' configurations: who logs in to SQL, for how long a statement may run, which nodes.
 */
#include "conf/settings/clients.h"
#include "tests/unit/unit.h"

/* Defaults, with FLAG in force. */
static struct settings settings_with(const char *flag)
{
    static char program[] = "test";
    static char word[512];
    static struct settings settings;
    char *argv[] = {program, word, NULL};
    int argc = flag ? 2 : 1;

    snprintf(word, sizeof(word), "%s", flag ? flag : "");
    argv[argc] = NULL;
    assert_status(settings_load(&settings, &argc, argv, NULL), STATUS_OK);
    return settings;
}

static void assert_login(struct sql_login login, const char *user, uint64_t statement_us)
{
    assert_slice(login.user, user);
    assert_int_equal(login.connect_timeout_us, 2000000);
    assert_int_equal(login.read_timeout_us, statement_us);
}

static void test_each_login_has_its_user_and_its_time(void **state)
{
    struct settings settings = settings_with(NULL);

    (void)state;
    assert_login(clients_sql_gateway(&settings), "twofold_gateway", 5000000);
    assert_login(clients_sql_check(&settings), "twofold_projector", 5000000);
    assert_login(clients_sql_projector(&settings), "twofold_projector", 10000000);
    assert_login(clients_sql_setup(&settings, 7), "root", 7);
}

static void test_each_login_has_its_own_password(void **state)
{
    struct settings settings = settings_with(NULL);

    (void)state;
    settings.sql_password = SLICE_LITERAL("g");
    settings.sql_projector_password = SLICE_LITERAL("p");
    settings.sql_setup_password = SLICE_LITERAL("s");
    assert_slice(clients_sql_gateway(&settings).password, "g");
    assert_slice(clients_sql_check(&settings).password, "p");
    assert_slice(clients_sql_projector(&settings).password, "p");
    assert_slice(clients_sql_setup(&settings, 1).password, "s");
}

static void test_the_pool_is_the_primary_then_the_replicas(void **state)
{
    struct settings settings = settings_with("--sql-replicas=10.0.0.1:1, /run/b.sock,[::1]:3");
    struct sql_config config;

    (void)state;
    assert_status(clients_sql_pool(&settings, &config), STATUS_OK);
    assert_int_equal(config.node_count, 4);
    assert_slice(config.nodes[SQL_PRIMARY].name, "primary");
    assert_slice(config.nodes[SQL_PRIMARY].host, "127.0.0.1");
    assert_int_equal(config.nodes[SQL_PRIMARY].port, 3306);
    assert_slice(config.nodes[1].name, "replica1");
    assert_slice(config.nodes[1].host, "10.0.0.1");
    assert_slice(config.nodes[2].host, "/run/b.sock");
    assert_slice(config.nodes[3].name, "replica3");
    assert_slice(config.login.user, "twofold_gateway");
    assert_int_equal(config.threads, 8);
    assert_int_equal(config.queue_max, 5000);
    assert_int_equal(config.primary_max, 6);
    assert_int_equal(config.primary_queue, 200);
    assert_int_equal(config.replica_us, 1000000);
    assert_int_equal(config.eject_us, 500000);
    assert_int_equal(config.eject_cap_us, 10000000);
}

static void test_an_address_that_is_none_is_refused(void **state)
{
    static const char *const flags[] = {"--sql-primary=nowhere",
                                        "--sql-primary=", "--sql-replicas=nowhere",
                                        "--sql-replicas=127.0.0.1:1,,127.0.0.1:2"};
    struct sql_config config;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
        struct settings settings = settings_with(flags[i]);

        assert_status(clients_sql_pool(&settings, &config), STATUS_INVALID);
    }
}

static void test_there_are_at_most_fifteen_replicas(void **state)
{
    static const char fifteen[] = "--sql-replicas=h:1,h:2,h:3,h:4,h:5,h:6,h:7,h:8,h:9,h:10,h:11,"
                                  "h:12,h:13,h:14,h:15";
    static const char sixteen[] = "--sql-replicas=h:1,h:2,h:3,h:4,h:5,h:6,h:7,h:8,h:9,h:10,h:11,"
                                  "h:12,h:13,h:14,h:15,h:16";
    struct settings settings = settings_with(fifteen);
    struct sql_config config;

    (void)state;
    assert_status(clients_sql_pool(&settings, &config), STATUS_OK);
    assert_int_equal(config.node_count, SQL_NODES_MAX);
    assert_slice(config.nodes[15].name, "replica15");
    settings = settings_with(sixteen);
    assert_status(clients_sql_pool(&settings, &config), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_login_has_its_user_and_its_time),
        cmocka_unit_test(test_each_login_has_its_own_password),
        cmocka_unit_test(test_the_pool_is_the_primary_then_the_replicas),
        cmocka_unit_test(test_an_address_that_is_none_is_refused),
        cmocka_unit_test(test_there_are_at_most_fifteen_replicas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
