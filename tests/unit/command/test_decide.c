/*
 * Decisions: command, state and payload in; write, no-op or refusal out.
 */
#include "command/decide.h"
#include "tests/unit/command/widgets.h"
#include "tests/unit/unit.h"

struct decide_case {
    enum widget_command command;
    const char *payload, *state; /* NULL: none; no state: the item is absent */
    enum decision_kind kind;
    const char *said; /* attributes as JSON, or the title */
    int code;
};

#define NAMED  "{\"Name\":\"a\",\"Price\":1}"
#define PRICED "{\"Name\":\"a\",\"Price\":1.5}"
#define ONE    "{\"Count\":1}"

// clang-format off
static const struct decide_case cases[] = {
    {WIDGET_CREATE,  "{\"Name\":\"a\",\"Price\":1.50}", NULL, DECISION_WRITE, PRICED, 0},
    {WIDGET_CREATE,  NAMED,             "{}", DECISION_REFUSED, "Widget exists", 409},
    {WIDGET_CREATE,  "{\"Name\":\"a\"}", NULL, DECISION_INVALID, "/Price", 0},
    {WIDGET_UPDATE,  NAMED,             "{}", DECISION_WRITE, NAMED, 0},
    {WIDGET_UPDATE,  NAMED,             NULL, DECISION_REFUSED, "No such widget", 404},
    {WIDGET_DELETE,  NULL,              "{}", DECISION_WRITE, "{}", 0},
    {WIDGET_DELETE,  NULL,              NULL, DECISION_REFUSED, "No such widget", 404},
    {WIDGET_DROP,    NULL,              "{}", DECISION_WRITE, "{}", 0},
    {WIDGET_DROP,    NULL,              NULL, DECISION_REFUSED, "No such Widget", 404},
    {WIDGET_REPLACE, NAMED,             NULL, DECISION_WRITE, NAMED, 0},
    {WIDGET_RESERVE, "{\"Count\":2}",   "{\"Stock\":5}", DECISION_WRITE, "{\"Stock\":3}", 0},
    {WIDGET_RESERVE, "{\"Count\":6}",   "{\"Stock\":5}", DECISION_REFUSED, "Not enough", 409},
    {WIDGET_RESERVE, "{\"Count\":0}",   "{\"Stock\":5}", DECISION_NOOP, NULL, 0},
    /*
     * The first requirement that does not hold is the answer, and one that cannot be evaluated
     * does not hold.
     */
    {WIDGET_RESERVE, ONE,               NULL, DECISION_REFUSED, "No such widget", 404},
    {WIDGET_RESERVE, ONE,               "{\"Other\":5}", DECISION_REFUSED, "Not enough", 409},
    {WIDGET_RESERVE, ONE,               "{\"Stock\":\"5\"}", DECISION_REFUSED, "Not enough", 409},
};
// clang-format on

static void check(struct widgets *widgets, const struct decide_case *one, struct arena *arena)
{
    const struct decide_input input = {
        .command = &widgets->commands[one->command],
        .id = value_i64(arena, 7),
        .payload = one->payload ? widgets_json(arena, one->payload) : NULL,
        .state = one->state ? widgets_json(arena, one->state) : NULL,
        .current = {one->state != NULL, true, 3},
        .now_ms = 1000
    };
    struct decision decision;

    decide(&input, arena, &decision);
    assert_int_equal(decision.kind, one->kind);
    assert_int_equal(decision.code, one->code);
    if (one->kind == DECISION_WRITE) {
        assert_true(value_equal(decision.attributes, widgets_json(arena, one->said)));
    } else if (one->kind == DECISION_REFUSED) {
        assert_slice(decision.title, one->said);
    } else if (one->kind == DECISION_INVALID) {
        assert_slice(decision.pointer, one->said);
        assert_non_null(decision.detail);
    }
}

static void test_decisions_by_table(void **state)
{
    struct widgets widgets;
    struct arena arena = {0};

    (void)state;
    widgets_init(&widgets);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        check(&widgets, &cases[i], &arena);
        arena_reset(&arena);
    }
    widgets_fini(&widgets);
    arena_fini(&arena);
}

static void test_refusal_says_why_it_could_not_be_evaluated(void **state)
{
    struct widgets widgets;
    struct arena arena = {0};
    struct decision decision;

    (void)state;
    widgets_init(&widgets);
    decide(&(struct decide_input){.command = &widgets.commands[WIDGET_RESERVE],
                                  .payload = widgets_json(&arena, "{\"Count\":1}"),
                                  .state = widgets_json(&arena, "{}"),
                                  .current = {.exists = true}},
           &arena, &decision);
    assert_non_null(decision.detail);
    assert_non_null(strstr(decision.detail, "Stock"));
    widgets_fini(&widgets);
    arena_fini(&arena);
}

/*
 * What is absent and required is refused first; of what exists, and of what may be absent, the
 * version is compared first.
 */
static void test_precondition_by_table(void **state)
{
    static const struct {
        enum widget_command command;
        const char *payload, *state;
        enum decision_kind kind;
        int code;
    } rows[] = {
        {WIDGET_UPDATE,  NAMED,           NULL,            DECISION_REFUSED,    404},
        {WIDGET_UPDATE,  NAMED,           "{}",            DECISION_UNEXPECTED, 0  },
        {WIDGET_RESERVE, "{\"Count\":6}", "{\"Stock\":5}", DECISION_UNEXPECTED, 0  },
        {WIDGET_RESERVE, "{\"Count\":0}", "{\"Stock\":5}", DECISION_UNEXPECTED, 0  },
        {WIDGET_DROP,    NULL,            NULL,            DECISION_UNEXPECTED, 0  },
    };
    static const struct precondition demand = {.has_expected = true, .expected = 4};
    struct widgets widgets;
    struct arena arena = {0};

    (void)state;
    widgets_init(&widgets);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct decide_input input = {
            .command = &widgets.commands[rows[i].command],
            .precondition = &demand,
            .payload = rows[i].payload ? widgets_json(&arena, rows[i].payload) : NULL,
            .state = rows[i].state ? widgets_json(&arena, rows[i].state) : NULL,
            .current = {rows[i].state != NULL, true, 3}
        };
        struct decision decision;

        decide(&input, &arena, &decision);
        assert_int_equal(decision.kind, rows[i].kind);
        assert_int_equal(decision.code, rows[i].code);
    }
    widgets_fini(&widgets);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions_by_table),
        cmocka_unit_test(test_refusal_says_why_it_could_not_be_evaluated),
        cmocka_unit_test(test_precondition_by_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
