/*
 * DynamoDB's operations, its two services, its metrics.
 */
#include "lib/aws/dynamodb_request.h"

/* GetRecords, Query and Scan give 1 MB of data at most; as typed JSON it is several times that. */
#define ANSWER_MAX ((size_t)32 << 20)

static const struct {
    const char *name, *target;
    enum dynamodb_service service;
} operations[] = {
#define TARGET_TABLES(name)                     "DynamoDB_20120810." name
#define TARGET_STREAMS(name)                    "DynamoDBStreams_20120810." name
#define OPERATION_ROW(operation, name, service) {name, TARGET_##service(name), SERVICE_##service},
    DYNAMODB_OPERATIONS(OPERATION_ROW)
#undef OPERATION_ROW
};

/* Streams have a host of their own, and are signed for as DynamoDB is. */
static const struct aws_service_kind kinds[SERVICE_COUNT] = {
    [SERVICE_TABLES] = {"dynamodb", "dynamodb",         AWS_JSON_1_0},
    [SERVICE_STREAMS] = {"dynamodb", "streams.dynamodb", AWS_JSON_1_0},
};

/* ------------------------------------------------------------------ the client */

enum status dynamodb_client_init(struct dynamodb_client *client,
                                 const struct dynamodb_config *config,
                                 struct credential_provider *credentials)
{
    struct aws_service_config service = {.endpoint = config->endpoint,
                                         .region = config->region,
                                         .timeout_us = config->timeout_us,
                                         .answer_max = ANSWER_MAX};
    enum status status;

    *client = (struct dynamodb_client){0};
    status = aws_service_init(&client->services[SERVICE_TABLES], &kinds[SERVICE_TABLES], &service,
                              credentials);
    if (status != STATUS_OK) {
        return status;
    }
    if (config->streams_endpoint.len > 0) {
        service.endpoint = config->streams_endpoint;
    }
    return aws_service_init(&client->services[SERVICE_STREAMS], &kinds[SERVICE_STREAMS], &service,
                            credentials);
}

void dynamodb_client_fini(struct dynamodb_client *client)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        aws_service_fini(&client->services[i]);
    }
}

struct http_config dynamodb_http_config(const struct dynamodb_config *config)
{
    return (struct http_config){.connections_max = config->connections_max,
                                .pending_max = config->pending_max,
                                .connect_timeout_us = config->connect_timeout_us};
}

/* ------------------------------------------------------------------ an operation */

const char *dynamodb_operation_name(enum dynamodb_operation operation)
{
    return operations[operation].name;
}

struct aws_service *dynamodb_service_of(struct dynamodb_client *client,
                                        enum dynamodb_operation operation)
{
    return &client->services[operations[operation].service];
}

struct slice dynamodb_target(enum dynamodb_operation operation)
{
    return slice_str(operations[operation].target);
}

/* ------------------------------------------------------------------ counting */

static struct metric *result_series(enum dynamodb_operation operation, enum status status)
{
    const struct metric_label labels[] = {
        {"operation", slice_str(operations[operation].name)},
        {"result",    slice_str(status_name(status))       },
        {NULL,        SLICE_EMPTY                          }
    };

    return metric_labelled(METRIC_COUNTER, "twofold_dynamodb_requests_total",
                           "tries of requests to DynamoDB by their result", labels);
}

static struct metric *duration_series(enum dynamodb_operation operation)
{
    const struct metric_label labels[] = {
        {"operation", slice_str(operations[operation].name)},
        {NULL,        SLICE_EMPTY                          }
    };

    return metric_labelled(METRIC_HISTOGRAM, "twofold_dynamodb_request_duration_seconds",
                           "duration of one try of a request to DynamoDB", labels);
}

void dynamodb_request_count(struct dynamodb_client *client, enum dynamodb_operation operation,
                            enum status status, uint64_t duration_us)
{
    struct metric **result = &client->results[operation][status];
    struct metric **duration = &client->durations[operation];

    if (!*result) {
        *result = result_series(operation, status);
    }
    if (!*duration) {
        *duration = duration_series(operation);
    }
    metric_add(*result, 1);
    metric_observe_us(*duration, duration_us);
}
