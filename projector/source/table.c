/*
 * A model's DynamoDB table and its stream.
 *
 *     table_create:  CreateTable -> (exists) UpdateTable if its stream is off -> DescribeTable until ACTIVE
 *
 * The projector needs NEW_AND_OLD_IMAGES: tags are made of both images. Another stream's type cannot be changed in place, so it is said, not
 * mended.
 */
#include "projector/source/table.h"

#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/data/json.h"

#define CALL_TIMEOUT_US   (5 * 1000000ull)
#define ACTIVE_TIMEOUT_US (60 * 1000000ull) /* AWS makes an on-demand table in 5-20 s */
#define ACTIVE_PAUSE_US   100000

static enum status call(struct dynamodb_sync *dynamodb, enum dynamodb_operation operation,
                        struct slice body, struct arena *arena, struct dynamodb_answer *answer)
{
    *answer = (struct dynamodb_answer){.body = NULL};
    return dynamodb_sync_call(dynamodb, operation, body, arena, clock_deadline(CALL_TIMEOUT_US),
                              answer);
}

enum status table_change(struct dynamodb_sync *dynamodb, enum dynamodb_operation operation,
                         struct slice body, struct arena *arena, struct dynamodb_answer *answer)
{
    uint64_t deadline_us = clock_deadline(ACTIVE_TIMEOUT_US);
    enum status status = call(dynamodb, operation, body, arena, answer);

    while (status_advice(status) != ADVICE_FINAL && clock_left_us(deadline_us) > 0) {
        log_warn_every("waiting for DynamoDB", "operation=%s status=%s",
                       dynamodb_operation_name(operation), status_name(status));
        usleep(ACTIVE_PAUSE_US);
        status = call(dynamodb, operation, body, arena, answer);
    }
    return status;
}

static struct slice text_of(const struct value *map, const char *name)
{
    const struct value *value = value_get(map, slice_str(name));

    return value && value->type == VALUE_STRING ? value->text : SLICE_EMPTY;
}

static enum status describe(struct dynamodb_sync *dynamodb, struct slice table, struct arena *arena,
                            const struct value **table_out)
{
    struct dynamodb_answer answer;
    struct slice body = arena_printf(arena, "{\"TableName\":\"%.*s\"}", SLICE_ARG(table));
    enum status status = call(dynamodb, DYNAMODB_DESCRIBE_TABLE, body, arena, &answer);

    if (status == STATUS_OK) {
        *table_out = value_get(answer.body, SLICE_LITERAL("Table"));
        status = *table_out ? STATUS_OK : STATUS_CORRUPT;
    }
    return status;
}

static bool stream_is_on(const struct value *table)
{
    const struct value *stream = value_get(table, SLICE_LITERAL("StreamSpecification"));
    const struct value *enabled = value_get(stream, SLICE_LITERAL("StreamEnabled"));

    return enabled && enabled->boolean;
}

enum status table_stream(struct dynamodb_sync *dynamodb, const struct plan_aggregate *aggregate,
                         struct arena *arena, struct slice *arn_out)
{
    const struct value *table = NULL;
    const struct value *stream;
    enum status status = describe(dynamodb, aggregate->table, arena, &table);

    if (status != STATUS_OK) {
        return status;
    }
    if (slice_is(text_of(table, "TableStatus"), "CREATING")) {
        return STATUS_NOT_FOUND;
    }
    stream = value_get(table, SLICE_LITERAL("StreamSpecification"));
    *arn_out = text_of(table, "LatestStreamArn");
    if (!stream_is_on(table) || arn_out->len == 0 ||
        !slice_is(text_of(stream, "StreamViewType"), "NEW_AND_OLD_IMAGES")) {
        return STATUS_PRECONDITION;
    }
    return STATUS_OK;
}

#define STREAM_ON \
    "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}"

/*
 * The write model's keys: those of events are in command/README.md "How events are appended", an
 * item's is its id.
 */
