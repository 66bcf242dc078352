/*
 * What a state store's commands may assume, and what a lost answer means. The tables of
 * command/README.md.
 */
#include "command/item_rules.h"
#include "tests/unit/command/widgets.h"
#include "tests/unit/unit.h"

#define MARK  "AAAAAAAAAAAAAAAAAAAAAA=="
#define OTHER "BBBBBBBBBBBBBBBBBBBBBA=="

static struct widgets widgets;
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    widgets_init(&widgets);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    widgets_fini(&widgets);
    arena_fini(&arena);
    return 0;
}

enum expectation {
    NONE,
    ANY,
    GIVEN
};

// clang-format off
static const struct {
    enum widget_command command;
    enum expectation expectation;
    bool assumed;
    enum item_basis basis;
} assumptions[] = {
    {WIDGET_CREATE,  NONE,  true,  BASIS_ABSENT},
    {WIDGET_CREATE,  GIVEN, false, BASIS_ABSENT},
    {WIDGET_CREATE,  ANY,   false, BASIS_ABSENT},
    {WIDGET_UPDATE,  NONE,  true,  BASIS_EXISTS},
    {WIDGET_UPDATE,  GIVEN, true,  BASIS_VERSION},
    {WIDGET_UPDATE,  ANY,   true,  BASIS_EXISTS},
    {WIDGET_DELETE,  NONE,  true,  BASIS_EXISTS},
    {WIDGET_DELETE,  GIVEN, true,  BASIS_VERSION},
    {WIDGET_DROP,    NONE,  true,  BASIS_EXISTS},
    {WIDGET_REPLACE, NONE,  false, BASIS_NONE},
    {WIDGET_REPLACE, GIVEN, true,  BASIS_VERSION},
    {WIDGET_REPLACE, ANY,   false, BASIS_EXISTS},
    {WIDGET_UPSERT,  NONE,  true,  BASIS_NONE},
    {WIDGET_UPSERT,  GIVEN, true,  BASIS_VERSION},
    {WIDGET_UPSERT,  ANY,   true,  BASIS_EXISTS},
    {WIDGET_RESERVE, NONE,  false, BASIS_NONE},
    {WIDGET_RESERVE, GIVEN, false, BASIS_NONE},
    {WIDGET_DISCARD, NONE,  false, BASIS_NONE},
};
// clang-format on

static void test_assumptions_by_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(assumptions); i++) {
        const struct command_input input = {
            .command = &widgets.commands[assumptions[i].command],
            .precondition = {.has_expected = assumptions[i].expectation != NONE,
                             .expected_any = assumptions[i].expectation == ANY,
                             .expected = 5}
        };
        enum item_basis basis = BASIS_NONE;
        struct item item;

        assert_int_equal(item_assume(&input, &basis, &item), assumptions[i].assumed);
        assert_int_equal(basis, assumptions[i].basis);
        if (basis == BASIS_VERSION) {
            assert_true(item.versioned && item.version == 5);
        }
    }
}

static void test_listed_versions_need_the_item(void **state)
{
    static const struct version_list listed = {
        .given = true, .count = 2, .versions = {3, 5}
    };
    struct command_input input = {.command = &widgets.commands[WIDGET_UPDATE],
                                  .precondition = {.one_of = listed}};
    enum item_basis basis;
    struct item item;

    (void)state;
    assert_false(item_assume(&input, &basis, &item));
    input.precondition = (struct precondition){.none_of = listed};
    assert_false(item_assume(&input, &basis, &item));
}

// clang-format off
static const struct {
    enum widget_command command;
    enum item_basis basis;
    const char *read;  /* the item that the change stands on; NULL: none */
    const char *found; /* the item after the lost answer; NULL: none */
    enum item_verdict verdict;
} verdicts[] = {
#define ITEM(version, mark) "{\"_version\":{\"N\":\"" version "\"},\"_write\":{\"B\":\"" mark "\"}}"
    /* on a version that was read */
    {WIDGET_RESERVE, BASIS_VERSION, ITEM("41", OTHER), ITEM("42", MARK),  VERDICT_APPLIED},
    {WIDGET_RESERVE, BASIS_VERSION, ITEM("41", OTHER), ITEM("42", OTHER), VERDICT_OVERTAKEN},
    {WIDGET_RESERVE, BASIS_VERSION, ITEM("41", OTHER), ITEM("43", OTHER), VERDICT_UNKNOWN},
    {WIDGET_RESERVE, BASIS_VERSION, ITEM("41", OTHER), ITEM("41", OTHER), VERDICT_UNKNOWN},
    {WIDGET_RESERVE, BASIS_VERSION, ITEM("41", OTHER), NULL,              VERDICT_UNKNOWN},
    {WIDGET_RESERVE, BASIS_VERSION, ITEM("41", OTHER), "{}",              VERDICT_UNKNOWN},
    {WIDGET_RESERVE, BASIS_VERSION, "{}",              ITEM("42", MARK),  VERDICT_APPLIED},
    {WIDGET_RESERVE, BASIS_VERSION, "{}",              ITEM("42", OTHER), VERDICT_UNKNOWN},
    /* a create, of version 1000 */
    {WIDGET_CREATE,  BASIS_ABSENT,  NULL,              ITEM("1000", MARK),  VERDICT_APPLIED},
    /* the next one is of another writer, who keeps _write */
    {WIDGET_CREATE,  BASIS_ABSENT,  NULL,              ITEM("1001", MARK),  VERDICT_APPLIED},
    {WIDGET_CREATE,  BASIS_ABSENT,  NULL,              ITEM("999", OTHER),  VERDICT_OVERTAKEN},
    {WIDGET_CREATE,  BASIS_ABSENT,  NULL,              ITEM("1000", OTHER), VERDICT_UNKNOWN},
    {WIDGET_CREATE,  BASIS_ABSENT,  NULL,              ITEM("1001", OTHER), VERDICT_UNKNOWN},
    {WIDGET_CREATE,  BASIS_ABSENT,  NULL,              NULL,                VERDICT_UNKNOWN},
    {WIDGET_CREATE,  BASIS_ABSENT,  NULL,              "{}",                VERDICT_UNKNOWN},
    /* an update of any item */
    {WIDGET_UPDATE,  BASIS_EXISTS,  NULL,              ITEM("7", MARK),     VERDICT_APPLIED},
    {WIDGET_UPDATE,  BASIS_EXISTS,  NULL,              ITEM("7", OTHER),    VERDICT_UNKNOWN},
    {WIDGET_UPSERT,  BASIS_NONE,    NULL,              NULL,                VERDICT_UNKNOWN},
#undef ITEM
};
// clang-format on

static struct item item_of(const char *typed)
{
    struct item item;

    assert_status(item_learn(&arena, typed ? widgets_json(&arena, typed) : NULL, &item), STATUS_OK);
    return item;
}

static void test_verdicts_by_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(verdicts); i++) {
        const struct item_change change = {.command = &widgets.commands[verdicts[i].command],
                                           .basis = verdicts[i].basis,
                                           .item = item_of(verdicts[i].read),
                                           .version = 1000,
                                           .mark = SLICE_LITERAL(MARK)};
        struct item found = item_of(verdicts[i].found);

        if (item_judge(&change, &found) != verdicts[i].verdict) {
            fail_msg("verdict %zu is %d", i, (int)item_judge(&change, &found));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assumptions_by_table),
        cmocka_unit_test(test_listed_versions_need_the_item),
        cmocka_unit_test(test_verdicts_by_table),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
