/*
 * An aggregate as DynamoDB has it now: consistent reads.
 */
#ifndef COMMAND_LOAD_H
#define COMMAND_LOAD_H

#include "command/aggregate.h"
#include "command/commander.h"

/*
 * aggregate: a reference for the callee, on OK only. answer: of the request that failed, until this
 * returns.
 */
typedef void aggregate_loaded_fn(void *ctx, enum status status, struct aggregate *aggregate,
                                 const struct dynamodb_answer *answer);

/*
 * KNOWN and the events after it; KNOWN is NULL: the snapshot and the events after that one.
 * Statuses of lib/aws/dynamodb.h, but a lost answer is UNAVAILABLE (nothing was changed); CORRUPT:
 * the events make no sense. done runs once, later. What is read goes into the cache, and into a
 * snapshot when one is due; of a load that fails as far as it came.
 */
void aggregate_load(struct command *command, struct aggregate *known, aggregate_loaded_fn *done,
                    void *ctx);

#endif
