/*
 * projector/apply/sequence.c against a real server: events whose version was applied, and gaps
 * that take long to read.
 */
#include "projector/apply/sequence.h"
#include "projector/store/aggregates.h"
#include "tests/servers/projector/store/store.h"
#include "tests/unit/projector/source/thing.h"

static const struct plan_model model = {
    .database = {DATABASE, sizeof(DATABASE) - 1},
      .aggregate = {.store = STORE_EVENTS       }
};

static const struct settings settings = {.shard_lease = 5000000};
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

    *session = (struct session){.model = &model, .settings = &settings, .connection = {.sql = sql}};
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

/* ------------------------------------------------------------------ time */

/* In place of the client: each page holds one event, the first, and says that more follow. */
enum status dynamodb_sync_call(struct dynamodb_sync *dynamodb, enum dynamodb_operation operation,
                               struct slice body, struct arena *answers, uint64_t deadline_us,
                               struct dynamodb_answer *out)
{
    static const char page[] =
        "{\"Items\":[{\"PK\":{\"S\":\"DEED#1\"},\"SK\":{\"S\":\"EVENT#00000000000000000001\"},"
        "\"eventType\":{\"S\":\"Done\"},\"eventId\":{\"S\":\"one\"},\"payload\":{\"M\":{}},"
        "\"timestamp\":{\"N\":\"99\"}}],\"LastEvaluatedKey\":{\"PK\":{\"S\":\"DEED#1\"}}}";

    (void)dynamodb;
    (void)operation;
    (void)body;
    (void)deadline_us;
    *out = (struct dynamodb_answer){.body = thing_json(answers, page)};
    return STATUS_OK;
}

/* Event 4 of Deed:1, of which nothing was applied, when the time for questions is up at once. */
static enum status come_late(bool alone, struct sequence *out)
{
    static const struct settings no_time = {.shard_lease = 0};
    struct plan_model deeds = *deed_model();
    struct session session = {.model = &deeds, .settings = &no_time};
    struct slots slots = {0};
    struct record record = {.kind = RECORD_EVENT,
                            .aggregate = SLICE_LITERAL("Deed:1"),
                            .id = value_string(&arena, SLICE_LITERAL("1")),
                            .version = 4};
    enum status status;

    deeds.database = slice_str(DATABASE);
    session.connection.sql = store_fresh();
    status = sequence_make(&session, &record, 1, alone, &arena, &slots, out);
    sql_close(session.connection.sql);
    slots_fini(&slots);
    return status;
}

static void test_what_was_read_of_a_gap_in_its_time_is_kept(void **state)
{
    struct sequence sequence;

    (void)state;
    assert_status(come_late(true, &sequence), STATUS_OK);
    assert_true(sequence.unfinished);
    assert_int_equal(sequence.count, 1);
    assert_int_equal(sequence.versions.items[0].version, 1);
    assert_slice(sequence.versions.events[0], "one");
}

static void test_several_records_are_made_fewer_when_the_time_is_up(void **state)
{
    struct sequence sequence;

    (void)state;
    assert_status(come_late(false, &sequence), STATUS_TOO_LARGE);
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
        cmocka_unit_test(test_what_was_read_of_a_gap_in_its_time_is_kept),
        cmocka_unit_test(test_several_records_are_made_fewer_when_the_time_is_up),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
