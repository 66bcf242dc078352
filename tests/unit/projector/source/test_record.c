#include "projector/source/record.h"
#include "tests/unit/projector/source/thing.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct record decode(const char *text)
{
    struct record record;

    record_decode(thing_model(), thing_json(&arena, text), &arena, &record);
    return record;
}

#define KEYS                                                         \
    "\"Keys\":{\"Id\":{\"N\":\"7\"}},\"SequenceNumber\":\"000012\"," \
    "\"ApproximateCreationDateTime\":1795262940"
#define COARSE_MS 1795262940000
/* An item as we write it: version 5, written at 99. */
#define OURS "{\"Id\":{\"N\":\"7\"},\"_version\":{\"N\":\"5\"},\"_written_at\":{\"N\":\"99\"}}"

// clang-format off
static const struct {
    const char *what, *text, *fault; /* fault "": none */
    enum record_kind kind;
    const char *aggregate;
    bool has_version;
    uint64_t version, written_ms;
} cases[] = {
    {"an insert of ours",
     "{\"eventName\":\"INSERT\",\"dynamodb\":{" KEYS ",\"NewImage\":" OURS "}}",
     "", RECORD_PUT, "Thing:7", true, 5, 99},
    {"an update by a writer that keeps our attributes has the stream's time",
     "{\"eventName\":\"MODIFY\",\"dynamodb\":{" KEYS
     ",\"NewImage\":" OURS ",\"OldImage\":" OURS "}}",
     "", RECORD_PUT, "Thing:7", true, 5, COARSE_MS},
    {"an insert of another writer has no version",
     "{\"eventName\":\"INSERT\",\"dynamodb\":{" KEYS ",\"NewImage\":{\"Id\":{\"N\":\"7\"}}}}",
     "", RECORD_PUT, "Thing:7", false, 0, COARSE_MS},
    {"a removal is the version after the old image's",
     "{\"eventName\":\"REMOVE\",\"dynamodb\":{" KEYS ",\"OldImage\":" OURS "}}",
     "", RECORD_DELETE, "Thing:7", true, 6, COARSE_MS},
    {"a removal of an item without version",
     "{\"eventName\":\"REMOVE\",\"dynamodb\":{" KEYS ",\"OldImage\":{\"Id\":{\"N\":\"7\"}}}}",
     "", RECORD_DELETE, "Thing:7", false, 0, COARSE_MS},
    {"a stream without images",
     "{\"eventName\":\"MODIFY\",\"dynamodb\":{" KEYS "}}",
     "it has no image (the stream must be NEW_AND_OLD_IMAGES)",
     RECORD_PUT, "Thing:7", false, 0, COARSE_MS},
    {"another writer's text for a version",
     "{\"eventName\":\"INSERT\",\"dynamodb\":{" KEYS
     ",\"NewImage\":{\"Id\":{\"N\":\"7\"},\"_version\":{\"S\":\"x\"}}}}",
     "", RECORD_PUT, "Thing:7", false, 0, COARSE_MS},
    {"a removal with a version below 0",
     "{\"eventName\":\"REMOVE\",\"dynamodb\":{" KEYS
     ",\"OldImage\":{\"Id\":{\"N\":\"7\"},\"_version\":{\"N\":\"-2\"}}}}",
     "", RECORD_DELETE, "Thing:7", false, 0, COARSE_MS},
    {"an image that is none",
     "{\"eventName\":\"INSERT\",\"dynamodb\":{" KEYS ",\"NewImage\":{\"Id\":7}}}",
     "an image holds what is no attribute value",
     RECORD_PUT, "Thing:7", false, 0, COARSE_MS},
    {"a key of another type",
     "{\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{\"Id\":{\"S\":\"a b\"}},\"NewImage\":{}}}",
     "its key is not of the aggregate's type", RECORD_PUT, "", false, 0, 0},
    {"an unknown event",
     "{\"eventName\":\"MERGE\",\"dynamodb\":{" KEYS ",\"NewImage\":{}}}",
     "its eventName is not INSERT, MODIFY or REMOVE",
     RECORD_PUT, "Thing:7", false, 0, COARSE_MS},
    {"nothing at all", "{}", "its key cannot be read", RECORD_PUT, "", false, 0, 0},
};
// clang-format on

static void test_each_record_is_decoded_or_says_its_fault(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        struct record record = decode(cases[i].text);

        print_message("%s\n", cases[i].what);
        assert_string_equal(record.fault ? record.fault : "", cases[i].fault);
        assert_int_equal(record.kind, cases[i].kind);
        assert_slice(record.aggregate, cases[i].aggregate);
        assert_int_equal(record.has_version, cases[i].has_version);
        assert_int_equal(record.version, cases[i].version);
        assert_int_equal(record.written_ms, cases[i].written_ms);
    }
}

static void test_delete_reads_its_fields_from_the_old_image(void **state)
{
    struct record record = decode(cases[3].text);

    (void)state;
    assert_slice(record.position, "000012");
    assert_ptr_equal(record.image, record.old);
    assert_slice(record.projection->name, "delete");
    assert_slice(record.id->text, "7");
}

/* Two spellings of one id are one aggregate; the record keeps its own, by which it is found. */
static void test_an_id_of_a_format_names_its_aggregate_canonically(void **state)
{
    struct plan_model model = *thing_model();
    struct record record;

    (void)state;
    model.aggregate.id_type = SCALAR_UUID;
    record_decode(&model,
                  thing_json(&arena, "{\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{\"Id\":{"
                                     "\"S\":\"0192ABCD-EF01-7AAA-8000-0123456789AB\"}}}}"),
                  &arena, &record);
    assert_slice(record.aggregate, "Thing:0192abcd-ef01-7aaa-8000-0123456789ab");
    assert_slice(record.id->text, "0192ABCD-EF01-7AAA-8000-0123456789AB");
}

/* An INSERT that the column refuses would stop a shard. */
static void test_an_event_id_that_has_no_room_is_not_kept(void **state)
{
    char id[EVENT_ID_TEXT + 1];
    struct record record = {.event_id = NULL};

    (void)state;
    memset(id, 'x', sizeof(id));
    record.event_id = value_string(&arena, slice_of(id, EVENT_ID_TEXT));
    assert_int_equal(record_event(&record).len, EVENT_ID_TEXT);
    assert_int_equal(event_stored(&arena, INT64_MAX, record_event(&record)).len, 64);
    record.event_id = value_string(&arena, slice_of(id, EVENT_ID_TEXT + 1));
    assert_int_equal(record_event(&record).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_record_is_decoded_or_says_its_fault),
        cmocka_unit_test(test_delete_reads_its_fields_from_the_old_image),
        cmocka_unit_test(test_an_id_of_a_format_names_its_aggregate_canonically),
        cmocka_unit_test(test_an_event_id_that_has_no_room_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
