/*
 * Reads events as DynamoDB sent them.
 */
#include "command/event.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/aws/attribute.h"

void event_sort_key(uint64_t version, char out[EVENT_SORT_MAX])
{
    (void)snprintf(out, EVENT_SORT_MAX, EVENT_SORT_PREFIX "%0*" PRIu64, EVENT_SORT_DIGITS, version);
}

enum event_sort event_sort_read(struct slice sort, uint64_t *version_out)
{
    struct slice digits;

    *version_out = 0;
    if (slice_is(sort, EVENT_SORT_SNAPSHOT)) {
        return SORT_SNAPSHOT;
    }
    if (!slice_starts(sort, EVENT_SORT_PREFIX)) {
        return SORT_NONE;
    }
    digits = slice_from(sort, sizeof(EVENT_SORT_PREFIX) - 1);
    return digits.len == EVENT_SORT_DIGITS && slice_parse_u64(digits, version_out) == STATUS_OK
               ? SORT_EVENT
               : SORT_BROKEN;
}

struct slice event_text(const struct value *typed, const char *name, const char *tag)
{
    return value_text(value_get(typed, slice_str(name)), tag);
}

bool event_item_is_snapshot(const struct value *typed)
{
    uint64_t version;

    return event_sort_read(event_text(typed, EVENT_SK, "S"), &version) == SORT_SNAPSHOT;
}

static bool read_number(const struct value *typed, const char *name, uint64_t *out)
{
    return slice_parse_u64(event_text(typed, name, "N"), out) == STATUS_OK;
}

enum status event_read(struct arena *arena, const struct value *typed, struct event *out)
{
    const struct value *payload = value_get(typed, slice_str(EVENT_PAYLOAD));
    uint64_t sorted;

    *out = (struct event){.id = event_text(typed, EVENT_ID, "S"),
                          .type = event_text(typed, EVENT_TYPE, "S")};
    if (out->id.len == 0 || out->type.len == 0 || !payload ||
        !read_number(typed, EVENT_VERSION, &out->version) ||
        !read_number(typed, EVENT_TIMESTAMP, &out->timestamp_ms) ||
        event_sort_read(event_text(typed, EVENT_SK, "S"), &sorted) != SORT_EVENT ||
        sorted != out->version || attribute_read(arena, payload, &out->payload) != STATUS_OK ||
        out->payload->type != VALUE_MAP) {
        return STATUS_CORRUPT;
    }
    return STATUS_OK;
}
