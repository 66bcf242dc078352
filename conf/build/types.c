/*
 * Types of events' payloads and of the state. Nobody writes them down; they follow from what the
 * commands take:
 *
 *     payload's schema --emit--> event's fields --set--> state's fields
 *                        ^                                     |
 *                        +---------------- state.x ------------+
 *
 * Because of the way back this goes in rounds: each begins with what the last one knew, until
 * nothing new is learnt. Complaints of the rounds are dropped; the builder makes them when it
 * compiles the same expressions for good.
 */
#include "conf/build/build.h"

#define ROUNDS_MAX 8

struct types {
    struct build *build;
    struct diag dropped;
    struct json_source source;
    struct fields *payloads, state; /* of this round */
    const struct schema *state_schema;
};

static void add_field(struct types *types, struct fields *fields, const struct value *written,
                      const struct expr_scope *scope)
{
    struct build *build = types->build;
    const struct expr *expr =
        written->type == VALUE_STRING
            ? expr_compile(build->arena, written->text, scope, &types->source, 0)
            : NULL;
    enum scalar format = expr ? expr_format(expr, build->out->aggregate.id_type) : SCALAR_STRING;

    fields_add(fields, build->arena, written->name, expr ? expr_type(expr) : VALUE_NULL, format);
}

/* Place of the event among the model's, or -1. */
static int event_place(const struct build *build, const struct value *type)
{
    for (size_t i = 0; type && i < build->out->event_count; i++) {
        if (slice_eq(build->out->events[i].name, type->text)) {
            return (int)i;
        }
    }
    return -1;
}

static const struct value *first_of(const struct value *parent, const char *name,
                                    enum value_type type)
{
    const struct value *child = value_get(parent, slice_str(name));

    return child && child->type == type ? child->first : NULL;
}

static void take_emits(struct types *types, const struct value *command)
{
    struct build *build = types->build;
    const struct value *payload = value_get(command, SLICE_LITERAL("payload"));
    const struct expr_scope scope = {
        .payload = payload != NULL,
        .state = true,
        .id = true,
        .exists = true,
        .version = true,
        .now = true,
        .payload_schema = payload ? schema_compile(build->arena, payload, &types->source) : NULL,
        .state_schema = types->state_schema,
        .id_type = build_id_type(&build->out->aggregate)};
    const struct value *emit = first_of(command, "emit", VALUE_LIST);

    for (; emit; emit = emit->next) {
        int place = event_place(build, value_get(emit, SLICE_LITERAL("type")));
        const struct value *field = first_of(emit, "payload", VALUE_MAP);

        if (place < 0) {
            continue;
        }
        types->payloads[place].writers++;
        for (; field; field = field->next) {
            add_field(types, &types->payloads[place], field, &scope);
        }
    }
}

static void take_sets(struct types *types, const struct value *event, const struct fields *payload)
{
    struct build *build = types->build;
    const struct expr_scope scope = {
        .event = true,
        .state = true,
        .id = true,
        .event_schema = payload->writers > 0 ? fields_schema(payload, build->arena) : NULL,
        .state_schema = types->state_schema,
        .id_type = build_id_type(&build->out->aggregate)};
    const struct value *set = first_of(event, "set", VALUE_MAP);

    for (; set; set = set->next) {
        add_field(types, &types->state, set, &scope);
    }
}

static void play_round(struct types *types)
{
    struct build *build = types->build;
    const struct value *command = build->model.commands ? build->model.commands->first : NULL;
    const struct value *event = build->model.events ? build->model.events->first : NULL;

    types->payloads = ARENA_ARRAY(build->arena, struct fields, build->out->event_count);
    types->state = (struct fields){0};
    for (; command; command = command->next) {
        take_emits(types, command);
    }
    for (size_t i = 0; event; event = event->next, i++) {
        take_sets(types, event, &types->payloads[i]);
    }
}

static bool learnt(const struct types *types)
{
    const struct build *build = types->build;
    bool same = fields_equal(&types->state, &build->state);

    for (size_t i = 0; build->payloads && i < build->out->event_count; i++) {
        same &= fields_equal(&types->payloads[i], &build->payloads[i]);
    }
    return !same || !build->payloads;
}

void build_types(struct build *build)
{
    struct types types = {.build = build, .source = build->model.source};
    bool more = true;

    types.source.diag = &types.dropped;
    for (int round = 0; more && round < ROUNDS_MAX; round++) {
        play_round(&types);
        more = learnt(&types);
        build->payloads = types.payloads;
        build->state = types.state;
        types.state_schema = fields_schema(&types.state, build->arena);
    }
    diag_fini(&types.dropped);
}
