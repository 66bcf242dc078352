/*
 * The items of an event store.
 *
 *     PK CUSTOMER#<id>   SK EVENT#<20 digits>   eventId, eventType, payload (M), timestamp (ms), version, commandId
 *                        SK SNAPSHOT            derived, for the write side only: ignored
 *
 * The key alone says which event of which aggregate it is, so a broken event blocks its aggregate only. An eventType that the plan does not know is a
 * fault, never skipped: the plan may be older than the writer's.
 */
#include "projector/source/event.h"

#include <inttypes.h>

#define KEY_NAME       SLICE_LITERAL("PK")
#define SORT_NAME      SLICE_LITERAL("SK")
#define SORT_PREFIX    "EVENT#"
#define SORT_DIGITS    20
#define SORT_SNAPSHOT  "SNAPSHOT"
#define VERSION_MAX    ((uint64_t)INT64_MAX)
#define EVENT_ID_NAME  SLICE_LITERAL("eventId")
#define TYPE_NAME      SLICE_LITERAL("eventType")
#define PAYLOAD_NAME   SLICE_LITERAL("payload")
#define TIMESTAMP_NAME SLICE_LITERAL("timestamp")
#define VERSION_NAME   SLICE_LITERAL("version")

struct slice event_sort_key(struct arena *arena, uint64_t version)
{
    return arena_printf(arena, SORT_PREFIX "%0*" PRIu64, SORT_DIGITS, version);
}

static struct slice text_of(const struct value *map, struct slice name)
{
    const struct value *value = value_get(map, name);

    return value && value->type == VALUE_STRING ? value->text : SLICE_EMPTY;
}

static bool ignore(struct record *record, const char *notice)
{
    record->kind = RECORD_IGNORED;
    record->notice = notice;
    record->fault = NULL;
    return false;
}

static const struct value *id_of(enum scalar type, struct slice text, struct arena *arena)
{
    return type == SCALAR_STRING ? value_string(arena, text) : value_number(arena, text);
}

bool event_decode_key(const struct plan_model *model, const struct value *keys, struct arena *arena,
                      struct record *record)
{
    const struct plan_aggregate *aggregate = &model->aggregate;
    struct slice key = text_of(keys, KEY_NAME), sort = text_of(keys, SORT_NAME), digits;

    if (slice_is(sort, SORT_SNAPSHOT)) {
        return ignore(record, NULL);
    }
    if (!slice_starts(sort, SORT_PREFIX) || key.len <= aggregate->key_prefix.len ||
        memcmp(key.ptr, aggregate->key_prefix.ptr, aggregate->key_prefix.len) != 0) {
        return ignore(record, "the table holds items that are no events of this model");
    }
    record->kind = RECORD_EVENT;
    record->id = id_of(aggregate->id_type, slice_from(key, aggregate->key_prefix.len), arena);
    record_name(model, arena, record);
    digits = slice_from(sort, sizeof(SORT_PREFIX) - 1);
    if (!record->fault &&
        (digits.len != SORT_DIGITS || slice_parse_u64(digits, &record->version) != STATUS_OK ||
         record->version == 0 || record->version > VERSION_MAX)) {
        record->fault = "its SK is not EVENT# and a version of 20 digits";
    }
    record->has_version = !record->fault;
    return record->has_version;
}

static const char *fault_of(const struct value *item, const struct record *record)
{
    uint64_t version = record->version;
    const struct value *stated = value_get(item, VERSION_NAME);

    if (stated && (record_number(stated, &version) != STATUS_OK || version != record->version)) {
        return "its version is not that of its SK";
    }
    if (!record->image || record->image->type != VALUE_MAP) {
        return "its payload is no map";
    }
    if (record->written_ms == 0) {
        return "its timestamp is no time in milliseconds";
    }
    if (!record->projection) {
        return "its eventType is not known to this plan (is the plan older than the writer's?)";
    }
    return NULL;
}

void event_decode(const struct plan_model *model, const struct value *item, struct record *record)
{
    record->image = value_get(item, PAYLOAD_NAME);
    record->event_id = value_get(item, EVENT_ID_NAME);
    if (record_number(value_get(item, TIMESTAMP_NAME), &record->written_ms) != STATUS_OK) {
        record->written_ms = 0;
    }
    record->projection = plan_projection_find(model, text_of(item, TYPE_NAME));
    record->fault = record->fault ? record->fault : fault_of(item, record);
    if (record->fault || record->projection->ignored) {
        record->projection = NULL;
    }
}
