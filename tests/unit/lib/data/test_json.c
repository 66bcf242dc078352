#include "lib/data/json.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* Parses a copy that ends where the text does, so that AddressSanitizer sees a read beyond it. */
static enum status parse(struct slice text, const struct value **out, struct json_error *error_out)
{
    char *copy = arena_bytes(&arena, text.len);

    memcpy(copy, text.ptr, text.len);
    return json_parse(&arena, slice_of(copy, text.len), out, error_out);
}

/* What is accepted, and how it is written again. */
static void test_good_texts_are_written_as_read(void **state)
{
    static const struct {
        const char *text, *written;
    } rows[] = {
        {"null",                                        "null"                                    },
        {" \t\r\n true \t\r\n ",                        "true"                                    },
        {"false",                                       "false"                                   },
        {"0",                                           "0"                                       },
        {"-0",                                          "-0"                                      },
        {"-0.0e+00",                                    "-0.0e+00"                                },
        {"12345678901234567890.123456",                 "12345678901234567890.123456"             },
        {"1e999999999",                                 "1e999999999"                             },
        {"\"\"",                                        "\"\""                                    },
        {"\"12345678\"",                                "\"12345678\""                            },
        {"\"1234567\\\"90123456789\"",                  "\"1234567\\\"90123456789\""              },
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",              "\"\\\"\\\\/\\b\\f\\n\\r\\t\""            },
        {"\"\\u0000\\u001F\\u007f\"",                   "\"\\u0000\\u001f\x7F\""                  },
        {"\"\\u00e4\\u20AC\\uD834\\udd1e\"",            "\"\xC3\xA4\xE2\x82\xAC\xF0\x9D\x84\x9E\""},
        {"\"\\uD800\\uDC00\\uDBFF\\uDFFF\"",            "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\""    },
        {"\"\xC3\xA4\xE2\x82\xAC\xF0\x9D\x84\x9E\"",    "\"\xC3\xA4\xE2\x82\xAC\xF0\x9D\x84\x9E\""},
        {"[]",                                          "[]"                                      },
        {"[ ]",                                         "[]"                                      },
        {"{ }",                                         "{}"                                      },
        {"[ 1 , [ ] , { } ]",                           "[1,[],{}]"                               },
        {"{ \"a\" : 1 , \"\" : { \"b\" : [ null ] } }", "{\"a\":1,\"\":{\"b\":[null]}}"           },
        {"{\"a\\u0062\":1,\"a\":2}",                    "{\"ab\":1,\"a\":2}"                      },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct value *value;
        struct buf buf = {0};

        assert_status(parse(slice_str(rows[i].text), &value, NULL), STATUS_OK);
        json_write(&buf, value);
        assert_slice(buf_slice(&buf), rows[i].written);
        buf_fini(&buf);
    }
}

