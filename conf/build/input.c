/*
 * What a command takes: its payload, and what its path says.
 *
 *     POST /pictures/{pictureId}/comments  { "author": ..., "text": ... }
 *                     |
 *                     +--> a member of the payload, of the type that the payload's schema gives it
 *
 *     the id, {commentId}: from the path, the payload, or generated
 *
 * So a command has one payload, wherever its members came from: the route and POST /commands take
 * the same.
 */
#include "conf/build/command.h"
#include "conf/plan/route.h"

static void build_payload(struct command *command)
{
    struct json_source source =
        source_child(command->build->arena, &command->source, SLICE_LITERAL("payload"));
    bool integer;

    if (!command->written.payload) {
        return;
    }
    command->out->payload =
        schema_compile(command->build->arena, command->written.payload, &source);
    if (command->out->payload && schema_type(command->out->payload, &integer) != VALUE_MAP) {
        source_complain(&source, command->written.payload, SLICE_LITERAL("\"type\": \"object\""),
                        "a payload is an object");
    }
}

/* ------------------------------------------------------------------ path */

static void add_path_param(struct command *command, struct plan_path_param *out, struct slice name)
{
    const struct schema *payload = command->out->payload;

    *out = (struct plan_path_param){.name = name,
                                    .capture = route_capture(command->out->route, name),
                                    .schema = schema_property(payload, name)};
    if (command->written.payload && !payload) {
        return; /* there was a complaint */
    }
    if (!out->schema) {
        source_complain(&command->source, command->written.route,
                        arena_printf(command->build->arena,
                                     "declare '%.*s' in the payload's \"properties\"",
                                     SLICE_ARG(name)),
                        "the path's {%.*s} is not the id, so it is a member of the payload, which "
                        "has none of this name",
                        SLICE_ARG(name));
    } else if (!build_scalar(out->schema, &out->type)) {
        source_complain(&command->source, command->written.payload, SLICE_EMPTY,
                        "the payload's '%.*s' is in the path: it must have one type, integer, "
                        "number, boolean or string",
                        SLICE_ARG(name));
    }
}

static void build_path_params(struct command *command)
{
    const struct plan_route *route = command->out->route;
    struct plan_path_param *params =
        ARENA_ARRAY(command->build->arena, struct plan_path_param, ROUTE_PARAMS_MAX);

    command->out->path_params = params;
    for (size_t i = 0; i < route->segment_count; i++) {
        struct slice name = route->segments[i].param;

        if (name.len > 0 && !slice_eq(name, command->build->out->aggregate.id_name)) {
            add_path_param(command, &params[command->out->path_param_count++], name);
        }
    }
}

/* ------------------------------------------------------------------ id */

static void check_id_member(struct command *command, const struct schema *member)
{
    const struct plan_aggregate *aggregate = &command->build->out->aggregate;
    enum scalar type;
    bool known = build_scalar(member, &type);

    if (!known || type != aggregate->id_type) {
        source_complain(&command->source, command->written.payload, SLICE_EMPTY,
                        "the payload's '%.*s' must be of the id's type, %s%s%s",
                        SLICE_ARG(aggregate->id_name), scalar_name(aggregate->id_type),
                        known ? "; it is " : "", known ? scalar_name(type) : "");
    }
}

/* The path's parameter of the id's name, else the payload's member, else a new one. */
static void build_id_source(struct command *command)
{
    const struct plan_aggregate *aggregate = &command->build->out->aggregate;
    const struct schema *member = schema_property(command->out->payload, aggregate->id_name);

    if (member) {
        check_id_member(command, member);
    }
    if (route_capture(command->out->route, aggregate->id_name) >= 0) {
        command->out->id_from = ID_FROM_PATH;
    } else if (member && schema_requires(command->out->payload, aggregate->id_name)) {
        command->out->id_from = ID_FROM_PAYLOAD;
    } else if (aggregate->id_generated) {
        command->out->id_from = ID_GENERATED;
    } else if (!command->written.payload || command->out->payload) {
        source_complain(
            &command->source, command->value,
            scalar_is_text(aggregate->id_type)
                ? SLICE_LITERAL("put it into the route, require it in the payload, or let the "
                                "aggregate's id \"generate\": \"uuid\"")
                : SLICE_LITERAL("put it into the route, or require it in the payload"),
            "neither the path nor the payload surely holds the id '%.*s'",
            SLICE_ARG(aggregate->id_name));
    }
}

void build_input(struct command *command)
{
    build_payload(command);
    build_path_params(command);
    build_id_source(command);
}
