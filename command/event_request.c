/*
 * PutItem, GetItem and Query for an event store.
 *
 * Invariants: every attribute stands in an expression as a # name; what an expression does not use is not declared; every read is consistent.
 */
#include "command/event_request.h"

#include "lib/aws/attribute.h"
#include "lib/data/json.h"

#define LOOK_WITHOUT_SNAPSHOTS 100 /* events, when there are no snapshots to meet */
#define ITEM_MAX \
    ((size_t)400 << 10) /* AWS, "Item size"; our text of one is larger than what they count */

static void open_body(struct buf *body, const struct event_stream *stream)
{
    buf_append_str(body, "{\"TableName\":");
    json_write_string(body, stream->aggregate->table);
}

static void add_partition(struct buf *body, const struct event_stream *stream, const char *name)
{
    struct buf text = {0};

    buf_append(&text, stream->aggregate->key_prefix);
    buf_append(&text, stream->id);
    buf_printf(body, "\"%s\":{\"S\":", name);
    json_write_string(body, buf_slice(&text));
    buf_append_char(body, '}');
    buf_fini(&text);
}

static void add_text(struct buf *body, const char *name, struct slice text)
{
    buf_printf(body, ",\"%s\":{\"S\":", name);
    json_write_string(body, text);
    buf_append_char(body, '}');
}

static void add_number(struct buf *body, const char *name, uint64_t number)
{
    buf_printf(body, ",\"%s\":{\"N\":\"", name);
    buf_append_u64(body, number);
    buf_append_str(body, "\"}");
}

static struct slice close_body(struct buf *body, const char *rest, struct arena *arena)
{
    struct slice out;

    buf_append_str(body, rest);
    out = arena_copy(arena, buf_slice(body));
    buf_fini(body);
    return out;
}

enum status event_put_request(const struct event_stream *stream, const struct event *event,
                              struct slice command_id, uint64_t sent_ms, struct arena *arena,
                              struct slice *out)
{
    struct buf body = {0};
    char sort_key[EVENT_SK_MAX];
    enum status status;

    event_sort_key(event->version, sort_key);
    open_body(&body, stream);
    buf_append_str(&body, ",\"Item\":{");
    add_partition(&body, stream, "PK");
    add_text(&body, "SK", slice_str(sort_key));
    add_text(&body, "eventId", event->id);
    add_text(&body, "eventType", event->type);
    add_number(&body, "timestamp", event->timestamp_ms);
    add_number(&body, "version", event->version);
    if (command_id.len > 0) {
        add_text(&body, "commandId", command_id);
    }
    if (sent_ms > 0) {
        add_number(&body, "commandTimestamp", sent_ms);
    }
    buf_append_str(&body, ",\"payload\":");
    status = attribute_write(&body, event->payload);
    *out = close_body(&body,
                      "},\"ConditionExpression\":\"attribute_not_exists(#key)\","
                      "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
                      "\"ExpressionAttributeNames\":{\"#key\":\"PK\"}}",
                      arena);
    return status;
}

struct slice event_get_request(const struct event_stream *stream, uint64_t version,
                               struct arena *arena)
{
    struct buf body = {0};
    char sort_key[EVENT_SK_MAX];

    event_sort_key(version, sort_key);
    open_body(&body, stream);
    buf_append_str(&body, ",\"Key\":{");
    add_partition(&body, stream, "PK");
    add_text(&body, "SK", slice_str(sort_key));
    return close_body(&body, "},\"ConsistentRead\":true}", arena);
}

static struct slice query(const struct event_stream *stream, const char *from, const char *to,
                          const char *rest, struct arena *arena)
{
    struct buf body = {0};

    open_body(&body, stream);
    buf_append_str(&body, ",\"ConsistentRead\":true,"
                          "\"KeyConditionExpression\":\"#pk = :pk AND #sk BETWEEN :from AND :to\","
                          "\"ExpressionAttributeNames\":{\"#pk\":\"PK\",\"#sk\":\"SK\"},"
                          "\"ExpressionAttributeValues\":{");
    add_partition(&body, stream, ":pk");
    add_text(&body, ":from", slice_str(from));
    add_text(&body, ":to", slice_str(to));
    buf_append_char(&body, '}');
    return close_body(&body, rest, arena);
}

struct slice event_look_request(const struct event_stream *stream, struct arena *arena)
{
    unsigned int every = stream->aggregate->snapshot_every;
    unsigned int limit = every > 0 ? 2 * every + 1 : LOOK_WITHOUT_SNAPSHOTS;
    char *rest =
        arena_cstr(arena, arena_printf(arena, ",\"ScanIndexForward\":false,\"Limit\":%u}", limit));

    return query(stream, EVENT_PREFIX, EVENT_SNAPSHOT, rest, arena);
}

struct slice event_query_request(const struct event_stream *stream, uint64_t version,
                                 struct arena *arena)
{
    char from[EVENT_SK_MAX];

    event_sort_key(version, from);
    return query(stream, from, EVENT_PREFIX "99999999999999999999", "}", arena);
}

static void add_unless_later(struct buf *body, uint64_t version, const char *fold)
{
    buf_append_str(body, ",\"ConditionExpression\":\"attribute_not_exists(#key) OR "
                         "#version < :version OR #fold <> :fold\","
                         "\"ExpressionAttributeNames\":{\"#key\":\"PK\",\"#version\":\"version\","
                         "\"#fold\":\"fold\"},\"ExpressionAttributeValues\":{\":fold\":{\"S\":");
    json_write_string(body, slice_str(fold));
    buf_append_char(body, '}');
    add_number(body, ":version", version);
    buf_append_char(body, '}');
}

enum status snapshot_put_request(const struct event_stream *stream,
                                 const struct aggregate *aggregate, const char *fold,
                                 bool unless_later, struct arena *arena, struct slice *out)
{
    struct buf body = {0};
    enum status status = STATUS_OK;

    open_body(&body, stream);
    buf_append_str(&body, ",\"Item\":{");
    add_partition(&body, stream, "PK");
    add_text(&body, "SK", slice_str(EVENT_SNAPSHOT));
    add_number(&body, "version", aggregate->version);
    add_text(&body, "fold", slice_str(fold));
    if (aggregate->exists) {
        buf_append_str(&body, ",\"state\":");
        status = attribute_write(&body, aggregate->state);
    }
    buf_append_char(&body, '}');
    if (unless_later) {
        add_unless_later(&body, aggregate->version, fold);
    }
    *out = close_body(&body, "}", arena);
    return status == STATUS_OK && out->len > ITEM_MAX ? STATUS_TOO_LARGE : status;
}
