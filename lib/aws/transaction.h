/*
 * TransactWriteItems: several changes or none. Pure. Why one was refused, dynamodb_error.h says.
 */
#ifndef LIB_AWS_TRANSACTION_H
#define LIB_AWS_TRANSACTION_H

#include "lib/aws/dynamodb.h"

/* AWS, "TransactWriteItems": actions of one request. */
#define TRANSACTION_ACTIONS_MAX 100

struct transaction_action {
    enum dynamodb_operation operation; /* PUT_ITEM, UPDATE_ITEM or DELETE_ITEM */
    struct slice body;                 /* of that operation, without ReturnValues */
};

/*
 * A new one, in ARENA: DynamoDB refuses one that came with another request, also when that was
 * cancelled.
 */
struct slice transaction_token(struct arena *arena);

/* In ARENA. TOKEN makes the request idempotent for ten minutes. */
struct slice transaction_request(struct arena *arena, const struct transaction_action *actions,
                                 size_t count, struct slice token);

#endif