static struct slice creation(struct arena *arena, const struct plan_aggregate *aggregate)
{
    if (aggregate->store == STORE_EVENTS) {
        return arena_printf(
            arena,
            "{\"TableName\":\"%.*s\",\"BillingMode\":\"PAY_PER_REQUEST\","
            "\"AttributeDefinitions\":[{\"AttributeName\":\"PK\",\"AttributeType\":\"S\"},"
            "{\"AttributeName\":\"SK\",\"AttributeType\":\"S\"}],"
            "\"KeySchema\":[{\"AttributeName\":\"PK\",\"KeyType\":\"HASH\"},"
            "{\"AttributeName\":\"SK\",\"KeyType\":\"RANGE\"}]," STREAM_ON "}",
            SLICE_ARG(aggregate->table));
    }
    return arena_printf(
        arena,
        "{\"TableName\":\"%.*s\",\"BillingMode\":\"PAY_PER_REQUEST\","
        "\"AttributeDefinitions\":[{\"AttributeName\":\"%.*s\",\"AttributeType\":\"%s\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"%.*s\",\"KeyType\":\"HASH\"}]," STREAM_ON "}",
        SLICE_ARG(aggregate->table), SLICE_ARG(aggregate->id_name),
        aggregate->id_type == SCALAR_STRING ? "S" : "N", SLICE_ARG(aggregate->id_name));
}

static enum status turn_stream_on(struct dynamodb_sync *dynamodb, struct slice table,
                                  struct arena *arena)
{
    const struct value *described = NULL;
    struct dynamodb_answer answer;
    enum status status = describe(dynamodb, table, arena, &described);

    if (status != STATUS_OK || stream_is_on(described)) {
        return status;
    }
    return table_change(
        dynamodb, DYNAMODB_UPDATE_TABLE,
        arena_printf(arena, "{\"TableName\":\"%.*s\"," STREAM_ON "}", SLICE_ARG(table)), arena,
        &answer);
}

static enum status wait_active(struct dynamodb_sync *dynamodb,
                               const struct plan_aggregate *aggregate, struct arena *arena)
{
    uint64_t deadline_us = clock_deadline(ACTIVE_TIMEOUT_US);
    struct slice arn;
    enum status status = table_stream(dynamodb, aggregate, arena, &arn);

    while ((status == STATUS_NOT_FOUND || status_advice(status) != ADVICE_FINAL) &&
           clock_left_us(deadline_us) > 0) {
        usleep(ACTIVE_PAUSE_US);
        status = table_stream(dynamodb, aggregate, arena, &arn);
    }
    return status;
}

enum status table_create(struct dynamodb_sync *dynamodb, const struct plan_aggregate *aggregate)
{
    struct arena arena = {0};
    struct dynamodb_answer answer;
    enum status status =
        table_change(dynamodb, DYNAMODB_CREATE_TABLE, creation(&arena, aggregate), &arena, &answer);

    if (status == STATUS_OK) {
        log_info("table made", "table=%.*s", SLICE_ARG(aggregate->table));
    } else if (slice_is(answer.error, "ResourceInUseException")) {
        status = turn_stream_on(dynamodb, aggregate->table, &arena);
    }
    if (status == STATUS_OK) {
        status = wait_active(dynamodb, aggregate, &arena);
    }
    if (status != STATUS_OK) {
        log_error("table not made", "table=%.*s status=%s error=%.*s message=%.*s",
                  SLICE_ARG(aggregate->table), status_name(status), SLICE_ARG(answer.error),
                  SLICE_ARG(answer.message));
    }
    arena_fini(&arena);
    return status;
}

static bool is_ipv4(struct slice host)
{
    size_t i;

    for (i = 0; i < host.len; i++) {
        if (host.ptr[i] != '.' && (host.ptr[i] < '0' || host.ptr[i] > '9')) {
            return false;
        }
    }
    return true;
}

bool endpoint_is_local(struct slice url)
{
    struct slice host = url, rest;

    if (slice_starts(url, "http://") || slice_starts(url, "https://")) {
        host = slice_from(url, slice_starts(url, "http://") ? 7 : 8);
    }
    (void)slice_cut(host, '/', &host, &rest);
    if (slice_starts(host, "[::1]")) {
        return true;
    }
    (void)slice_cut(host, ':', &host, &rest);
    return slice_is(host, "localhost") || (slice_starts(host, "127.") && is_ipv4(host));
}
