/*
 * projector/apply/sequence.c against a real server: events whose version was applied.
 */
#include "projector/apply/sequence.h"
#include "projector/store/aggregates.h"
#include "tests/servers/projector/store/store.h"

static const struct plan_model model = {
    .database = {DATABASE, sizeof(DATABASE) - 1},
      .aggregate = {.store = STORE_EVENTS       }
};

static struct arena arena;

/* As a projector writes it that does not know the column `event`. */
#define OLDER_WRITES                                                         \
    "INSERT INTO twofold_aggregate (aggregate, version, revision) VALUES"    \
    " ('Deed:1', 4, 2) ON DUPLICATE KEY UPDATE revision = VALUES(revision)," \
    " version = VALUES(version)"
#define SET_BACK "UPDATE twofold_aggregate SET version = 4"

static struct record event_record(uint64_t version, const char *event)
{
    return (struct record){.kind = RECORD_EVENT,
                           .aggregate = SLICE_LITERAL("Deed:1"),
                           .version = version,
                           .event_id = value_string(&arena, slice_str(event))};
}

/*
 * VERSION was applied with the eventId STORED (empty: unknown); then SQL changed the row (NULL: it
 * did not), and RECORDS come.
 */
static enum status come_again(uint64_t version, const char *stored, const char *changed,
                              struct record *records, size_t count, struct session *session,
                              struct sequence *out)
{
    struct sql_conn *sql = store_fresh();
    struct slots slots = {0};
    struct versions applied;
    enum status status;

    *session = (struct session){.model = &model, .connection = {.sql = sql}};
    versions_init(&applied, &arena, 1);
    applied.items[versions_place(&applied, SLICE_LITERAL("Deed:1"))].version = version;
    applied.events[0] = slice_str(stored);
    assert_status(aggregates_write(session, &applied, &arena), STATUS_OK);
    if (changed) {
        fixture_exec(sql, changed);
    }
    status = sequence_make(session, records, count, true, &arena, &slots, out);
    sql_close(sql);
    slots_fini(&slots);
    return status;
}

static void test_the_same_version_with_another_event_is_never_skipped(void **state)
{
    struct record record = event_record(4, "second");
    struct session session;
    struct sequence sequence;

    (void)state;
    assert_status(come_again(4, "first", NULL, &record, 1, &session, &sequence), STATUS_INVALID);
    assert_true(session.final);
    assert_non_null(strstr(session.error, "began again"));
    assert_non_null(strstr(session.error, "applied with first:"));
}

static void test_a_repeat_is_skipped_and_so_is_what_cannot_be_compared(void **state)
{
    static const struct {
        const char *what;
        uint64_t version;
        const char *stored, *changed;
    } cases[] = {
        {"the same",                                      4, "same",  NULL        },
        {"stored before there was the column",            4, "",      NULL        },
        {"an older projector went on from 3",             3, "third", OLDER_WRITES},
        {"an older projector applied the same once more", 4, "same",  OLDER_WRITES},
        {"an operator set it back",                       9, "ninth", SET_BACK    },
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        /* twice: the letters of two shards, or a parent's lane and its child's */
        struct record records[] = {event_record(4, "same"), event_record(4, "same"),
                                   event_record(2, "other")};
        struct session session;
        struct sequence sequence;

        print_message("%s\n", cases[i].what);
        assert_status(come_again(cases[i].version, cases[i].stored, cases[i].changed, records,
                                 ARRAY_COUNT(records), &session, &sequence),
                      STATUS_OK);
        assert_int_equal(sequence.skipped, ARRAY_COUNT(records));
        assert_int_equal(sequence.count, 0);
    }
}

/* Applied once in one batch, and never taken for another. */
static void test_an_event_that_two_shards_brought_is_applied_once(void **state)
{
    struct record records[] = {event_record(5, "five"), event_record(5, "five"),
                               event_record(6, "six"), event_record(5, "five")};
    struct session session;
    struct sequence sequence;

    (void)state;
    assert_status(come_again(4, "four", NULL, records, ARRAY_COUNT(records), &session, &sequence),
                  STATUS_OK);
    assert_int_equal(sequence.count, 2);
    assert_int_equal(sequence.skipped, 2);
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
        cmocka_unit_test(test_an_event_that_two_shards_brought_is_applied_once),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
