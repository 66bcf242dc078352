/*
 * The envelope's members -> the same input that a command's own route makes: from there on there is
 * no difference.
 *
 *     commandType      of any model; required
 *     commandId        an Idempotency-Key; a header of that name must be the same
 *     aggregateId      as its type is in JSON, or as the text that answers have
 *     payload          the body of the route; pointers of errors are into it, as on the route
 *     expectedVersion  differs: 409; an If-Match beside it must be the same
 *     timestamp        when the client made the command: recorded, never used
 */
#include "gateway/envelope.h"

#include "conf/text/source.h"
#include "gateway/param.h"
#include "gateway/submit.h"
#include "lib/base/clock.h"
#include "lib/data/decimal.h"

struct reading {
    struct request *request;
    struct command_input *input;
    const struct value *id; /* as sent */
};

/* Each returns NULL, or what is wrong with the member. */
typedef const char *read_fn(struct reading *reading, const struct value *member);

static const char *read_command_id(struct reading *reading, const struct value *member)
{
    if (member->type != VALUE_STRING || !idempotency_key_is_valid(member->text)) {
        return "must be a string of 1 to 255 visible ASCII characters";
    }
    reading->input->idempotency_key = member->text;
    return NULL;
}

static const char *read_command_type(struct reading *reading, const struct value *member)
{
    if (member->type != VALUE_STRING) {
        return "must be a string";
    }
    reading->input->command =
        plan_command_find(reading->request->service->edition->plan, member->text);
    return reading->input->command ? NULL : "there is no such command";
}

static const char *read_aggregate_id(struct reading *reading, const struct value *member)
{
    if (member->type != VALUE_STRING && member->type != VALUE_NUMBER) {
        return "must be a string, or a number where the id is one";
    }
    reading->id = member;
    return NULL;
}

static const char *read_payload(struct reading *reading, const struct value *member)
{
    reading->input->payload = member;
    return NULL;
}

static bool read_count(const struct value *member, uint64_t *out)
{
    struct decimal decimal;
    int64_t number;

    if (member->type != VALUE_NUMBER || decimal_parse(member->text, &decimal) != STATUS_OK ||
        decimal_to_i64(&decimal, &number) != STATUS_OK || number < 0) {
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

static const char *read_expected(struct reading *reading, const struct value *member)
{
    if (!read_count(member, &reading->input->precondition.expected)) {
        return "must be a whole number from 0";
    }
    reading->input->precondition.has_expected = true;
    return NULL;
}

static const char *read_timestamp(struct reading *reading, const struct value *member)
{
    if (member->type == VALUE_STRING
            ? clock_parse_rfc3339(member->text, &reading->input->sent_ms) != STATUS_OK
            : !read_count(member, &reading->input->sent_ms)) {
        return "must be a date and time of RFC 3339, or milliseconds since 1970";
    }
    return NULL;
}

static const struct {
    const char *name;
    read_fn *read;
} members[] = {
    {"commandId",       read_command_id  },
    {"commandType",     read_command_type},
    {"aggregateId",     read_aggregate_id},
    {"payload",         read_payload     },
    {"expectedVersion", read_expected    },
    {"timestamp",       read_timestamp   },
};

static const char *read_member(struct reading *reading, const struct value *member)
{
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        if (slice_is(member->name, members[i].name)) {
            return members[i].read(reading, member);
        }
    }
    return "there is no such member";
}

/* The id is typed by the aggregate; its own route reads the same text. */
static const char *type_id(struct reading *reading)
{
    const struct plan_aggregate *aggregate = &reading->input->command->model->aggregate;
    const char *detail = NULL;

    if (!reading->id) {
        return NULL;
    }
    if (reading->id->type == VALUE_NUMBER && aggregate->id_type != SCALAR_INTEGER) {
        return "must be a string";
    }
    if (param_as_sent(reading->request->arena, SLICE_LITERAL("aggregateId"), aggregate->id_type,
                      aggregate->id_schema, reading->id->text, &reading->input->path_id,
                      &detail) != STATUS_OK) {
        return detail;
    }
    return NULL;
}

static bool has_id(const struct reading *reading)
{
    const struct plan_command *command = reading->input->command;

    return reading->id || command->id_from == ID_GENERATED ||
           value_get(reading->input->payload, command->model->aggregate.id_name);
}

static void add_error(struct schema_errors *errors, struct arena *arena, struct slice member,
                      const char *detail)
{
    if (detail && errors->count < SCHEMA_ERRORS_MAX) {
        errors->items[errors->count++] = (struct schema_error){
            arena_printf(arena, "/%.*s", SLICE_ARG(pointer_token(arena, member))),
            slice_str(detail)};
    }
}

static void read_members(struct reading *reading, const struct value *envelope,
                         struct schema_errors *errors)
{
    struct arena *arena = reading->request->arena;

    for (const struct value *member = envelope->first; member; member = member->next) {
        add_error(errors, arena, member->name, read_member(reading, member));
    }
    if (!value_get(envelope, slice_str("commandType"))) {
        add_error(errors, arena, slice_str("commandType"), "is required");
    }
    if (reading->input->command) {
        add_error(errors, arena, slice_str("aggregateId"), type_id(reading));
    }
    if (reading->input->command && !has_id(reading)) {
        add_error(errors, arena, slice_str("aggregateId"), "is required");
    }
}

static enum next step_envelope(struct request *request)
{
    struct schema_errors *errors = ARENA_NEW(request->arena, struct schema_errors);
    struct reading reading = {.request = request, .input = &request->command};
    const struct value *envelope = request->command.payload;

    request->command.payload = NULL;
    if (envelope->type == VALUE_MAP) {
        read_members(&reading, envelope, errors);
    } else {
        errors->items[errors->count++] =
            (struct schema_error){SLICE_EMPTY, SLICE_LITERAL("must be an object")};
    }
    return errors->count == 0 ? NEXT_STEP : submit_errors(request, errors);
}

const struct step envelope_steps[] = {
    {"body",     submit_body   },
    {"envelope", step_envelope },
    {"headers",  submit_headers},
    {"submit",   submit_start  },
    {"wait",     submit_wait   },
    {"outcome",  submit_outcome},
    {NULL,       NULL          },
};
