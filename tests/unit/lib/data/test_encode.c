#include "lib/data/hash.h"
#include "tests/unit/unit.h"

static void test_hex_both_ways(void **state)
{
    unsigned char bytes[] = {0x00, 0x1F, 0xA0, 0xFF}, again[4];
    char text[9];

    (void)state;
    hex_encode(bytes, sizeof(bytes), text);
    assert_string_equal(text, "001fa0ff");
    assert_status(hex_decode(SLICE_LITERAL("001FA0ff"), again, 4), STATUS_OK);
    assert_memory_equal(again, bytes, 4);
    hex_encode(bytes, 0, text);
    assert_string_equal(text, "");
}

static void test_hex_of_another_length_or_alphabet_is_refused(void **state)
{
    static const char *const rows[] = {"", "0", "001", "00000", "0g00", "00 0", "0@00", "00`0"};
    unsigned char out[2];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_status(hex_decode(slice_str(rows[i]), out, 2), STATUS_INVALID);
    }
}

/* RFC 4648, section 10, and bytes that use the last two letters of the alphabets. */
// clang-format off
static const struct {
    struct slice bytes;
    const char *standard, *url;
} rows[] = {
    {{"", 0}, "", ""},
    {{"f", 1}, "Zg==", "Zg"},
    {{"fo", 2}, "Zm8=", "Zm8"},
    {{"foo", 3}, "Zm9v", "Zm9v"},
    {{"foob", 4}, "Zm9vYg==", "Zm9vYg"},
    {{"fooba", 5}, "Zm9vYmE=", "Zm9vYmE"},
    {{"foobar", 6}, "Zm9vYmFy", "Zm9vYmFy"},
    {{"\0\0", 2}, "AAA=", "AAA"},
    {{"\xFB\xEF\xBE\xFF\xFF\xFF", 6}, "++++////", "----____"},
};
// clang-format on

static void test_base64_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[16], bytes[12];
        size_t count = 99;

        assert_int_equal(base64_encode(rows[i].bytes.ptr, rows[i].bytes.len, text),
                         strlen(rows[i].standard));
        assert_string_equal(text, rows[i].standard);
        assert_status(base64_decode(slice_str(text), bytes, &count), STATUS_OK);
        assert_true(slice_eq(slice_of(bytes, count), rows[i].bytes));
    }
}

static void test_base64url_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[16], bytes[12];
        size_t count = 99;

        assert_int_equal(base64url_encode(rows[i].bytes.ptr, rows[i].bytes.len, text),
                         strlen(rows[i].url));
        assert_string_equal(text, rows[i].url);
        assert_status(base64url_decode(slice_str(text), bytes, &count), STATUS_OK);
        assert_true(slice_eq(slice_of(bytes, count), rows[i].bytes));
    }
}

/* One text for each run of bytes: no other alphabet, padding or spare bits. */
static void test_base64_that_is_not_canonical_is_refused(void **state)
{
    static const char *const standard[] = {
        "Zg",       "Zg=",  "Zh==", "Zm9=",   "Z===", "====", "=",
        "Zg==Zg==", "Zm 9", "----", "Zm9v\n", "Zg=A", "A"};
    static const char *const url[] = {"Zg==", "Zh",   "Zm9",   "Z",     "++++",
                                      "////", "Zm 9", "Zm9vY", "Zm9vA", "A"};
    unsigned char out[32];
    size_t count;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(standard); i++) {
        assert_status(base64_decode(slice_str(standard[i]), out, &count), STATUS_INVALID);
    }
    for (size_t i = 0; i < ARRAY_COUNT(url); i++) {
        assert_status(base64url_decode(slice_str(url[i]), out, &count), STATUS_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hex_both_ways),
        cmocka_unit_test(test_hex_of_another_length_or_alphabet_is_refused),
        cmocka_unit_test(test_base64_both_ways),
        cmocka_unit_test(test_base64url_both_ways),
        cmocka_unit_test(test_base64_that_is_not_canonical_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
