#include "cache/key.h"
#include "lib/data/value.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static const struct plan_model model = {
    .database = {"db", 2}
};
static const struct plan_param params[] = {{.type = SCALAR_STRING}, {.type = SCALAR_STRING}};
static const struct plan_query query = {
    .model = &model, .params = params, .param_count = 2, .fingerprint = "00000000000000aa"};
static const struct plan_query paged = {.model = &model,
                                        .params = params,
                                        .param_count = 2,
                                        .paged = true,
                                        .fingerprint = "00000000000000ab"};

static struct slice key_of(const struct plan_query *of, const char *a, const char *b,
                           unsigned int limit, const char *cursor, const char *claims)
{
    const struct value *values[] = {value_string(&arena, slice_str(a)),
                                    value_string(&arena, slice_str(b))};
    struct lookup_input input = {.query = of,
                                 .params = values,
                                 .limit = limit,
                                 .cursor = slice_str(cursor),
                                 .claims = slice_str(claims)};
    struct slice key;

    assert_status(key_of_input(&arena, key_prefix(&arena, of), &input, &key), STATUS_OK);
    return key;
}

static void test_key_is_fingerprint_and_canonical_text(void **state)
{
    (void)state;
    assert_slice(key_of(&query, "ab", "", 0, "", ""), "twofold:db:q:00000000000000aa:2:ab,0:,");
    assert_slice(key_of(&paged, "ab", "", 50, "cur", "sub=1"),
                 "twofold:db:q:00000000000000ab:2:ab,0:,|50|cur|sub=1");
}

static void test_different_inputs_have_different_keys(void **state)
{
    const struct slice keys[] = {
        key_of(&query, "a", "b", 0, "", ""),    key_of(&query, "a,1:b", "", 0, "", ""),
        key_of(&query, "", "a,1:b", 0, "", ""), key_of(&query, "ab", "", 0, "", ""),
        key_of(&query, "a", "b", 0, "", "c"),   key_of(&paged, "a", "b", 1, "", ""),
        key_of(&paged, "a", "b", 11, "", ""),   key_of(&paged, "a", "b", 1, "1", ""),
        key_of(&paged, "a", "b", 1, "", "1"),
    };
    size_t i, j;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(keys); i++) {
        for (j = 0; j < i; j++) {
            assert_false(slice_eq(keys[i], keys[j]));
        }
    }
}

static void test_long_text_is_hashed(void **state)
{
    char text[200];
    struct slice at_limit, beyond, other;
    size_t prefix = key_prefix(&arena, &query).len;

    (void)state;
    memset(text, 'x', sizeof(text));
    text[120] = '\0'; /* "120:" text "," "0:," makes 128 */
    at_limit = key_of(&query, text, "", 0, "", "");
    assert_int_equal(at_limit.len - prefix, KEY_TEXT_MAX);
    text[120] = 'x';
    text[121] = '\0';
    beyond = key_of(&query, text, "", 0, "", "");
    assert_int_equal(beyond.len - prefix, 64);
    text[0] = 'y';
    other = key_of(&query, text, "", 0, "", "");
    assert_int_equal(other.len, beyond.len);
    assert_false(slice_eq(other, beyond));
}

static void test_parameter_of_another_type_is_refused(void **state)
{
    const struct value *values[] = {value_bool(&arena, true), value_bool(&arena, true)};
    struct lookup_input input = {.query = &query, .params = values};
    struct slice key;

    (void)state;
    assert_status(key_of_input(&arena, SLICE_EMPTY, &input, &key), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_is_fingerprint_and_canonical_text),
        cmocka_unit_test(test_different_inputs_have_different_keys),
        cmocka_unit_test(test_long_text_is_hashed),
        cmocka_unit_test(test_parameter_of_another_type_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
