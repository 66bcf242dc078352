#include "cache/key.h"
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

static struct key key_of(const struct plan_query *of, const char *a, const char *b,
                         unsigned int limit, const char *cursor, const char *claims)
{
    const struct slice texts[] = {a ? slice_str(a) : slice_of(NULL, 0), slice_str(b)};
    struct lookup_input input = {.query = of,
                                 .texts = texts,
                                 .limit = limit,
                                 .cursor = slice_str(cursor),
                                 .claims = slice_str(claims)};

    return key_make(&arena, key_prefix(&arena, of), &input);
}

static struct slice name_of(const struct plan_query *of, const char *a, const char *b,
                            unsigned int limit, const char *cursor, const char *claims)
{
    return key_of(of, a, b, limit, cursor, claims).name;
}

static void test_key_is_fingerprint_and_canonical_text(void **state)
{
    (void)state;
    assert_slice(name_of(&query, "ab", "", 0, "", ""), "twofold:db:q:00000000000000aa:2:ab,0:,");
    assert_slice(name_of(&paged, "ab", "", 50, "cur", "sub=1"),
                 "twofold:db:q:00000000000000ab:2:ab,0:,|50|cur|sub=1");
    assert_slice(name_of(&query, NULL, "x", 0, "", ""), "twofold:db:q:00000000000000aa:-,1:x,");
}

static void test_parameters_are_one_text_in_short_keys_and_in_hashed_ones(void **state)
{
    char text[KEY_TEXT_MAX + 1];
    struct key key;

    (void)state;
    assert_slice(key_of(&paged, "ab", "", 50, "cur", "sub=1").params, "2:ab,0:,");
    memset(text, 'x', KEY_TEXT_MAX);
    text[KEY_TEXT_MAX] = '\0';
    key = key_of(&paged, text, "", 50, "cur", "sub=1");
    assert_int_equal(key.params.len, 4 + KEY_TEXT_MAX + 1 + 3);
    assert_true(slice_starts(key.params, "128:xxx"));
}

static void test_different_inputs_have_different_keys(void **state)
{
    const struct slice keys[] = {
        name_of(&query, "a", "b", 0, "", ""),    name_of(&query, "a,1:b", "", 0, "", ""),
        name_of(&query, "", "a,1:b", 0, "", ""), name_of(&query, "ab", "", 0, "", ""),
        name_of(&query, "a", "b", 0, "", "c"),   name_of(&paged, "a", "b", 1, "", ""),
        name_of(&paged, "a", "b", 11, "", ""),   name_of(&paged, "a", "b", 1, "1", ""),
        name_of(&paged, "a", "b", 1, "", "1"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        for (size_t j = 0; j < i; j++) {
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
    at_limit = name_of(&query, text, "", 0, "", "");
    assert_int_equal(at_limit.len - prefix, KEY_TEXT_MAX);
    text[120] = 'x';
    text[121] = '\0';
    beyond = name_of(&query, text, "", 0, "", "");
    assert_int_equal(beyond.len - prefix, 64);
    text[0] = 'y';
    other = name_of(&query, text, "", 0, "", "");
    assert_int_equal(other.len, beyond.len);
    assert_false(slice_eq(other, beyond));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_is_fingerprint_and_canonical_text),
        cmocka_unit_test(test_parameters_are_one_text_in_short_keys_and_in_hashed_ones),
        cmocka_unit_test(test_different_inputs_have_different_keys),
        cmocka_unit_test(test_long_text_is_hashed),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
