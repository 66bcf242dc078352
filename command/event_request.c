/*
 * PutItem, GetItem and Query for an event store.
 *
 * Invariants: every attribute is in an expression as a # name; what an expression does not use is
 * not declared; every read is consistent.
 */
#include "command/event_request.h"

#include <string.h>

#include "lib/aws/attribute.h"
#include "lib/data/json_add.h"

#define LOOK_WITHOUT_SNAPSHOTS 100 /* events, when there are no snapshots to meet */

/* AWS, "Item size"; our text of one is larger than what they count. */
#define ITEM_MAX ((size_t)400 << 10)

/* Behind each event that there can be. */
#define SORT_END EVENT_SORT_PREFIX "99999999999999999999"

static void open_body(struct buf *body, const struct event_stream *stream)
{
    json_add_object(body, NULL);
    json_add_string(body, "TableName", stream->aggregate->table);
}

static struct slice partition_of(const struct event_stream *stream, struct arena *arena)
{
    struct slice prefix = stream->aggregate->key_prefix;
    char *text = arena_bytes(arena, prefix.len + stream->id.len);

    memcpy(text, prefix.ptr, prefix.len);
    memcpy(text + prefix.len, stream->id.ptr, stream->id.len);
    return slice_of(text, prefix.len + stream->id.len);
}

/* Opens the object NAME with the key of one item. */
static void open_item(struct buf *body, const char *name, const struct event_stream *stream,
                      const char *sort_key, struct arena *arena)
{
    json_add_object(body, name);
    attribute_add_text(body, EVENT_PK, partition_of(stream, arena));
    attribute_add_text(body, EVENT_SK, slice_str(sort_key));
}

/* ------------------------------------------------------------------ writing events */

static enum status add_event(struct buf *body, const struct event_stream *stream,
                             const struct event *event, struct slice command_id, uint64_t sent_ms,
                             struct arena *arena)
{
    char sort_key[EVENT_SORT_MAX];
    enum status status;

    event_sort_key(event->version, sort_key);
    open_item(body, "Item", stream, sort_key, arena);
    attribute_add_text(body, EVENT_ID, event->id);
    attribute_add_text(body, EVENT_TYPE, event->type);
    attribute_add_number(body, EVENT_TIMESTAMP, event->timestamp_ms);
    attribute_add_number(body, EVENT_VERSION, event->version);
    if (command_id.len > 0) {
        attribute_add_text(body, EVENT_COMMAND_ID, command_id);
    }
    if (sent_ms > 0) {
        attribute_add_number(body, EVENT_COMMAND_TIMESTAMP, sent_ms);
    }
    status = attribute_add_value(body, EVENT_PAYLOAD, event->payload);
    json_add_end(body, '}');
    return status;
}

enum status event_put_request(const struct event_stream *stream, const struct event *event,
                              struct slice command_id, uint64_t sent_ms, struct arena *arena,
                              struct slice *out)
{
    struct buf body = {0};
    enum status status;

    open_body(&body, stream);
    status = add_event(&body, stream, event, command_id, sent_ms, arena);
    json_add_string(&body, "ConditionExpression", SLICE_LITERAL("attribute_not_exists(#key)"));
    json_add_string(&body, "ReturnValuesOnConditionCheckFailure", SLICE_LITERAL("ALL_OLD"));
    json_add_object(&body, "ExpressionAttributeNames");
    json_add_string(&body, "#key", SLICE_LITERAL(EVENT_PK));
    json_add_end(&body, '}');
    *out = json_add_close(&body, arena);
    return status;
}

/* ------------------------------------------------------------------ reading events */

struct slice event_get_request(const struct event_stream *stream, uint64_t version,
                               struct arena *arena)
{
    struct buf body = {0};
    char sort_key[EVENT_SORT_MAX];

    event_sort_key(version, sort_key);
    open_body(&body, stream);
    open_item(&body, "Key", stream, sort_key, arena);
    json_add_end(&body, '}');
    json_add_bool(&body, "ConsistentRead", true);
    return json_add_close(&body, arena);
}

