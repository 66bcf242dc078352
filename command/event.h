/*
 * One event of an event store, and how its items are laid out. Nobody else knows the layout: the
 * projector reads items and ranges of events by what is declared here and in event_request.h.
 *
 *     PK = CUSTOMER#<id>  SK = EVENT#<version, 20 digits>   eventId, eventType, payload, timestamp,
 *                                                           version [, commandId, commandTimestamp]
 *     PK = CUSTOMER#<id>  SK = SNAPSHOT                     version, fold [, state: absent when the
 *                                                           aggregate is deleted]
 */
#ifndef COMMAND_EVENT_H
#define COMMAND_EVENT_H

#include "lib/data/value.h"

/* Attributes. */
#define EVENT_PK                "PK"
#define EVENT_SK                "SK"
#define EVENT_ID                "eventId"
#define EVENT_TYPE              "eventType"
#define EVENT_PAYLOAD           "payload"
#define EVENT_TIMESTAMP         "timestamp"
#define EVENT_VERSION           "version" /* of snapshots too */
#define EVENT_COMMAND_ID        "commandId"
#define EVENT_COMMAND_TIMESTAMP "commandTimestamp"
#define SNAPSHOT_FOLD           "fold"
#define SNAPSHOT_STATE          "state"

#define EVENT_SORT_PREFIX   "EVENT#"
#define EVENT_SORT_SNAPSHOT "SNAPSHOT"
#define EVENT_SORT_DIGITS   20
#define EVENT_SORT_MAX      27 /* of an event, with its NUL */

struct event {
    struct slice id, type;
    uint64_t version, timestamp_ms;
    const struct value *payload; /* MAP */
};

/* "EVENT#00000000000000000007" */
void event_sort_key(uint64_t version, char out[EVENT_SORT_MAX]);

enum event_sort {
    SORT_NONE, /* of neither */
    SORT_SNAPSHOT,
    SORT_EVENT,
    SORT_BROKEN, /* begins as an event's, but a version of 20 digits does not follow */
};

/* What an item with the sort key SORT is. *version_out: of an event; else 0. */
enum event_sort event_sort_read(struct slice sort, uint64_t *version_out);

/* From an item that is an event's. CORRUPT: it is not. */
MUST_CHECK enum status event_read(struct arena *arena, const struct value *typed,
                                  struct event *out);

/* Text of a typed item's member {"S": ...} or {"N": ...}; empty: there is none. */
struct slice event_text(const struct value *typed, const char *name, const char *tag);

bool event_item_is_snapshot(const struct value *typed);

#endif
