#include "projector/apply/apply.h"
#include "projector/store/aggregates.h"
#include "tests/unit/projector/source/thing.h"

static struct arena arena;
static struct slots slots;

static int teardown(void **state)
{
    (void)state;
    slots_fini(&slots);
    arena_fini(&arena);
    return 0;
}

static enum status tags_of(const char *text)
{
    struct record record;
    const char *why;

    record_decode(thing_model(), thing_json(&arena, text), &arena, &record);
    slots_clear(&slots);
    return apply_tags(&record, &arena, &slots, &why);
}

#define CHANGE(event, images) \
    "{\"eventName\":\"" event "\",\"dynamodb\":{\"Keys\":{\"Id\":{\"N\":\"7\"}}," images "}}"

static void test_both_images_are_touched(void **state)
{
    (void)state;
    assert_status(
        tags_of(CHANGE("MODIFY", "\"NewImage\":{\"Id\":{\"N\":\"7.0\"},\"Kind\":{\"S\":\"b\"}},"
                                 "\"OldImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"S\":\"a\"}}")),
        STATUS_OK);
    assert_int_equal(slots.count, 3);
    assert_int_equal(slots.items[0], tag_slot(SLICE_LITERAL("thing:7")));
    assert_int_equal(slots.items[1], tag_slot(SLICE_LITERAL("kind:b")));
    assert_int_equal(slots.items[2], tag_slot(SLICE_LITERAL("kind:a")));
}

static void test_the_same_tag_is_sent_once(void **state)
{
    (void)state;
    assert_status(
        tags_of(CHANGE("MODIFY", "\"NewImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"S\":\"a\"}},"
                                 "\"OldImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"S\":\"a\"}}")),
        STATUS_OK);
    assert_int_equal(slots.count, 2);
}

static void test_absent_and_null_places_leave_their_tag_out(void **state)
{
    (void)state;
    assert_status(
        tags_of(CHANGE("INSERT", "\"NewImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"NULL\":true}}")),
        STATUS_OK);
    assert_int_equal(slots.count, 1);
}

static void test_a_value_of_another_type_fails_its_record(void **state)
{
    (void)state;
    assert_status(
        tags_of(CHANGE("INSERT", "\"NewImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"N\":\"1\"}}")),
        STATUS_INVALID);
}

/* It came of other software; its record is a letter, and this one mends or removes it. */
static void test_a_value_of_another_type_in_the_image_before_fails_no_record(void **state)
{
    (void)state;
    assert_status(
        tags_of(CHANGE("MODIFY", "\"NewImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"S\":\"b\"}},"
                                 "\"OldImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"L\":[]}}")),
        STATUS_OK);
    assert_int_equal(slots.count, 3);
    assert_int_equal(slots.items[2], tag_slot(SLICE_LITERAL("kind:[]")));
    assert_status(
        tags_of(CHANGE("REMOVE", "\"OldImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"L\":[]}}")),
        STATUS_OK);
    assert_int_equal(slots.count, 2);
    assert_int_equal(slots.items[0], tag_slot(SLICE_LITERAL("thing:7")));
    assert_int_equal(slots.items[1], tag_slot(SLICE_LITERAL("kind:[]")));
}

/* Of a plan before this one, which had no such tag, there may be a row with SQL's reading. */
static void test_what_sql_reads_of_the_image_before_is_touched(void **state)
{
    (void)state;
    assert_status(
        tags_of(CHANGE("REMOVE", "\"OldImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"N\":\"1\"}}")),
        STATUS_OK);
    assert_int_equal(slots.count, 2);
    assert_int_equal(slots.items[1], tag_slot(SLICE_LITERAL("kind:1")));
}

static void test_chunks_have_few_sizes_and_cover_all_rows(void **state)
{
    size_t rows;

    (void)state;
    for (rows = 1; rows <= 1000; rows++) {
        size_t left = rows, statements = 0;

        while (left > 0) {
            size_t chunk = rows_chunk(left);

            assert_true(chunk == 1 || chunk == 4 || chunk == 16 || chunk == 64 || chunk == 256);
            assert_true(chunk <= left);
            left -= chunk;
            statements++;
        }
        assert_true(statements <= 15);
    }
}

static void test_cut_slots_can_be_added_again(void **state)
{
    (void)state;
    slots_clear(&slots);
    slots_add(&slots, 5);
    slots_add(&slots, PAGE_SLOTS - 1);
    slots_cut(&slots, 1);
    assert_int_equal(slots.count, 1);
    slots_add(&slots, 5);
    slots_add(&slots, PAGE_SLOTS - 1);
    assert_int_equal(slots.count, 2);
    assert_int_equal(slots.items[1], PAGE_SLOTS - 1);
}

static void test_an_aggregate_has_one_place(void **state)
{
    struct versions versions;
    unsigned int i;

    (void)state;
    versions_init(&versions, &arena, 300);
    assert_false(versions_has(&versions, SLICE_LITERAL("Thing:1")));
    for (i = 0; i < 600; i++) {
        assert_int_equal(versions_place(&versions, arena_printf(&arena, "Thing:%u", i % 300)),
                         i % 300);
    }
    assert_int_equal(versions.count, 300);
    assert_true(versions_has(&versions, SLICE_LITERAL("Thing:299")));
    assert_false(versions_has(&versions, SLICE_LITERAL("Thing:300")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_images_are_touched),
        cmocka_unit_test(test_the_same_tag_is_sent_once),
        cmocka_unit_test(test_absent_and_null_places_leave_their_tag_out),
        cmocka_unit_test(test_a_value_of_another_type_fails_its_record),
        cmocka_unit_test(test_a_value_of_another_type_in_the_image_before_fails_no_record),
        cmocka_unit_test(test_what_sql_reads_of_the_image_before_is_touched),
        cmocka_unit_test(test_chunks_have_few_sizes_and_cover_all_rows),
        cmocka_unit_test(test_cut_slots_can_be_added_again),
        cmocka_unit_test(test_an_aggregate_has_one_place),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
