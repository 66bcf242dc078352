#include "cache/cursor.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static const struct plan_key_column columns[] = {{.type = SCALAR_STRING}, {.type = SCALAR_INTEGER}};
static const struct plan_query query = {
    .paged = true,
    .page = {.columns = columns, .column_count = 2},
    .fingerprint = "00000000000000aa"
};
static const struct slice keys[] = {
    {"a\0b", 3},
    {"42",   2}
};

static const struct cursor_seal seal = {
    {"secret", 6},
    {"3:ann,", 6}
};

static void test_cursor_round_trips(void **state)
{
    struct slice text = cursor_encode(&arena, &seal, &query, CURSOR_BEFORE, keys);
    struct cursor cursor;

    (void)state;
    assert_status(cursor_decode(&arena, &seal, &query, text, &cursor), STATUS_OK);
    assert_int_equal(cursor.direction, CURSOR_BEFORE);
    assert_int_equal(cursor.keys[0]->type, VALUE_STRING);
    assert_true(slice_eq(cursor.keys[0]->text, keys[0]));
    assert_int_equal(cursor.keys[1]->type, VALUE_NUMBER);
    assert_slice(cursor.keys[1]->text, "42");
}

static void test_any_changed_character_is_refused(void **state)
{
    struct slice text = cursor_encode(&arena, &seal, &query, CURSOR_AFTER, keys);
    char *bytes = arena_cstr(&arena, text);
    struct cursor cursor;

    (void)state;
    for (size_t i = 0; i < text.len; i++) {
        char kept = bytes[i];

        bytes[i] = kept == 'A' ? 'B' : 'A';
        assert_status(cursor_decode(&arena, &seal, &query, slice_of(bytes, text.len), &cursor),
                      STATUS_INVALID);
        bytes[i] = kept;
        assert_status(cursor_decode(&arena, &seal, &query, slice_of(bytes, i), &cursor),
                      STATUS_INVALID);
    }
}

static void test_cursor_of_another_secret_query_or_list_is_refused(void **state)
{
    const struct cursor_seal forged = {SLICE_LITERAL("secreT"), seal.params};
    const struct cursor_seal other_list = {seal.secret, SLICE_LITERAL("3:ben,")};
    struct plan_query other = query;
    struct slice text = cursor_encode(&arena, &seal, &query, CURSOR_AFTER, keys);
    struct cursor cursor;

    (void)state;
    memcpy(other.fingerprint, "00000000000000ab", 17);
    assert_status(cursor_decode(&arena, &forged, &query, text, &cursor), STATUS_INVALID);
    assert_status(cursor_decode(&arena, &seal, &other, text, &cursor), STATUS_INVALID);
    assert_status(cursor_decode(&arena, &other_list, &query, text, &cursor), STATUS_INVALID);
}

static void test_what_is_no_cursor_is_refused(void **state)
{
    static const char *const texts[] = {"x",
                                        "AAAA",
                                        "====",
                                        "a b",
                                        "../..",
                                        "%00",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct cursor cursor;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        assert_status(cursor_decode(&arena, &seal, &query, slice_str(texts[i]), &cursor),
                      STATUS_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cursor_round_trips),
        cmocka_unit_test(test_any_changed_character_is_refused),
        cmocka_unit_test(test_cursor_of_another_secret_query_or_list_is_refused),
        cmocka_unit_test(test_what_is_no_cursor_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
