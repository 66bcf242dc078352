/*
 * GetShardIterator and GetRecords.
 *
 *     position --GetShardIterator--> iterator --GetRecords--> records, next iterator
 *                                                             (none: the shard ended)
 *
 * Invariants: an iterator lives in memory only (it expires after 15 minutes; a position stays true
 * for as long as the stream holds it); after any failure it is asked for anew from the position of
 * the last record that was handed out.
 */
#include "projector/source/stream.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/data/json_add.h"

void stream_fini(struct stream *stream)
{
    buf_fini(&stream->iterator);
}

void stream_seek(struct stream *stream, const char *position)
{
    buf_clear(&stream->iterator);
    (void)snprintf(stream->position, sizeof(stream->position), "%s", position);
}

static enum status call(struct stream *stream, enum dynamodb_operation operation,
                        const struct buf *body, struct arena *arena, struct dynamodb_answer *answer)
{
    *answer = (struct dynamodb_answer){.body = NULL};
    return dynamodb_sync_call(stream->dynamodb, operation, buf_slice(body), arena,
                              clock_deadline(stream->timeout_us), answer);
}

/* DynamoDB Local says ResourceNotFound of a shard that was trimmed; AWS says TrimmedDataAccess. */
static enum status trimmed_if_gone(enum status status)
{
    return status == STATUS_NOT_FOUND ? STATUS_TRIMMED : status;
}

static enum status find_iterator(struct stream *stream, struct arena *arena)
{
    struct dynamodb_answer answer;
    struct buf body = {0};
    bool from_start = stream->position[0] == '\0';
    enum status status;

    json_add_object(&body, NULL);
    json_add_string(&body, "StreamArn", stream->arn);
    json_add_string(&body, "ShardId", stream->shard);
    json_add_string(&body, "ShardIteratorType",
                    from_start ? SLICE_LITERAL("TRIM_HORIZON")
                               : SLICE_LITERAL("AFTER_SEQUENCE_NUMBER"));
    if (!from_start) {
        json_add_string(&body, "SequenceNumber", slice_str(stream->position));
    }
    json_add_end(&body, '}');
    status = trimmed_if_gone(call(stream, DYNAMODB_GET_SHARD_ITERATOR, &body, arena, &answer));
    buf_fini(&body);
    if (status == STATUS_OK) {
        buf_clear(&stream->iterator);
        buf_append(&stream->iterator, value_text(answer.body, "ShardIterator"));
        status = stream->iterator.len > 0 ? STATUS_OK : STATUS_CORRUPT;
    }
    return status;
}

static void advance(struct stream *stream, const struct value *records, struct slice next)
{
    struct slice position = SLICE_EMPTY;

    if (records->last) {
        position =
            value_text(value_get(records->last, SLICE_LITERAL("dynamodb")), "SequenceNumber");
    }
    if (position.len > 0 && position.len < sizeof(stream->position)) {
        memcpy(stream->position, position.ptr, position.len);
        stream->position[position.len] = '\0';
    }
    buf_clear(&stream->iterator);
    buf_append(&stream->iterator, next);
}

static enum status get_records(struct stream *stream, unsigned int limit, struct arena *arena,
                               struct fetched *out)
{
    struct dynamodb_answer answer;
    struct buf body = {0};
    enum status status;

    json_add_object(&body, NULL);
    json_add_string(&body, "ShardIterator", buf_slice(&stream->iterator));
    json_add_u64(&body, "Limit", limit);
    json_add_end(&body, '}');
    status = call(stream, DYNAMODB_GET_RECORDS, &body, arena, &answer);
    buf_fini(&body);
    if (status != STATUS_OK) {
        buf_clear(&stream->iterator);
        return answer.iterator_expired ? STATUS_UNAVAILABLE : trimmed_if_gone(status);
    }
    out->records = value_get(answer.body, SLICE_LITERAL("Records"));
    if (!out->records || out->records->type != VALUE_LIST) {
        buf_clear(&stream->iterator);
        return STATUS_CORRUPT;
    }
    out->end = value_text(answer.body, "NextShardIterator").len == 0;
    advance(stream, out->records, value_text(answer.body, "NextShardIterator"));
    return STATUS_OK;
}

enum status stream_fetch(struct stream *stream, unsigned int limit, struct arena *arena,
                         struct fetched *out)
{
    bool fresh = stream->iterator.len == 0;
    enum status status = STATUS_OK;

    *out = (struct fetched){.end = false};
    if (fresh) {
        status = find_iterator(stream, arena);
    }
    if (status == STATUS_OK) {
        status = get_records(stream, limit, arena, out);
    }
    /*
     * An iterator can be behind the shard's oldest record where the position is not: DynamoDB Local
     * says so of one made while the shard was empty, when its first record comes. The position
     * decides.
     */
    return status == STATUS_TRIMMED && !fresh ? stream_fetch(stream, limit, arena, out) : status;
}
