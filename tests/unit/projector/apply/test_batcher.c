#include "lib/base/clock.h"
#include "projector/apply/batcher.h"
#include "tests/unit/unit.h"

static const struct batch_step *step_named(const char *name)
{
    size_t i;

    for (i = 0; i < BATCH_STEPS; i++) {
        if (strcmp(batch_steps[i].name, name) == 0) {
            return &batch_steps[i];
        }
    }
    fail_msg("no step is called %s", name);
    return NULL;
}

static void test_each_failure_has_its_consequence(void **state)
{
    // clang-format off
    static const struct {
        const char *step;
        enum status status;
        enum verdict verdict;
    } cases[] = {
        {"rows", STATUS_OK, VERDICT_GO_ON},
        /* a value that SQL refuses, a warning; a duplicate key */
        {"rows", STATUS_INVALID, VERDICT_SMALLER},
        {"rows", STATUS_CONFLICT, VERDICT_SMALLER},
        {"rows", STATUS_TOO_LARGE, VERDICT_SMALLER},
        /* deadlock, lock wait: never a dead letter */
        {"rows", STATUS_BUSY, VERDICT_AGAIN},
        {"rows", STATUS_UNAVAILABLE, VERDICT_AGAIN},
        {"rows", STATUS_TIMEOUT, VERDICT_AGAIN},
        /* a missing table is every record's fault; a read-only node */
        {"rows", STATUS_NOT_FOUND, VERDICT_AGAIN},
        {"rows", STATUS_DENIED, VERDICT_AGAIN},
        {"fence", STATUS_FENCED, VERDICT_FENCED},
        {"checkpoint", STATUS_FENCED, VERDICT_FENCED},
        /* another plan's touches: the keeper decides */
        {"begin", STATUS_FENCED, VERDICT_AGAIN},
        {"revision", STATUS_PRECONDITION, VERDICT_AGAIN},
        {"publish", STATUS_PRECONDITION, VERDICT_AGAIN},
        {"publish", STATUS_UNCERTAIN, VERDICT_AGAIN},
        /* the checkpoint knows */
        {"commit", STATUS_UNCERTAIN, VERDICT_AGAIN},
        /* no record's fault */
        {"aggregates", STATUS_INVALID, VERDICT_AGAIN},
    };
    // clang-format on
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s\n", cases[i].step, status_name(cases[i].status));
        assert_int_equal(batcher_judge(step_named(cases[i].step), cases[i].status),
                         cases[i].verdict);
    }
}

static const struct settings settings = {.record_attempts = 3,
                                         .record_patience = 1000000,
                                         .batch_records = 8,
                                         .batch_slots = 8,
                                         .lease = 600000,
                                         .shard_lease = 2000000};

/* A batcher whose record at "7" failed TRIES times. */
static struct batcher failed(struct session *session, unsigned int tries, bool final,
                             enum status expected)
{
    struct batcher batcher;
    enum status status = STATUS_BUSY;
    unsigned int i;

    *session = (struct session){
        .settings = &settings, .error = "projections.sql line 3: too large", .final = final};
    batcher_init(&batcher, session, NULL);
    batcher.take = 1;
    for (i = 0; i < tries; i++) {
        status = batcher_suspect(&batcher, SLICE_LITERAL("7"), clock_us());
    }
    assert_status(status, expected);
    return batcher;
}

/* It is to become a letter; there is no connection to write it by. */
static void test_a_dead_letter_says_what_the_record_did_and_not_what_came_between(void **state)
{
    struct record record = {.kind = RECORD_IGNORED, .position = SLICE_LITERAL("7")};
    struct session session;
    struct batcher batcher = failed(&session, 3, true, STATUS_OK);
    struct batch batch;

    (void)state;
    assert_status(batcher_run(&batcher, &record, 1, &batch), STATUS_UNAVAILABLE);
    assert_string_equal(session.error, "no connection to SQL");
    assert_string_equal(batch.condemned, "projections.sql line 3: too large");
    assert_int_equal(batch.attempts, 3);
    batcher_fini(&batcher);
}

/* The letter's commit was of unknown end, and had been done. */
static void test_a_record_is_not_given_up_for_the_one_before_it(void **state)
{
    struct record records[] = {
        {.kind = RECORD_IGNORED, .position = SLICE_LITERAL("8")},
        {.kind = RECORD_IGNORED, .position = SLICE_LITERAL("9")},
    };
    struct session session;
    struct batcher batcher = failed(&session, 3, true, STATUS_OK);
    struct batch batch;

    (void)state;
    assert_status(batcher_run(&batcher, records, 2, &batch), STATUS_UNAVAILABLE);
    assert_null(batch.condemned);
    assert_int_equal(batch.attempts, 1);
    assert_int_equal(batch.given_count, 2);
    assert_status(batcher_suspect(&batcher, records[0].position, clock_us()), STATUS_BUSY);
    assert_int_equal(batcher.suspect.attempts, 1);
    batcher_fini(&batcher);
}

