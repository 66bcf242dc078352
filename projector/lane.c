/*
 * A lane: one leased shard, one thread, one blocking loop.
 *
 *     resume:  learn twofold_revision, read the checkpoint        <--------------------------------------+
 *     fetch:   GetRecords ----> decode ----> batches of the records, each one transaction:               | any failure that passes
 *                                            begin fence rows letters checkpoint revision aggregates     | (rest, with jitter)
 *                                            publish commit tell  ---------------------------------------+
 *
 *     a batch fails by a record's fault:  half as many, ... one alone, record_attempts times -> dead letter; then twice as many again
 *
 * Invariants: what was applied stands in the checkpoint of the same transaction, so a lane that lost track (an uncertain commit, a lost connection)
 * just reads it again; the lease is renewed by every batch and, between batches, before a third of it has passed.
 */
#include "projector/lane.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/backoff.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "projector/apply.h"
#include "projector/batch.h"
#include "projector/kill_point.h"
#include "projector/stream.h"

#define REST_BASE_US 10000
#define REST_CAP_US  300000

struct lane {
    struct follower *follower; /* never changes */
    const struct settings *settings;
    pthread_t thread;
    _Atomic bool told_to_stop;
    _Atomic int end; /* enum lane_end */

    struct lease lease;
    struct session session;
    struct stream stream;
    struct metric *lag;
    char arn[256];

    bool resumed;           /* stream and session stand where the checkpoint does */
    struct arena arena;     /* of what was fetched */
    struct arena work;      /* of the batch in hand */
    struct record *records; /* fetched; those before `at` are committed */
    size_t count, at;
    bool shard_ends; /* behind these records */
    bool finished;   /* and all of them are committed */
    struct slots slots;

    size_t take; /* records of the next batch at most: halves at a fault, doubles after a commit */
    unsigned int attempts;   /* of the record at the head, alone */
    unsigned int failures;   /* in a row, for rests */
    const char *failed_step; /* for logs */
    bool noticed;            /* of ignored records: the first was said */
    unsigned int homes_seen;
    uint64_t poll_us, renew_at_us, wakes_seen;
};

/* ------------------------------------------------------------------ what a failure means */

enum lane_verdict lane_judge(const char *step, enum status status)
{
    bool rows = strcmp(step, "rows") == 0;

    switch (status) {
    case STATUS_OK:
        return VERDICT_GO_ON;
    case STATUS_FENCED:
        return strcmp(step, "begin") == 0 ? VERDICT_AGAIN : VERDICT_FENCED;
    case STATUS_INVALID:
    case STATUS_CONFLICT:
    case STATUS_TOO_LARGE:
    case STATUS_CORRUPT:
    case STATUS_SCHEMA:
        return rows ? VERDICT_SMALLER : VERDICT_AGAIN;
    case STATUS_NOT_FOUND: /* a table or column is missing: every record would fail, `setup` mends it */
    case STATUS_DENIED:
    case STATUS_REFUSED:
    case STATUS_PRECONDITION:
    case STATUS_TRIMMED:
    case STATUS_INTERNAL:
    case STATUS_UNAVAILABLE:
    case STATUS_THROTTLED:
    case STATUS_BUSY:
    case STATUS_TIMEOUT:
    case STATUS_UNCERTAIN:
    case STATUS_COUNT:
        break;
    }
    return VERDICT_AGAIN;
}

static bool stopping(const struct lane *lane)
{
    return lane->told_to_stop || !follower_may_lead(lane->follower);
}

/* ------------------------------------------------------------------ the transaction */

struct lane_step {
    const char *name;
    enum status (*run)(struct batch *batch);
};

static const struct lane_step steps[] = {
    {"begin",      batch_begin     },
    {"fence",      batch_fence     },
    {"rows",       batch_rows      },
    {"letters",    batch_letters   },
    {"checkpoint", batch_checkpoint},
    {"revision",   batch_revision  },
    {"aggregates", batch_aggregates},
    {"publish",    batch_publish   },
    {"commit",     batch_commit    },
    {"tell",       batch_tell      },
};

static enum lane_verdict run_steps(struct lane *lane, struct batch *batch)
{
    size_t i;

