#include "cache/entry.h"
#include "lib/data/hash.h"
#include "tests/unit/unit.h"

static const struct entry sample = {
    .kind = ANSWER_ROWS,
    .epoch = "00000000000000e1",
    .label = 41,
    .created_ms = 1700000000000,
    .etag = {"\"abc\"",           5 },
    .link = {"<x>; rel=\"next\"", 15},
    .body = {"{\"a\":1}",         7 },
};

static void test_entry_round_trips(void **state)
{
    struct buf buf = {0};
    struct entry entry;

    (void)state;
    assert_status(entry_encode(&buf, &sample), STATUS_OK);
    assert_status(entry_decode(buf_slice(&buf), &entry), STATUS_OK);
    assert_int_equal(entry.kind, ANSWER_ROWS);
    assert_memory_equal(entry.epoch, sample.epoch, 16);
    assert_int_equal(entry.label, 41);
    assert_true(entry.created_ms == sample.created_ms);
    assert_slice(entry.etag, "\"abc\"");
    assert_slice(entry.link, "<x>; rel=\"next\"");
    assert_slice(entry.body, "{\"a\":1}");
    assert_ptr_equal(entry.body.ptr + 7, buf.ptr + buf.len); /* views, not copies */
    buf_fini(&buf);
}

static void test_absent_entry_has_no_body(void **state)
{
    const struct entry absent = {.kind = ANSWER_ABSENT, .epoch = "00000000000000e1", .label = 1};
    struct buf buf = {0};
    struct entry entry;

    (void)state;
    assert_status(entry_encode(&buf, &absent), STATUS_OK);
    assert_int_equal(buf.len, ENTRY_HEADER_BYTES);
    assert_status(entry_decode(buf_slice(&buf), &entry), STATUS_OK);
    assert_int_equal(entry.kind, ANSWER_ABSENT);
    buf_fini(&buf);
}

static void test_cut_or_lengthened_entry_is_corrupt(void **state)
{
    struct buf buf = {0};
    struct entry entry;
    size_t len;

    (void)state;
    assert_status(entry_encode(&buf, &sample), STATUS_OK);
    for (len = 0; len < buf.len; len++) {
        assert_status(entry_decode(slice_of(buf.ptr, len), &entry), STATUS_CORRUPT);
    }
    buf_append_char(&buf, 'x');
    assert_status(entry_decode(buf_slice(&buf), &entry), STATUS_CORRUPT);
    buf_fini(&buf);
}

/*
 * Whatever one changed byte makes of an entry: CORRUPT, or something that encodes to the same
 * bytes.
 */
static void test_any_changed_byte_is_corrupt_or_round_trips(void **state)
{
    struct buf buf = {0}, again = {0};
    struct entry entry;
    size_t at;
    int byte;

    (void)state;
    assert_status(entry_encode(&buf, &sample), STATUS_OK);
    for (at = 0; at < buf.len; at++) {
        char kept = buf.ptr[at];

        for (byte = 0; byte < 256; byte++) {
            buf.ptr[at] = (char)byte;
            if (entry_decode(buf_slice(&buf), &entry) == STATUS_OK) {
                buf_clear(&again);
                assert_status(entry_encode(&again, &entry), STATUS_OK);
                assert_int_equal(again.len, buf.len);
                assert_memory_equal(again.ptr, buf.ptr, buf.len);
            }
        }
        buf.ptr[at] = kept;
    }
    buf_fini(&buf);
    buf_fini(&again);
}

static void test_random_bytes_are_corrupt(void **state)
{
    char bytes[128];
    struct entry entry;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        random_bytes(bytes, sizeof(bytes));
        assert_status(entry_decode(slice_of(bytes, sizeof(bytes)), &entry), STATUS_CORRUPT);
    }
}

/* An entry that somebody else wrote must not split an answer's head. */
static void test_line_ends_in_etag_or_link_are_corrupt(void **state)
{
    struct entry bad = sample, entry;
    struct buf buf = {0};

    (void)state;
    bad.etag = SLICE_LITERAL("\"a\r\nX: y\"");
    assert_status(entry_encode(&buf, &bad), STATUS_OK);
    assert_status(entry_decode(buf_slice(&buf), &entry), STATUS_CORRUPT);
    buf_clear(&buf);
    bad = sample;
    bad.link = SLICE_LITERAL("<x>\n");
    assert_status(entry_encode(&buf, &bad), STATUS_OK);
    assert_status(entry_decode(buf_slice(&buf), &entry), STATUS_CORRUPT);
    buf_fini(&buf);
}

static void test_part_beyond_its_length_field_is_too_large(void **state)
{
    static char long_text[70000];
    struct entry large = sample;
    struct buf buf = {0};

    (void)state;
    large.etag = slice_of(long_text, 256);
    assert_status(entry_encode(&buf, &large), STATUS_TOO_LARGE);
    large = sample;
    large.link = slice_of(long_text, 65536);
    assert_status(entry_encode(&buf, &large), STATUS_TOO_LARGE);
    buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry_round_trips),
        cmocka_unit_test(test_absent_entry_has_no_body),
        cmocka_unit_test(test_cut_or_lengthened_entry_is_corrupt),
        cmocka_unit_test(test_any_changed_byte_is_corrupt_or_round_trips),
        cmocka_unit_test(test_random_bytes_are_corrupt),
        cmocka_unit_test(test_line_ends_in_etag_or_link_are_corrupt),
        cmocka_unit_test(test_part_beyond_its_length_field_is_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
