/*
 * A request to DynamoDB, tried until it is done or there is no sense in trying: full jitter, a
 * retry budget, the deadline.
 */
#ifndef LIB_AWS_RETRY_H
#define LIB_AWS_RETRY_H

#include "lib/aws/dynamodb.h"
#include "lib/run/backoff.h"

/* One per commander. */
struct retrier {
    struct loop *loop;
    struct dynamodb *dynamodb;
    struct dynamodb_config config;
    struct backoff_budget budget;
};

void retrier_init(struct retrier *retrier, struct loop *loop, struct dynamodb *dynamodb,
                  const struct dynamodb_config *config);

struct retry_request {
    enum dynamodb_operation operation;
    struct slice body;
    /* It and BODY live until done. */
    struct arena *arena;
    uint64_t deadline_us;
    /* Applying it twice is impossible or harmless: it is sent again after a lost answer too. */
    bool repeatable;
};

/*
 * done runs once, later, on the loop; never from inside this call. Its status is that of the last
 * try; UNCERTAIN whenever any try's answer was lost and none told the outcome.
 */
void retry_start(struct retrier *retrier, const struct retry_request *request,
                 dynamodb_done_fn *done, void *ctx);

#endif
