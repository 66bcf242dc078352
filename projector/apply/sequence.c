/*
 * The order of a batch.
 *
 *     stored    c:4
 *     stream    c:4  c:6  d:1  c:5  c:8         events of one transaction may come out of order,
 *                                               and again
 *     order     c:4  c:5  d:1  c:6  c:8         an aggregate's events on their aggregate's places
 *     applied        c:5  d:1  c:6  c:7  c:8    4 was applied before; 7 comes from the
 *                                               table (projector/source/gap.c)
 *
 * Invariant: of an event store, the versions that are applied of one aggregate are stored + 1,
 * stored + 2, ... without a gap. A gap of more than GAP_MAX events, or of more than are read in a
 * third of shard_lease, is closed by several transactions that leave the position where it is, its
 * record alone in each.
 */
#include "projector/apply/sequence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "projector/apply/apply.h"
#include "projector/source/gap.h"
#include "projector/store/aggregates.h"

/* Questions to the table while rows are locked: half a second at 10 ms each. */
#define ASKED_MAX 50
/*
 * Of shard_lease: how long the table is asked while SQL hears nothing. Behind a whole lease the
 * server would end the session (store/connection.c), and the batch begin anew without an end.
 */
#define ASKING_PART 3

/* ------------------------------------------------------------------ state stores */

/* Those whose first record in this batch names no version. */
static enum status read_missing(struct session *session, const struct record *records, size_t count,
                                struct arena *arena, struct versions *versions)
{
    size_t *missing = ARENA_ARRAY(arena, size_t, count);
    size_t missing_count = 0, i;

    for (i = 0; i < count; i++) {
        size_t before = versions->count;
        size_t place = versions_place(versions, records[i].aggregate);

        if (place == before && !records[i].has_version) {
            missing[missing_count++] = place;
        }
    }
    return aggregates_read(session, versions, missing, missing_count, arena);
}

static enum status sequence_changes(struct session *session, struct record *records, size_t count,
                                    struct arena *arena, struct sequence *out)
{
    struct versions *versions = &out->versions;
    enum status status = read_missing(session, records, count, arena, versions);
    size_t i;

    for (i = 0; status == STATUS_OK && i < count; i++) {
        struct record *record = &records[i];
        uint64_t *stored = &versions->items[versions_place(versions, record->aggregate)].version;

        if (!record->has_version) {
            record->version = *stored + (record->kind == RECORD_DELETE ? 1 : 0);
        }
        *stored = record->version;
    }
    out->records = records;
    out->count = count;
    return status;
}

/* ------------------------------------------------------------------ the order of events */

struct rank {
    size_t place, at;
    uint64_t version;
};

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_version(const void *left, const void *right)
{
    const struct rank *a = left, *b = right;
    int order = compare(a->place, b->place);

    order = order != 0 ? order : compare(a->version, b->version);
    return order != 0 ? order : compare(a->at, b->at);
}

static bool is_ordered(const struct record *records, const size_t *places, size_t count,
                       struct arena *arena)
{
    uint64_t *last = ARENA_ARRAY(arena, uint64_t, count);
    size_t i;

    for (i = 0; i < count; i++) {
        if (records[i].version < last[places[i]]) {
            return false;
        }
        last[places[i]] = records[i].version;
    }
    return true;
}

void sequence_order(struct record *records, const size_t *places, size_t count, struct arena *arena)
{
    struct rank *ranks;
    struct record *copy;
    size_t *next, i;

    if (is_ordered(records, places, count, arena)) {
        return;
    }
    ranks = ARENA_ARRAY(arena, struct rank, count);
    copy = ARENA_ARRAY(arena, struct record, count);
    next = ARENA_ARRAY(arena, size_t, count); /* of each aggregate: the rank that comes next */
    for (i = 0; i < count; i++) {
        ranks[i] = (struct rank){.place = places[i], .at = i, .version = records[i].version};
        copy[i] = records[i];
    }
    qsort(ranks, count, sizeof(*ranks), by_version);
    for (i = count; i > 0; i--) {
        next[ranks[i - 1].place] = i - 1;
    }
    for (i = 0; i < count; i++) {
        records[i] = copy[ranks[next[places[i]]++].at];
    }
}

/* ------------------------------------------------------------------ events */

static void append(struct sequence *sequence, const struct record *record, struct arena *arena)
{
    if (sequence->count == sequence->room) {
        struct record *wider = ARENA_ARRAY(arena, struct record, 2 * sequence->room);

        memcpy(wider, sequence->records, sequence->count * sizeof(*wider));
        sequence->records = wider;
        sequence->room *= 2;
    }
    sequence->records[sequence->count++] = *record;
}

/* One record alone may always ask: what it gets of its gap is committed. */
static enum status may_ask(struct session *session, const struct sequence *sequence)
{
    return sequence->alone || clock_us() < sequence->ask_until_us
               ? STATUS_OK
               : session_refuse(session, STATUS_TOO_LARGE,
                                "the event table is asked for a third of shard_lease already");
}

/* LAST: the version that it came to, UNTIL or less. */
static enum status fill(struct session *session, const struct record *record, uint64_t from,
                        uint64_t until, struct arena *arena, struct slots *slots,
                        struct sequence *out, uint64_t *last)
{
    struct record *events = NULL;
    size_t count = 0, i;
    enum status status = may_ask(session, out);

