/*
 * DynamoDB and DynamoDB Streams: one try of one request, and what its answer means. Retrying is the
 * caller's affair (retry.h), for only the caller knows what may be sent twice. What is common to
 * all AWS services is beneath: service.h, call.h, answer.h.
 */
#ifndef LIB_AWS_DYNAMODB_H
#define LIB_AWS_DYNAMODB_H

#include "lib/aws/credentials.h"
#include "lib/data/value.h"
#include "lib/http/http.h"
#include "lib/run/loop.h"

struct dynamodb; /* one per worker or thread */

// clang-format off
/* X(operation, AWS's name of it, service) */
#define DYNAMODB_OPERATIONS(X) \
    X(PUT_ITEM,              "PutItem",              TABLES) \
    X(UPDATE_ITEM,           "UpdateItem",           TABLES) \
    X(DELETE_ITEM,           "DeleteItem",           TABLES) \
    X(GET_ITEM,              "GetItem",              TABLES) \
    X(QUERY,                 "Query",                TABLES) \
    X(SCAN,                  "Scan",                 TABLES) \
    X(TRANSACT_WRITE_ITEMS,  "TransactWriteItems",   TABLES) \
    X(CREATE_TABLE,          "CreateTable",          TABLES) \
    X(DESCRIBE_TABLE,        "DescribeTable",        TABLES) \
    X(DELETE_TABLE,          "DeleteTable",          TABLES) \
    X(LIST_TABLES,           "ListTables",           TABLES) \
    X(UPDATE_TABLE,          "UpdateTable",          TABLES) \
    X(UPDATE_TIME_TO_LIVE,   "UpdateTimeToLive",     TABLES) \
    X(DESCRIBE_TIME_TO_LIVE, "DescribeTimeToLive",   TABLES) \
    X(LIST_STREAMS,          "ListStreams",          STREAMS) \
    X(DESCRIBE_STREAM,       "DescribeStream",       STREAMS) \
    X(GET_SHARD_ITERATOR,    "GetShardIterator",     STREAMS) \
    X(GET_RECORDS,           "GetRecords",           STREAMS)
// clang-format on

enum dynamodb_operation {
#define DYNAMODB_OPERATION_ENUM(operation, name, service) DYNAMODB_##operation,
    DYNAMODB_OPERATIONS(DYNAMODB_OPERATION_ENUM)
#undef DYNAMODB_OPERATION_ENUM
    DYNAMODB_OPERATION_COUNT
};

/* AWS's name: "PutItem". */
const char *dynamodb_operation_name(enum dynamodb_operation operation);

/* Slices are borrowed for as long as the client or retrier lives. Times in microseconds. */
struct dynamodb_config {
    struct slice endpoint;         /* URL; empty: AWS's of the region */
    struct slice streams_endpoint; /* URL; empty: endpoint, else AWS's of the region */
    struct slice region;           /* empty: the credential chain's */
    unsigned int connections_max, pending_max;
    uint64_t connect_timeout_us;
    uint64_t timeout_us; /* of one try */
    /* Of retry.h: further tries, first and longest pause, tokens. */
    unsigned int retries;
    uint64_t retry_base_us, retry_cap_us;
    unsigned int retry_budget;
};

/* What came back, in the request's arena. */
struct dynamodb_answer {
    /* Parsed JSON; of an error too ("__type", "message", "Item", "CancellationReasons"). */
    const struct value *body;
    /* For the log: "ConditionalCheckFailedException", ... ; empty when OK. */
    struct slice error;
    struct slice message;
    struct slice request_id;
    /* The condition of the one write did not hold; of a transaction's see its reasons. */
    bool condition_failed;
    /* What was to be made is there already, or is being made (CONFLICT). */
    bool exists_already;
    /* A stream's iterator is older than 15 minutes: another one goes on from there (INVALID). */
    bool iterator_expired;
    /* Of retry.h: an earlier try's answer was lost, so a failed condition may be our own doing. */
    bool doubted;
};

/*
 * OK; CONFLICT (ConditionalCheckFailed, TransactionConflict, TransactionCanceled); THROTTLED;
 * UNAVAILABLE (never sent); TIMEOUT (the same, at its deadline); UNCERTAIN (sent, no answer, or
 * 5xx: maybe applied); INVALID (ValidationException, ExpiredIterator); NOT_FOUND
 * (ResourceNotFound); TRIMMED; DENIED (signature, credentials, expired token); BUSY; TOO_LARGE
 * (item size); INTERNAL (the request could not be made). All but OK and UNCERTAIN: surely not
 * applied. answer is never NULL.
 */
typedef void dynamodb_done_fn(void *ctx, enum status status, const struct dynamodb_answer *answer);

/* Asynchronous, on LOOP. */
MUST_CHECK enum status dynamodb_create(struct loop *loop, const struct dynamodb_config *config,
                                       struct credential_provider *credentials,
                                       struct dynamodb **out);
void dynamodb_destroy(struct dynamodb *dynamodb);
/* body: borrowed until done; the answer lives in ARENA. */
void dynamodb_start(struct dynamodb *dynamodb, enum dynamodb_operation operation, struct slice body,
                    struct arena *arena, uint64_t deadline_us, dynamodb_done_fn *done, void *ctx);

/* Blocking twin. */
struct dynamodb_sync;
MUST_CHECK enum status dynamodb_sync_create(const struct dynamodb_config *config,
                                            struct credential_provider *credentials,
                                            struct dynamodb_sync **out);
void dynamodb_sync_destroy(struct dynamodb_sync *dynamodb);
MUST_CHECK enum status dynamodb_sync_call(struct dynamodb_sync *dynamodb,
                                          enum dynamodb_operation operation, struct slice body,
                                          struct arena *arena, uint64_t deadline_us,
                                          struct dynamodb_answer *out);

#endif
