/*
 * TransactWriteItems: several changes or none; and what its refusal says.
 */
#ifndef COMMAND_TRANSACTION_H
#define COMMAND_TRANSACTION_H

#include "lib/aws/dynamodb.h"

#define TRANSACTION_ACTIONS_MAX 100 /* AWS, DYNAMODB_TRANSACT_WRITE_ITEMS: actions of one request */

struct transaction_action {
    const char *kind;  /* "Put", "Update", "Delete" */
    struct slice body; /* as of PutItem, UpdateItem, DeleteItem, without ReturnValues */
};

/* A new one, in ARENA: DynamoDB refuses one that came with another request, also when that was cancelled. */
struct slice transaction_token(struct arena *arena);

/* In ARENA. TOKEN makes the request idempotent for ten minutes. */
struct slice transaction_request(struct arena *arena, const struct transaction_action *actions,
                                 size_t count, struct slice token);

/* The condition of that action failed; *item_out: the item that it met, typed; NULL: none, or not shown. */
bool transaction_condition_failed(const struct dynamodb_answer *answer, size_t index,
                                  const struct value **item_out);

#endif
