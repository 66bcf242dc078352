/*
 * JSON written member by member.
 */
#include "lib/data/json.h"
#include "lib/data/json_add.h"
#include "tests/unit/unit.h"

static void test_commas_go_between_values_only(void **state)
{
    struct buf buf = {0};

    (void)state;
    json_add_object(&buf, NULL);
    json_add_array(&buf, "empty");
    json_add_end(&buf, ']');
    json_add_array(&buf, "list");
    json_add_u64(&buf, NULL, 1);
    json_add_object(&buf, NULL);
    json_add_end(&buf, '}');
    json_add_string(&buf, NULL, SLICE_LITERAL("x"));
    json_add_end(&buf, ']');
    json_add_bool(&buf, "yes", true);
    json_add_bool(&buf, "no", false);
    json_add_raw(&buf, "raw", SLICE_LITERAL("1.50"));
    json_add_end(&buf, '}');
    assert_slice(buf_slice(&buf),
                 "{\"empty\":[],\"list\":[1,{},\"x\"],\"yes\":true,\"no\":false,\"raw\":1.50}");
    buf_fini(&buf);
}

static void test_a_text_that_ends_like_an_opening_is_a_value(void **state)
{
    struct buf buf = {0};

    (void)state;
    json_add_object(&buf, NULL);
    json_add_string(&buf, "a", SLICE_LITERAL("{"));
    json_add_string(&buf, "b", SLICE_LITERAL("[:,"));
    json_add_end(&buf, '}');
    assert_slice(buf_slice(&buf), "{\"a\":\"{\",\"b\":\"[:,\"}");
    buf_fini(&buf);
}

static void test_texts_and_names_are_escaped(void **state)
{
    struct arena arena = {0};
    const struct value *read;
    struct buf buf = {0};

    (void)state;
    json_add_object(&buf, NULL);
    json_add_name_of(&buf, SLICE_LITERAL("a\"b"));
    json_write_string(&buf, SLICE_LITERAL("line\nend"));
    json_add_value(&buf, "v", value_string(&arena, SLICE_LITERAL("\\")));
    json_add_end(&buf, '}');
    assert_slice(buf_slice(&buf), "{\"a\\\"b\":\"line\\nend\",\"v\":\"\\\\\"}");
    assert_status(json_parse(&arena, buf_slice(&buf), &read, NULL), STATUS_OK);
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_a_closed_text_outlives_its_buffer(void **state)
{
    struct arena arena = {0};
    struct buf buf = {0};

    (void)state;
    json_add_object(&buf, NULL);
    json_add_u64(&buf, "n", 1);
    assert_slice(json_add_close(&buf, &arena), "{\"n\":1}");
    assert_null(buf.ptr);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commas_go_between_values_only),
        cmocka_unit_test(test_a_text_that_ends_like_an_opening_is_a_value),
        cmocka_unit_test(test_texts_and_names_are_escaped),
        cmocka_unit_test(test_a_closed_text_outlives_its_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
