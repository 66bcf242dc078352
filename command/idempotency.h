/*
 * Commands with a key (Idempotency-Key, or the envelope's commandId): one effect, and the first
 * answer again.
 *
 * The answer is stored in the table commands_table, in the same transaction as the change: both are
 * there or neither. While commands_old_keys says so, it is stored and looked for in the old form
 * too.
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
 * Renders the answer of what result says, and makes the actions that store it: of OK ends, before
 * the write is sent. In result.answer then.
 *
 * How many actions: 1, or 2 with the old form. ROOM: at most so many, at least 1.
 */
#define IDEMPOTENCY_ACTIONS 2
size_t idempotency_actions(struct command *command, size_t room, struct transaction_action *out);

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
