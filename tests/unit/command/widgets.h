/*
 * A small model for tests of the write side, made by hand so that they stand on expressions and
 * schemas only: state store "Widgets", integer id "WidgetId", commands by how they meet an item.
 */
#ifndef TESTS_UNIT_COMMAND_WIDGETS_H
#define TESTS_UNIT_COMMAND_WIDGETS_H

#include <stdlib.h>
#include <string.h>

#include "conf/plan/plan.h"
#include "lib/data/json.h"

enum widget_command {
    WIDGET_CREATE,  /* put, !exists */
    WIDGET_UPDATE,  /* update, exists */
    WIDGET_DELETE,  /* delete, exists */
    WIDGET_REPLACE, /* put over what may exist */
    WIDGET_UPSERT,  /* update of what may exist */
    /* update, reads the state: state.Stock >= payload.Count; skipped when Count is 0 */
    WIDGET_RESERVE,
    WIDGET_DISCARD, /* delete, reads the state: only when Stock is 0 */
    WIDGET_DROP,    /* delete without any requirement */
    /*
     * update, exists; payload.Price <= 100; skipped when it is 0: decided without the state, but
     * not answered
     */
    WIDGET_PRICE,
    WIDGET_ENSURE, /* put where there is none; skipped when it exists */
    WIDGET_MOVE,   /* update, reads the state: Moved = what is in Kinds */
    WIDGET_COUNT
};

struct widgets {
    struct arena arena;
    struct diag diag;
    struct plan plan;
    struct plan_model model;
    struct plan_command commands[WIDGET_COUNT];
};

static inline const struct value *widgets_json(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    if (json_parse(arena, slice_str(text), &value, NULL) != STATUS_OK) {
        abort();
    }
    return value;
}

static inline const struct schema *widgets_schema(struct widgets *widgets, const char *text)
{
    const struct json_source source = {
        .diag = &widgets->diag, .file = SLICE_LITERAL("test"), .text = slice_str(text)};
    const struct schema *schema =
        schema_compile(&widgets->arena, widgets_json(&widgets->arena, text), &source);

    if (!schema) {
        diag_print(&widgets->diag, stderr);
        abort();
    }
    return schema;
}

static inline const struct expr *widgets_expr(struct widgets *widgets, const char *text)
{
    const struct json_source source = {
        .diag = &widgets->diag, .file = SLICE_LITERAL("test"), .text = slice_str(text)};
    const struct expr_scope scope = {
        .payload = true, .state = true, .id = true, .exists = true, .version = true, .now = true};
    const struct expr *expr = expr_compile(&widgets->arena, slice_str(text), &scope, &source, 1);

    if (!expr) {
        diag_print(&widgets->diag, stderr);
        abort();
    }
    return expr;
}

static inline struct plan_command *widgets_add(struct widgets *widgets, enum widget_command which,
                                               const char *name, enum plan_write write,
                                               const char *payload)
{
    struct plan_command *command = &widgets->commands[which];

    command->model = &widgets->model;
    command->name = slice_str(name);
    command->write = write;
    command->index = (unsigned int)which;
    command->payload = payload ? widgets_schema(widgets, payload) : NULL;
    command->requires = ARENA_ARRAY(&widgets->arena, struct plan_require, 4);
    command->assignments = ARENA_ARRAY(&widgets->arena, struct plan_assignment, 4);
    return command;
}

static inline void widgets_require(struct widgets *widgets, struct plan_command *command,
                                   const char *that, int code, const char *title)
{
    struct plan_require *list = (struct plan_require *)(uintptr_t)command->requires;

    list[command->require_count++] =
        (struct plan_require){widgets_expr(widgets, that), code, slice_str(title)};
    command->demands_exists = command->demands_exists || strcmp(that, "exists") == 0;
    command->demands_absent = command->demands_absent || strcmp(that, "!exists") == 0;
}

static inline void widgets_assign(struct widgets *widgets, struct plan_command *command,
                                  const char *name, const char *text)
{
    struct plan_assignment *list = (struct plan_assignment *)(uintptr_t)command->assignments;

    list[command->assignment_count++] =
        (struct plan_assignment){slice_str(name), widgets_expr(widgets, text)};
}

static inline void widgets_reads(struct widgets *widgets, struct plan_command *command,
                                 const char *field)
{
    struct slice *fields = ARENA_ARRAY(&widgets->arena, struct slice, 1);

    fields[0] = slice_str(field);
    command->reads_state = true;
    command->condition_fields = fields;
    command->condition_field_count = 1;
}

