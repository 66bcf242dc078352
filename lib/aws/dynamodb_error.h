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

/* Why an action of a cancelled transaction was not done. */
enum dynamodb_reason {
    DYNAMODB_REASON_NONE, /* nothing was wrong with it, or nothing that we know of */
    DYNAMODB_REASON_CONDITION_FAILED,
    DYNAMODB_REASON_CONFLICT, /* another transaction was in the way */
    DYNAMODB_REASON_THROTTLED,
    DYNAMODB_REASON_OTHER, /* its size, its form, its rights */
};

/*
 * That of the action INDEX, in the order of the request. *item_out: the item that its condition
 * met, typed, in the answer; NULL: there was none, or it is not shown.
 */
enum dynamodb_reason dynamodb_reason_of(const struct dynamodb_answer *answer, size_t index,
                                        const struct value **item_out);

#endif
