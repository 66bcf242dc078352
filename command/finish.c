/*
 * How commands end: counted once, told once.
 *
 *     a store's machine --> command_decide --write--> the machine goes on
 *                                 |   '--nothing to write, on what is only assumed--> it reads
 *                                 v
 *                          conclude: refusal, 409, 412, invalid, no-op --> the answer
 *                                 '--with a key: was it answered before? (idempotency.c)
 */
#include <inttypes.h>

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

static void set_error(struct command *command, struct slice pointer, const char *detail)
{
    struct schema_errors *errors = ARENA_NEW(command->input->arena, struct schema_errors);

    errors->items[0] = (struct schema_error){pointer, slice_str(detail)};
    errors->count = 1;
    command->result.errors = errors;
}

void command_finish_invalid(struct command *command, struct slice pointer, const char *detail)
{
    set_error(command, pointer, detail);
    command_finish(command, STATUS_SCHEMA, false);
}

/* ------------------------------------------------------------------ decide -> conclude */

/* Nothing was written, and CURRENT is what is there. */
static void conclude(struct command *command, enum status status, const struct current *current)
{
    struct command_result *result = &command->result;

    result->version = current->version;
    result->created = false;
    result->events = NULL;
    result->event_count = 0;
    if (!command->once) {
        command_finish(command, status, status == STATUS_OK);
    } else if (status == STATUS_OK) {
        idempotency_store(command);
    } else {
        idempotency_settle(command, status);
    }
}

/* Of an event store WORDS and the version; an item's may be another writer's affair: OTHERWISE. */
static const char *say_version(const struct command *command, const char *words,
                               const struct current *current, const char *otherwise)
{
    if (command->input->command->model->aggregate.store != STORE_EVENTS) {
        return otherwise;
    }
    return arena_printf(command->input->arena, "%sthe version is %" PRIu64, words, current->version)
        .ptr;
}

static void conclude_unexpected(struct command *command, const struct current *current)
{
    command->result.detail =
        say_version(command, "", current,
                    current->exists ? "the version is another one" : "there is no such item");
    conclude(command, precondition_status(&command->input->precondition), current);
}

static void conclude_refused(struct command *command, const struct decision *decision,
                             const struct current *current)
{
    command->result.code = decision->code;
    command->result.title = decision->title;
    command->result.detail = decision->detail;
    conclude(command, STATUS_REFUSED, current);
}

static enum command_next follow(struct command *command, const struct decision *decision,
                                const struct current *current)
{
    switch (decision->kind) {
    case DECISION_WRITE:
        return COMMAND_WRITES;
    case DECISION_NOOP:
        conclude(command, STATUS_OK, current);
        break;
    case DECISION_REFUSED:
        conclude_refused(command, decision, current);
        break;
    case DECISION_UNEXPECTED:
        conclude_unexpected(command, current);
        break;
    case DECISION_INVALID:
        set_error(command, decision->pointer, decision->detail);
        conclude(command, STATUS_SCHEMA, current);
        break;
    }
    return COMMAND_ENDED;
}

enum command_next command_decide(struct command *command, const struct command_subject *subject,
                                 struct decision *out)
{
    const struct command_input *input = command->input;
    const struct decide_input given = {.command = input->command,
                                       .precondition = &input->precondition,
                                       .id = command->result.id,
                                       .payload = input->payload,
                                       .claims = input->claims,
                                       .state = subject->state,
                                       .current = subject->current,
                                       .now_ms = subject->now_ms};

    decide(&given, input->arena, out);
    if (out->kind != DECISION_WRITE && !subject->proven) {
        return COMMAND_READS;
    }
    return follow(command, out, &subject->current);
}

#define FASTER "other writers were faster each time"

bool command_races_again(struct command *command, struct current current)
{
    if (++command->races <= command->commander->settings->command_races) {
        return true;
    }
    command->result.detail = say_version(command, FASTER "; ", &current, FASTER);
    conclude(command, STATUS_CONFLICT, &current);
    return false;
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
    struct arena *arena = command->input->arena;
    struct slice table = command->input->command->model->aggregate.table, more = SLICE_EMPTY;

    if (command->once) {
        more = arena_printf(arena, " or %.*s",
                            SLICE_ARG(command->commander->settings->commands_table));
    }
    return arena_printf(arena,
                        "DynamoDB lacks the table %.*s%.*s: `twofold-projector setup` makes it",
                        SLICE_ARG(table), SLICE_ARG(more))
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
    static const struct dynamodb_answer none;
    struct command_result *result = &command->result;

    if (!answer) {
        answer = &none;
    }
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

void command_finish_unknown(struct command *command)
{
    command_fail(command, STATUS_UNCERTAIN, NULL);
}

/* ------------------------------------------------------------------ requests */

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

void command_transact(struct command *command, const struct transaction_action *actions,
                      size_t count, dynamodb_done_fn *done, void *ctx)
{
    struct arena *arena = command->input->arena;

    command_request(command, DYNAMODB_TRANSACT_WRITE_ITEMS,
                    transaction_request(arena, actions, count, transaction_token(arena)), true,
                    done, ctx);
}

enum status command_status_of_read(enum status status)
{
    return status == STATUS_UNCERTAIN ? STATUS_UNAVAILABLE : status;
}
