/*
 * A command: route, conditions, what it writes; and what must be known before it can be decided.
 * Its input is in input.c, its events in event.c.
 */
#include "conf/build/command.h"

#include "conf/plan/route.h"

/* ------------------------------------------------------------------ require */

static void build_refusal(struct command *command, const struct json_source *source,
                          const struct value *written, struct plan_require *out)
{
    struct json_source child = source_child(command->build->arena, source, SLICE_LITERAL("else"));
    struct model_refusal refusal;

    if (!model_refusal_read(command->build->arena, &child, written, &refusal)) {
        return;
    }
    out->code = (int)build_count(&child, refusal.status, 400, 499);
    out->title = refusal.title->text;
}

const struct expr *build_condition(struct command *command, const struct json_source *source,
                                   const struct value *written)
{
    const struct expr *condition =
        expr_compile(command->build->arena, written->text, &command->scope, source,
                     source_line(source, written));

    if (condition && expr_type(condition) != VALUE_NULL && expr_type(condition) != VALUE_BOOL) {
        source_complain(source, written, SLICE_EMPTY, "a condition is true or false, not %s",
                        value_type_name(expr_type(condition)));
        return NULL;
    }
    return condition;
}

void build_passed(struct command *command, const struct expr *condition, bool value)
{
    struct expr_passed *passed;

    if (!condition) {
        command->scope.asks_first = false; /* there was a complaint; what it asked is not known */
        return;
    }
    passed = ARENA_NEW(command->build->arena, struct expr_passed);
    *passed = (struct expr_passed){condition, value, command->scope.passed};
    command->scope.passed = passed;
}

static void build_requires(struct command *command)
{
    struct arena *arena = command->build->arena;
    struct json_source list = source_child(arena, &command->source, SLICE_LITERAL("require"));
    const struct value *item = command->written.require ? command->written.require->first : NULL;
    struct plan_require *requires;
    size_t index = 0;

    requires = ARENA_ARRAY(arena, struct plan_require, item ? command->written.require->count : 0);
    command->out->requires = requires;
    for (; item; item = item->next, index++) {
        struct json_source source = source_element(arena, &list, index);
        struct json_source that = source_child(arena, &source, SLICE_LITERAL("that"));
        struct plan_require *out = &requires[command->out->require_count];
        struct model_require written;

        if (!model_require_read(arena, &source, item, &written)) {
            continue;
        }
        build_refusal(command, &source, written.otherwise, out);
        out->that = build_condition(command, &that, written.that);
        command->out->require_count += out->that != NULL;
        build_passed(command, out->that, true);
    }
}

static void build_skip_if(struct command *command)
{
    struct json_source source =
        source_child(command->build->arena, &command->source, SLICE_LITERAL("skip_if"));

    if (command->written.skip_if) {
        command->out->skip_if = build_condition(command, &source, command->written.skip_if);
        build_passed(command, command->out->skip_if, false);
    }
}

/* ------------------------------------------------------------------ writes */

static void check_attribute(struct command *command, const struct json_source *source,
                            const struct value *written)
{
    if (slice_eq(written->name, command->build->out->aggregate.id_name)) {
        source_complain(source, written, SLICE_LITERAL("it is always written"),
                        "the id cannot be assigned");
    } else if (written->name.len == 0 || written->name.ptr[0] == '_') {
        source_complain(source, written, SLICE_EMPTY,
                        "names that begin with _ are reserved: _version, _written_at, _write");
    } else if (member_is_attribute(command->build->arena, source, written) &&
               written->type != VALUE_STRING) {
        source_complain(source, written, SLICE_LITERAL("a literal text is written \"'text'\""),
                        "must be a string that holds an expression");
    }
}

static void build_assignments(struct command *command, const struct value *map)
{
    struct arena *arena = command->build->arena;
    struct json_source parent = source_child(arena, &command->source, map->name);
    struct plan_assignment *assignments = ARENA_ARRAY(arena, struct plan_assignment, map->count);

    command->out->assignments = assignments;
    if (map->count == 0 && command->out->write == WRITE_UPDATE) {
        source_complain(&parent, map, SLICE_EMPTY, "an update without attributes does nothing");
    }
    for (const struct value *written = map->first; written; written = written->next) {
        struct json_source source = source_child(arena, &parent, written->name);
        struct plan_assignment *out = &assignments[command->out->assignment_count];

        check_attribute(command, &source, written);
        if (written->type != VALUE_STRING) {
            continue;
        }
        out->name = written->name;
        out->value = expr_compile(arena, written->text, &command->scope, &source,
                                  source_line(&source, written));
        command->out->assignment_count += out->value != NULL;
    }
}

static void build_write(struct command *command)
{
    const struct model_command *written = &command->written;
    bool deletes = written->delete_ && written->delete_->boolean;

    if (command->build->out->aggregate.store == STORE_EVENTS) {
        if (written->put || written->update || written->delete_ || !written->emit) {
            source_complain(&command->source, command->value,
                            SLICE_LITERAL("\"emit\": [{\"type\": ..., \"payload\": {...}}]"),
                            "a command of an event store has 'emit', and no 'put', 'update' or "
                            "'delete'");
            return;
        }
        command->out->write = WRITE_EMIT;
        build_emits(command);
        return;
    }
    if (written->emit) {
        source_complain(&command->source, written->emit, SLICE_EMPTY,
                        "only an event store's commands emit events");
    } else if (!!written->put + !!written->update + deletes != 1) {
        source_complain(&command->source, command->value, SLICE_EMPTY,
                        "a command has one of 'put', 'update' and 'delete': true");
    } else if (deletes) {
        command->out->write = WRITE_DELETE;
    } else {
        command->out->write = written->put ? WRITE_PUT : WRITE_UPDATE;
        build_assignments(command, written->put ? written->put : written->update);
    }
}

