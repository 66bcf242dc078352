/*
 * A request to DynamoDB or its streams: where to, signed by whom, counted how. Shared by the two
 * ways to send one (dynamodb.c, dynamodb_sync.c).
 */
#ifndef COMMAND_DYNAMODB_REQUEST_H
#define COMMAND_DYNAMODB_REQUEST_H

#include "command/dynamodb.h"
#include "lib/run/metric.h"

// clang-format off
/* X(operation, service) */
#define DYNAMODB_OPERATIONS(X)      \
    X(PutItem,            TABLES)   \
    X(UpdateItem,         TABLES)   \
    X(DeleteItem,         TABLES)   \
    X(GetItem,            TABLES)   \
    X(Query,              TABLES)   \
    X(Scan,               TABLES)   \
    X(TransactWriteItems, TABLES)   \
    X(CreateTable,        TABLES)   \
    X(DescribeTable,      TABLES)   \
    X(DeleteTable,        TABLES)   \
    X(ListTables,         TABLES)   \
    X(UpdateTable,        TABLES)   \
    X(UpdateTimeToLive,   TABLES)   \
    X(DescribeTimeToLive, TABLES)   \
    X(ListStreams,        STREAMS)  \
    X(DescribeStream,     STREAMS)  \
    X(GetShardIterator,   STREAMS)  \
    X(GetRecords,         STREAMS)
// clang-format on

enum dynamodb_operation {
#define OPERATION_ENUM(name, service) OPERATION_##name,
    DYNAMODB_OPERATIONS(OPERATION_ENUM)
#undef OPERATION_ENUM
    OPERATION_COUNT
};

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
    struct metric *results[OPERATION_COUNT][STATUS_COUNT],
        *durations[OPERATION_COUNT]; /* made at first use */
};

/* INVALID, with a log line: no region, or an endpoint that is no URL. */
MUST_CHECK enum status dynamodb_client_init(struct dynamodb_client *client,
                                            const struct settings *settings,
                                            struct credential_provider *credentials);
void dynamodb_client_fini(struct dynamodb_client *client);
struct http_config dynamodb_http_config(const struct settings *settings);

/* INVALID: no such operation. */
MUST_CHECK enum status dynamodb_operation_find(const char *name, enum dynamodb_operation *out);

/* The signed request, in ARENA; body is borrowed. Its deadline is that of one try. */
MUST_CHECK enum status dynamodb_request_make(struct dynamodb_client *client,
                                             enum dynamodb_operation operation, struct slice body,
                                             uint64_t deadline_us, struct arena *arena,
                                             struct http_call *out);

void dynamodb_request_count(struct dynamodb_client *client, enum dynamodb_operation operation,
                            enum status status, uint64_t duration_us);

#endif
