/*
 * DescribeTable until ACTIVE [-> CreateTable] -> DescribeTimeToLive -> UpdateTimeToLive
 *
 * It has no stream: nothing is projected from it.
 */
#include "projector/commands_table.h"

#include <unistd.h>

#include "command/idempotency.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/data/json_add.h"
#include "projector/source/table.h"

#define CALL_TIMEOUT_US   (5 * 1000000ull)
#define ACTIVE_TIMEOUT_US (60 * 1000000ull) /* AWS makes an on-demand table in 5-20 s */
#define ACTIVE_PAUSE_US   100000

/* BODY begins with the table's name; it is ended, sent and freed here. */
static enum status call(struct dynamodb_sync *dynamodb, enum dynamodb_operation operation,
                        struct buf *body, struct arena *arena, struct dynamodb_answer *answer)
{
    enum status status;

    *answer = (struct dynamodb_answer){.body = NULL};
    json_add_end(body, '}');
    status = dynamodb_sync_call(dynamodb, operation, buf_slice(body), arena,
                                clock_deadline(CALL_TIMEOUT_US), answer);
    buf_fini(body);
    return status;
}

static struct buf request(struct slice table)
{
    struct buf body = {0};

    json_add_object(&body, NULL);
    json_add_string(&body, "TableName", table);
    return body;
}

static struct slice text_at(const struct dynamodb_answer *answer, const char *map, const char *name)
{
    return value_text(value_get(answer->body, slice_str(map)), name);
}

/* BUSY: it is being made. */
static enum status describe(struct dynamodb_sync *dynamodb, struct slice table, struct arena *arena)
{
    struct dynamodb_answer answer;
    struct buf body = request(table);
    enum status status = call(dynamodb, DYNAMODB_DESCRIBE_TABLE, &body, arena, &answer);

    if (status == STATUS_OK && slice_is(text_at(&answer, "Table", "TableStatus"), "CREATING")) {
        return STATUS_BUSY;
    }
    return status;
}

static enum status wait_active(struct dynamodb_sync *dynamodb, struct slice table,
                               struct arena *arena)
{
    uint64_t deadline_us = clock_deadline(ACTIVE_TIMEOUT_US);
    enum status status = describe(dynamodb, table, arena);

    while (status != STATUS_OK && status != STATUS_NOT_FOUND && status != STATUS_DENIED &&
           clock_left_us(deadline_us) > 0) {
        usleep(ACTIVE_PAUSE_US);
        status = describe(dynamodb, table, arena);
    }
    return status;
}

static enum status make(struct dynamodb_sync *dynamodb, struct slice table, struct arena *arena)
{
    const struct table_key key = {SLICE_LITERAL(COMMANDS_KEY), "S"};
    struct dynamodb_answer answer;
    struct buf body = {0};
    enum status status;

    table_creation(&body, table, &key, 1, false);
    status = table_change(dynamodb, DYNAMODB_CREATE_TABLE, buf_slice(&body), arena, &answer);
    buf_fini(&body);
    if (status != STATUS_OK && !answer.exists_already) {
        log_error("table not made", "table=%.*s status=%s error=%.*s message=\"%.*s\"",
                  SLICE_ARG(table), status_name(status), SLICE_ARG(answer.error),
                  SLICE_ARG(answer.message));
        return status;
    }
    return wait_active(dynamodb, table, arena);
}

/* Without it old answers are kept for ever, and ignored: no reason not to start. */
static void let_expire(struct dynamodb_sync *dynamodb, struct slice table, struct arena *arena)
{
    struct dynamodb_answer answer;
    struct buf body = request(table);
    enum status status = call(dynamodb, DYNAMODB_DESCRIBE_TIME_TO_LIVE, &body, arena, &answer);
    struct slice known = text_at(&answer, "TimeToLiveDescription", "TimeToLiveStatus");

    if (status == STATUS_OK && slice_starts(known, "DISABL")) {
        body = request(table);
        json_add_object(&body, "TimeToLiveSpecification");
        json_add_string(&body, "AttributeName", SLICE_LITERAL(COMMANDS_EXPIRY));
        json_add_bool(&body, "Enabled", true);
        json_add_end(&body, '}');
        status = call(dynamodb, DYNAMODB_UPDATE_TIME_TO_LIVE, &body, arena, &answer);
    }
    if (status != STATUS_OK) {
        log_warn("items of a table do not expire",
                 "table=%.*s status=%s error=%.*s message=\"%.*s\"", SLICE_ARG(table),
                 status_name(status), SLICE_ARG(answer.error), SLICE_ARG(answer.message));
    }
}

enum status commands_table_setup(struct dynamodb_sync *dynamodb, struct slice table, bool create)
{
    struct arena arena = {0};
    enum status status = wait_active(dynamodb, table, &arena);

    if (status == STATUS_NOT_FOUND && create) {
        status = make(dynamodb, table, &arena);
    }
    if (status == STATUS_OK) {
        let_expire(dynamodb, table, &arena);
        log_info("table ready", "table=%.*s", SLICE_ARG(table));
    } else {
        log_error("setup failed", "step=table name=%.*s status=%s hint=\"%s\"", SLICE_ARG(table),
                  status_name(status),
                  status == STATUS_NOT_FOUND ? "setup --create-tables makes it"
                                             : "see dynamodb_endpoint and credentials");
    }
    arena_fini(&arena);
    return status;
}
