/*
 * One event of an event store, and its item.
 *
 *     PK = CUSTOMER#<id>  SK = EVENT#<version, 20 digits>   eventId, eventType, payload, timestamp, version [, commandId, commandTimestamp]
 *     PK = CUSTOMER#<id>  SK = SNAPSHOT                     version, fold [, state: absent when the aggregate is deleted]
 */
#ifndef COMMAND_EVENT_H
#define COMMAND_EVENT_H

#include "lib/data/value.h"

#define EVENT_PREFIX   "EVENT#"
#define EVENT_SNAPSHOT "SNAPSHOT"
#define EVENT_SK_MAX   27 /* of an event, with its NUL */

struct event {
    struct slice id, type;
    uint64_t version, timestamp_ms;
    const struct value *payload; /* MAP */
};

/* "EVENT#00000000000000000007" */
void event_sort_key(uint64_t version, char out[EVENT_SK_MAX]);

/* From an item that is an event's. CORRUPT: it is not. */
MUST_CHECK enum status event_read(struct arena *arena, const struct value *typed,
                                  struct event *out);

/* Text of a typed item's member {"S": ...} or {"N": ...}; empty: there is none. */
struct slice event_text(const struct value *typed, const char *name, const char *tag);

bool event_item_is_snapshot(const struct value *typed);

#endif
