/*
 * An event store's events: what they do to the state, and what the commands emit.
 *
 * An event is folded for as long as it is stored, so what its expressions read must surely be
 * there: a field of the event when every command that emits it gives it, others after
 * has(event.x); of the state it is known which fields some event sets.
 */
#include "conf/build/command.h"
#include "conf/text/suggest.h"

/* ------------------------------------------------------------------ what an event does */

struct event {
    struct build *build;
    struct plan_event *out;
    const struct fields *payload;
    struct json_source source;
};

static const struct expr *compile_set(struct event *event, const struct value *written,
                                      const struct json_source *source)
{
    struct build *build = event->build;
    const struct schema *payload =
        event->payload->writers > 0 ? fields_schema(event->payload, build->arena) : NULL;
    const struct expr_scope scope = {.event = true,
                                     .state = true,
                                     .id = true,
                                     .asks_first = true,
                                     .event_schema = payload,
                                     .state_schema = build->state_schema,
                                     .id_type = build_id_type(&build->out->aggregate)};

    return expr_compile(build->arena, written->text, &scope, source, source_line(source, written));
}

static void build_set(struct event *event, const struct json_source *parent,
                      const struct value *written, struct plan_assignment *out)
{
    struct json_source source = source_child(event->build->arena, parent, written->name);

    if (written->name.len == 0 || written->name.ptr[0] == '_') {
        source_complain(&source, written, SLICE_EMPTY,
                        "a field's name is not empty and does not begin with _");
    } else {
        (void)member_is_attribute(event->build->arena, &source, written);
    }
    if (written->type != VALUE_STRING) {
        source_complain(&source, written, SLICE_LITERAL("a literal text is written \"'text'\""),
                        "must be a string that holds an expression");
        return;
    }
    out->name = written->name;
    out->value = compile_set(event, written, &source);
    event->out->set_count += out->value != NULL;
}

static void build_event(struct build *build, const struct value *written, struct plan_event *out,
                        const struct fields *payload)
{
    struct event event = {.build = build, .out = out, .payload = payload};
    struct plan_assignment *sets;
    struct json_source parent;
    struct model_event members;

    event.source = build_source(build, "events", written);
    if (!member_is_name(written->name)) {
        source_complain(&event.source, written, SLICE_EMPTY,
                        "a name is a letter, then letters, digits and _");
    }
    if (!model_event_read(build->arena, &event.source, written, &members)) {
        return;
    }
    out->deletes = members.deletes && members.deletes->boolean;
    if (!members.set) {
        return;
    }
    parent = source_child(build->arena, &event.source, SLICE_LITERAL("set"));
    sets = ARENA_ARRAY(build->arena, struct plan_assignment, members.set->count);
    out->sets = sets;
    for (const struct value *set = members.set->first; set; set = set->next) {
        build_set(&event, &parent, set, &sets[out->set_count]);
    }
}

static void complain_store(struct build *build)
{
    const struct value *events = build->model.events;
    bool wanted = build->out->aggregate.store == STORE_EVENTS;

    if (wanted && !events) {
        source_complain(&build->model.source, build->model.root,
                        SLICE_LITERAL("\"events\": {\"SomethingHappened\": {\"set\": {...}}}"),
                        "an event store declares its events");
    } else if (!wanted && events) {
        source_complain(&build->model.source, events, SLICE_LITERAL("\"store\": \"events\""),
                        "only an event store has events");
    }
}

void build_events(struct build *build)
{
    struct plan_model *out = build->out;
    const struct value *written;
    size_t i = 0;

    complain_store(build);
    if (out->aggregate.store != STORE_EVENTS) {
        return;
    }
    out->event_count = build->model.events ? build->model.events->count : 0;
    out->events = ARENA_ARRAY(build->arena, struct plan_event, out->event_count);
    written = build->model.events ? build->model.events->first : NULL;
    for (; written; written = written->next) {
        out->events[i].line = source_line(&build->model.source, written);
        out->events[i++].name = written->name;
    }
    build_types(build);
    build->state_schema = fields_schema(&build->state, build->arena);
    written = build->model.events ? build->model.events->first : NULL;
    for (i = 0; written; written = written->next, i++) {
        build_event(build, written, &out->events[i], &build->payloads[i]);
    }
}

/* ------------------------------------------------------------------ what a command emits */

static const struct plan_event *
find_event(struct command *command, const struct json_source *source, const struct value *type)
{
    const struct plan_model *model = command->build->out;
    struct suggest suggest;

    suggest_init(&suggest, type->text);
    for (size_t i = 0; i < model->event_count; i++) {
        if (slice_eq(model->events[i].name, type->text)) {
            return &model->events[i];
        }
        suggest_offer(&suggest, model->events[i].name);
    }
    source_complain(source, type, suggest_hint(&suggest, command->build->arena),
                    "\"events\" declares no '%.*s'", SLICE_ARG(type->text));
    return NULL;
}

static void build_payload(struct command *command, const struct json_source *parent,
                          const struct value *map, struct plan_emit *out)
{
    struct arena *arena = command->build->arena;
    struct plan_assignment *payload = ARENA_ARRAY(arena, struct plan_assignment, map->count);

    out->payload = payload;
    for (const struct value *written = map->first; written; written = written->next) {
        struct json_source source = source_child(arena, parent, written->name);
        struct plan_assignment *field = &payload[out->payload_count];

        if (written->name.len == 0) {
            source_complain(&source, written, SLICE_EMPTY, "a field's name must not be empty");
        } else if (!member_is_attribute(arena, &source, written)) {
            continue;
        } else if (written->type != VALUE_STRING) {
            source_complain(&source, written, SLICE_LITERAL("a literal text is written \"'text'\""),
                            "must be a string that holds an expression");
        } else {
            field->name = written->name;
            field->value = expr_compile(arena, written->text, &command->scope, &source,
                                        source_line(&source, written));
            out->payload_count += field->value != NULL;
        }
    }
}

static void build_emit(struct command *command, const struct json_source *source,
                       const struct value *written, struct plan_emit *out)
{
    struct arena *arena = command->build->arena;
    struct json_source condition = source_child(arena, source, SLICE_LITERAL("if"));
    struct json_source payload = source_child(arena, source, SLICE_LITERAL("payload"));
    struct expr_scope scope = command->scope; /* the condition is this event's */
    struct model_emit members;

    *out = (struct plan_emit){0}; /* one that was refused may have been here */
    if (!model_emit_read(arena, source, written, &members)) {
        return;
    }
    out->event = find_event(command, source, members.type);
    if (members.condition) {
        out->condition = build_condition(command, &condition, members.condition);
        build_passed(command, out->condition, true);
    }
    if (members.payload) {
        build_payload(command, &payload, members.payload, out);
    }
    command->scope = scope;
    command->out->emit_count += out->event != NULL;
}

void build_emits(struct command *command)
{
    struct arena *arena = command->build->arena;
    struct json_source list = source_child(arena, &command->source, SLICE_LITERAL("emit"));
    const struct value *written = command->written.emit;
    struct plan_emit *emits;
    size_t index = 0;

    if (written->count == 0 || written->count > PLAN_EMITS_MAX) {
        source_complain(&list, written, SLICE_LITERAL("they are written in one transaction"),
                        "a command emits 1 to %d events", PLAN_EMITS_MAX);
        return;
    }
    emits = ARENA_ARRAY(arena, struct plan_emit, written->count);
    command->out->emits = emits;
    for (const struct value *item = written->first; item; item = item->next, index++) {
        struct json_source source = source_element(arena, &list, index);

        build_emit(command, &source, item, &emits[command->out->emit_count]);
    }
}
