/*
 * A request to DynamoDB, tried until it is done or there is no sense in trying: full jitter, a retry budget, the deadline.
 */
#ifndef COMMAND_RETRY_H
#define COMMAND_RETRY_H

#include "command/dynamodb.h"
#include "lib/run/backoff.h"

/* One per commander. */
struct retrier {
    struct loop *loop;
    struct dynamodb *dynamodb;
    const struct settings *settings;
    struct backoff_budget budget;
};

void retrier_init(struct retrier *retrier, struct loop *loop, struct dynamodb *dynamodb,
                  const struct settings *settings);

struct retry_request {
    const char *operation;
    struct slice body;
    struct arena *arena; /* all of these live until done */
    uint64_t deadline_us;
    /* applying it twice is impossible or harmless: sent again after a lost answer too */
    bool repeatable;
};

/*
 * status   of the last try; UNCERTAIN whenever any try's answer was lost and none told the outcome
 * doubted  an earlier try's answer was lost: a failed condition may be our own doing
 */
typedef void retry_done_fn(void *ctx, enum status status, const struct dynamodb_answer *answer,
                           bool doubted);

/* done runs once, later, on the loop; never from inside this call. */
void retry_start(struct retrier *retrier, const struct retry_request *request, retry_done_fn *done,
                 void *ctx);

#endif
