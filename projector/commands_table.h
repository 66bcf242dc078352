/*
 * A table of answers to commands with an idempotency key: one for all models of a deployment
 * (command/idempotency.h).
 */
#ifndef PROJECTOR_COMMANDS_TABLE_H
#define PROJECTOR_COMMANDS_TABLE_H

#include "lib/aws/dynamodb.h"

/*
 * Makes TABLE, if it is not there and may be made, and lets its items expire. NOT_FOUND: it is not
 * there, and CREATE is false.
 */
MUST_CHECK enum status commands_table_setup(struct dynamodb_sync *dynamodb, struct slice table,
                                            bool create);

#endif
