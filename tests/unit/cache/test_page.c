#include "cache/page.h"
#include "cache/publish.h"
#include "tests/unit/unit.h"

#define RUN_ID "0123456789abcdef0123456789abcdef01234567"
#define NONCE  "fedcba9876543210fedcba9876543210"

static void test_home_is_run_id_dot_nonce(void **state)
{
    struct home home = home_make(SLICE_LITERAL(RUN_ID), SLICE_LITERAL(NONCE)), again;

    (void)state;
    assert_string_equal(home.text, RUN_ID "." NONCE);
    assert_status(home_parse(slice_of(home.text, home.len), &again), STATUS_OK);
    assert_true(home_eq(&home, &again));
    assert_slice(home_nonce(&home), NONCE);
    assert_true(home_is_on(&home, SLICE_LITERAL(RUN_ID)));
}

static void test_home_is_not_on_another_or_no_server(void **state)
{
    struct home home = home_make(SLICE_LITERAL(RUN_ID), SLICE_LITERAL(NONCE)), nobody;

    (void)state;
    assert_status(home_parse(SLICE_EMPTY, &nobody), STATUS_OK);
    assert_false(home_is_on(&home, SLICE_LITERAL("1123456789abcdef0123456789abcdef01234567")));
    assert_false(home_is_on(&home, SLICE_EMPTY));
    assert_false(home_is_on(&nobody, SLICE_EMPTY));
    assert_false(home_is_on(&nobody, SLICE_LITERAL(RUN_ID)));
    assert_int_equal(home_nonce(&nobody).len, 0);
}

static void test_home_of_other_texts_is_corrupt(void **state)
{
    static const char *const texts[] = {"x",
                                        RUN_ID,
                                        RUN_ID "-" NONCE,
                                        RUN_ID "." NONCE "0",
                                        "G123456789abcdef0123456789abcdef01234567." NONCE,
                                        RUN_ID ".FEDCBA9876543210fedcba9876543210"};
    struct home home;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        assert_status(home_parse(slice_str(texts[i]), &home), STATUS_CORRUPT);
        assert_int_equal(home.len, 0);
    }
}

static void test_own_round_trips(void **state)
{
    struct own own = {.home = home_make(SLICE_LITERAL(RUN_ID), SLICE_LITERAL(NONCE)),
                      .epoch = "00000000000000e1",
                      .touches = "00000000000000f1"};
    struct own again;
    struct arena arena = {0};
    struct slice text = own_text(&arena, &own);

    (void)state;
    assert_slice(text, RUN_ID "." NONCE "|00000000000000e1|00000000000000f1");
    assert_status(own_parse(text, &again), STATUS_OK);
    assert_memory_equal(&own, &again, sizeof(own));
    arena_fini(&arena);
}

static void test_own_cut_anywhere_is_corrupt(void **state)
{
    struct slice text = SLICE_LITERAL(RUN_ID "." NONCE "|00000000000000e1|00000000000000f1");
    struct own own;

    (void)state;
    while (text.len-- > 0) {
        assert_status(own_parse(text, &own), STATUS_CORRUPT);
    }
}

static void test_own_without_home_is_corrupt(void **state)
{
    struct own own;

    (void)state;
    assert_status(own_parse(SLICE_LITERAL("|00000000000000e1|00000000000000f1"), &own),
                  STATUS_CORRUPT);
}

static void test_seen_is_epoch_version_revision(void **state)
{
    struct seen seen;

    (void)state;
    assert_status(seen_parse(SLICE_LITERAL("00000000000000e1|7|41"), &seen), STATUS_OK);
    assert_string_equal(seen.epoch, "00000000000000e1");
    assert_int_equal(seen.version, 7);
    assert_int_equal(seen.revision, 41);
    assert_status(seen_parse(SLICE_LITERAL("00000000000000e1|7"), &seen), STATUS_CORRUPT);
    assert_status(seen_parse(SLICE_LITERAL("0|7|41"), &seen), STATUS_CORRUPT);
    assert_status(seen_parse(SLICE_LITERAL("00000000000000e1||41"), &seen), STATUS_CORRUPT);
    assert_status(seen_parse(SLICE_LITERAL("00000000000000e1|7|-1"), &seen), STATUS_CORRUPT);
    assert_status(seen_parse(SLICE_EMPTY, &seen), STATUS_CORRUPT);
}

