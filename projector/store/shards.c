/*
 * Shards of a stream.
 *
 *     parent (closed) ---> child (open)      a child is read when its parent was read to its end,
 *              \---------> child (open)      or its records would overtake earlier ones
 *
 * Late children (not listed yet when the parent ended) come with a later listing; an open parent's
 * child waits like any other; a closed empty shard is read like any other and ends at once. A
 * parent that went away unread is a gap: said, never jumped over.
 */
#include "projector/store/shards.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/data/json_add.h"
#include "projector/store/statement.h"

#define PAGES_MAX 1000 /* of 100 shards each */

/* ------------------------------------------------------------------ listing */

static enum status describe_page(struct dynamodb_sync *dynamodb, struct slice arn,
                                 struct slice after, uint64_t timeout_us, struct arena *arena,
                                 const struct value **description_out)
{
    struct dynamodb_answer answer = {.body = NULL};
    struct buf body = {0};
    enum status status;

    json_add_object(&body, NULL);
    json_add_string(&body, "StreamArn", arn);
    if (after.len > 0) {
        json_add_string(&body, "ExclusiveStartShardId", after);
    }
    json_add_end(&body, '}');
    status = dynamodb_sync_call(dynamodb, DYNAMODB_DESCRIBE_STREAM, buf_slice(&body), arena,
                                clock_deadline(timeout_us), &answer);
    buf_fini(&body);
    *description_out = value_get(answer.body, SLICE_LITERAL("StreamDescription"));
    return status == STATUS_OK && !*description_out ? STATUS_CORRUPT : status;
}

static void append_page(struct shard_list *list, const struct value *shards, struct arena *arena)
{
    struct shard *items = ARENA_ARRAY(arena, struct shard, list->count + shards->count);
    const struct value *shard;

    if (list->count > 0) {
        memcpy(items, list->items, list->count * sizeof(*items));
    }
    for (shard = shards->first; shard; shard = shard->next) {
        items[list->count].id = value_text(shard, "ShardId");
        items[list->count++].parent = value_text(shard, "ParentShardId");
    }
    list->items = items;
}

enum status shards_describe(struct dynamodb_sync *dynamodb, struct slice arn, uint64_t timeout_us,
                            struct arena *arena, struct shard_list *out)
{
    struct slice after = SLICE_EMPTY;
    unsigned int page;

    *out = (struct shard_list){.count = 0};
    for (page = 0; page < PAGES_MAX; page++) {
        const struct value *description = NULL, *shards;
        enum status status = describe_page(dynamodb, arn, after, timeout_us, arena, &description);

        if (status != STATUS_OK) {
            return status;
        }
        shards = value_get(description, SLICE_LITERAL("Shards"));
        if (shards && shards->count > 0) {
            append_page(out, shards, arena);
        }
        after = value_text(description, "LastEvaluatedShardId");
        if (after.len == 0) {
            return STATUS_OK;
        }
    }
    return STATUS_TOO_LARGE;
}

/* ------------------------------------------------------------------ rows */

enum status shards_known(struct sql_conn *sql, struct slice database, struct arena *arena,
                         struct shard_rows *out)
{
    struct sql_rows rows;
    enum status status =
        statement_run(sql, database, arena, &rows,
                      "SELECT shard, parent, stream, finished FROM twofold_checkpoint", "");
    size_t i;

    *out = (struct shard_rows){.count = 0};
    if (status != STATUS_OK) {
        return status;
    }
    out->items = ARENA_ARRAY(arena, struct shard_row, rows.row_count);
    for (i = 0; i < rows.row_count; i++) {
        out->items[out->count++] = (struct shard_row){
            .id = cell_text(&rows, i, 0),
            .parent = cell_text(&rows, i, 1),
            .stream = cell_text(&rows, i, 2),
            .finished = cell_u64(&rows, i, 3) != 0,
        };
    }
    return STATUS_OK;
}

static const struct shard_row *row_of(const struct shard_rows *rows, struct slice id)
{
    size_t i;

    for (i = 0; i < rows->count; i++) {
        if (slice_eq(rows->items[i].id, id)) {
            return &rows->items[i];
        }
    }
    return NULL;
}

static bool is_listed(const struct shard_list *list, struct slice id)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        if (slice_eq(list->items[i].id, id)) {
            return true;
        }
    }
    return false;
}

static bool is_first_listing(const struct shard_rows *rows, struct slice arn)
{
    size_t i;

    for (i = 0; i < rows->count; i++) {
        if (slice_eq(rows->items[i].stream, arn)) {
            return false;
        }
    }
    return true;
}

static enum status add_missing(struct sql_conn *sql, struct slice database, struct slice arn,
                               const struct shard_list *list, const struct shard_rows *rows)
{
    bool first = is_first_listing(rows, arn);
    struct arena arena = {0};
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < list->count; i++) {
        const struct shard *shard = &list->items[i];
        bool root = shard->parent.len == 0 || (first && !is_listed(list, shard->parent));

        if (row_of(rows, shard->id)) {
            continue;
        }
        status =
            statement_run(sql, database, &arena, NULL,
                          "INSERT INTO twofold_checkpoint (shard, stream, parent)"
                          " VALUES (?, ?, NULLIF(?, '')) ON DUPLICATE KEY UPDATE shard = shard",
                          "SSS", shard->id, arn, root ? SLICE_EMPTY : shard->parent);
    }
    arena_fini(&arena);
    return status;
}

enum status shards_add(struct sql_conn *sql, struct slice database, struct slice arn,
                       const struct shard_list *list, const struct shard_rows *rows)
{
    enum status status = sql_begin(sql);

    if (rows->count > 0 && is_first_listing(rows, arn)) {
        log_warn("stream replaced",
                 "database=%.*s arn=%.*s hint=\"what was written between the two needs a rebuild\"",
                 SLICE_ARG(database), SLICE_ARG(arn));
    }
    if (status == STATUS_OK) {
        status = add_missing(sql, database, arn, list, rows);
    }
    if (status == STATUS_OK) {
        return sql_commit(sql);
    }
    sql_rollback(sql);
    return status;
}

/* ------------------------------------------------------------------ order */

enum shard_state shard_state(const struct shard_list *list, const struct shard_rows *rows,
                             const struct shard *shard)
{
    const struct shard_row *row = row_of(rows, shard->id), *parent;

    if (!row) {
        return SHARD_NEW;
    }
    if (row->finished) {
        return SHARD_DONE;
    }
    if (row->parent.len == 0) {
        return SHARD_READY;
    }
    parent = row_of(rows, row->parent);
    if (parent && parent->finished) {
        return SHARD_READY;
    }
    return is_listed(list, row->parent) ? SHARD_WAITS : SHARD_GAP;
}
