/*
 * Values to DynamoDB's typed JSON and back.
 */
#include "lib/aws/attribute.h"
#include "lib/data/json.h"
#include "lib/data/json_add.h"
#include "tests/unit/unit.h"

static const struct value *parse(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

static void test_values_become_typed_json_and_come_back(void **state)
{
    static const struct {
        const char *json, *typed;
    } cases[] = {
        {"null",                                   "{\"NULL\":true}"                                                },
        {"true",                                   "{\"BOOL\":true}"                                                },
        {"false",                                  "{\"BOOL\":false}"                                               },
        {"0",                                      "{\"N\":\"0\"}"                                                  },
        {"-0.0",                                   "{\"N\":\"0\"}"                                                  },
        {"1.50",                                   "{\"N\":\"1.5\"}"                                                },
        {"1e3",                                    "{\"N\":\"1000\"}"                                               },
        {"12345678901234567890.123456",            "{\"N\":\"12345678901234567890.123456\"}"                        },
        {"9007199254740993",                       "{\"N\":\"9007199254740993\"}"                                   },
        {"\"\"",                                   "{\"S\":\"\"}"                                                   },
        {"\"a\\\"\\u00e9\\n\"",                    "{\"S\":\"a\\\"\xc3\xa9\\n\"}"                                   },
        {"[]",                                     "{\"L\":[]}"                                                     },
        {"[1,\"a\",[null]]",                       "{\"L\":[{\"N\":\"1\"},{\"S\":\"a\"},{\"L\":[{\"NULL\":true}]}]}"},
        {"{}",                                     "{\"M\":{}}"                                                     },
        {"{\"_version\":1,\"a b\":{\"c\":false}}",
         "{\"M\":{\"_version\":{\"N\":\"1\"},\"a b\":{\"M\":{\"c\":{\"BOOL\":false}}}}}"                            },
    };
    struct arena arena = {0};
    struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct value *value = parse(&arena, cases[i].json), *back = NULL;

        buf_clear(&buf);
        assert_status(attribute_write(&buf, value), STATUS_OK);
        assert_slice(buf_slice(&buf), cases[i].typed);
        assert_status(attribute_read(&arena, parse(&arena, cases[i].typed), &back), STATUS_OK);
        assert_true(value_equal(value, back));
    }
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_bytes_are_base64_there_and_raw_here(void **state)
{
    struct arena arena = {0};
    struct buf buf = {0};
    const struct value *back = NULL;

    (void)state;
    assert_status(attribute_write(&buf, value_bytes(&arena, slice_of("\0\xff", 2))), STATUS_OK);
    assert_slice(buf_slice(&buf), "{\"B\":\"AP8=\"}");
    assert_status(attribute_read(&arena, parse(&arena, "{\"B\":\"AP8=\"}"), &back), STATUS_OK);
    assert_int_equal(back->type, VALUE_BYTES);
    assert_int_equal(back->text.len, 2);
    assert_memory_equal(back->text.ptr, "\0\xff", 2);
    buf_fini(&buf);
    arena_fini(&arena);
}

/* To us they are lists; who wrote them finds them as they were. */
static void test_sets_of_other_writers_stay_sets(void **state)
{
    static const struct {
        const char *typed, *json, *written;
    } cases[] = {
        {"{\"SS\":[\"a\",\"b\"]}",           "[\"a\",\"b\"]",   "{\"SS\":[\"a\",\"b\"]}"          },
        {"{\"SS\":[\"1\"]}",                 "[\"1\"]",         "{\"SS\":[\"1\"]}"                },
        {"{\"NS\":[\"1\",\"2.5\"]}",         "[1,2.5]",         "{\"NS\":[\"1\",\"2.5\"]}"        },
        {"{\"M\":{\"a\":{\"SS\":[\"b\"]}}}", "{\"a\":[\"b\"]}", "{\"M\":{\"a\":{\"SS\":[\"b\"]}}}"},
        {"{\"L\":[{\"NS\":[\"1\"]}]}",       "[[1]]",           "{\"L\":[{\"NS\":[\"1\"]}]}"      },
        {"{\"SS\":[]}",                      "[]",              "{\"L\":[]}"                      }, /* there is none */
    };
    struct arena arena = {0};
    struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct value *back = NULL;

        assert_status(attribute_read(&arena, parse(&arena, cases[i].typed), &back), STATUS_OK);
        assert_true(value_equal(back, parse(&arena, cases[i].json)));
        buf_clear(&buf);
        assert_status(attribute_write(&buf, back), STATUS_OK);
        assert_slice(buf_slice(&buf), cases[i].written);
        buf_clear(&buf);
        json_write(&buf, value_copy(&arena, back));
        assert_slice(buf_slice(&buf), cases[i].json);
    }
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_sets_of_bytes_stay_sets(void **state)
{
    static const char typed[] = "{\"BS\":[\"AP8=\",\"\"]}";
    struct arena arena = {0};
    struct buf buf = {0};
    const struct value *back = NULL;

    (void)state;
    assert_status(attribute_read(&arena, parse(&arena, typed), &back), STATUS_OK);
    assert_int_equal(back->first->type, VALUE_BYTES);
    assert_int_equal(back->first->text.len, 2);
    assert_status(attribute_write(&buf, back), STATUS_OK);
    assert_slice(buf_slice(&buf), typed);
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_number_beyond_dynamodb_in_a_set_is_too_large(void **state)
{
    struct arena arena = {0};
    struct buf buf = {0};
    struct value *set = value_list(&arena);

    (void)state;
    set->set = true;
    value_append(set, value_number(&arena, SLICE_LITERAL("1")));
    value_append(set, value_number(&arena, SLICE_LITERAL("1e126")));
    assert_status(attribute_write(&buf, set), STATUS_TOO_LARGE);
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_number_beyond_dynamodb_is_too_large(void **state)
{
    static const char *const numbers[] = {"123456789012345678901234567890123456789", "1e126",
                                          "1e999999999", "1e-131"};
    struct arena arena = {0};
    struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        assert_status(attribute_write(&buf, parse(&arena, numbers[i])), STATUS_TOO_LARGE);
        assert_status(
            item_write(&buf, parse(&arena, arena_cstr(&arena, arena_printf(&arena, "{\"a\":[%s]}",
                                                                           numbers[i])))),
            STATUS_TOO_LARGE);
    }
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_members_are_added_one_by_one(void **state)
{
    struct arena arena = {0};
    struct buf buf = {0};

    (void)state;
    json_add_object(&buf, NULL);
    attribute_add_text(&buf, "PK", slice_str("a\"b"));
    attribute_add_number(&buf, "version", UINT64_MAX);
    attribute_add_base64(&buf, "write", slice_str("AP8="));
    assert_status(attribute_add_value(&buf, ":v0", parse(&arena, "[1.50,null]")), STATUS_OK);
    json_add_array(&buf, "L");
    attribute_add_text(&buf, NULL, SLICE_EMPTY);
    assert_status(attribute_add_value(&buf, NULL, parse(&arena, "{}")), STATUS_OK);
    json_add_end(&buf, ']');
    json_add_end(&buf, '}');
    assert_slice(buf_slice(&buf), "{\"PK\":{\"S\":\"a\\\"b\"},"
                                  "\"version\":{\"N\":\"18446744073709551615\"},"
                                  "\"write\":{\"B\":\"AP8=\"},"
                                  "\":v0\":{\"L\":[{\"N\":\"1.5\"},{\"NULL\":true}]},"
                                  "\"L\":[{\"S\":\"\"},{\"M\":{}}]}");
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_added_number_beyond_dynamodb_is_too_large(void **state)
{
    struct arena arena = {0};
    struct buf buf = {0};

    (void)state;
    assert_status(attribute_add_value(&buf, "n", parse(&arena, "1e126")), STATUS_TOO_LARGE);
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_what_is_no_attribute_is_corrupt(void **state)
{
    static const char *const cases[] = {
        "1",
        "[]",
        "{}",
        "{\"S\":1}",
        "{\"N\":1}",
        "{\"N\":\"x\"}",
        "{\"N\":\"\"}",
        "{\"BOOL\":\"true\"}",
        "{\"NULL\":false}",
        "{\"L\":{}}",
        "{\"M\":[]}",
        "{\"B\":\"?\"}",
        "{\"X\":1}",
        "{\"S\":\"a\",\"N\":\"1\"}",
        "{\"L\":[1]}",
        "{\"M\":{\"a\":1}}",
        "{\"SS\":[1]}",
        "{\"NS\":[\"a\"]}",
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct value *back = NULL;

        assert_status(attribute_read(&arena, parse(&arena, cases[i]), &back), STATUS_CORRUPT);
    }
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_become_typed_json_and_come_back),
        cmocka_unit_test(test_bytes_are_base64_there_and_raw_here),
        cmocka_unit_test(test_sets_of_other_writers_stay_sets),
        cmocka_unit_test(test_sets_of_bytes_stay_sets),
        cmocka_unit_test(test_number_beyond_dynamodb_in_a_set_is_too_large),
        cmocka_unit_test(test_number_beyond_dynamodb_is_too_large),
        cmocka_unit_test(test_members_are_added_one_by_one),
        cmocka_unit_test(test_added_number_beyond_dynamodb_is_too_large),
        cmocka_unit_test(test_what_is_no_attribute_is_corrupt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
