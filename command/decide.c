/*
 * requires, in their order -> skip_if -> what the command writes.
 *
 * An expression without a value is no assent: a requirement then does not hold, a command is not skipped, an assignment makes the input invalid.
 * What an event store emits is decided here too, when it comes: its events stand beside `attributes`.
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

static void assign(const struct plan_command *command, const struct expr_env *env,
                   struct arena *arena, struct decision *out)
{
    struct value *attributes = value_map(arena);

    for (size_t i = 0; i < command->assignment_count; i++) {
        const struct plan_assignment *assignment = &command->assignments[i];
        const struct value *value = NULL;
        const char *error = NULL;

        if (expr_eval(assignment->value, env, arena, &value, &error) != STATUS_OK) {
            *out = (struct decision){.kind = DECISION_INVALID,
                                     .pointer =
                                         arena_printf(arena, "/%.*s", SLICE_ARG(assignment->name)),
                                     .detail = error};
            return;
        }
        value_set(attributes, assignment->name, value_copy(arena, value));
    }
    *out = (struct decision){.kind = DECISION_WRITE, .attributes = attributes};
}

void decide(const struct decide_input *input, struct arena *arena, struct decision *out)
{
    const struct plan_command *command = input->command;
    const struct expr_env env = {.payload = input->payload,
                                 .state = input->state,
                                 .claims = input->claims,
                                 .id = input->id,
                                 .exists = input->exists,
                                 .version = (int64_t)input->version,
                                 .now_ms = input->now_ms};
    const char *why = NULL;
    const struct plan_require *refusal = first_refusal(command, &env, arena, &why);

    if (refusal) {
        *out = (struct decision){.kind = DECISION_REFUSED,
                                 .code = refusal->code,
                                 .title = refusal->title,
                                 .detail = why};
        return;
    }
    if (command->skip_if && holds(command->skip_if, &env, arena, &why)) {
        *out = (struct decision){.kind = DECISION_NOOP};
        return;
    }
    assign(command, &env, arena, out);
}
