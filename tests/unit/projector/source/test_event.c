#include "projector/source/event.h"
#include "tests/unit/projector/source/thing.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

#define KEY(sort)  "\"PK\":{\"S\":\"DEED#a b\"},\"SK\":{\"S\":\"" sort "\"}"
#define SEVEN      "EVENT#00000000000000000007"
#define TYPE(name) ",\"eventType\":{\"S\":\"" name "\"}"
#define REST \
    ",\"eventId\":{\"S\":\"e\"},\"payload\":{\"M\":{\"x\":{\"N\":\"1\"}}},\"timestamp\":{\"N\":\"99\"}"
#define RECORD(event, sort, image)                                                                 \
    "{\"eventName\":\"" event "\",\"dynamodb\":{\"Keys\":{" KEY(sort) "},\"NewImage\":{" KEY(sort) \
        image "},\"SequenceNumber\":\"12\",\"ApproximateCreationDateTime\":1795262940}}"

// clang-format off
static const struct {
    const char *what, *text, *fault;
    enum record_kind kind;
    const char *aggregate;
    uint64_t version;
    bool projected, noticed;
} cases[] = {
    {"an event", RECORD("INSERT", SEVEN, TYPE("Done") REST), "", RECORD_EVENT, "Deed:a%20b", 7, true, false},
    {"an event with its version", RECORD("INSERT", SEVEN, TYPE("Done") REST ",\"version\":{\"N\":\"7\"}"), "", RECORD_EVENT, "Deed:a%20b", 7, true, false},
    {"an event that no projection wants", RECORD("INSERT", SEVEN, TYPE("Noted") REST), "", RECORD_EVENT, "Deed:a%20b", 7, false, false},
    {"an event of a newer writer", RECORD("INSERT", SEVEN, TYPE("Moved") REST),
     "its eventType is not known to this plan (is the plan older than the writer's?)", RECORD_EVENT, "Deed:a%20b", 7, false, false},
    {"another version than the key's", RECORD("INSERT", SEVEN, TYPE("Done") REST ",\"version\":{\"N\":\"8\"}"),
     "its version is not that of its SK", RECORD_EVENT, "Deed:a%20b", 7, false, false},
    {"no payload", RECORD("INSERT", SEVEN, TYPE("Done") ",\"timestamp\":{\"N\":\"99\"}"), "its payload is no map", RECORD_EVENT, "Deed:a%20b", 7, false, false},
    {"no time", RECORD("INSERT", SEVEN, TYPE("Done") ",\"payload\":{\"M\":{}}"), "its timestamp is no time in milliseconds", RECORD_EVENT, "Deed:a%20b", 7, false, false},
    {"a key without zeros", RECORD("INSERT", "EVENT#7", TYPE("Done") REST), "its SK is not EVENT# and a version of 20 digits", RECORD_EVENT, "Deed:a%20b", 0, false, false},
    {"version 0", RECORD("INSERT", "EVENT#00000000000000000000", TYPE("Done") REST), "its SK is not EVENT# and a version of 20 digits", RECORD_EVENT, "Deed:a%20b", 0, false, false},
    {"a snapshot", RECORD("MODIFY", "SNAPSHOT", ""), "", RECORD_IGNORED, "", 0, false, false},
    {"a changed event", RECORD("MODIFY", SEVEN, TYPE("Done") REST), "", RECORD_IGNORED, "Deed:a%20b", 7, false, true},
    {"a removed event", RECORD("REMOVE", SEVEN, TYPE("Done") REST), "", RECORD_IGNORED, "Deed:a%20b", 7, false, true},
    {"something else in the table", RECORD("INSERT", "CONFIG", ""), "", RECORD_IGNORED, "", 0, false, true},
    {"another aggregate's event", "{\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{\"PK\":{\"S\":\"ORDER#1\"},\"SK\":{\"S\":\"" SEVEN "\"}}}}",
     "", RECORD_IGNORED, "", 0, false, true},
    {"no keys", "{\"eventName\":\"INSERT\",\"dynamodb\":{}}", "its key cannot be read", RECORD_PUT, "", 0, false, false},
};
// clang-format on

static void test_each_item_is_an_event_or_ignored_or_says_its_fault(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        struct record record;

        print_message("%s\n", cases[i].what);
        record_decode(deed_model(), thing_json(&arena, cases[i].text), &arena, &record);
        assert_string_equal(record.fault ? record.fault : "", cases[i].fault);
        assert_int_equal(record.kind, cases[i].kind);
        assert_int_equal(record.aggregate.len, strlen(cases[i].aggregate));
        assert_slice(record.aggregate, cases[i].aggregate);
        assert_int_equal(record.version, cases[i].version);
        assert_int_equal(record.projection != NULL, cases[i].projected);
        assert_int_equal(record.notice != NULL, cases[i].noticed);
    }
}

static void test_metadata_come_from_the_item(void **state)
{
    struct record record;

    (void)state;
    record_decode(deed_model(), thing_json(&arena, cases[0].text), &arena, &record);
    assert_slice(record.id->text, "a b");
    assert_slice(record.event_id->text, "e");
    assert_slice(value_get(record.image, SLICE_LITERAL("x"))->text, "1");
    assert_int_equal(record.written_ms, 99);
    assert_slice(record.position, "12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_item_is_an_event_or_ignored_or_says_its_fault),
        cmocka_unit_test(test_metadata_come_from_the_item),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
