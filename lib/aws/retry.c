/*
 * try --not applied, time and budget left--> pause (full jitter) --> try
 *  |  --answer lost, repeatable-----------/
 *  '--anything else--> done
 *
 * Invariant: after a lost answer only a repeatable request is sent again, and "surely not applied"
 * is never said any more.
 *
 * A deadline that comes while another's transaction is in the way says so: CONFLICT, even when the
 * last try came too late to be sent.
 */
#include "lib/aws/retry.h"

#include "lib/aws/dynamodb_error.h"
#include "lib/base/clock.h"

#define RETRY_COST   5 /* tokens; a success gives RETRY_REFUND back (the AWS SDKs' standard mode) */
#define RETRY_REFUND 1

struct retry {
    struct retrier *retrier;
    struct retry_request request;
    unsigned int attempt;
    bool doubted, in_the_way; /* lost once; refused last time for another's transaction */
    struct loop_timer pause;
    dynamodb_done_fn *done;
    void *ctx;
};

void retrier_init(struct retrier *retrier, struct loop *loop, struct dynamodb *dynamodb,
                  const struct dynamodb_config *config)
{
    *retrier = (struct retrier){.loop = loop, .dynamodb = dynamodb, .config = *config};
    backoff_budget_init(&retrier->budget, config->retry_budget);
}

static void on_answer(void *ctx, enum status status, const struct dynamodb_answer *answer);

static void attempt(void *ctx)
{
    struct retry *retry = ctx;

    dynamodb_start(retry->retrier->dynamodb, retry->request.operation, retry->request.body,
                   retry->request.arena, retry->request.deadline_us, on_answer, retry);
}

/*
 * Starts the pause before the next try; false when there shall be none. What is IN_THE_WAY is
 * another's transaction: it passes soon and costs the server little, so the deadline alone limits
 * the tries.
 */
static bool again(struct retry *retry, bool in_the_way)
{
    const struct dynamodb_config *config = &retry->retrier->config;
    uint64_t pause_us, due_us;

    if (!in_the_way && retry->attempt >= config->retries) {
        return false;
    }
    pause_us = backoff_full_jitter(config->retry_base_us, config->retry_cap_us, retry->attempt);
    due_us = clock_deadline(pause_us);
    if (due_us >= retry->request.deadline_us ||
        (!in_the_way && !backoff_budget_take(&retry->retrier->budget, RETRY_COST))) {
        return false;
    }
    retry->attempt++;
    loop_timer_start(retry->retrier->loop, &retry->pause, due_us, attempt, retry);
    return true;
}

static void on_answer(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct retry *retry = ctx;
    bool lost = status == STATUS_UNCERTAIN, refused = dynamodb_not_applied(status, answer);
    bool late = status == STATUS_TIMEOUT && retry->in_the_way;
    struct dynamodb_answer told = *answer;

    if (status == STATUS_OK) {
        backoff_budget_give(&retry->retrier->budget, RETRY_REFUND);
    }
    retry->in_the_way = refused && (status == STATUS_CONFLICT || late);
    if ((refused || (lost && retry->request.repeatable)) &&
        again(retry, status == STATUS_CONFLICT)) {
        retry->doubted = retry->doubted || lost;
        return;
    }
    if (retry->doubted && (refused || (status != STATUS_OK && status != STATUS_CONFLICT))) {
        status = STATUS_UNCERTAIN;
    } else if (late) {
        status = STATUS_CONFLICT;
    }
    told.doubted = retry->doubted;
    retry->done(retry->ctx, status, &told);
}

void retry_start(struct retrier *retrier, const struct retry_request *request,
                 dynamodb_done_fn *done, void *ctx)
{
    struct retry *retry = ARENA_NEW(request->arena, struct retry);

    retry->retrier = retrier;
    retry->request = *request;
    retry->done = done;
    retry->ctx = ctx;
    attempt(retry);
}