static void test_bad_texts_are_refused_where_they_are_bad(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {
        {"",                                0 },
        {"  ",                              2 },
        {"nul",                             0 },
        {"nulL",                            0 },
        {"True",                            0 },
        {"NaN",                             0 },
        {"'a'",                             0 },
        {"1 2",                             2 },
        {"\xEF\xBB\xBF"
         "1",                      0 },
        {"\f1",                             0 },
        {"/**/1",                           0 },
 /* numbers */
        {"-",                               1 },
        {"+1",                              0 },
        {"01",                              1 },
        {"-01",                             2 },
        {".5",                              0 },
        {"1.",                              2 },
        {"1.e1",                            2 },
        {"1e",                              2 },
        {"1e+",                             3 },
        {"1.5.5",                           3 },
        {"0x1",                             1 },
        {"1a",                              1 },
 /* strings */
        {"\"",                              1 },
        {"\"a",                             2 },
        {"\"\\",                            2 },
        {"\"\\\"",                          3 },
        {"\"\\a\"",                         1 },
        {"\"\\u\"",                         1 },
        {"\"\\u12\"",                       1 },
        {"\"\\u12G4\"",                     1 },
        {"\"\\U0041\"",                     1 },
        {"\"\n\"",                          1 },
        {"\"1234567\x1F\"",                 8 },
        {"\"\\ud800\"",                     1 },
        {"\"\\ud800x\"",                    1 },
        {"\"\\ud800\\n\"",                  1 },
        {"\"\\ud800\\ud800\"",              1 },
        {"\"\\udc00\"",                     1 },
        {"\"\\udfff\"",                     1 },
        {"\"\\ud800\\ue000\"",              1 },
        {"\"\\udc00\\ud800\"",              1 },
        {"\"\\ud800\\u\"",                  1 },
        {"\"\x80\"",                        1 },
        {"\"\xC3\"",                        1 },
        {"\"\xC0\x80\"",                    1 },
        {"\"\xED\xA0\x80\"",                1 },
        {"\"\xF4\x90\x80\x80\"",            1 },
        {"\"12345678\xFF\"",                9 },
        {"\"\\n\xFF\"",                     3 },
 /* arrays and objects */
        {"[",                               1 },
        {"[1",                              2 },
        {"[1,",                             3 },
        {"[1,]",                            3 },
        {"[,1]",                            1 },
        {"[1 2]",                           3 },
        {"[1}",                             2 },
        {"]",                               0 },
        {"[]]",                             2 },
        {"{",                               1 },
        {"{\"a\"",                          4 },
        {"{\"a\":",                         5 },
        {"{\"a\":1",                        6 },
        {"{\"a\":1,",                       7 },
        {"{\"a\":1,}",                      7 },
        {"{\"a\" 1}",                       5 },
        {"{\"a\",1}",                       4 },
        {"{a:1}",                           1 },
        {"{1:1}",                           1 },
        {"{\"a\":1]",                       6 },
        {"{\"a\":1}}",                      7 },
        {"{\"a\":1,\"a\":1}",               11},
        {"{\"a\":1,\"b\":2,\"\\u0061\":3}", 22},
        {"[{\"\":1,\"\":2}]",               10},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct value *value;
        struct json_error error = {999, NULL};

        if (parse(slice_str(rows[i].text), &value, &error) != STATUS_INVALID) {
            fail_msg("accepted: %s", rows[i].text);
        }
        assert_non_null(error.text);
        if (error.offset != rows[i].offset) {
            fail_msg("%s: at %zu", rows[i].text, error.offset);
        }
    }
}

/* Each good text, cut anywhere, is refused without a read beyond its end. */
static void test_every_prefix_is_refused(void **state)
{
    struct slice text = SLICE_LITERAL(
        "[{\"a\\u00e4\\ud834\\udd1e\":-1.5e+10,\"b\xE2\x82\xAC\":[true,false,null]}]");

    (void)state;
    for (size_t len = 0; len < text.len; len++) {
        const struct value *value;

        assert_status(parse(slice_of(text.ptr, len), &value, NULL), STATUS_INVALID);
    }
}

static void test_a_nul_ends_nothing(void **state)
{
    const struct value *value;

    (void)state;
    assert_status(parse(SLICE_LITERAL("1\0"), &value, NULL), STATUS_INVALID);
    assert_status(parse(SLICE_LITERAL("\"\0\""), &value, NULL), STATUS_INVALID);
    assert_status(parse(SLICE_LITERAL("\"\\\0\""), &value, NULL), STATUS_INVALID);
    assert_status(parse(SLICE_LITERAL("\"a\\u0000b\""), &value, NULL), STATUS_OK);
    assert_true(slice_eq(value->text, SLICE_LITERAL("a\0b")));
}

static void test_plain_text_is_borrowed(void **state)
{
    struct slice text = SLICE_LITERAL("[\"plain\",12,\"esc\\n\"]");
    const struct value *value;

    (void)state;
    assert_status(json_parse(&arena, text, &value, NULL), STATUS_OK);
    assert_ptr_equal(value->first->text.ptr, text.ptr + 2);
    assert_ptr_equal(value->first->next->text.ptr, text.ptr + 9);
    assert_slice(value->last->text, "esc\n");
}

static void test_nodes_know_their_place_and_count(void **state)
{
    const struct value *map, *list;

    (void)state;
    assert_status(parse(SLICE_LITERAL(" {\"a\": 1, \"b\": [2, 3]}"), &map, NULL), STATUS_OK);
    list = value_get(map, SLICE_LITERAL("b"));
    assert_int_equal(map->offset, 1);
    assert_int_equal(map->count, 2);
    assert_int_equal(map->first->offset, 7);
    assert_int_equal(list->offset, 15);
    assert_int_equal(list->count, 2);
    assert_ptr_equal(list->first->next, list->last);
}

typedef enum status parse_fn(struct arena *arena, struct slice text, const struct value **out,
                             struct json_error *error_out);

