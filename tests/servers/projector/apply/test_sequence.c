/*
 * projector/apply/sequence.c against a real server: events whose version was applied.
 */
#include "projector/apply/sequence.h"
#include "tests/servers/projector/store/store.h"

static const struct plan_model model = {
    .database = {DATABASE, sizeof(DATABASE) - 1},
      .aggregate = {.store = STORE_EVENTS       }
};

static struct arena arena;

/* Event 4 of an aggregate whose version 4 was applied with the eventId STORED (NULL: unknown). */
static enum status come_again(const char *stored, const char *event, struct session *session,
                              struct sequence *out)
{
    struct sql_conn *sql = store_fresh();
    struct slots slots = {0};
    struct record record = {.kind = RECORD_EVENT,
                            .aggregate = SLICE_LITERAL("Deed:1"),
                            .version = 4,
                            .event_id = value_string(&arena, slice_str(event))};
    enum status status;

    *session = (struct session){.model = &model, .connection = {.sql = sql}};
    assert_status(statement_run(sql, model.database, &arena, NULL,
                                "INSERT INTO twofold_aggregate (aggregate, version, event,"
                                " revision) VALUES ('Deed:1', 4, ?, 1)",
                                "s", stored),
                  STATUS_OK);
    status = sequence_make(session, &record, 1, true, &arena, &slots, out);
    sql_close(sql);
    slots_fini(&slots);
    return status;
}

static void test_the_same_version_with_another_event_is_never_skipped(void **state)
{
    struct session session;
    struct sequence sequence;

    (void)state;
    assert_status(come_again("first", "second", &session, &sequence), STATUS_INVALID);
    assert_true(session.final);
    assert_non_null(strstr(session.error, "began again"));
}

static void test_a_repeat_is_skipped_and_so_is_what_cannot_be_compared(void **state)
{
    static const char *const stored[] = {"same", NULL};
    struct session session;
    struct sequence sequence;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(stored); i++) {
        assert_status(come_again(stored[i], "same", &session, &sequence), STATUS_OK);
        assert_int_equal(sequence.skipped, 1);
        assert_int_equal(sequence.count, 0);
    }
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_version_with_another_event_is_never_skipped),
        cmocka_unit_test(test_a_repeat_is_skipped_and_so_is_what_cannot_be_compared),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
