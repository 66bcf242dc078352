/*
 * Which server's answers are the primary's: "Answering a query", step 4, and "Epoch" of
 * cache/PROTOCOL.md against real servers; world.h says how. The replica has the older row, so each
 * answer is the primary's or none.
 */
#include "cache/cache.h"
#include "lib/base/clock.h"
#include "tests/servers/cache/world.h"

#define THREADS 4 /* of the world's pool */

#define ONE "{\"id\":1,\"name\":\"one\"}"
#define TWO "{\"id\":1,\"name\":\"two\"}"

static void read_only(struct world *world, bool is)
{
    sql(world, PRIMARY, "SET GLOBAL read_only = %d", is);
}

static int teardown(void **state)
{
    read_only(*state, false);
    return world_teardown(state);
}

static void on_done(void *ctx, enum status status, struct sql_result *result)
{
    unsigned int *done = ctx;

    assert_status(status, STATUS_OK);
    sql_result_free(result);
    ++*done;
}

static bool all_done(void *ctx)
{
    return *(unsigned int *)ctx == THREADS;
}

/* A connection of each thread to the primary stands from now on; it and the floors are at 11. */
static void warm(struct world *world)
{
    const struct sql_statement busy = {.text = SLICE_LITERAL("SELECT SLEEP(0.1)")};
    unsigned int done = 0;

    for (unsigned int i = 0; i < THREADS; i++) {
        sql_query(world->sql, world->loop, SQL_PRIMARY, &busy, clock_deadline(5000000), on_done,
                  &done);
    }
    loop_until(world, all_done, &done);
    commit(world, 11, 1, "two", false);
}

static void assert_failed(const struct request *request, enum lookup_outcome outcome)
{
    assert_int_equal(request->outcome, outcome);
}

/* A PUBLISH whose transaction was aborted, or is not there yet. */
static void test_primary_one_below_the_floor_is_right_and_not_stored(void **state)
{
    struct world *world = *state;
    struct request *request;

    page_publish(world, 11, 1);
    request = ask(world, 1);
    assert_sql(request, FORWARD_MISS, "primary", ONE);
    assert_false(request->answer.stored);
    assert_sql(ask(world, 1), FORWARD_MISS, "primary", ONE);
}

/* It was the primary; another server commits now, and this one follows. */
static void test_demoted_primary_one_below_the_floor_gives_nothing(void **state)
{
    struct world *world = *state;

    warm(world);
    page_publish(world, 12, 1);
    read_only(world, true);
    assert_failed(ask(world, 1), LOOKUP_SQL_AWAY);
}

static void test_primary_two_below_the_floor_is_none(void **state)
{
    struct world *world = *state;

    page_publish(world, 12, 1);
    assert_failed(ask(world, 1), LOOKUP_SQL_AWAY);
    commit(world, 12, 1, "two", false);
    assert_sql(ask(world, 1), FORWARD_MISS, "primary", TWO);
}

/* What has the floors' label is right, whoever gives it. */
static void test_demoted_primary_that_has_the_commit_answers(void **state)
{
    struct world *world = *state;

    warm(world);
    commit(world, 12, 1, "one", false);
    read_only(world, true);
    assert_sql(ask(world, 1), FORWARD_MISS, "primary", ONE);
}

static void test_read_of_the_row_leaves_a_demoted_primary(void **state)
{
    struct world *world = *state;

    warm(world);
    own_delete(world);
    read_only(world, true);
    assert_failed(ask(world, 1), LOOKUP_PRIMARY_AWAY);
}

/* own is of the epoch before: the row says which one is now. */
static void test_answer_of_another_epoch_is_given_only_after_the_row(void **state)
{
    struct world *world = *state;
    struct request *request;

    revision_set(world, PRIMARY, EPOCH_2, 7);
    home_set(world, NULL, TOUCHES);
    item_set(world, PRIMARY, 1, "two");
    revision_set(world, REPLICA, EPOCH_2, 6);
    request = ask(world, 1);
    assert_sql(request, FORWARD_BYPASS, "primary", TWO);
    assert_memory_equal(request->answer.epoch, EPOCH_2, EPOCH_TEXT);
    assert_false(request->answer.stored);
}

/* The row cannot be read in between: no answer of an epoch that nobody named. */
static void test_answer_of_another_epoch_is_not_given_without_the_row(void **state)
{
    struct world *world = *state;

    warm(world);
    revision_set(world, PRIMARY, EPOCH_2, 12);
    revision_set(world, REPLICA, EPOCH_2, 12);
    page_publish(world, 12, 1);
    home_set(world, NULL, TOUCHES);
    read_only(world, true);
    assert_failed(ask(world, 1), LOOKUP_PRIMARY_AWAY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_primary_one_below_the_floor_is_right_and_not_stored),
        TEST(test_demoted_primary_one_below_the_floor_gives_nothing),
        TEST(test_primary_two_below_the_floor_is_none),
        TEST(test_demoted_primary_that_has_the_commit_answers),
        TEST(test_read_of_the_row_leaves_a_demoted_primary),
        TEST(test_answer_of_another_epoch_is_given_only_after_the_row),
        TEST(test_answer_of_another_epoch_is_not_given_without_the_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
