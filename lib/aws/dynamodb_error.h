/*
 * What DynamoDB's answers mean. AWS, "DynamoDB: Error handling" and the API references of both
 * services.
 */
#ifndef LIB_AWS_DYNAMODB_ERROR_H
#define LIB_AWS_DYNAMODB_ERROR_H

#include "lib/aws/dynamodb.h"

/* Reads HTTP's answer into OUT, in ARENA. The statuses are dynamodb.h's. */
MUST_CHECK enum status dynamodb_translate(const struct http_answer *http, struct arena *arena,
                                          struct dynamodb_answer *out);

/* The request was refused before anything was done, and may be sent again: throttling, a
 * transaction in the way, no connection. */
bool dynamodb_not_applied(enum status status, const struct dynamodb_answer *answer);

#endif
