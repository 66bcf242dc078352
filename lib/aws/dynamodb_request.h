/*
 * A request to DynamoDB or its streams: where to, signed by whom, counted how. Shared by the two
 * ways to send one (dynamodb.c, dynamodb_sync.c).
 */
#ifndef LIB_AWS_DYNAMODB_REQUEST_H
#define LIB_AWS_DYNAMODB_REQUEST_H

#include "lib/aws/dynamodb.h"
#include "lib/run/metric.h"

enum dynamodb_service {
    SERVICE_TABLES,
    SERVICE_STREAMS,
    SERVICE_COUNT
};

struct dynamodb_endpoint {
    char *url;         /* "http://127.0.0.1:8000/" */
    struct slice host; /* as in the Host header */
};

struct dynamodb_client {
    struct dynamodb_endpoint endpoints[SERVICE_COUNT];
    char *region;
    struct sigv4 *signer;
    struct credential_provider *credentials;
    uint64_t timeout_us;
    struct metric *results[DYNAMODB_OPERATION_COUNT][STATUS_COUNT],
        *durations[DYNAMODB_OPERATION_COUNT]; /* made at first use */
};

/* INVALID, with a log line: no region, or an endpoint that is no URL. */
MUST_CHECK enum status dynamodb_client_init(struct dynamodb_client *client,
                                            const struct dynamodb_config *config,
                                            struct credential_provider *credentials);
void dynamodb_client_fini(struct dynamodb_client *client);
struct http_config dynamodb_http_config(const struct dynamodb_config *config);

/* The signed request, in ARENA; body is borrowed. Its deadline is that of one try. */
MUST_CHECK enum status dynamodb_request_make(struct dynamodb_client *client,
                                             enum dynamodb_operation operation, struct slice body,
                                             uint64_t deadline_us, struct arena *arena,
                                             struct http_call *out);

void dynamodb_request_count(struct dynamodb_client *client, enum dynamodb_operation operation,
                            enum status status, uint64_t duration_us);

#endif
