/*
 * A model's DynamoDB table and its stream.
 *
 *     table_create:  CreateTable -> (exists) UpdateTable if its stream is off
 *                    -> DescribeTable until ACTIVE
 *
 * The projector needs NEW_AND_OLD_IMAGES: tags are made of both images. The type of a stream cannot
 * be changed in place, so another one is reported, not mended.
 */
#include "projector/source/table.h"

#include <unistd.h>

#include "command/event.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/data/json_add.h"
#include "lib/run/address.h"

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

static enum status describe(struct dynamodb_sync *dynamodb, struct slice table, struct arena *arena,
                            const struct value **table_out)
{
    struct dynamodb_answer answer;
    struct buf body = {0};
    enum status status;

    json_add_object(&body, NULL);
    json_add_string(&body, "TableName", table);
    json_add_end(&body, '}');
    status = call(dynamodb, DYNAMODB_DESCRIBE_TABLE, buf_slice(&body), arena, &answer);
    buf_fini(&body);
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
    if (slice_is(value_text(table, "TableStatus"), "CREATING")) {
        return STATUS_NOT_FOUND;
    }
    stream = value_get(table, SLICE_LITERAL("StreamSpecification"));
    *arn_out = value_text(table, "LatestStreamArn");
    if (!stream_is_on(table) || arn_out->len == 0 ||
        !slice_is(value_text(stream, "StreamViewType"), "NEW_AND_OLD_IMAGES")) {
        return STATUS_PRECONDITION;
    }
    return STATUS_OK;
}

static void add_stream(struct buf *body)
{
    json_add_object(body, "StreamSpecification");
    json_add_bool(body, "StreamEnabled", true);
    json_add_string(body, "StreamViewType", SLICE_LITERAL("NEW_AND_OLD_IMAGES"));
    json_add_end(body, '}');
}

/* An element of AttributeDefinitions or of KeySchema. */
static void add_attribute(struct buf *body, struct slice name, const char *member,
                          struct slice text)
{
    json_add_object(body, NULL);
    json_add_string(body, "AttributeName", name);
    json_add_string(body, member, text);
    json_add_end(body, '}');
}

void table_creation(struct buf *body, struct slice table, const struct table_key *keys,
                    size_t count, bool stream)
{
    size_t i;

    json_add_object(body, NULL);
    json_add_string(body, "TableName", table);
    json_add_string(body, "BillingMode", SLICE_LITERAL("PAY_PER_REQUEST"));
    json_add_array(body, "AttributeDefinitions");
    for (i = 0; i < count; i++) {
        add_attribute(body, keys[i].name, "AttributeType", slice_str(keys[i].type));
    }
    json_add_end(body, ']');
    json_add_array(body, "KeySchema");
    for (i = 0; i < count; i++) {
        add_attribute(body, keys[i].name, "KeyType",
                      i == 0 ? SLICE_LITERAL("HASH") : SLICE_LITERAL("RANGE"));
    }
    json_add_end(body, ']');
    if (stream) {
        add_stream(body);
    }
    json_add_end(body, '}');
}

/* The keys of events are in command/README.md "How events are appended"; an item's is its id. */
static void creation(struct buf *body, const struct plan_aggregate *aggregate)
{
    const struct table_key event_keys[] = {
        {SLICE_LITERAL(EVENT_PK), "S"},
        {SLICE_LITERAL(EVENT_SK), "S"}
    };
    const struct table_key item_key = {aggregate->id_name,
                                       scalar_is_text(aggregate->id_type) ? "S" : "N"};

    if (aggregate->store == STORE_EVENTS) {
        table_creation(body, aggregate->table, event_keys, ARRAY_COUNT(event_keys), true);
    } else {
        table_creation(body, aggregate->table, &item_key, 1, true);
    }
}

static enum status enable_stream(struct dynamodb_sync *dynamodb, struct slice table,
                                 struct arena *arena)
{
    const struct value *described = NULL;
    struct dynamodb_answer answer;
    struct buf body = {0};
    enum status status = describe(dynamodb, table, arena, &described);

    if (status != STATUS_OK || stream_is_on(described)) {
        return status;
    }
    json_add_object(&body, NULL);
    json_add_string(&body, "TableName", table);
    add_stream(&body);
    json_add_end(&body, '}');
    status = table_change(dynamodb, DYNAMODB_UPDATE_TABLE, buf_slice(&body), arena, &answer);
    buf_fini(&body);
    return status;
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
    struct buf body = {0};
    enum status status;

    creation(&body, aggregate);
    status = table_change(dynamodb, DYNAMODB_CREATE_TABLE, buf_slice(&body), &arena, &answer);
    buf_fini(&body);
    if (status == STATUS_OK) {
        log_info("table made", "table=%.*s", SLICE_ARG(aggregate->table));
    } else if (answer.exists_already) {
        status = enable_stream(dynamodb, aggregate->table, &arena);
    }
    if (status == STATUS_OK) {
        status = wait_active(dynamodb, aggregate, &arena);
    }
    if (status != STATUS_OK) {
        log_error("table not made", "table=%.*s status=%s error=%.*s message=\"%.*s\"",
                  SLICE_ARG(aggregate->table), status_name(status), SLICE_ARG(answer.error),
                  SLICE_ARG(answer.message));
    }
    arena_fini(&arena);
    return status;
}

bool endpoint_is_local(struct slice url)
{
    struct slice authority = url, path;

    if (slice_starts(url, "http://") || slice_starts(url, "https://")) {
        authority = slice_from(url, slice_starts(url, "http://") ? 7 : 8);
    }
    (void)slice_cut(authority, '/', &authority, &path);
    return address_is_loopback(address_host(authority));
}
