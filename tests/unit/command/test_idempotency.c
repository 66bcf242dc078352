/*
 * The records that go with a write: of which forms, where there is room for how many.
 */
#include "command/idempotency.h"
#include "command/idempotency_record.h"
#include "tests/unit/command/widgets.h"
#include "tests/unit/unit.h"

static struct widgets widgets;

static void render(void *ctx, const struct command_result *result, struct arena *arena,
                   struct command_answer *out)
{
    (void)ctx;
    (void)result;
    (void)arena;
    *out = (struct command_answer){.code = 200, .body = SLICE_LITERAL("{}")};
}

static void test_records_by_forms_and_room(void **state)
{
    static const struct {
        bool old_keys;
        size_t room, count;
        const char *tables[IDEMPOTENCY_ACTIONS];
    } cases[] = {
        {false, 2, 1, {"Answers"}                   },
        {false, 1, 1, {"Answers"}                   },
        {true,  2, 2, {"Answers", "TwofoldCommands"}},
        {true,  9, 2, {"Answers", "TwofoldCommands"}},
 /* beside 99 events: all gateways look for the old form */
        {true,  1, 1, {"TwofoldCommands"}           },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct settings settings = {.commands_table = SLICE_LITERAL("Answers"),
                                          .commands_old_keys = cases[i].old_keys};
        struct commander commander = {.settings = &settings};
        const struct command_input input = {.command = &widgets.commands[WIDGET_DROP],
                                            .idempotency_key = SLICE_LITERAL("key"),
                                            .render = render,
                                            .arena = &widgets.arena};
        struct command command = {.commander = &commander, .input = &input};
        struct transaction_action actions[IDEMPOTENCY_ACTIONS];

        idempotency_begin(&command);
        assert_int_equal(idempotency_actions(&command, cases[i].room, actions), cases[i].count);
        for (size_t j = 0; j < cases[i].count; j++) {
            const struct value *body =
                widgets_json(&widgets.arena, arena_cstr(&widgets.arena, actions[j].body));

            assert_int_equal(actions[j].operation, DYNAMODB_PUT_ITEM);
            assert_slice(value_text(body, "TableName"), cases[i].tables[j]);
        }
        assert_int_equal(command.result.answer->code, 200);
    }
}

static struct slice request_of(const struct transaction_action *action)
{
    const struct value *body =
        widgets_json(&widgets.arena, arena_cstr(&widgets.arena, action->body));

    return value_text(value_get(value_get(body, slice_str("Item")), slice_str("request")), "S");
}

/* Gateways of before knew no canonical ids and members: theirs are found by what was sent. */
static void test_old_form_is_of_what_was_sent(void **state)
{
    const struct settings settings = {.commands_table = SLICE_LITERAL("Answers"),
                                      .commands_old_keys = true};
    struct commander commander = {.settings = &settings};
    const struct command_input input = {.command = &widgets.commands[WIDGET_UPDATE],
                                        .payload = widgets_json(&widgets.arena, "{\"of\":\"ab\"}"),
                                        .sent_payload =
                                            widgets_json(&widgets.arena, "{\"of\":\"AB\"}"),
                                        .idempotency_key = SLICE_LITERAL("key"),
                                        .render = render,
                                        .arena = &widgets.arena};
    struct command_input before = input;
    struct command command = {.commander = &commander,
                              .input = &input,
                              .given_id = SLICE_LITERAL("cd"),
                              .sent_id = SLICE_LITERAL("CD")};
    struct transaction_action actions[IDEMPOTENCY_ACTIONS];

    (void)state;
    before.payload = before.sent_payload;
    before.sent_payload = NULL;
    idempotency_begin(&command);
    assert_int_equal(idempotency_actions(&command, IDEMPOTENCY_ACTIONS, actions), 2);
    assert_true(slice_eq(request_of(&actions[0]),
                         record_request(&widgets.arena, RECORD_FORM, &input, SLICE_LITERAL("cd"))));
    assert_true(slice_eq(request_of(&actions[1]), record_request(&widgets.arena, RECORD_FORM_OLD,
                                                                 &before, SLICE_LITERAL("CD"))));
}

static int open_widgets(void **state)
{
    (void)state;
    widgets_init(&widgets);
    return 0;
}

static int close_widgets(void **state)
{
    (void)state;
    widgets_fini(&widgets);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_by_forms_and_room),
        cmocka_unit_test(test_old_form_is_of_what_was_sent),
    };

    return cmocka_run_group_tests(tests, open_widgets, close_widgets);
}
