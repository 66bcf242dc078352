/*
 * DynamoDB for a thread that may block: the same request, the same translation.
 */
#include "lib/aws/dynamodb.h"
#include "lib/aws/dynamodb_error.h"
#include "lib/aws/dynamodb_request.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"

struct dynamodb_sync {
    struct dynamodb_client client;
    struct http_sync *http;
};

enum status dynamodb_sync_create(const struct dynamodb_config *config,
                                 struct credential_provider *credentials,
                                 struct dynamodb_sync **out)
{
    struct dynamodb_sync *dynamodb = XNEW(struct dynamodb_sync);
    struct http_config http = dynamodb_http_config(config);
    enum status status = dynamodb_client_init(&dynamodb->client, config, credentials);

    if (status != STATUS_OK) {
        dynamodb_sync_destroy(dynamodb);
        return status;
    }
    dynamodb->http = http_sync_create(&http);
    *out = dynamodb;
    return STATUS_OK;
}

void dynamodb_sync_destroy(struct dynamodb_sync *dynamodb)
{
    if (!dynamodb) {
        return;
    }
    http_sync_destroy(dynamodb->http);
    dynamodb_client_fini(&dynamodb->client);
    xfree(dynamodb);
}

enum status dynamodb_sync_call(struct dynamodb_sync *dynamodb, enum dynamodb_operation operation,
                               struct slice body, struct arena *arena, uint64_t deadline_us,
                               struct dynamodb_answer *out)
{
    uint64_t started_us = clock_us();
    struct http_answer answer;
    struct http_call request;
    enum status status;

    *out = (struct dynamodb_answer){0};
    status =
        dynamodb_request_make(&dynamodb->client, operation, body, deadline_us, arena, &request);
    if (status != STATUS_OK) {
        return status;
    }
    status = http_sync_perform(dynamodb->http, &request, arena, &answer);
    if (status == STATUS_OK) {
        status = dynamodb_translate(&answer, arena, out);
    } else if (status == STATUS_TOO_LARGE) {
        status = STATUS_UNCERTAIN; /* the answer's size, not the item's */
    }
    dynamodb_request_count(&dynamodb->client, operation, status, clock_us() - started_us);
    return status;
}