#define WIDGET_SCHEMA                                                                     \
    "{\"type\":\"object\",\"required\":[\"Name\",\"Price\"],"                             \
    "\"additionalProperties\":false,\"properties\":{"                                     \
    "\"WidgetId\":{\"type\":\"integer\"},\"Name\":{\"type\":\"string\",\"minLength\":1}," \
    "\"Price\":{\"type\":\"number\"},\"Gone\":{\"type\":\"boolean\"}}}"

static inline void widgets_assign_all(struct widgets *widgets, struct plan_command *command)
{
    widgets_assign(widgets, command, "Name", "payload.Name");
    widgets_assign(widgets, command, "Price", "payload.Price");
}

static inline void widgets_init(struct widgets *widgets)
{
    struct plan_command *command;

    memset(widgets, 0, sizeof(*widgets));
    widgets->plan.models = &widgets->model;
    widgets->plan.model_count = 1;
    widgets->plan.command_count = WIDGET_COUNT;
    widgets->model.name = slice_str("widgets");
    widgets->model.commands = widgets->commands;
    widgets->model.command_count = WIDGET_COUNT;
    widgets->model.aggregate = (struct plan_aggregate){
        .name = SLICE_LITERAL("Widget"),
        .table = SLICE_LITERAL("Widgets"),
        .store = STORE_STATE,
        .id_name = SLICE_LITERAL("WidgetId"),
        .id_type = SCALAR_INTEGER,
        .id_schema = widgets_schema(
            widgets, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":9007199254740991}")};

    command = widgets_add(widgets, WIDGET_CREATE, "CreateWidget", WRITE_PUT, WIDGET_SCHEMA);
    widgets_require(widgets, command, "!exists", 409, "Widget exists");
    widgets_assign_all(widgets, command);
    command = widgets_add(widgets, WIDGET_UPDATE, "UpdateWidget", WRITE_UPDATE, WIDGET_SCHEMA);
    widgets_require(widgets, command, "exists", 404, "No such widget");
    widgets_assign_all(widgets, command);
    command = widgets_add(widgets, WIDGET_DELETE, "DeleteWidget", WRITE_DELETE, NULL);
    widgets_require(widgets, command, "exists", 404, "No such widget");
    command = widgets_add(widgets, WIDGET_REPLACE, "ReplaceWidget", WRITE_PUT, WIDGET_SCHEMA);
    widgets_assign_all(widgets, command);
    command = widgets_add(widgets, WIDGET_UPSERT, "UpsertWidget", WRITE_UPDATE, WIDGET_SCHEMA);
    widgets_assign_all(widgets, command);
    command = widgets_add(widgets, WIDGET_RESERVE, "ReserveWidget", WRITE_UPDATE,
                          "{\"type\":\"object\",\"properties\":{\"Count\":{\"type\":\"integer\"}},"
                          "\"required\":[\"Count\"]}");
    widgets_require(widgets, command, "exists", 404, "No such widget");
    widgets_require(widgets, command, "state.Stock >= payload.Count", 409, "Not enough");
    widgets_assign(widgets, command, "Stock", "state.Stock - payload.Count");
    command->skip_if = widgets_expr(widgets, "payload.Count == 0");
    widgets_reads(widgets, command, "Stock");
    command = widgets_add(widgets, WIDGET_DISCARD, "DiscardWidget", WRITE_DELETE, NULL);
    widgets_require(widgets, command, "exists", 404, "No such widget");
    widgets_require(widgets, command, "state.Stock == 0", 409, "Still in stock");
    widgets_reads(widgets, command, "Stock");
    widgets_add(widgets, WIDGET_DROP, "DropWidget", WRITE_DELETE, NULL);
    command = widgets_add(widgets, WIDGET_PRICE, "PriceWidget", WRITE_UPDATE, WIDGET_SCHEMA);
    widgets_require(widgets, command, "exists", 404, "No such widget");
    widgets_require(widgets, command, "payload.Price <= 100", 409, "Too dear");
    widgets_assign(widgets, command, "Price", "payload.Price");
    command->skip_if = widgets_expr(widgets, "payload.Price == 0");
    command = widgets_add(widgets, WIDGET_ENSURE, "EnsureWidget", WRITE_PUT, WIDGET_SCHEMA);
    widgets_assign_all(widgets, command);
    command->skip_if = widgets_expr(widgets, "exists");
    command->reads_state = true;
    command = widgets_add(widgets, WIDGET_MOVE, "MoveWidget", WRITE_UPDATE, NULL);
    widgets_require(widgets, command, "exists", 404, "No such widget");
    widgets_assign(widgets, command, "Moved", "state.Kinds");
    widgets_reads(widgets, command, "Kinds");
}

static inline void widgets_fini(struct widgets *widgets)
{
    diag_fini(&widgets->diag);
    arena_fini(&widgets->arena);
}

#endif
