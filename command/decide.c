/*
 * requires, in their order -> precondition -> skip_if -> what the command writes: attributes, or
 * events. What is absent and required is refused before its version is compared (RFC 9110 13.2.1);
 * of what exists the version comes first.
 *
 * An expression without a value is no assent: a requirement then does not hold, a command is not
 * skipped, an event not emitted; an assignment makes the input invalid. All expressions see the
 * state before the command, also those of a second event.
 */
#include "command/decide.h"

static bool holds(const struct expr *expr, const struct expr_env *env, struct arena *arena,
                  const char **why_out)
{
    bool result = false;

    *why_out = NULL;
    return expr_test(expr, env, arena, &result, why_out) == STATUS_OK && result;
}

static const struct plan_require *first_refusal(const struct plan_command *command,
                                                const struct expr_env *env, struct arena *arena,
                                                const char **why_out)
{
    for (size_t i = 0; i < command->require_count; i++) {
        if (!holds(command->requires[i].that, env, arena, why_out)) {
            return &command->requires[i];
        }
    }
    return NULL;
}

/* NULL when one has no value: then OUT says which. */
static const struct value *assign(const struct plan_assignment *assignments, size_t count,
                                  const struct expr_env *env, struct arena *arena,
                                  struct decision *out)
{
    struct value *map = value_map(arena);

    for (size_t i = 0; i < count; i++) {
        const struct value *value = NULL;
        const char *error = NULL;

        if (expr_eval(assignments[i].value, env, arena, &value, &error) != STATUS_OK) {
            *out = (struct decision){
                .kind = DECISION_INVALID,
                .pointer = arena_printf(arena, "/%.*s", SLICE_ARG(assignments[i].name)),
                .detail = error};
            return NULL;
        }
        value_set(map, assignments[i].name, value_copy(arena, value));
    }
    return map;
}

static void emit(const struct plan_command *command, const struct expr_env *env,
                 struct arena *arena, struct decision *out)
{
    struct decision_event *events = ARENA_ARRAY(arena, struct decision_event, command->emit_count);
    size_t count = 0;

    for (size_t i = 0; i < command->emit_count; i++) {
        const struct plan_emit *emitted = &command->emits[i];
        const char *why;

        if (emitted->condition && !holds(emitted->condition, env, arena, &why)) {
            continue;
        }
        events[count].event = emitted->event;
        events[count].payload = assign(emitted->payload, emitted->payload_count, env, arena, out);
        if (!events[count++].payload) {
            return;
        }
    }
    *out = (struct decision){
        .kind = count > 0 ? DECISION_WRITE : DECISION_NOOP, .events = events, .event_count = count};
}

static void write_attributes(const struct plan_command *command, const struct expr_env *env,
                             struct arena *arena, struct decision *out)
{
    const struct value *attributes =
        assign(command->assignments, command->assignment_count, env, arena, out);

    if (attributes) {
        *out = (struct decision){.kind = DECISION_WRITE, .attributes = attributes};
    }
}

static bool is_unexpected(const struct decide_input *input)
{
    return input->precondition && !precondition_holds(input->precondition, &input->current);
}

static void refuse_absent(const struct plan_command *command, struct arena *arena,
                          struct decision *out)
{
    *out = (struct decision){
        .kind = DECISION_REFUSED,
        .code = 404,
        .title = arena_printf(arena, "No such %.*s", SLICE_ARG(command->model->aggregate.name))};
}

static void decide_write(const struct decide_input *input, const struct expr_env *env,
                         struct arena *arena, struct decision *out)
{
    const struct plan_command *command = input->command;

    if (command->write == WRITE_EMIT) {
        emit(command, env, arena, out);
    } else if (command->write == WRITE_DELETE && !input->current.exists) {
        refuse_absent(command, arena, out);
    } else {
        write_attributes(command, env, arena, out);
    }
}

void decide(const struct decide_input *input, struct arena *arena, struct decision *out)
{
    const struct plan_command *command = input->command;
    const struct expr_env env = {.payload = input->payload,
                                 .state = input->state,
                                 .claims = input->claims,
                                 .id = input->id,
                                 .exists = input->current.exists,
                                 .version = (int64_t)input->current.version,
                                 .now_ms = input->now_ms};
    const char *why = NULL;
    const struct plan_require *refusal = first_refusal(command, &env, arena, &why);

    if ((!refusal || input->current.exists) && is_unexpected(input)) {
        *out = (struct decision){.kind = DECISION_UNEXPECTED};
    } else if (refusal) {
        *out = (struct decision){.kind = DECISION_REFUSED,
                                 .code = refusal->code,
                                 .title = refusal->title,
                                 .detail = why};
    } else if (command->skip_if && holds(command->skip_if, &env, arena, &why)) {
        *out = (struct decision){.kind = DECISION_NOOP};
    } else {
        decide_write(input, &env, arena, out);
    }
}