    for (i = 0; i < ARRAY_COUNT(steps); i++) {
        enum status status = steps[i].run(batch);
        enum lane_verdict verdict = lane_judge(steps[i].name, status);

        if (verdict != VERDICT_GO_ON) {
            batch_rollback(batch);
            lane->failed_step = steps[i].name;
            return verdict;
        }
        kill_point(steps[i].name);
    }
    return VERDICT_GO_ON;
}

/* As many records as one transaction and one PUBLISH should carry; a faulty one stands alone. */
static void choose(struct lane *lane, struct batch *batch)
{
    size_t left = lane->count - lane->at;
    size_t most = left < lane->take ? left : lane->take;

    slots_clear(&lane->slots);
    while (batch->given_count < most) {
        struct record *record = &lane->records[lane->at + batch->given_count];
        size_t before = lane->slots.count;
        const char *why;

        if (!record->fault && apply_tags(record, &lane->arena, &lane->slots, &why) != STATUS_OK) {
            record->fault = why;
        }
        if (record->fault || lane->slots.count > lane->settings->batch_slots) {
            if (batch->given_count == 0) {
                batch->given_count = 1;
                batch->condemned = record->fault;
            } else {
                slots_cut(&lane->slots, before);
            }
            return;
        }
        batch->given_count++;
    }
}

static void count_commit(struct lane *lane, const struct batch *batch)
{
    const struct record *last = &batch->given[batch->given_count - 1];
    uint64_t now_ms = clock_wall_ms();

    metric_add(lane->follower->transactions, 1);
    metric_add(lane->follower->applied, batch->sequence.count);
    metric_add(lane->follower->skipped, batch->sequence.skipped);
    metric_add(lane->follower->ignored, batch->ignored_count);
    metric_add(lane->follower->dead, batch->letter_count);
    metric_set(lane->follower->revision, (double)batch->revision);
    if (last->written_ms > 0) {
        metric_set(lane->lag,
                   now_ms > last->written_ms ? (double)(now_ms - last->written_ms) / 1000.0 : 0.0);
    }
    if (batch->condemned) {
        log_error("dead letter", "aggregate=%.*s position=%.*s attempts=%u error=%s",
                  SLICE_ARG(last->aggregate), SLICE_ARG(last->position), batch->attempts,
                  batch->condemned);
    }
}

static void committed(struct lane *lane, const struct batch *batch)
{
    count_commit(lane, batch);
    lane->at += batch->sequence.unfinished ? 0 : batch->given_count;
    lane->take = lane->take < lane->settings->batch_records / 2 ? 2 * lane->take
                                                                : lane->settings->batch_records;
    lane->attempts = 0;
    lane->failures = 0;
    lane->renew_at_us = clock_deadline(lane->lease.span_us / 3);
}

/* Fewer records; or one more try of the one that fails alone, with a rest before it. */
static enum status smaller(struct lane *lane, const struct batch *batch)
{
    if (batch->given_count > 1) {
        lane->take = batch->given_count / 2;
        return STATUS_OK;
    }
    lane->take = 1;
    lane->attempts++;
    return lane->attempts < lane->settings->record_attempts ? STATUS_BUSY : STATUS_OK;
}

/* One batch. OK: committed, or tried again at once in another size; FENCED; else: rest, then resume from the checkpoint. */
static enum status project(struct lane *lane)
{
    struct batch batch = {
        .session = &lane->session,
        .lease = &lane->lease,
        .arena = &lane->work,
        .given = &lane->records[lane->at],
        .slots = &lane->slots,
        .attempts = lane->attempts > 0 ? lane->attempts : 1,
    };

    arena_reset(&lane->work);
    choose(lane, &batch);
    if (lane->attempts >= lane->settings->record_attempts) {
        batch.condemned = arena_cstr(&lane->arena, slice_str(lane->session.error));
    }
    switch (run_steps(lane, &batch)) {
    case VERDICT_GO_ON:
        committed(lane, &batch);
        return STATUS_OK;
    case VERDICT_SMALLER:
        return smaller(lane, &batch);
    case VERDICT_FENCED:
        return STATUS_FENCED;
    case VERDICT_AGAIN:
        break;
    }
    wake_up(lane->follower->keeper);
    return STATUS_UNAVAILABLE;
}

/* ------------------------------------------------------------------ around it */

/* Where are we? twofold_revision first: a rebuild between the two reads then shows in the epoch. */
static enum status resume(struct lane *lane)
{
    struct session *session = &lane->session;
    enum status status;

