/*
 * DynamoDB for a thread that may block: the same request, the same translation.
 */
#include "lib/aws/call.h"
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
    const struct aws_request request = {.target = dynamodb_target(operation),
                                        .body = body,
                                        .deadline_us = deadline_us,
                                        .arena = arena};
    uint64_t started_us = clock_us();
    struct aws_answer answer;
    enum status status = aws_call_sync(dynamodb_service_of(&dynamodb->client, operation),
                                       dynamodb->http, &request, &answer);

    status = dynamodb_translate(status, &answer, out);
    dynamodb_request_count(&dynamodb->client, operation, status, clock_us() - started_us);
    return status;
}