static void check_depth(parse_fn *parse_text, size_t most)
{
    static char text[200000];
    struct arena own = {0};
    const struct value *value;
    struct json_error error;

    memset(text, '[', most);
    memset(text + most, ']', most);
    assert_status(parse_text(&own, slice_of(text, 2 * most), &value, NULL), STATUS_OK);
    memset(text, '[', sizeof(text));
    assert_status(parse_text(&own, slice_of(text, sizeof(text)), &value, &error), STATUS_INVALID);
    assert_int_equal(error.offset, most);
    arena_fini(&own);
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    check_depth(json_parse, JSON_DEPTH_MAX);
    check_depth(json_parse_stored, JSON_DEPTH_STORED_MAX);
}

/* {"k0":0,...,"k<count - 1>":0, "k<twin>":0} */
static void write_members(struct buf *buf, int count, int twin)
{
    buf_clear(buf);
    for (int i = 0; i < count; i++) {
        buf_printf(buf, "%c\"k%d\":0", i == 0 ? '{' : ',', i);
    }
    if (twin >= 0) {
        buf_printf(buf, ",\"k%d\":0", twin);
    }
    buf_append_char(buf, '}');
}

static void test_duplicate_names_are_found_among_few_and_many(void **state)
{
    static const int counts[] = {2, 15, 16, 17, 18, 32, 33, 1000, 50000};
    struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        const struct value *value;

        write_members(&buf, counts[i], -1);
        assert_status(parse(buf_slice(&buf), &value, NULL), STATUS_OK);
        assert_int_equal(value->count, counts[i]);
        write_members(&buf, counts[i], 0);
        assert_status(parse(buf_slice(&buf), &value, NULL), STATUS_INVALID);
        write_members(&buf, counts[i], counts[i] - 1);
        assert_status(parse(buf_slice(&buf), &value, NULL), STATUS_INVALID);
        arena_reset(&arena);
    }
    buf_fini(&buf);
}

static void test_a_check_takes_what_is_json_and_keeps_nothing(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
        bool good;
    } cases[] = {
        {"{\"a\":[1,\"\\u00e4\",null,{}],\"a\":true}", 0, true },
        {" [ ] ",                                      0, true },
        {"7",                                          0, true },
        {"[[[1],{\"b\":[2]}],3]",                      0, true },
        {"",                                           0, false},
        {"[\"ab\",\"c",                                8, false},
        {"[1,2",                                       4, false},
        {"{\"a\":1]",                                  6, false},
        {"[1}",                                        2, false},
        {"[1,]",                                       3, false},
        {"[1] x",                                      4, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct json_error error = {0};

        assert_status(json_check(slice_str(cases[i].text), &error),
                      cases[i].good ? STATUS_OK : STATUS_INVALID);
        assert_int_equal(error.offset, cases[i].offset);
    }
}

static void test_canonical_text_is_sorted_with_plain_numbers(void **state)
{
    const struct value *value;
    struct buf buf = {0};

    (void)state;
    assert_status(
        parse(SLICE_LITERAL("{\"b\":1.50,\"a\":{\"d\":1e2,\"c\":-0},\"B\":[1e999]}"), &value, NULL),
        STATUS_OK);
    json_write_canonical(&buf, value);
    assert_slice(buf_slice(&buf), "{\"B\":[1e999],\"a\":{\"c\":0,\"d\":100},\"b\":1.5}");
    buf_fini(&buf);
}

static void test_written_strings_are_always_utf8(void **state)
{
    struct buf buf = {0};

    (void)state;
    json_write_string(&buf, SLICE_LITERAL("a\0\x1F\"\\\x7F\xC3\xA4\xFF\xE2\x82"));
    assert_slice(buf_slice(&buf), "\"a\\u0000\\u001f\\\"\\\\\x7F\xC3\xA4\xEF\xBF\xBD\xEF\xBF\xBD"
                                  "\xEF\xBF\xBD\"");
    buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_good_texts_are_written_as_read, teardown),
        cmocka_unit_test_teardown(test_bad_texts_are_refused_where_they_are_bad, teardown),
        cmocka_unit_test_teardown(test_every_prefix_is_refused, teardown),
        cmocka_unit_test_teardown(test_a_nul_ends_nothing, teardown),
        cmocka_unit_test_teardown(test_plain_text_is_borrowed, teardown),
        cmocka_unit_test_teardown(test_nodes_know_their_place_and_count, teardown),
        cmocka_unit_test_teardown(test_depth_is_bounded, teardown),
        cmocka_unit_test_teardown(test_duplicate_names_are_found_among_few_and_many, teardown),
        cmocka_unit_test(test_a_check_takes_what_is_json_and_keeps_nothing),
        cmocka_unit_test_teardown(test_canonical_text_is_sorted_with_plain_numbers, teardown),
        cmocka_unit_test(test_written_strings_are_always_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
