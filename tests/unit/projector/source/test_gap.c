/*
 * projector/source/gap.c: a table whose pages hold one event each, and how far the time goes.
 */
#include "lib/base/clock.h"
#include "projector/source/gap.h"
#include "tests/unit/projector/source/thing.h"

#define LAST 3 /* the table's last event */

static struct arena arena;
static unsigned int calls;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* In place of the client: page N holds event N. */
enum status dynamodb_sync_call(struct dynamodb_sync *dynamodb, enum dynamodb_operation operation,
                               struct slice body, struct arena *answers, uint64_t deadline_us,
                               struct dynamodb_answer *out)
{
    static const char item[] = "\"PK\":{\"S\":\"DEED#a\"},\"SK\":{\"S\":\"EVENT#%020u\"}";
    char key[100], text[400];

    (void)dynamodb;
    (void)body;
    (void)deadline_us;
    assert_int_equal(operation, DYNAMODB_QUERY);
    calls++;
    (void)snprintf(key, sizeof(key), item, calls);
    (void)snprintf(
        text, sizeof(text),
        "{\"Items\":[{%s,\"eventType\":{\"S\":\"Done\"},\"eventId\":{\"S\":\"e\"},"
        "\"payload\":{\"M\":{\"x\":{\"N\":\"1\"}}},\"timestamp\":{\"N\":\"99\"}}]%s%s%s}",
        key, calls < LAST ? ",\"LastEvaluatedKey\":{" : "", calls < LAST ? key : "",
        calls < LAST ? "}" : "");
    *out =
        (struct dynamodb_answer){.body = thing_json(answers, arena_cstr(answers, slice_str(text)))};
    return STATUS_OK;
}

/* The events 1 to UNTIL. */
static enum status fetch(uint64_t until, uint64_t until_us, size_t *count)
{
    static const struct settings settings = {.dynamodb_timeout = 1000000};
    struct session session = {.model = deed_model(), .settings = &settings};
    const struct record record = {.aggregate = SLICE_LITERAL("Deed:a"),
                                  .id = value_string(&arena, SLICE_LITERAL("a")),
                                  .version = until + 1};
    struct record *events;

    calls = 0;
    return gap_fetch(&session, &record, 1, until, until_us, &arena, &events, count);
}

static void test_all_pages_are_read_while_there_is_time(void **state)
{
    size_t count;

    (void)state;
    assert_status(fetch(LAST, CLOCK_NEVER, &count), STATUS_OK);
    assert_int_equal(count, LAST);
}

static void test_one_page_is_progress_when_the_time_is_up(void **state)
{
    size_t count;

    (void)state;
    assert_status(fetch(LAST, clock_us(), &count), STATUS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(calls, 1);
}

static void test_what_the_last_page_lacks_is_missing_whatever_the_time(void **state)
{
    size_t count;

    (void)state;
    assert_status(fetch(LAST + 1, CLOCK_NEVER, &count), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_pages_are_read_while_there_is_time),
        cmocka_unit_test(test_one_page_is_progress_when_the_time_is_up),
        cmocka_unit_test(test_what_the_last_page_lacks_is_missing_whatever_the_time),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