static void test_names_hold_the_database(void **state)
{
    struct arena arena = {0};
    struct slice database = SLICE_LITERAL("twofold_products");

    (void)state;
    assert_slice(key_page(&arena, database, SLICE_LITERAL("n")), "twofold:twofold_products:page:n");
    assert_slice(key_pages(&arena, database), "twofold:twofold_products:pages");
    assert_slice(key_own(&arena, database), "twofold:twofold_products:own");
    assert_slice(key_feed(&arena, database), "twofold:twofold_products:feed");
    assert_slice(key_poke(&arena, database), "twofold:twofold_products:poke");
    assert_slice(key_aggregate(&arena, database, SLICE_LITERAL("Product:7")),
                 "twofold:twofold_products:a:Product:7");
    arena_fini(&arena);
}

static void test_aggregate_names_are_percent_encoded(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_slice(
        aggregate_name(&arena, SLICE_LITERAL("Product"), SLICE_LITERAL("a b,@|%/\xc3\xa4-._~")),
        "Product:a%20b%2C%40%7C%25%2F%C3%A4-._~");
    arena_fini(&arena);
}

static void test_numbers_are_big_endian(void **state)
{
    char bytes[PAGE_SLOT_BYTES];

    (void)state;
    page_number_write(UINT64_C(0x0102030405060708), bytes);
    assert_memory_equal(bytes, "\x01\x02\x03\x04\x05\x06\x07\x08", sizeof(bytes));
    assert_true(page_number(bytes) == UINT64_C(0x0102030405060708));
    assert_true(page_number("\xff\xff\xff\xff\xff\xff\xff\xff") == UINT64_MAX);
}

/* Part of the protocol: a gateway and a projector of two builds must agree. */
static void test_slots_never_change(void **state)
{
    (void)state;
    assert_int_equal(tag_slot(SLICE_LITERAL("abc")), UINT64_C(0x44BC2CF5AD770999) % 262144);
    assert_int_equal(tag_slot(SLICE_LITERAL("abc  ")), tag_slot(SLICE_LITERAL("abc")));
    assert_int_equal(tag_slot(SLICE_LITERAL(" a bc")), tag_slot(SLICE_LITERAL("abc")));
    assert_int_equal(slot_offset(0), 160);
    assert_int_equal(slot_offset(PAGE_SLOTS - 1) + PAGE_SLOT_BYTES, PAGE_BYTES);
}

static void test_feed_gives_its_aggregates(void **state)
{
    struct feed feed;
    struct slice aggregate;
    uint64_t version;

    (void)state;
    assert_status(
        feed_parse(SLICE_LITERAL("00000000000000e1|41|3,4|Product:7@2,broken,Product:8@3"), &feed),
        STATUS_OK);
    assert_int_equal(feed.revision, 41);
    assert_slice(feed.slots, "3,4");
    assert_true(feed_next(&feed, &aggregate, &version));
    assert_slice(aggregate, "Product:7");
    assert_int_equal(version, 2);
    assert_true(feed_next(&feed, &aggregate, &version));
    assert_slice(aggregate, "Product:8");
    assert_false(feed_next(&feed, &aggregate, &version));
    assert_status(feed_parse(SLICE_LITERAL("41|3,4|"), &feed), STATUS_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_home_is_run_id_dot_nonce),
        cmocka_unit_test(test_home_is_not_on_another_or_no_server),
        cmocka_unit_test(test_home_of_other_texts_is_corrupt),
        cmocka_unit_test(test_own_round_trips),
        cmocka_unit_test(test_own_cut_anywhere_is_corrupt),
        cmocka_unit_test(test_own_without_home_is_corrupt),
        cmocka_unit_test(test_seen_is_epoch_version_revision),
        cmocka_unit_test(test_names_hold_the_database),
        cmocka_unit_test(test_aggregate_names_are_percent_encoded),
        cmocka_unit_test(test_numbers_are_big_endian),
        cmocka_unit_test(test_slots_never_change),
        cmocka_unit_test(test_feed_gives_its_aggregates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
