/*
 * A small event store for tests of the write side, made by hand: carts with counted items, string
 * ids.
 */
#ifndef TESTS_UNIT_COMMAND_CARTS_H
#define TESTS_UNIT_COMMAND_CARTS_H

#include <stdlib.h>
#include <string.h>

#include "conf/plan/plan.h"
#include "lib/data/json.h"

enum cart_command {
    CART_OPEN, /* !exists; emits Opened; ids are generated */
    /* exists; emits Added, and Filled when the 1000th item comes; skipped when Count is 0 */
    CART_ADD,
    CART_NOTE,   /* exists; emits Noted only "if" payload.Text != '' */
    CART_CLOSE,  /* exists, state.Items > 0; emits Closed, which deletes */
    CART_DOUBLE, /* exists; emits Added twice */
    CART_COUNT
};

enum cart_event {
    CART_OPENED,
    CART_ADDED,
    CART_FILLED,
    CART_NOTED,
    CART_CLOSED,
    CART_EVENTS
};

struct carts {
    struct arena arena;
    struct diag diag;
    struct plan plan;
    struct plan_model model;
    struct plan_event events[CART_EVENTS];
    struct plan_command commands[CART_COUNT];
};

static inline const struct value *carts_json(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    if (json_parse(arena, slice_str(text), &value, NULL) != STATUS_OK) {
        abort();
    }
    return value;
}

static inline const struct expr *carts_expr(struct carts *carts, const char *text, bool of_event)
{
    const struct json_source source = {
        .diag = &carts->diag, .file = SLICE_LITERAL("test"), .text = slice_str(text)};
    const struct expr_scope scope = {.payload = !of_event,
                                     .event = of_event,
                                     .state = true,
                                     .id = true,
                                     .exists = !of_event,
                                     .version = !of_event,
                                     .now = !of_event};
    const struct expr *expr = expr_compile(&carts->arena, slice_str(text), &scope, &source, 1);

    if (!expr) {
        diag_print(&carts->diag, stderr);
        abort();
    }
    return expr;
}

static inline const struct schema *carts_schema(struct carts *carts, const char *text)
{
    const struct json_source source = {
        .diag = &carts->diag, .file = SLICE_LITERAL("test"), .text = slice_str(text)};
    const struct schema *schema =
        schema_compile(&carts->arena, carts_json(&carts->arena, text), &source);

    if (!schema) {
        diag_print(&carts->diag, stderr);
        abort();
    }
    return schema;
}

/* "Name", "expression", ..., NULL */
static inline const struct plan_assignment *
carts_assign(struct carts *carts, bool of_event, const char *const *pairs, size_t *count_out)
{
    struct plan_assignment *list = ARENA_ARRAY(&carts->arena, struct plan_assignment, 4);

    for (*count_out = 0; *pairs; pairs += 2) {
        list[(*count_out)++] =
            (struct plan_assignment){slice_str(pairs[0]), carts_expr(carts, pairs[1], of_event)};
    }
    return list;
}

static inline void carts_event(struct carts *carts, enum cart_event which, const char *name,
                               const char *const *sets)
{
    struct plan_event *event = &carts->events[which];

    event->name = slice_str(name);
    event->sets = carts_assign(carts, true, sets, &event->set_count);
}

static inline struct plan_command *carts_command(struct carts *carts, enum cart_command which,
                                                 const char *name, const char *payload)
{
    struct plan_command *command = &carts->commands[which];

    command->model = &carts->model;
    command->name = slice_str(name);
    command->write = WRITE_EMIT;
    command->index = (unsigned int)which;
    command->payload = payload ? carts_schema(carts, payload) : NULL;
    command->reads_state = true;
    command->requires = ARENA_ARRAY(&carts->arena, struct plan_require, 4);
    command->emits = ARENA_ARRAY(&carts->arena, struct plan_emit, 4);
    return command;
}

static inline void carts_require(struct carts *carts, struct plan_command *command,
                                 const char *that, int code, const char *title)
{
    struct plan_require *list = (struct plan_require *)(uintptr_t)command->requires;

    list[command->require_count++] =
        (struct plan_require){carts_expr(carts, that, false), code, slice_str(title)};
}

