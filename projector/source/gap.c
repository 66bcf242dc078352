/*
 * Reading missing events.
 *
 *     stored version 4, the stream brings 7:   the events 5 and 6 are asked for, page by page
 *     the time is up after the page with 5:    5 is all; 6 comes with the next transaction
 *
 * The table holds an event before the stream shows it or a later one, so a consistent read that
 * does not find one means that it was never written or that somebody removed it. It is not
 * jumped over: the record that showed the gap is tried for record_patience, then it becomes a dead
 * letter.
 */
#include "projector/source/gap.h"

#include <inttypes.h>
#include <stdio.h>

#include "command/event.h"
#include "command/event_request.h"
#include "lib/aws/attribute.h"
#include "lib/aws/dynamodb.h"
#include "lib/base/clock.h"
#include "projector/source/event.h"

struct gap {
    struct session *session;
    const struct plan_model *model;
    const struct record *record;
    struct arena *arena;
    uint64_t from, until, next; /* next: the event that must come now */
    struct record *events;
};

static enum status refuse(struct gap *gap, const char *why)
{
    (void)snprintf(gap->session->error, sizeof(gap->session->error),
                   "event %" PRIu64 " of %.*s, which comes before %" PRIu64 ": %s", gap->next,
                   SLICE_ARG(gap->record->aggregate), gap->record->version, why);
    return STATUS_INVALID;
}

static enum status take(struct gap *gap, const struct value *typed)
{
    struct record *event = &gap->events[gap->next - gap->from];
    const struct value *item = NULL;

    if (item_read(gap->arena, typed, &item) != STATUS_OK ||
        !event_decode_key(gap->model, item, gap->arena, event)) {
        return refuse(gap, "the table's item cannot be read");
    }
    if (event->version != gap->next) {
        return refuse(gap, "it is not in the table");
    }
    event_decode(gap->model, item, event);
    if (event->fault) {
        return refuse(gap, event->fault);
    }
    gap->next++;
    return STATUS_OK;
}

/* A consistent Query of the record's aggregate. AFTER: as event_range_request has it. */
static enum status ask(struct session *session, const struct record *record, uint64_t from,
                       uint64_t until, const struct value *after, struct arena *arena,
                       struct dynamodb_answer *answer)
{
    const struct plan_aggregate *aggregate = &session->model->aggregate;
    const struct event_stream stream = {aggregate, record->id->text};
    struct slice body = event_range_request(&stream, from, until, after, arena);
    enum status status =
        dynamodb_sync_call(session->dynamodb, DYNAMODB_QUERY, body, arena,
                           clock_deadline(session->settings->dynamodb_timeout), answer);

    if (status != STATUS_OK || !value_get(answer->body, SLICE_LITERAL("Items"))) {
        (void)snprintf(session->error, sizeof(session->error), "Query of %.*s: %s %.*s",
                       SLICE_ARG(aggregate->table), status_name(status),
                       SLICE_ARG(answer->message));
        return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

/* AFTER: the key that the page before ended with; becomes NULL behind the last page. */
static enum status take_page(struct gap *gap, const struct value **after)
{
    struct dynamodb_answer answer = {.body = NULL};
    enum status status =
        ask(gap->session, gap->record, gap->from, gap->until, *after, gap->arena, &answer);
    const struct value *items = value_get(answer.body, SLICE_LITERAL("Items")), *item;

    for (item = status == STATUS_OK ? items->first : NULL; status == STATUS_OK && item;
         item = item->next) {
        status = take(gap, item);
    }
    *after = value_get(answer.body, SLICE_LITERAL("LastEvaluatedKey"));
    return status;
}

enum status gap_event(struct session *session, const struct record *record, uint64_t version,
                      struct arena *arena, struct slice *id_out)
{
    struct dynamodb_answer answer = {.body = NULL};
    enum status status = ask(session, record, version, version, NULL, arena, &answer);
    const struct value *items = value_get(answer.body, SLICE_LITERAL("Items")), *item = NULL;

    *id_out = SLICE_EMPTY;
    if (status == STATUS_OK && items->first && item_read(arena, items->first, &item) == STATUS_OK) {
        *id_out = record_event(&(struct record){.event_id = value_get(item, slice_str(EVENT_ID))});
    }
    return status;
}

enum status gap_fetch(struct session *session, const struct record *record, uint64_t from,
                      uint64_t until, uint64_t until_us, struct arena *arena,
                      struct record **events_out, size_t *count_out)
{
    struct gap gap = {
        .session = session,
        .model = session->model,
        .record = record,
        .arena = arena,
        .from = from,
        .until = until,
        .next = from,
        .events = ARENA_ARRAY(arena, struct record, until - from + 1),
    };
    const struct value *after = NULL;
    enum status status = take_page(&gap, &after);

    while (status == STATUS_OK && after && (gap.next == from || clock_us() < until_us)) {
        status = take_page(&gap, &after);
    }
    if (status == STATUS_OK && !after && gap.next <= until) {
        status = refuse(&gap, "it is not in the table");
    }
    *events_out = gap.events;
    *count_out = (size_t)(gap.next - from);
    return status;
}
