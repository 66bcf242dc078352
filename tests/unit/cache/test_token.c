/*
 * Texts of tokens: an id that has several spellings is waited for under its one name.
 */
#include "cache/token.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* The one aggregate that HEADER names. */
static struct slice name_in(enum scalar id_type, const char *header)
{
    const struct plan_model model = {
        .name = SLICE_LITERAL("things"),
        .aggregate = {.name = SLICE_LITERAL("Thing"), .id_type = id_type}
    };
    struct tokens tokens;

    assert_status(tokens_parse(&arena, slice_str(header), &model, &tokens), STATUS_OK);
    assert_int_equal(tokens.command_count, 1);
    assert_int_equal(tokens.commands[0].version, 3);
    return tokens.commands[0].aggregate;
}

static void test_an_id_of_a_format_becomes_canonical(void **state)
{
    (void)state;
    assert_slice(name_in(SCALAR_UUID, "Thing:0192ABCD-EF01-7AAA-8000-0123456789AB@3"),
                 "Thing:0192abcd-ef01-7aaa-8000-0123456789ab");
    assert_slice(name_in(SCALAR_IPV6, "Thing:2001%3aDB8%3A%3A0001@3"), "Thing:2001%3Adb8%3A%3A1");
    assert_slice(name_in(SCALAR_DATE_TIME, "Thing:2026-03-29T03%3A30%3A00%2B02%3A00@3"),
                 "Thing:2026-03-29T01%3A30%3A00.000Z");
    assert_slice(name_in(SCALAR_UUID, "Thing:no-uuid@3"), "Thing:no-uuid");
}

static void test_any_other_id_is_as_it_is(void **state)
{
    (void)state;
    assert_slice(name_in(SCALAR_STRING, "Thing:ABC@3"), "Thing:ABC");
    assert_slice(name_in(SCALAR_INTEGER, "Thing:7@3"), "Thing:7");
}

static void test_tokens_of_other_models_are_left_out(void **state)
{
    const struct plan_model model = {
        .name = SLICE_LITERAL("things"),
        .aggregate = {.name = SLICE_LITERAL("Thing"), .id_type = SCALAR_UUID}
    };
    struct tokens tokens;

    (void)state;
    assert_status(tokens_parse(&arena, SLICE_LITERAL("Other:%zz@3, Thing:1@2"), &model, &tokens),
                  STATUS_OK);
    assert_int_equal(tokens.command_count, 1);
    assert_status(tokens_parse(&arena, SLICE_LITERAL("Thing:%zz@2"), &model, &tokens),
                  STATUS_INVALID);
}

static void test_version_0_is_met(void **state)
{
    const struct plan_model model = {
        .name = SLICE_LITERAL("things"),
        .aggregate = {.name = SLICE_LITERAL("Thing"), .id_type = SCALAR_UUID}
    };
    struct tokens tokens;

    (void)state;
    assert_status(
        tokens_parse(&arena, SLICE_LITERAL("Thing:1@0, Thing:2@5, Thing:3@00"), &model, &tokens),
        STATUS_OK);
    assert_int_equal(tokens.command_count, 1);
    assert_slice(tokens.commands[0].aggregate, "Thing:2");
    assert_status(tokens_parse(&arena, SLICE_LITERAL("Thing:%zz@0"), &model, &tokens),
                  STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_id_of_a_format_becomes_canonical),
        cmocka_unit_test(test_any_other_id_is_as_it_is),
        cmocka_unit_test(test_tokens_of_other_models_are_left_out),
        cmocka_unit_test(test_version_0_is_met),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
