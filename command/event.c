/*
 * Reads events as DynamoDB sent them.
 */
#include "command/event.h"

#include <stdio.h>

#include "lib/aws/attribute.h"

void event_sort_key(uint64_t version, char out[EVENT_SK_MAX])
{
    (void)snprintf(out, EVENT_SK_MAX, EVENT_PREFIX "%020llu", (unsigned long long)version);
}

struct slice event_text(const struct value *typed, const char *name, const char *tag)
{
    const struct value *content = value_get(value_get(typed, slice_str(name)), slice_str(tag));

    return content && content->type == VALUE_STRING ? content->text : SLICE_EMPTY;
}

bool event_item_is_snapshot(const struct value *typed)
{
    return slice_is(event_text(typed, "SK", "S"), EVENT_SNAPSHOT);
}

enum status event_read(struct arena *arena, const struct value *typed, struct event *out)
{
    const struct value *payload = value_get(typed, slice_str("payload"));
    char sort_key[EVENT_SK_MAX];

    *out = (struct event){.id = event_text(typed, "eventId", "S"),
                          .type = event_text(typed, "eventType", "S")};
    if (out->id.len == 0 || out->type.len == 0 || !payload ||
        slice_parse_u64(event_text(typed, "version", "N"), &out->version) != STATUS_OK ||
        slice_parse_u64(event_text(typed, "timestamp", "N"), &out->timestamp_ms) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    event_sort_key(out->version, sort_key);
    if (!slice_is(event_text(typed, "SK", "S"), sort_key) ||
        attribute_read(arena, payload, &out->payload) != STATUS_OK ||
        out->payload->type != VALUE_MAP) {
        return STATUS_CORRUPT;
    }
    return STATUS_OK;
}