    if (status == STATUS_OK) {
        status = gap_fetch(session, record, from, until, out->ask_until_us, arena, &events, &count);
    }
    *last = from + count - 1;
    for (i = 0; status == STATUS_OK && i < count; i++) {
        const char *why;

        status = apply_tags(&events[i], arena, slots, &why);
        if (status != STATUS_OK) {
            status = session_refuse_data(session, why);
        }
        append(out, &events[i], arena);
    }
    return status;
}

/* ------------------------------------------------------------------ a second life */

static enum status second_life(struct session *session, const struct record *record,
                               uint64_t stored, struct slice event)
{
    char why[SESSION_ERROR];

    (void)snprintf(why, sizeof(why),
                   "the aggregate began again: event %" PRIu64 " has the eventId %.*s, but version"
                   " %" PRIu64 " was applied with %.*s: forget the first life (projector/README.md,"
                   " 'A second life'), then retry",
                   record->version, SLICE_ARG(record_event(record)), stored, SLICE_ARG(event));
    return session_refuse_data(session, why);
}

/*
 * Version 1 of a history that was applied further: a repeat of the first life (its table has the
 * last applied event, or it is gone and this event is too), or a second life, whose table has this
 * event and not that one.
 */
static enum status judge_first(struct session *session, const struct record *record,
                               uint64_t stored, struct slice event, struct arena *arena,
                               struct sequence *out)
{
    struct slice last = SLICE_EMPTY, first = SLICE_EMPTY;
    enum status status = gap_event(session, record, stored, arena, &last);

    if (status == STATUS_OK && !slice_eq(last, event)) {
        status = may_ask(session, out);
        status = status == STATUS_OK ? gap_event(session, record, record->version, arena, &first)
                                     : status;
        if (status == STATUS_OK && slice_eq(first, record_event(record))) {
            return second_life(session, record, stored, event);
        }
    }
    return status;
}

/*
 * A version that was applied: is it this event? "The same version with another eventId is a second
 * life." EVENT: of the stored version; empty: not known, and it is skipped.
 */
static enum status judge_skipped(struct session *session, const struct record *record,
                                 uint64_t stored, struct slice event, struct arena *arena,
                                 struct sequence *out)
{
    struct slice mine = record_event(record);
    enum status status;

    if (event.len == 0 || mine.len == 0) {
        return STATUS_OK;
    }
    if (record->version == stored) {
        return slice_eq(mine, event) ? STATUS_OK : second_life(session, record, stored, event);
    }
    if (record->version > 1) {
        return STATUS_OK;
    }
    if (out->asked++ == ASKED_MAX) {
        return session_refuse(session, STATUS_TOO_LARGE, "many first events that were applied");
    }
    status = may_ask(session, out);
    return status == STATUS_OK ? judge_first(session, record, stored, event, arena, out) : status;
}

/* ------------------------------------------------------------------ events, one by one */

/*
 * "skip it if its version <= twofold_aggregate.version; if it skips a version, fetch the missing
 * events from the event table first"
 */
static enum status take(struct session *session, const struct record *record, size_t place,
                        struct arena *arena, struct slots *slots, struct sequence *out)
{
    uint64_t *stored = &out->versions.items[place].version, end = record->version - 1;
    struct slice *event = &out->versions.events[place];
    enum status status = STATUS_OK;

    if (record->version <= *stored) {
        out->skipped++;
        return judge_skipped(session, record, *stored, *event, arena, out);
    }
    if (end > *stored) {
        uint64_t last = end - *stored > GAP_MAX ? *stored + GAP_MAX : end;

        status = fill(session, record, *stored + 1, last, arena, slots, out, &last);
        out->unfinished = last < end;
        *stored = last;
        *event = status == STATUS_OK ? record_event(&out->records[out->count - 1]) : SLICE_EMPTY;
    }
    if (!out->unfinished) {
        append(out, record, arena);
        *stored = record->version;
        *event = record_event(record);
    }
    return status;
}

static enum status read_all(struct session *session, struct versions *versions, struct arena *arena)
{
    size_t *places = ARENA_ARRAY(arena, size_t, versions->count);
    size_t i;

    for (i = 0; i < versions->count; i++) {
        places[i] = i;
    }
    return aggregates_read(session, versions, places, versions->count, arena);
}

static enum status sequence_events(struct session *session, struct record *records, size_t count,
                                   struct arena *arena, struct slots *slots, struct sequence *out)
{
    size_t *places = ARENA_ARRAY(arena, size_t, count);
    enum status status;
    size_t i;

    for (i = 0; i < count; i++) {
        places[i] = versions_place(&out->versions, records[i].aggregate);
    }
    sequence_order(records, places, count, arena);
    out->room = count > 0 ? count : 1;
    out->records = ARENA_ARRAY(arena, struct record, out->room);
    status = read_all(session, &out->versions, arena);
    out->ask_until_us = clock_us() + session->settings->shard_lease / ASKING_PART;
    for (i = 0; status == STATUS_OK && !out->unfinished && i < count; i++) {
        status = take(session, &records[i], places[i], arena, slots, out);
    }
    return status;
}

enum status sequence_make(struct session *session, struct record *records, size_t count, bool alone,
                          struct arena *arena, struct slots *slots, struct sequence *out)
{
    enum status status;

    *out = (struct sequence){.alone = alone};
    versions_init(&out->versions, arena, count);
    if (session->model->aggregate.store != STORE_EVENTS) {
        return sequence_changes(session, records, count, arena, out);
    }
    status = sequence_events(session, records, count, arena, slots, out);
    if (status == STATUS_OK && out->unfinished && !alone) {
        return session_refuse(session, STATUS_TOO_LARGE, "a long gap before an event");
    }
    return status;
}
