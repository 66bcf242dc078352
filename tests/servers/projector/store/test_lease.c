/*
 * projector/store/lease.c against a real server.
 */
#include "projector/store/lease.h"
#include "tests/servers/projector/store/store.h"

#define SHARD "shard-1"

static struct slice database(void)
{
    return slice_str(DATABASE);
}

struct check {
    struct sql_conn *sql;
    struct lease lease;
    enum status status;
};

static void *run_check(void *ctx)
{
    struct check *check = ctx;

    check->status = lease_check(check->sql, database(), &check->lease);
    return NULL;
}

/* "A COMMIT without an answer may still be on its way." */
static void test_the_position_is_read_behind_a_commit_that_is_on_its_way(void **state)
{
    struct sql_conn *lost = store_fresh(), *ask = store_open();
    struct check check = {.sql = store_open()};
    pthread_t thread;

    (void)state;
    fixture_exec(lost, "INSERT INTO twofold_checkpoint (shard, stream) VALUES ('" SHARD "', 's')");
    assert_status(lease_take(lost, database(), SLICE_LITERAL(SHARD), "me", 5000000, &check.lease),
                  STATUS_OK);
    assert_status(sql_begin(lost), STATUS_OK);
    assert_status(lease_advance(lost, database(), &check.lease, SLICE_LITERAL("17")), STATUS_OK);
    assert_int_equal(pthread_create(&thread, NULL, run_check, &check), 0);
    store_until_it_waits(ask, check.sql);
    assert_status(sql_commit(lost), STATUS_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_status(check.status, STATUS_OK);
    assert_string_equal(check.lease.position, "17");
    sql_close(lost);
    sql_close(ask);
    sql_close(check.sql);
}

static void test_a_lease_that_another_took_is_fenced(void **state)
{
    struct sql_conn *sql = store_fresh();
    struct lease mine, theirs;

    (void)state;
    fixture_exec(sql, "INSERT INTO twofold_checkpoint (shard, stream) VALUES ('" SHARD "', 's')");
    assert_status(lease_take(sql, database(), SLICE_LITERAL(SHARD), "me", 1, &mine), STATUS_OK);
    fixture_exec(sql, "UPDATE twofold_checkpoint SET lease_until = NOW(3) - INTERVAL 1 SECOND");
    assert_status(lease_take(sql, database(), SLICE_LITERAL(SHARD), "they", 1, &theirs), STATUS_OK);
    assert_status(lease_check(sql, database(), &mine), STATUS_FENCED);
    assert_status(lease_check(sql, database(), &theirs), STATUS_OK);
    sql_close(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_position_is_read_behind_a_commit_that_is_on_its_way),
        cmocka_unit_test(test_a_lease_that_another_took_is_fenced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
