/*
 * How commands end: counted once, told once. With a key, what wrote nothing first asks whether the same command was answered before.
 */
#include "command/commander.h"
#include "command/idempotency.h"
#include "lib/base/log.h"

#define COLUMN_NOOP     STATUS_COUNT
#define COLUMN_REPEATED (STATUS_COUNT + 1)

static struct metric *result_series(struct slice command, const char *result)
{
    const struct metric_label labels[] = {
        {"command", command          },
        {"result",  slice_str(result)},
        {NULL,      SLICE_EMPTY      }
    };

    return metric_labelled(METRIC_COUNTER, "twofold_commands_total", "commands by their result",
                           labels);
}

static const char *column_name(unsigned int column)
{
    switch (column) {
    case COLUMN_NOOP:
        return "noop";
    case COLUMN_REPEATED:
        return "repeated";
    default:
        return status_name((enum status)column);
    }
}

static void count(const struct command *command, unsigned int column)
{
    const struct plan_command *plan = command->input->command;
    struct metric **metric =
        &command->commander->results[(size_t)plan->index * COMMAND_RESULTS + column];

    if (!*metric) {
        *metric = result_series(plan->name, column_name(column));
    }
    metric_add(*metric, 1);
}

void command_finish(struct command *command, enum status status, bool noop)
{
    count(command, noop ? COLUMN_NOOP : (unsigned int)status);
    command->done(command->ctx, status, &command->result);
}

void command_finish_repeated(struct command *command)
{
    count(command, COLUMN_REPEATED);
    command->result.repeated = true;
    command->done(command->ctx, STATUS_OK, &command->result);
}

void command_error(struct command *command, struct slice pointer, const char *detail)
{
    struct schema_errors *errors = ARENA_NEW(command->input->arena, struct schema_errors);

    errors->items[0] = (struct schema_error){pointer, slice_str(detail)};
    errors->count = 1;
    command->result.errors = errors;
}

void command_finish_invalid(struct command *command, struct slice pointer, const char *detail)
{
    command_error(command, pointer, detail);
    command_finish(command, STATUS_SCHEMA, false);
}

enum status command_unexpected(const struct command *command)
{
    const struct command_input *input = command->input;

    return input->expected_by_header || input->one_of.given || input->none_of.given
               ? STATUS_PRECONDITION
               : STATUS_CONFLICT;
}

void command_conclude(struct command *command, enum status status, bool noop)
{
    if (!command->once) {
        command_finish(command, status, noop);
    } else if (noop) {
        idempotency_store(command);
    } else {
        idempotency_settle(command, status);
    }
}

/* ------------------------------------------------------------------ failures */

static enum status log_refused(const struct command *command, const struct dynamodb_answer *answer)
{
    log_warn_every("dynamodb refuses", "table=%.*s error=%.*s message=\"%.*s\"",
                   SLICE_ARG(command->input->command->model->aggregate.table),
                   SLICE_ARG(answer->error), SLICE_ARG(answer->message));
    return STATUS_UNAVAILABLE;
}

/* A transaction's refusal does not say which table it misses. */
static const char *absent_table(const struct command *command)
{
    struct slice table = command->input->command->model->aggregate.table;

    return arena_printf(command->input->arena,
                        "DynamoDB lacks the table %.*s%s: `twofold-projector setup` makes it",
                        SLICE_ARG(table), command->once ? " or " COMMANDS_TABLE : "")
        .ptr;
}

static enum status log_failed(const struct command *command, enum status status,
                              const struct dynamodb_answer *answer)
{
    log_warn_every("dynamodb request failed", "command=%.*s status=%s error=%.*s message=\"%.*s\"",
                   SLICE_ARG(command->input->command->name), status_name(status),
                   SLICE_ARG(answer->error), SLICE_ARG(answer->message));
    return STATUS_INTERNAL;
}

/* Statuses of requests that no command answers are ours to see, not the client's. */
void command_fail(struct command *command, enum status status, const struct dynamodb_answer *answer)
{
    struct command_result *result = &command->result;

    switch (status) {
    case STATUS_THROTTLED:
    case STATUS_UNAVAILABLE:
    case STATUS_BUSY:
        result->retry_after_s = 1;
        break;
    case STATUS_CONFLICT: /* until the deadline */
        result->retry_after_s = 1;
        result->detail = "another transaction stands in the way";
        break;
    case STATUS_TIMEOUT:
    case STATUS_TOO_LARGE:
    case STATUS_UNCERTAIN:
        break;
    case STATUS_NOT_FOUND:
        result->detail = absent_table(command);
        result->retry_after_s = 5;
        status = log_refused(command, answer);
        break;
    case STATUS_DENIED:
        result->retry_after_s = 5;
        status = log_refused(command, answer);
        break;
    case STATUS_OK:
    case STATUS_INVALID:
    case STATUS_SCHEMA:
    case STATUS_REFUSED:
    case STATUS_PRECONDITION:
    case STATUS_CORRUPT:
    case STATUS_FENCED:
    case STATUS_TRIMMED:
    case STATUS_INTERNAL:
    case STATUS_COUNT:
        status = log_failed(command, status, answer);
        break;
    }
    result->version = 0;
    command_finish(command, status, false);
}

void command_request(struct command *command, enum dynamodb_operation operation, struct slice body,
                     bool repeatable, dynamodb_done_fn *done, void *ctx)
{
    const struct command_input *input = command->input;
    const struct retry_request sent = {.operation = operation,
                                       .body = body,
                                       .arena = input->arena,
                                       .deadline_us = input->deadline_us,
                                       .repeatable = repeatable};

    retry_start(&command->commander->retrier, &sent, done, ctx);
}
