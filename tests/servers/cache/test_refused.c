/*
 * What SQL gives and yet is no answer: a result that the server warned of, JSON that is none.
 * Neither is given nor stored.
 */
#include "cache/cache.h"
#include "tests/servers/cache/world.h"
#include "tests/servers/lib/sql/fixture.h"

static void both(struct world *world, const char *text)
{
    sql(world, PRIMARY, "%s", text);
    sql(world, REPLICA, "%s", text);
}

static void assert_refused(const struct request *request)
{
    assert_int_equal(request->outcome, LOOKUP_SQL_REFUSED);
}

static void test_result_that_was_warned_of_is_refused_each_time(void **state)
{
    struct world *world = *state;

    both(world, "RENAME TABLE item TO behind");
    both(world, "CREATE VIEW item AS SELECT id, CAST(name AS DECIMAL(5, 2)) AS name FROM behind");
    assert_refused(ask(world, 1)); /* Truncated incorrect DECIMAL value: 'one' */
    assert_refused(ask(world, 1));
    both(world, "UPDATE behind SET name = '1.5'");
    assert_sql(ask(world, 1), FORWARD_MISS, "replica1", "{\"id\":1,\"name\":1.5}");
}

static void test_division_by_zero_is_null(void **state)
{
    struct world *world = *state;

    both(world, "RENAME TABLE item TO behind");
    both(world, "CREATE VIEW item AS SELECT id, id / (id - 1) AS name FROM behind");
    assert_sql(ask(world, 1), FORWARD_MISS, "replica1", "{\"id\":1,\"name\":null}");
}

static void test_json_that_is_none_is_refused_each_time(void **state)
{
    struct world *world = *state;

    if (fixture_is_mysql(world->root[PRIMARY])) {
        skip(); /* its JSON is never none */
    }
    both(world, "SET SESSION check_constraint_checks = 0");
    both(world, "ALTER TABLE item MODIFY name JSON");
    both(world, "UPDATE item SET name = '[1, \"cut'");
    assert_refused(ask(world, 1));
    assert_refused(ask(world, 1));
    both(world, "UPDATE item SET name = '[1, \"whole\"]'");
    assert_sql(ask(world, 1), FORWARD_MISS, "replica1", "{\"id\":1,\"name\":[1, \"whole\"]}");
}

static struct request *list(struct world *world)
{
    struct request *request = request_new(world, query_items(world), 1);

    request_start(request);
    request_wait(request);
    return request;
}

/* It lags: the primary's rows are few. Its answer has no label that would say so. */
static void test_too_many_rows_of_a_replica_are_asked_elsewhere(void **state)
{
    struct world *world = *state;

    world->settings.sql_rows_max = 1;
    item_set(world, REPLICA, 2, "two");
    assert_sql(list(world), FORWARD_MISS, "primary", "{\"items\":[{\"id\":1,\"name\":\"one\"}]}");
    item_set(world, PRIMARY, 2, "two");
    page_publish(world, 11, 2);
    revision_set(world, PRIMARY, EPOCH, 11);
    assert_int_equal(list(world)->outcome, LOOKUP_TOO_MANY_ROWS);
}

static void test_too_many_rows_of_a_replica_alone_are_no_answer(void **state)
{
    struct world *world = *state;

    world->settings.sql_rows_max = 1;
    item_set(world, REPLICA, 2, "two");
    sql(world, PRIMARY, "RENAME TABLE item TO away");
    assert_int_equal(list(world)->outcome, LOOKUP_SQL_AWAY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_result_that_was_warned_of_is_refused_each_time),
        TEST(test_division_by_zero_is_null),
        TEST(test_json_that_is_none_is_refused_each_time),
        TEST(test_too_many_rows_of_a_replica_are_asked_elsewhere),
        TEST(test_too_many_rows_of_a_replica_alone_are_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