static void open_query(struct buf *body, const struct event_stream *stream, const char *from,
                       const char *to, struct arena *arena)
{
    open_body(body, stream);
    json_add_bool(body, "ConsistentRead", true);
    json_add_string(body, "KeyConditionExpression",
                    SLICE_LITERAL("#pk = :pk AND #sk BETWEEN :from AND :to"));
    json_add_object(body, "ExpressionAttributeNames");
    json_add_string(body, "#pk", SLICE_LITERAL(EVENT_PK));
    json_add_string(body, "#sk", SLICE_LITERAL(EVENT_SK));
    json_add_end(body, '}');
    json_add_object(body, "ExpressionAttributeValues");
    attribute_add_text(body, ":pk", partition_of(stream, arena));
    attribute_add_text(body, ":from", slice_str(from));
    attribute_add_text(body, ":to", slice_str(to));
    json_add_end(body, '}');
}

struct slice event_look_request(const struct event_stream *stream, struct arena *arena)
{
    unsigned int every = stream->aggregate->snapshot_every;
    struct buf body = {0};

    open_query(&body, stream, EVENT_SORT_PREFIX, EVENT_SORT_SNAPSHOT, arena);
    json_add_bool(&body, "ScanIndexForward", false);
    json_add_u64(&body, "Limit", every > 0 ? 2 * every + 1 : LOOK_WITHOUT_SNAPSHOTS);
    return json_add_close(&body, arena);
}

struct slice event_range_request(const struct event_stream *stream, uint64_t from, uint64_t until,
                                 const struct value *after, struct arena *arena)
{
    char first[EVENT_SORT_MAX], last[EVENT_SORT_MAX];
    struct buf body = {0};

    event_sort_key(from, first);
    event_sort_key(until, last);
    open_query(&body, stream, first, until == EVENT_VERSION_ANY ? SORT_END : last, arena);
    if (after) {
        json_add_value(&body, "ExclusiveStartKey", after);
    }
    return json_add_close(&body, arena);
}

/* ------------------------------------------------------------------ snapshots */

static void add_unless_later(struct buf *body, uint64_t version, const char *fold)
{
    json_add_string(body, "ConditionExpression",
                    SLICE_LITERAL("attribute_not_exists(#key) OR #version < :version OR "
                                  "#fold <> :fold"));
    json_add_object(body, "ExpressionAttributeNames");
    json_add_string(body, "#key", SLICE_LITERAL(EVENT_PK));
    json_add_string(body, "#version", SLICE_LITERAL(EVENT_VERSION));
    json_add_string(body, "#fold", SLICE_LITERAL(SNAPSHOT_FOLD));
    json_add_end(body, '}');
    json_add_object(body, "ExpressionAttributeValues");
    attribute_add_text(body, ":fold", slice_str(fold));
    attribute_add_number(body, ":version", version);
    json_add_end(body, '}');
}

enum status snapshot_put_request(const struct event_stream *stream,
                                 const struct aggregate *aggregate, const char *fold,
                                 bool unless_later, struct arena *arena, struct slice *out)
{
    struct buf body = {0};
    enum status status = STATUS_OK;

    open_body(&body, stream);
    open_item(&body, "Item", stream, EVENT_SORT_SNAPSHOT, arena);
    attribute_add_number(&body, EVENT_VERSION, aggregate->version);
    attribute_add_text(&body, SNAPSHOT_FOLD, slice_str(fold));
    if (aggregate->exists) {
        status = attribute_add_value(&body, SNAPSHOT_STATE, aggregate->state);
    }
    json_add_end(&body, '}');
    if (unless_later) {
        add_unless_later(&body, aggregate->version, fold);
    }
    *out = json_add_close(&body, arena);
    return status == STATUS_OK && out->len > ITEM_MAX ? STATUS_TOO_LARGE : status;
}
