/*
 * DynamoDB on a loop: request -> http -> answer. One try; see retry.c for more.
 */
#include "lib/aws/dynamodb.h"

#include "lib/aws/dynamodb_error.h"
#include "lib/aws/dynamodb_request.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

struct dynamodb {
    struct loop *loop;
    struct dynamodb_client client;
    struct http *http;
    struct metric *pending;
};

/* One request in flight; lives in its caller's arena. */
struct call {
    struct dynamodb *dynamodb;
    enum dynamodb_operation operation;
    struct arena *arena;
    uint64_t started_us;
    dynamodb_done_fn *done;
    void *ctx;
    struct loop_task task; /* for a request that could not be made */
    enum status early;
};

enum status dynamodb_create(struct loop *loop, const struct dynamodb_config *config,
                            struct credential_provider *credentials, struct dynamodb **out)
{
    struct dynamodb *dynamodb = XNEW(struct dynamodb);
    struct http_config http = dynamodb_http_config(config);
    enum status status;

    dynamodb->loop = loop;
    dynamodb->pending = metric_series(METRIC_GAUGE, "twofold_dynamodb_pending",
                                      "requests that DynamoDB has not answered yet", "");
    status = dynamodb_client_init(&dynamodb->client, config, credentials);
    if (status == STATUS_OK) {
        dynamodb->http = http_create(loop, &http);
        status = dynamodb->http ? STATUS_OK : STATUS_INTERNAL;
    }
    if (status != STATUS_OK) {
        dynamodb_destroy(dynamodb);
        return status;
    }
    *out = dynamodb;
    return STATUS_OK;
}

void dynamodb_destroy(struct dynamodb *dynamodb)
{
    if (!dynamodb) {
        return;
    }
    http_destroy(dynamodb->http);
    dynamodb_client_fini(&dynamodb->client);
    xfree(dynamodb);
}

static void finish(struct call *call, enum status status, const struct dynamodb_answer *answer)
{
    dynamodb_request_count(&call->dynamodb->client, call->operation, status,
                           clock_us() - call->started_us);
    call->done(call->ctx, status, answer);
}

static void on_answer(void *ctx, enum status status, const struct http_answer *http)
{
    struct call *call = ctx;
    struct dynamodb_answer answer = {0};

    metric_move(call->dynamodb->pending, -1);
    if (status == STATUS_OK) {
        status = dynamodb_translate(http, call->arena, &answer);
    } else if (status == STATUS_TOO_LARGE) {
        status = STATUS_UNCERTAIN; /* the answer's size, not the item's */
    }
    finish(call, status, &answer);
}

static void on_early(void *ctx)
{
    struct call *call = ctx;
    struct dynamodb_answer answer = {0};

    call->done(call->ctx, call->early, &answer);
}

void dynamodb_start(struct dynamodb *dynamodb, enum dynamodb_operation operation, struct slice body,
                    struct arena *arena, uint64_t deadline_us, dynamodb_done_fn *done, void *ctx)
{
    struct call *call = ARENA_NEW(arena, struct call);
    struct http_call request;
    enum status status;

    *call = (struct call){.dynamodb = dynamodb,
                          .operation = operation,
                          .arena = arena,
                          .started_us = clock_us(),
                          .done = done,
                          .ctx = ctx};
    status =
        dynamodb_request_make(&dynamodb->client, operation, body, deadline_us, arena, &request);
    if (status != STATUS_OK) {
        log_warn_every("cannot make a request", "operation=%s status=%s",
                       dynamodb_operation_name(operation), status_name(status));
        call->early = STATUS_INTERNAL;
        loop_later(dynamodb->loop, &call->task, on_early, call);
        return;
    }
    metric_move(dynamodb->pending, 1);
    http_start(dynamodb->http, &request, on_answer, call);
}
