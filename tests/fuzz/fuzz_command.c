/*
 * {"payload": ..., "item": {"Name": {"S": ...}, ...}}: each command of a small model meets the
 * item. What its schema lets pass is decided; a write becomes a request, which is JSON; what is
 * refused or invalid says so.
 */
#include <stdlib.h>

#include "command/decide.h"
#include "command/item_request.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/command/widgets.h"

static enum status request(const struct item_change *change, struct arena *arena, struct slice *out)
{
    switch (change->command->write) {
    case WRITE_PUT:
        return item_put_request(change, arena, out);
    case WRITE_UPDATE:
        return item_update_request(change, arena, out);
    case WRITE_DELETE:
        return item_delete_request(change, arena, out);
    case WRITE_EMIT:
        break;
    }
    abort();
}

static void judge(const struct decide_input *input, const struct item *item, struct arena *arena)
{
    struct item_change change = {.command = input->command,
                                 .id = input->id,
                                 .basis = item->versioned ? BASIS_VERSION : BASIS_NONE,
                                 .item = *item,
                                 .version = 1000,
                                 .now_ms = input->now_ms,
                                 .mark = SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAA==")};
    struct decision decision;
    const struct value *json;
    struct slice body;

    decide(input, arena, &decision);
    change.attributes = decision.attributes;
    if ((decision.kind == DECISION_REFUSED && decision.code == 0) ||
        (decision.kind == DECISION_INVALID && !decision.detail) ||
        (decision.kind == DECISION_WRITE && request(&change, arena, &body) == STATUS_OK &&
         json_parse(arena, body, &json, NULL) != STATUS_OK)) {
        abort();
    }
}

static void meet(const struct plan_command *command, const struct value *payload,
                 const struct item *item, struct arena *arena)
{
    const struct decide_input input = {
        .command = command,
        .id = value_i64(arena, 7),
        .payload = payload,
        .state = item->state,
        .current = {item->exists, item->versioned, item->version},
        .now_ms = 1700000000000
    };
    struct schema_errors errors;

    if (!command->payload ||
        (payload && schema_validate(command->payload, payload, arena, &errors) == STATUS_OK)) {
        judge(&input, item, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct widgets widgets;
    const struct value *json = NULL;
    struct arena arena = {0};
    struct item item;

    if (!widgets.plan.models) {
        widgets_init(&widgets);
    }
    if (json_parse(&arena, slice_of(bytes, count), &json, NULL) == STATUS_OK &&
        item_learn(&arena, value_get(json, SLICE_LITERAL("item")), &item) == STATUS_OK) {
        for (size_t i = 0; i < WIDGET_COUNT; i++) {
            meet(&widgets.commands[i], value_get(json, SLICE_LITERAL("payload")), &item, &arena);
        }
    }
    arena_fini(&arena);
    return 0;
}