static inline void carts_emit(struct carts *carts, struct plan_command *command,
                              enum cart_event which, const char *condition,
                              const char *const *payload)
{
    struct plan_emit *emit =
        &((struct plan_emit *)(uintptr_t)command->emits)[command->emit_count++];

    emit->event = &carts->events[which];
    emit->condition = condition ? carts_expr(carts, condition, false) : NULL;
    emit->payload = carts_assign(carts, false, payload, &emit->payload_count);
}

#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_PAIRS   ((const char *const[]){NULL})

static inline void carts_commands(struct carts *carts)
{
    struct plan_command *command =
        carts_command(carts, CART_OPEN, "OpenCart", "{\"type\":\"object\"}");

    carts_require(carts, command, "!exists", 409, "Cart exists");
    carts_emit(carts, command, CART_OPENED, NULL, PAIRS("At", "now"));
    command = carts_command(
        carts, CART_ADD, "AddItem",
        "{\"type\":\"object\",\"properties\":{\"Count\":{\"type\":\"integer\"},\"Name\":{}},"
        "\"required\":[\"Count\"]}");
    carts_require(carts, command, "exists", 404, "No such cart");
    command->skip_if = carts_expr(carts, "payload.Count == 0", false);
    carts_emit(carts, command, CART_ADDED, NULL,
               PAIRS("Count", "payload.Count", "Before", "state.Items"));
    carts_emit(carts, command, CART_FILLED, "state.Items + payload.Count >= 1000", NO_PAIRS);
    command = carts_command(carts, CART_NOTE, "NoteCart",
                            "{\"type\":\"object\",\"properties\":{\"Text\":{\"type\":\"string\"}},"
                            "\"required\":[\"Text\"]}");
    carts_require(carts, command, "exists", 404, "No such cart");
    carts_emit(carts, command, CART_NOTED, "payload.Text != ''", PAIRS("Text", "payload.Text"));
    command = carts_command(carts, CART_CLOSE, "CloseCart", NULL);
    carts_require(carts, command, "exists", 404, "No such cart");
    carts_require(carts, command, "state.Items > 0", 409, "The cart is empty");
    carts_emit(carts, command, CART_CLOSED, NULL, NO_PAIRS);
    command = carts_command(carts, CART_DOUBLE, "DoubleItem", NULL);
    carts_require(carts, command, "exists", 404, "No such cart");
    carts_emit(carts, command, CART_ADDED, NULL, PAIRS("Count", "1", "Before", "state.Items"));
    carts_emit(carts, command, CART_ADDED, NULL, PAIRS("Count", "1", "Before", "state.Items"));
}

static inline void carts_init(struct carts *carts)
{
    memset(carts, 0, sizeof(*carts));
    carts->plan.models = &carts->model;
    carts->plan.model_count = 1;
    carts->plan.command_count = CART_COUNT;
    carts->model.name = slice_str("carts");
    carts->model.commands = carts->commands;
    carts->model.command_count = CART_COUNT;
    carts->model.events = carts->events;
    carts->model.event_count = CART_EVENTS;
    carts->model.aggregate = (struct plan_aggregate){.name = SLICE_LITERAL("Cart"),
                                                     .table = SLICE_LITERAL("Carts"),
                                                     .store = STORE_EVENTS,
                                                     .id_name = SLICE_LITERAL("CartId"),
                                                     .id_type = SCALAR_STRING,
                                                     .id_generated = true,
                                                     .snapshot_every = 10,
                                                     .key_prefix = SLICE_LITERAL("CART#")};
    carts_event(carts, CART_OPENED, "Opened", PAIRS("Items", "0"));
    carts_event(carts, CART_ADDED, "Added", PAIRS("Items", "state.Items + event.Count"));
    carts_event(carts, CART_FILLED, "Filled", PAIRS("Full", "true", "Last", "state.Items"));
    carts_event(carts, CART_NOTED, "Noted", PAIRS("Note", "event.Text", "Extra", "event.Extra"));
    carts_event(carts, CART_CLOSED, "Closed", NO_PAIRS);
    carts->events[CART_CLOSED].deletes = true;
    carts_commands(carts);
}

static inline void carts_fini(struct carts *carts)
{
    diag_fini(&carts->diag);
    arena_fini(&carts->arena);
}

#endif
