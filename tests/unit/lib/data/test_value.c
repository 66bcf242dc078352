#include "lib/base/memory.h"
#include "lib/data/json.h"
#include "lib/data/value.h"
#include "tests/unit/unit.h"

static struct arena arena;

static const struct value *tree(const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(&arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void test_a_built_tree_is_walked_in_order(void **state)
{
    struct value *map = value_map(&arena), *list = value_list(&arena);
    struct buf buf = {0};

    (void)state;
    value_append(list, value_null(&arena));
    value_append(list, value_bool(&arena, true));
    value_append(list, value_i64(&arena, INT64_MIN));
    value_append(list, value_number(&arena, SLICE_LITERAL("1.50")));
    value_set(map, SLICE_LITERAL("z"), list);
    value_set(map, SLICE_LITERAL("b"), value_bytes(&arena, SLICE_LITERAL("\0\xFF")));
    value_set(map, SLICE_LITERAL("a"), value_string(&arena, SLICE_LITERAL("x")));
    assert_int_equal(map->count, 3);
    json_write(&buf, map);
    assert_slice(buf_slice(&buf),
                 "{\"z\":[null,true,-9223372036854775808,1.50],\"b\":\"AP8=\",\"a\":\"x\"}");
    buf_fini(&buf);
}

static void test_get_finds_members_of_maps_only(void **state)
{
    const struct value *map = tree("{\"a\":1,\"\":2}");

    (void)state;
    assert_slice(value_get(map, SLICE_LITERAL("a"))->text, "1");
    assert_slice(value_get(map, SLICE_EMPTY)->text, "2");
    assert_null(value_get(map, SLICE_LITERAL("b")));
    assert_null(value_get(NULL, SLICE_LITERAL("a")));
    assert_null(value_get(tree("[1]"), SLICE_LITERAL("a")));
    assert_null(value_get(tree("[1]"), SLICE_EMPTY));
}

static void test_a_copy_can_stand_in_another_tree(void **state)
{
    const struct value *map = tree("{\"a\":[1,2],\"b\":3}");
    struct value *other = value_list(&arena);
    struct buf buf = {0};

    (void)state;
    value_append(other, value_copy(&arena, value_get(map, SLICE_LITERAL("a"))));
    json_write(&buf, other);
    json_write(&buf, map);
    assert_slice(buf_slice(&buf), "[[1,2]]{\"a\":[1,2],\"b\":3}");
    buf_fini(&buf);
}

static void test_sorted_members_are_in_order_of_bytes(void **state)
{
    const struct value *map = tree("{\"b\":1,\"\":2,\"ab\":3,\"a\":4,\"B\":5}");
    const struct value **sorted = value_sorted(map);
    static const char *const names[] = {"", "B", "a", "ab", "b"};

    (void)state;
    assert_int_equal(map->count, ARRAY_COUNT(names));
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        assert_slice(sorted[i]->name, names[i]);
    }
    xfree(sorted);
}

static void test_equality_is_that_of_json_schema(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } rows[] = {
        {"null",                "null",                  true },
        {"null",                "false",                 false},
        {"true",                "true",                  true },
        {"true",                "false",                 false},
        {"0",                   "false",                 false},
        {"1",                   "1.0",                   true },
        {"1",                   "1e0",                   true },
        {"1",                   "\"1\"",                 false},
        {"9007199254740993",    "9007199254740992",      false},
        {"1e500",               "1e500",                 true },
        {"1e500",               "1e501",                 false},
        {"1e500",               "1",                     false},
        {"\"a\"",               "\"\\u0061\"",           true },
        {"\"a\"",               "\"A\"",                 false},
        {"[1,2]",               "[1,2.0]",               true },
        {"[1,2]",               "[2,1]",                 false},
        {"[1,2]",               "[1]",                   false},
        {"[]",                  "{}",                    false},
        {"{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", true },
        {"{\"a\":1,\"b\":2}",   "{\"a\":1,\"b\":2}",     true },
        {"{\"a\":1,\"b\":2}",   "{\"a\":1,\"b\":3}",     false},
        {"{\"a\":1,\"b\":2}",   "{\"b\":1,\"a\":2}",     false},
        {"{\"a\":1}",           "{\"b\":1}",             false},
        {"{\"a\":1}",           "{\"a\":1,\"b\":1}",     false},
        {"{\"a\":1,\"b\":2}",   "{\"a\":1,\"c\":2}",     false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(value_equal(tree(rows[i].a), tree(rows[i].b)), rows[i].equal);
        assert_int_equal(value_equal(tree(rows[i].b), tree(rows[i].a)), rows[i].equal);
    }
}

static void test_types_have_names(void **state)
{
    (void)state;
    assert_string_equal(value_type_name(VALUE_NULL), "null");
    assert_string_equal(value_type_name(VALUE_MAP), "object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_built_tree_is_walked_in_order, teardown),
        cmocka_unit_test_teardown(test_get_finds_members_of_maps_only, teardown),
        cmocka_unit_test_teardown(test_a_copy_can_stand_in_another_tree, teardown),
        cmocka_unit_test_teardown(test_sorted_members_are_in_order_of_bytes, teardown),
        cmocka_unit_test_teardown(test_equality_is_that_of_json_schema, teardown),
        cmocka_unit_test(test_types_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
