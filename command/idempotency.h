/*
 * Commands with a key (Idempotency-Key, or the envelope's commandId): one effect, and the first
 * answer again.
 *
 * The answer is stored in COMMANDS_TABLE, in the same transaction as the change: both are there or
 * neither.
 */
#ifndef COMMAND_IDEMPOTENCY_H
#define COMMAND_IDEMPOTENCY_H

#include "command/commander.h"
#include "lib/aws/transaction.h"

#define COMMANDS_KEY    "PK"        /* S */
#define COMMANDS_EXPIRY "expiresAt" /* N, seconds: DynamoDB's time to live */

/* The input has a key, result.id is known: what the command's requests will say of it. */
void idempotency_begin(struct command *command);

/*
 * Renders the answer of what result says, and appends the action that stores it: of OK ends, before
 * the write is sent. In result.answer then.
 */
struct transaction_action idempotency_action(struct command *command);

/* Each ends the command. */

/* A no-op: stores its answer, or repeats the one that is there. */
void idempotency_store(struct command *command);

/*
 * STATUS, unless an answer is stored: after a refusal, or when the fate of the transaction is not
 * known.
 */
void idempotency_settle(struct command *command, enum status status);

/* The transaction failed because a record is there; ITEM: as it was shown; NULL: it was not. */
void idempotency_meet(struct command *command, const struct value *item);

#endif