static void test_what_may_be_a_matter_of_time_is_tried_for_a_while(void **state)
{
    struct record record = {.kind = RECORD_IGNORED, .position = SLICE_LITERAL("7")};
    struct session session;
    struct batcher batcher = failed(&session, 100, false, STATUS_BUSY);
    struct batch batch;

    (void)state;
    assert_status(batcher_run(&batcher, &record, 1, &batch), STATUS_UNAVAILABLE);
    assert_null(batch.condemned);
    assert_status(batcher_suspect(&batcher, record.position, clock_us() + settings.record_patience),
                  STATUS_OK);
    batcher_fini(&batcher);
    batcher = failed(&session, 2, true, STATUS_BUSY);
    batcher_fini(&batcher);
}

static const struct record at_7 = {.kind = RECORD_IGNORED, .position = SLICE_LITERAL("7")};

/* SQL is away for longer than record_patience, or the process stood: it is tried again first. */
static void test_an_outage_is_no_patience(void **state)
{
    struct record record = at_7;
    struct session session;
    struct batcher batcher = failed(&session, 3, false, STATUS_BUSY);
    struct batch batch;

    (void)state;
    batcher.suspect.since_us -= settings.record_patience;
    batcher.suspect.tried_us -= settings.record_patience;
    assert_status(batcher_run(&batcher, &record, 1, &batch), STATUS_UNAVAILABLE);
    assert_null(batch.condemned);
    assert_status(batcher_suspect(&batcher, record.position, clock_us()), STATUS_BUSY);
    batcher_fini(&batcher);
}

/* Each of the rests between them is a short one. */
static void test_tries_that_failed_by_what_passes_are_no_patience(void **state)
{
    const uint64_t rest_us = BATCHER_REST_MAX_US / 2;
    struct record record = at_7;
    struct session session;
    struct batcher batcher = failed(&session, 3, false, STATUS_BUSY);
    struct batch batch;

    (void)state;
    for (uint64_t rested = 0; rested <= 2 * settings.record_patience; rested += rest_us) {
        batcher.suspect.since_us -= rest_us;
        batcher.suspect.tried_us -= rest_us;
        assert_status(batcher_run(&batcher, &record, 1, &batch), STATUS_UNAVAILABLE);
        assert_null(batch.condemned);
    }
    assert_status(batcher_suspect(&batcher, record.position, clock_us()), STATUS_BUSY);
    batcher_fini(&batcher);
}

/* SQL goes away between giving up and the letter; meanwhile somebody mends the table. */
static void test_a_letter_that_was_not_written_is_one_more_try(void **state)
{
    struct record record = at_7;
    struct session session;
    struct batcher batcher = failed(&session, 3, true, STATUS_OK);
    struct batch batch;

    (void)state;
    assert_status(batcher_run(&batcher, &record, 1, &batch), STATUS_UNAVAILABLE);
    assert_non_null(batch.condemned);
    assert_status(batcher_run(&batcher, &record, 1, &batch), STATUS_UNAVAILABLE);
    assert_null(batch.condemned);
    batcher_fini(&batcher);
}

/* The answer was there when the process was stopped, and is read when it goes on. */
static void test_a_process_that_stands_within_a_try_has_no_patience_meanwhile(void **state)
{
    static const struct settings patient = {
        .record_attempts = 3, .record_patience = 4000000, .shard_lease = 2000000};
    struct session session = {.settings = &patient};
    struct batcher batcher;

    (void)state;
    batcher_init(&batcher, &session, NULL);
    for (uint64_t i = 1; i <= 2; i++) {
        assert_status(batcher_suspect(&batcher, at_7.position, i), STATUS_BUSY);
    }
    assert_status(batcher_suspect(&batcher, at_7.position, 60000000), STATUS_BUSY);
    assert_status(batcher_suspect(&batcher, at_7.position, 62000000), STATUS_OK);
    batcher_fini(&batcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_failure_has_its_consequence),
        cmocka_unit_test(test_a_dead_letter_says_what_the_record_did_and_not_what_came_between),
        cmocka_unit_test(test_a_record_is_not_given_up_for_the_one_before_it),
        cmocka_unit_test(test_what_may_be_a_matter_of_time_is_tried_for_a_while),
        cmocka_unit_test(test_an_outage_is_no_patience),
        cmocka_unit_test(test_tries_that_failed_by_what_passes_are_no_patience),
        cmocka_unit_test(test_a_letter_that_was_not_written_is_one_more_try),
        cmocka_unit_test(test_a_process_that_stands_within_a_try_has_no_patience_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
