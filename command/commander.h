/*
 * A command in flight, as command.c (what all stores share) and the stores' files (item_write.c, append.c) see it. Not for other folders.
 */
#ifndef COMMAND_COMMANDER_H
#define COMMAND_COMMANDER_H

#include "command/aggregate_cache.h"
#include "command/command.h"
#include "lib/aws/retry.h"
#include "lib/run/metric.h"

#define COMMAND_RESULTS (STATUS_COUNT + 2) /* statuses, no-op, repetition */

/* What snapshots and the cache tell a model's states by. */
struct commander_model {
    char fold[FOLD_TEXT];
    uint64_t kind;
};

struct commander {
    struct loop *loop;
    const struct plan *plan;
    const struct settings *settings;
    struct retrier retrier;
    struct aggregate_cache *aggregates; /* the process's */
    struct commander_model *models;     /* by their index */
    struct metric **results; /* [command][status], then no-ops and repetitions; made at first use */
};

struct idempotency;

struct command {
    struct commander *commander;
    const struct command_input *input;
    struct command_result result;
    struct slice given_id;    /* canonical; empty: it was generated */
    struct idempotency *once; /* NULL: without a key */
    struct loop_task task;
    command_done_fn *done;
    void *ctx;
};

/*
 * Ends of a command (finish.c). Each calls done, at once or later; result is in command->result.
 *
 * finish    as it is
 * invalid   422 with one error; pointer, detail: static or in the arena
 * fail      a request to DynamoDB ended with STATUS
 * conclude  nothing was written: a refusal, a 409 or 412, or a no-op. With a key, a stored answer comes before it
 */
void command_finish(struct command *command, enum status status, bool noop);
void command_finish_invalid(struct command *command, struct slice pointer, const char *detail);
void command_fail(struct command *command, enum status status,
                  const struct dynamodb_answer *answer);
void command_conclude(struct command *command, enum status status, bool noop);

/* What an aggregate of another version than demanded means: a header's condition failed, or the envelope's expectation. */
enum status command_unexpected(const struct command *command);

/* Fills result.errors with one error. */
void command_error(struct command *command, struct slice pointer, const char *detail);

/* Ends by the answer that an earlier command with the same key stored: the same body. */
void command_finish_repeated(struct command *command);

/* Of the aggregate that an event store's command is for; result.id is known. */
struct aggregate_key command_aggregate_key(const struct command *command);

/* A request of this command, by its deadline. */
void command_request(struct command *command, enum dynamodb_operation operation, struct slice body,
                     bool repeatable, dynamodb_done_fn *done, void *ctx);

#endif
