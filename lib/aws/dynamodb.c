/*
 * DynamoDB on a loop: one try, counted, and its answer in DynamoDB's words. See retry.c for more.
 */
#include "lib/aws/dynamodb.h"

#include "lib/aws/call.h"
#include "lib/aws/dynamodb_error.h"
#include "lib/aws/dynamodb_request.h"
#include "lib/base/clock.h"
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
    uint64_t started_us;
    dynamodb_done_fn *done;
    void *ctx;
    struct aws_call sent;
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

static void on_answer(void *ctx, enum status status, const struct aws_answer *general)
{
    struct call *call = ctx;
    struct dynamodb_answer answer;

    metric_move(call->dynamodb->pending, -1);
    status = dynamodb_translate(status, general, &answer);
    dynamodb_request_count(&call->dynamodb->client, call->operation, status,
                           clock_us() - call->started_us);
    call->done(call->ctx, status, &answer);
}

void dynamodb_start(struct dynamodb *dynamodb, enum dynamodb_operation operation, struct slice body,
                    struct arena *arena, uint64_t deadline_us, dynamodb_done_fn *done, void *ctx)
{
    struct call *call = ARENA_NEW(arena, struct call);
    const struct aws_request request = {.target = dynamodb_target(operation),
                                        .body = body,
                                        .deadline_us = deadline_us,
                                        .arena = arena};

    *call = (struct call){.dynamodb = dynamodb,
                          .operation = operation,
                          .started_us = clock_us(),
                          .done = done,
                          .ctx = ctx};
    metric_move(dynamodb->pending, 1);
    aws_call_start(&call->sent, dynamodb->loop, dynamodb->http,
                   dynamodb_service_of(&dynamodb->client, operation), &request, on_answer, call);
}
