/*
 * What DynamoDB's errors mean, beyond what all AWS services share. AWS, "DynamoDB: Error handling"
 * and the API references of both services.
 */
#ifndef LIB_AWS_DYNAMODB_ERROR_H
#define LIB_AWS_DYNAMODB_ERROR_H

#include "lib/aws/answer.h"
#include "lib/aws/dynamodb.h"

/*
 * STATUS and ANSWER as call.h gives them; OUT borrows from ANSWER's arena. The statuses that are
 * returned are dynamodb.h's.
 */
MUST_CHECK enum status dynamodb_translate(enum status status, const struct aws_answer *answer,
                                          struct dynamodb_answer *out);

/*
 * The request was refused before anything was done, and may be sent again: throttling, a
 * transaction in the way, no connection.
 */
bool dynamodb_not_applied(enum status status, const struct dynamodb_answer *answer);

#endif
