/*
 * The bodies of the requests for an event store's table. Pure: values in, JSON out.
 */
#ifndef COMMAND_EVENT_REQUEST_H
#define COMMAND_EVENT_REQUEST_H

#include "command/aggregate.h"

/* Which stream of events: a model and an id's canonical text. */
struct event_stream {
    const struct plan_aggregate *aggregate;
    struct slice id;
};

/*
 * PutItem, or a transaction's Put, on the condition that there is no event of that version.
 * TOO_LARGE: a number that DynamoDB does not hold.
 */
MUST_CHECK enum status event_put_request(const struct event_stream *stream,
                                         const struct event *event, struct slice command_id,
                                         uint64_t sent_ms, struct arena *arena, struct slice *out);

/* A consistent GetItem of one event. */
struct slice event_get_request(const struct event_stream *stream, uint64_t version,
                               struct arena *arena);

/* A consistent Query: the snapshot and the last events, newest first. */
struct slice event_look_request(const struct event_stream *stream, struct arena *arena);

#define EVENT_VERSION_ANY UINT64_MAX /* as the end of a range: all that follow */

/*
 * A consistent Query: the events FROM to UNTIL, oldest first. AFTER: the LastEvaluatedKey of the
 * page before; NULL: the first page.
 */
struct slice event_range_request(const struct event_stream *stream, uint64_t from, uint64_t until,
                                 const struct value *after, struct arena *arena);

/*
 * PutItem, or a transaction's Put. unless_later: on the condition that no later snapshot of the
 * same fold is there; without it for who writes the events too, for their condition says more.
 * TOO_LARGE: DynamoDB holds no such item.
 */
MUST_CHECK enum status snapshot_put_request(const struct event_stream *stream,
                                            const struct aggregate *aggregate, const char *fold,
                                            bool unless_later, struct arena *arena,
                                            struct slice *out);

#endif
