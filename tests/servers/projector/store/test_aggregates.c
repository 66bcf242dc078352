/*
 * projector/store/aggregates.c against a real server.
 */
#include "projector/store/aggregates.h"
#include "tests/servers/projector/store/store.h"

static const struct plan_model model = {
    .database = {DATABASE, sizeof(DATABASE) - 1}
};

struct lock {
    struct session session;
    struct arena arena;
    struct versions versions;
    enum status status;
};

/* NAMES: one letter each, in the order in which a batch met them. */
static struct lock lock_of(struct sql_conn *sql, const char *names)
{
    struct lock lock = {
        .session = {.model = &model, .connection = {.sql = sql}}
    };

    versions_init(&lock.versions, &lock.arena, strlen(names));
    for (; *names; names++) {
        (void)versions_place(&lock.versions, slice_of(names, 1));
    }
    assert_status(sql_begin(sql), STATUS_OK);
    return lock;
}

static void *run_lock(void *ctx)
{
    struct lock *lock = ctx;

    lock->status = aggregates_lock(&lock->session, &lock->versions, &lock->arena);
    return NULL;
}

static void unlock(struct lock *lock)
{
    assert_status(sql_commit(lock->session.connection.sql), STATUS_OK);
    sql_close(lock->session.connection.sql);
    arena_fini(&lock->arena);
}

/* Who waits for "b" has "a" already, in whatever order it met them, and whether they are there. */
static void check_order(bool there)
{
    struct sql_conn *ask = store_fresh();
    struct lock first = lock_of(store_open(), "b"), second = lock_of(store_open(), "cba"),
                third = lock_of(store_open(), "a");
    pthread_t thread;

    if (there) {
        fixture_exec(ask, "INSERT INTO twofold_aggregate (aggregate, version, revision) VALUES"
                          " ('a', 1, 1), ('b', 1, 1), ('c', 1, 1)");
    }
    (void)run_lock(&first);
    assert_status(first.status, STATUS_OK);
    assert_int_equal(pthread_create(&thread, NULL, run_lock, &second), 0);
    store_until_it_waits(ask, second.session.connection.sql);
    fixture_exec(third.session.connection.sql, "SET SESSION innodb_lock_wait_timeout = 1");
    (void)run_lock(&third);
    assert_status(third.status, STATUS_BUSY);
    unlock(&first);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_status(second.status, STATUS_OK);
    unlock(&second);
    unlock(&third);
    sql_close(ask);
}

static void test_rows_are_locked_in_the_order_of_their_names(void **state)
{
    (void)state;
    check_order(true);
}

static void test_absent_rows_are_made_in_the_order_of_their_names(void **state)
{
    (void)state;
    check_order(false);
}

/* What record_event lets pass fits the column, whatever it is and however high the version. */
static void test_the_longest_event_of_the_last_version_is_kept(void **state)
{
    static const char *const letters[] = {"x", "\xc3\xa4", ":", " ", ""}; /* the last: NUL */
    struct arena arena = {0};
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(letters); i++) {
        struct sql_conn *sql = store_fresh();
        struct session session = {.model = &model, .connection = {.sql = sql}};
        struct versions written, found;
        char id[EVENT_ID_TEXT];
        size_t place = 0, at, len = letters[i][0] ? strlen(letters[i]) : 1;

        for (at = 0; at < sizeof(id); at += len) {
            memcpy(id + at, letters[i], len);
        }
        versions_init(&written, &arena, 1);
        written.items[versions_place(&written, SLICE_LITERAL("a"))].version = INT64_MAX;
        written.events[0] = slice_of(id, sizeof(id));
        assert_status(aggregates_write(&session, &written, &arena), STATUS_OK);
        versions_init(&found, &arena, 1);
        (void)versions_place(&found, SLICE_LITERAL("a"));
        assert_status(aggregates_read(&session, &found, &place, 1, &arena), STATUS_OK);
        assert_true(found.items[0].version == INT64_MAX);
        assert_true(slice_eq(found.events[0], slice_of(id, sizeof(id))));
        sql_close(sql);
    }
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_locked_in_the_order_of_their_names),
        cmocka_unit_test(test_absent_rows_are_made_in_the_order_of_their_names),
        cmocka_unit_test(test_the_longest_event_of_the_last_version_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