/* ------------------------------------------------------------------ what must be known first */

static void add_fields(struct command *command, const struct expr *expr)
{
    const struct slice *names;
    size_t count = expr_state_fields(expr, &names), i;
    struct slice *all;

    all = ARENA_ARRAY(command->build->arena, struct slice,
                      command->out->condition_field_count + count);
    for (i = 0; i < command->out->condition_field_count; i++) {
        all[i] = command->out->condition_fields[i];
    }
    for (size_t j = 0; j < count; j++) {
        size_t known = 0;

        while (known < i && !slice_eq(all[known], names[j])) {
            known++;
        }
        if (known == i) {
            all[i++] = names[j];
        }
    }
    command->out->condition_fields = all;
    command->out->condition_field_count = i;
}

static void derive_of(struct command *command, const struct expr *expr, bool *exists, bool *absent)
{
    bool negated;

    if (expr_is_exists(expr, &negated)) {
        *exists |= !negated;
        *absent |= negated;
        return;
    }
    command->out->reads_state |= expr_reads_state(expr) || expr_reads_exists(expr);
    add_fields(command, expr);
}

static void derive_requires(struct command *command, bool *exists, bool *absent)
{
    const struct plan_command *out = command->out;
    bool may_name_id = schema_property(out->payload, command->build->out->aggregate.id_name);

    for (size_t i = 0; i < out->require_count; i++) {
        derive_of(command, out->requires[i].that, exists, absent);
    }
    if (*exists && *absent) {
        source_complain(&command->source, command->written.require, SLICE_EMPTY,
                        "'exists' and '!exists' never hold together");
    }
    if (*exists && out->id_from == ID_GENERATED && !may_name_id) {
        source_complain(&command->source, command->written.require,
                        SLICE_LITERAL("put the id into the route"),
                        "what has a generated id never exists before");
    }
}

/*
 * A state must be read first when an expression needs more of it than whether it is there; else the
 * one request says what it demands.
 */
static void derive(struct command *command)
{
    struct plan_command *out = command->out;
    bool exists = false, absent = false, ignored = false;

    derive_requires(command, &exists, &absent);
    if (command->build->out->aggregate.store == STORE_EVENTS) {
        out->reads_state = true;
        return;
    }
    if (out->skip_if) {
        out->reads_state |= expr_reads_exists(out->skip_if);
        derive_of(command, out->skip_if, &ignored, &ignored);
    }
    for (size_t i = 0; i < out->assignment_count; i++) {
        const struct expr *value = out->assignments[i].value;

        out->reads_state |= expr_reads_exists(value);
        if (!expr_is_exists(value, &ignored)) {
            derive_of(command, value, &ignored, &ignored);
        }
    }
    out->demands_exists = exists && !out->reads_state;
    out->demands_absent = absent && !out->reads_state;
}

static void build_location(struct command *command)
{
    const struct plan_model *model = command->build->out;

    if (!command->written.location) {
        return;
    }
    for (size_t i = 0; i < model->query_count; i++) {
        if (slice_eq(model->queries[i].name, command->written.location->text)) {
            command->out->location = &model->queries[i];
        }
    }
    if (!command->out->location || !command->out->location->one) {
        source_complain(&command->source, command->written.location, SLICE_EMPTY,
                        "'%.*s' is no :one query of this model",
                        SLICE_ARG(command->written.location->text));
        return;
    }
    for (size_t i = 0; i < command->out->location->param_count; i++) {
        if (!slice_eq(command->out->location->params[i].name, model->aggregate.id_name)) {
            source_complain(&command->source, command->written.location, SLICE_EMPTY,
                            "a location's only parameter is the id");
        }
    }
}

void build_command(struct build *build, const struct value *written, struct plan_command *out)
{
    struct command command = {.build = build, .out = out, .value = written};
    struct plan_route *route = ARENA_NEW(build->arena, struct plan_route);

    command.source = build_source(build, "commands", written);
    if (!model_command_read(build->arena, &command.source, written, &command.written) ||
        !route_parse(build->arena, command.written.route->text, &command.source,
                     command.written.route, route)) {
        return;
    }
    if (route->method == HTTP_GET || route->method == HTTP_HEAD || route->method == HTTP_OPTIONS) {
        source_complain(&command.source, command.written.route, SLICE_EMPTY,
                        "a command's method is POST, PUT, PATCH or DELETE");
    }
    route->command = out;
    out->route = route;
    build_input(&command);
    command.scope = (struct expr_scope){.payload = command.written.payload != NULL,
                                        .state = true,
                                        .id = true,
                                        .exists = true,
                                        .version = true,
                                        .now = true,
                                        .asks_first = true,
                                        .payload_schema = out->payload,
                                        .state_schema = build->state_schema,
                                        .id_type = build_id_type(&build->out->aggregate)};
    build_requires(&command);
    build_skip_if(&command);
    build_write(&command);
    build_location(&command);
    derive(&command);
}
