/*
 * A connection that cannot be had: nothing is left behind but its error.
 */
#include "projector/store/connection.h"
#include "tests/unit/unit.h"

static const struct settings unparsable = {
    .sql_primary = {"nowhere", 7}
};
/* Port 1 is nobody's: the machine refuses at once. */
static const struct settings refused = {
    .sql_primary = {"127.0.0.1:1", 11},
    .sql_connect_timeout = 1000000,
    .apply_timeout = 1000000,
};

static void test_a_bad_address_is_named(void **state)
{
    struct connection connection;

    (void)state;
    connection_init(&connection, &unparsable, CONNECTION_PROJECTOR, SLICE_EMPTY);
    assert_status(connection_open(&connection), STATUS_INVALID);
    assert_string_equal(connection.error.text, "sql_primary is no address");
    connection_fini(&connection);
}

static void test_a_server_that_is_away_leaves_no_connection(void **state)
{
    struct connection connection;

    (void)state;
    connection_init(&connection, &refused, CONNECTION_SETUP, SLICE_EMPTY);
    assert_status(connection_open(&connection), STATUS_UNAVAILABLE);
    assert_null(connection.sql);
    assert_true(connection.error.number > 0);
    assert_status(connection_note(&connection, STATUS_UNCERTAIN), STATUS_UNCERTAIN);
    connection_rollback(&connection);
    connection_fini(&connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bad_address_is_named),
        cmocka_unit_test(test_a_server_that_is_away_leaves_no_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
