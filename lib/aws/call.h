/*
 * One request to an AWS service, sent once; on a loop, or by a thread that may block. What is sent
 * again, and what is counted, is the client's affair (retry.h, dynamodb_request.h).
 */
#ifndef LIB_AWS_CALL_H
#define LIB_AWS_CALL_H

#include "lib/aws/answer.h"

/*
 * Those of aws_answer_read, and of HTTP where no answer came: UNAVAILABLE, TIMEOUT and BUSY (never
 * sent), UNCERTAIN (sent, no whole answer, or one of more than answer_max); INTERNAL: the request
 * could not be made. On the loop, later, never from inside aws_call_start. answer is never NULL.
 */
typedef void aws_done_fn(void *ctx, enum status status, const struct aws_answer *answer);

/* A request in flight; the caller's memory, until done. */
struct aws_call {
    struct aws_service *service;
    struct arena *arena;
    aws_done_fn *done;
    void *ctx;
    struct loop_task task; /* for a request that could not be made */
};

/* HTTP is on LOOP. */
void aws_call_start(struct aws_call *call, struct loop *loop, struct http *http,
                    struct aws_service *service, const struct aws_request *request,
                    aws_done_fn *done, void *ctx);

/* Blocking; the same statuses. */
MUST_CHECK enum status aws_call_sync(struct aws_service *service, struct http_sync *http,
                                     const struct aws_request *request, struct aws_answer *out);

#endif