    lane->failed_step = "resume";
    lane->homes_seen = lane->follower->homes;
    status = session_learn(session);

    if (status == STATUS_OK) {
        status =
            session_note(session, lease_check(session->sql, session->model->database, &lane->lease),
                         "twofold_checkpoint");
    }
    if (status == STATUS_OK) {
        stream_seek(&lane->stream, lane->lease.position);
        lane->resumed = true;
    }
    return status;
}

static enum status renew(struct lane *lane)
{
    enum status status;

    if (clock_left_us(lane->renew_at_us) > 0) {
        return STATUS_OK;
    }
    status = session_note(
        &lane->session, lease_renew(lane->session.sql, lane->session.model->database, &lane->lease),
        "twofold_checkpoint");
    if (status == STATUS_OK) {
        lane->renew_at_us = clock_deadline(lane->lease.span_us / 3);
    }
    return status;
}

/* Once a lane: the metric counts them. */
static void notice(struct lane *lane, const struct record *record)
{
    if (record->notice && !lane->noticed) {
        log_warn("record ignored", "shard=%s aggregate=%.*s position=%.*s reason=%s",
                 lane->lease.shard, SLICE_ARG(record->aggregate), SLICE_ARG(record->position),
                 record->notice);
        lane->noticed = true;
    }
}

static enum status fetch(struct lane *lane)
{
    struct fetched fetched;
    const struct value *raw;
    enum status status;

    lane->failed_step = "fetch";
    arena_reset(&lane->arena);
    lane->count = lane->at = 0;
    status = stream_fetch(&lane->stream, lane->settings->batch_records, &lane->arena, &fetched);
    lane->follower->stream_up = status == STATUS_OK;
    if (status != STATUS_OK) {
        (void)snprintf(lane->session.error, sizeof(lane->session.error), "stream: %s",
                       status_name(status));
        return status;
    }
    lane->shard_ends = fetched.end;
    lane->records = ARENA_ARRAY(&lane->arena, struct record, fetched.records->count);
    for (raw = fetched.records->first; raw; raw = raw->next) {
        struct record *record = &lane->records[lane->count++];

        record_decode(lane->follower->model, raw, &lane->arena, record);
        notice(lane, record);
    }
    if (lane->count > 0) {
        kill_point("fetch");
    }
    return STATUS_OK;
}

/* Nothing to do: poll_min after a batch or a poke, then longer and longer up to poll_max. */
static void idle(struct lane *lane)
{
    uint64_t wakes = lane->wakes_seen;

    metric_set(lane->lag, 0.0);
    wake_wait(&lane->follower->lanes, &lane->wakes_seen, lane->poll_us);
    lane->poll_us = lane->wakes_seen != wakes ? lane->settings->poll_min : 2 * lane->poll_us;
    if (lane->poll_us > lane->settings->poll_max) {
        lane->poll_us = lane->settings->poll_max;
    }
}

static enum status finish(struct lane *lane)
{
    enum status status =
        session_note(&lane->session,
                     lease_finish(lane->session.sql, lane->session.model->database, &lane->lease),
                     "twofold_checkpoint");

    lane->finished = status == STATUS_OK;
    return status;
}

/* One fetch and all that it brought. */
static enum status turn(struct lane *lane)
{
    bool known = lane->resumed && lane->homes_seen == lane->follower->homes;
    enum status status = known ? STATUS_OK : resume(lane);

    if (status == STATUS_OK) {
        status = renew(lane);
    }
    if (status == STATUS_OK) {
        status = fetch(lane);
    }
    while (status == STATUS_OK && lane->at < lane->count && !stopping(lane)) {
        status = project(lane);
    }
    if (status == STATUS_OK && lane->shard_ends && lane->at == lane->count) {
        return finish(lane);
    }
    if (status == STATUS_OK && lane->count == 0) {
        idle(lane);
    } else if (status == STATUS_OK) {
        lane->poll_us = lane->settings->poll_min;
    }
    return status;
}

