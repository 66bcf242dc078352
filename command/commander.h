/*
 * A command in flight, as command.c (what all stores share) and the stores' files (item_write.c,
 * append.c) see it. Not for other folders. What is declared here is in finish.c, but for the key of
 * an aggregate (command.c).
 */
#ifndef COMMAND_COMMANDER_H
#define COMMAND_COMMANDER_H

#include "command/aggregate_cache.h"
#include "command/command.h"
#include "command/decide.h"
#include "lib/aws/retry.h"
#include "lib/aws/transaction.h"
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
    struct slice sent_id;     /* the same, as the client spelled it */
    struct idempotency *once; /* NULL: without a key */
    unsigned int races;       /* that were lost */
    struct loop_task task;
    command_done_fn *done;
    void *ctx;
};

/* ------------------------------------------------------------------ decide -> conclude */

/* What a store knows of the aggregate when it lets decide. */
struct command_subject {
    struct current current;
    const struct value *state; /* NULL: not read, or there is none */
    /*
     * It was read by this command, or cannot be another: an answer may be given on it. Else it is
     * assumed or cached: only a write may stand on it, for the write's condition proves it.
     */
    bool proven;
    uint64_t now_ms;
};

enum command_next {
    COMMAND_WRITES, /* what the decision says */
    COMMAND_READS,  /* the aggregate first; then it is decided again */
    COMMAND_ENDED,  /* or will, without its store */
};

/*
 * Decides, and concludes where nothing is to be written: a refusal, 409, 412, an invalid value or
 * a no-op. With a key, a stored answer comes before those.
 */
enum command_next command_decide(struct command *command, const struct command_subject *subject,
                                 struct decision *out);

/*
 * A race was lost; CURRENT is what is there now. False: once too often, and the command has ended
 * or will. True: decide again.
 */
bool command_races_again(struct command *command, struct current current);

/* ------------------------------------------------------------------ ends */

/*
 * Each calls done, at once or later; the rest of the result is in command->result.
 *
 * finish    as it is
 * invalid   422 with one error; pointer, detail: static or in the arena
 * fail      a request to DynamoDB ended with STATUS; ANSWER is NULL: it was not even sent
 * unknown   the answer to a write was lost, and nothing told whether it was applied
 * repeated  by the answer that an earlier command with the same key stored
 */
void command_finish(struct command *command, enum status status, bool noop);
void command_finish_invalid(struct command *command, struct slice pointer, const char *detail);
void command_fail(struct command *command, enum status status,
                  const struct dynamodb_answer *answer);
void command_finish_unknown(struct command *command);
void command_finish_repeated(struct command *command);

/* ------------------------------------------------------------------ requests */

/* A request of this command, by its deadline. */
void command_request(struct command *command, enum dynamodb_operation operation, struct slice body,
                     bool repeatable, dynamodb_done_fn *done, void *ctx);

/* ACTIONS, all or none. Sent again after a lost answer: a token lets it apply once. */
void command_transact(struct command *command, const struct transaction_action *actions,
                      size_t count, dynamodb_done_fn *done, void *ctx);

/* Of a request that has no effect to be uncertain about: a lost answer is one that did not come. */
enum status command_status_of_read(enum status status);

/* Of the aggregate that an event store's command is for; result.id is known. */
struct aggregate_key command_aggregate_key(const struct command *command);

#endif
