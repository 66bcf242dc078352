/*
 * Records of an event store's table. How its items are laid out is said in command/event.h;
 * snapshots are derived, for the write side only, and ignored here.
 *
 * The key alone says which event of which aggregate it is, so a broken event blocks its aggregate
 * only. An eventType that the plan does not know is a fault, never skipped: the plan may be older
 * than the writer's.
 */
#include "projector/source/event.h"

#include "command/event.h"

#define VERSION_MAX ((uint64_t)INT64_MAX)

static bool ignore(struct record *record, const char *notice)
{
    record->kind = RECORD_IGNORED;
    record->notice = notice;
    record->fault = NULL;
    return false;
}

static const struct value *id_of(enum scalar type, struct slice text, struct arena *arena)
{
    return scalar_is_text(type) ? value_string(arena, text) : value_number(arena, text);
}

bool event_decode_key(const struct plan_model *model, const struct value *keys, struct arena *arena,
                      struct record *record)
{
    const struct plan_aggregate *aggregate = &model->aggregate;
    struct slice key = value_text(keys, EVENT_PK);
    uint64_t version;
    enum event_sort sort = event_sort_read(value_text(keys, EVENT_SK), &version);

    if (sort == SORT_SNAPSHOT) {
        return ignore(record, NULL);
    }
    if (sort == SORT_NONE || key.len <= aggregate->key_prefix.len ||
        memcmp(key.ptr, aggregate->key_prefix.ptr, aggregate->key_prefix.len) != 0) {
        return ignore(record, "the table holds items that are no events of this model");
    }
    record->kind = RECORD_EVENT;
    record->id = id_of(aggregate->id_type, slice_from(key, aggregate->key_prefix.len), arena);
    record_name(model, arena, record);
    if (!record->fault) {
        record->version = version;
        record->fault = sort == SORT_BROKEN || version == 0 || version > VERSION_MAX
                            ? "its SK is not EVENT# and a version of 20 digits"
                            : NULL;
    }
    record->has_version = !record->fault;
    return record->has_version;
}

static const char *fault_of(const struct value *item, const struct record *record)
{
    uint64_t version = record->version;
    const struct value *stated = value_get(item, slice_str(EVENT_VERSION));

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
    record->image = value_get(item, slice_str(EVENT_PAYLOAD));
    record->event_id = value_get(item, slice_str(EVENT_ID));
    if (record_number(value_get(item, slice_str(EVENT_TIMESTAMP)), &record->written_ms) !=
        STATUS_OK) {
        record->written_ms = 0;
    }
    record->projection = plan_projection_find(model, value_text(item, EVENT_TYPE));
    record->fault = record->fault ? record->fault : fault_of(item, record);
    if (record->fault || record->projection->ignored) {
        record->projection = NULL;
    }
}