/* What was read is dropped: the checkpoint says where to go on. The lease must not end while we rest. */
static void rest(struct lane *lane)
{
    uint64_t pause_us = backoff_full_jitter(REST_BASE_US, REST_CAP_US, lane->failures++);

    log_warn_every("lane rests", "shard=%s step=%s failures=%u error=%s", lane->lease.shard,
                   lane->failed_step, lane->failures, lane->session.error);
    lane->resumed = false;
    wake_wait(&lane->follower->lanes, &lane->wakes_seen, pause_us);
}

static enum lane_end end_of(const struct lane *lane, enum status status)
{
    if (lane->finished) {
        return LANE_FINISHED;
    }
    if (status == STATUS_FENCED) {
        return LANE_FENCED;
    }
    return status == STATUS_TRIMMED ? LANE_TRIMMED : LANE_STOPPED;
}

static void leave(struct lane *lane, enum lane_end end)
{
    struct session *session = &lane->session;

    if (end != LANE_FENCED && end != LANE_FINISHED && session->sql &&
        lease_give_back(session->sql, session->model->database, &lane->lease) != STATUS_OK) {
        log_warn("lease not given back", "shard=%s", lane->lease.shard);
    }
    if (end == LANE_TRIMMED) {
        lane->follower->gap = true;
        log_error("stream trimmed",
                  "model=%.*s shard=%s position=%s hint=records_are_lost_the_model_needs_a_rebuild",
                  SLICE_ARG(session->model->name), lane->lease.shard, lane->lease.position);
    }
    metric_hide(lane->lag);
    stream_fini(&lane->stream);
    dynamodb_sync_destroy(lane->stream.dynamodb);
    session_fini(session);
    slots_fini(&lane->slots);
    arena_fini(&lane->arena);
    arena_fini(&lane->work);
    log_info("lane ended", "shard=%s fence=%" PRIu64 " end=%s", lane->lease.shard,
             lane->lease.fence,
             end == LANE_STOPPED    ? "stopped"
             : end == LANE_FENCED   ? "fenced"
             : end == LANE_FINISHED ? "finished"
                                    : "trimmed");
    lane->end = (int)end;
    wake_up(lane->follower->dispatcher);
}

static void *run(void *ctx)
{
    struct lane *lane = ctx;
    enum status status = STATUS_OK;

    log_info("lane started", "shard=%s fence=%" PRIu64 " position=%s", lane->lease.shard,
             lane->lease.fence, lane->lease.position);
    while (!stopping(lane) && !lane->finished) {
        status = turn(lane);
        if (status == STATUS_FENCED || status == STATUS_TRIMMED) {
            break;
        }
        if (status != STATUS_OK) {
            rest(lane);
        }
    }
    leave(lane, end_of(lane, status));
    return NULL;
}

struct lane *lane_start(struct follower *follower, const struct lease *lease, struct slice arn)
{
    struct lane *lane = XNEW(struct lane);
    enum status status;

    *lane = (struct lane){
        .follower = follower,
        .settings = follower->settings,
        .lease = *lease,
        .take = follower->settings->batch_records,
        .poll_us = follower->settings->poll_min,
        .renew_at_us = clock_deadline(lease->span_us / 3),
        .lag = follower_lag(follower, slice_str(lease->shard)),
    };
    (void)snprintf(lane->arn, sizeof(lane->arn), "%.*s", SLICE_ARG(arn));
    session_init(&lane->session, follower->settings, follower->model);
    lane->stream.arn = slice_str(lane->arn);
    lane->stream.shard = slice_str(lane->lease.shard);
    lane->stream.timeout_us = follower->settings->dynamodb_timeout;
    status =
        dynamodb_sync_create(follower->settings, follower->credentials, &lane->stream.dynamodb);
    lane->session.dynamodb = lane->stream.dynamodb;
    if (status != STATUS_OK || pthread_create(&lane->thread, NULL, run, lane) != 0) {
        log_error("lane not started", "shard=%s", lease->shard);
        session_fini(&lane->session);
        xfree(lane);
        return NULL;
    }
    return lane;
}

void lane_stop(struct lane *lane)
{
    lane->told_to_stop = true;
    wake_up(&lane->follower->lanes);
}

enum lane_end lane_state(const struct lane *lane)
{
    return (enum lane_end)lane->end;
}

const char *lane_shard(const struct lane *lane)
{
    return lane->lease.shard;
}

void lane_join(struct lane *lane)
{
    (void)pthread_join(lane->thread, NULL);
    xfree(lane);
}
