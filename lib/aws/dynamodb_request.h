/*
 * What of a request is DynamoDB's own: two services behind one client, its operations, its metrics.
 * Shared by the two ways to send one (dynamodb.c, dynamodb_sync.c).
 */
#ifndef LIB_AWS_DYNAMODB_REQUEST_H
#define LIB_AWS_DYNAMODB_REQUEST_H

#include "lib/aws/dynamodb.h"
#include "lib/aws/service.h"
#include "lib/run/metric.h"

enum dynamodb_service {
    SERVICE_TABLES,
    SERVICE_STREAMS,
    SERVICE_COUNT
};

struct dynamodb_client {
    struct aws_service services[SERVICE_COUNT];
    /* Made at first use. */
    struct metric *results[DYNAMODB_OPERATION_COUNT][STATUS_COUNT];
    struct metric *durations[DYNAMODB_OPERATION_COUNT];
};

/* INVALID, with a log line: no region, or an endpoint that is no URL. */
MUST_CHECK enum status dynamodb_client_init(struct dynamodb_client *client,
                                            const struct dynamodb_config *config,
                                            struct credential_provider *credentials);
void dynamodb_client_fini(struct dynamodb_client *client);
struct http_config dynamodb_http_config(const struct dynamodb_config *config);

struct aws_service *dynamodb_service_of(struct dynamodb_client *client,
                                        enum dynamodb_operation operation);
/* In the JSON protocol: "DynamoDB_20120810.PutItem". */
struct slice dynamodb_target(enum dynamodb_operation operation);

void dynamodb_request_count(struct dynamodb_client *client, enum dynamodb_operation operation,
                            enum status status, uint64_t duration_us);

#endif
