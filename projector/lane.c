/*
 * A lane: one leased shard, one thread, one blocking loop.
 *
 *     resume:  learn twofold_revision, read the checkpoint  <----------------.
 *     fetch:   GetRecords ---> decode                                        | any failure that
 *     project: batches of the records, each one transaction:                 | passes: rest, with
 *                  begin fence lock rows letters checkpoint revision         | jitter
 *                  aggregates publish commit tell  --------------------------'
 *
 * Invariants: what was applied is said by the checkpoint of the same transaction, so a lane that
 * lost track (an uncertain commit, a lost connection) just reads it again; the lease is renewed by
 * every batch and, between batches, before a third of it has passed.
 */
#include "projector/lane.h"

#include <inttypes.h>
#include <stdio.h>

#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/run/backoff.h"
#include "projector/apply/batcher.h"
#include "projector/apply/kill_point.h"
#include "projector/source/stream.h"

#define REST_BASE_US 10000

struct lane {
    struct follower *follower; /* never changes */
    const struct settings *settings;
    pthread_t thread;
    _Atomic bool told_to_stop;
    _Atomic int end; /* enum lane_end */

    struct lease lease;
    struct session session;
    struct stream stream;
    struct batcher batcher;
    struct metric *lag;
    char arn[256];

    bool resumed;           /* stream and session are where the checkpoint is */
    struct arena arena;     /* of what was fetched */
    struct record *records; /* fetched; those before `at` are committed */
    size_t count, at;
    bool shard_ends; /* behind these records */
    bool finished;   /* and all of them are committed */

    unsigned int failures; /* in a row, for rests */
    bool noticed;          /* of ignored records: the first was said */
    unsigned int homes_seen;
    uint64_t poll_us, renew_at_us, wakes_seen;
};

static bool stopping(const struct lane *lane)
{
    return lane->told_to_stop || !follower_may_lead(lane->follower);
}

/* ------------------------------------------------------------------ batches */

static void count_commit(struct lane *lane, const struct batch *batch)
{
    const struct record *last = &batch->given[batch->given_count - 1];
    uint64_t now_ms = clock_wall_ms();

    metric_add(lane->follower->transactions, 1);
    metric_add(lane->follower->applied, batch->sequence.count);
    metric_add(lane->follower->skipped, batch->sequence.skipped);
    metric_add(lane->follower->ignored, batch->ignored_count);
    metric_add(lane->follower->dead, batch->letter_count);
    metric_add(lane->follower->superseded_letters, batch->superseded);
    metric_set(lane->follower->revision, (double)batch->revision);
    if (last->written_ms > 0) {
        metric_set(lane->lag,
                   now_ms > last->written_ms ? (double)(now_ms - last->written_ms) / 1000.0 : 0.0);
    }
    if (batch->superseded > 0) {
        log_info("dead letters superseded",
                 "shard=%s letters=%zu reason=\"a newer image of their"
                 " aggregates was projected\"",
                 lane->lease.shard, batch->superseded);
    }
    if (batch->condemned) {
        log_error("dead letter", "aggregate=%.*s position=%.*s attempts=%u error=\"%s\"",
                  SLICE_ARG(last->aggregate), SLICE_ARG(last->position), batch->attempts,
                  batch->condemned);
    }
}

static void committed(struct lane *lane, const struct batch *batch)
{
    count_commit(lane, batch);
    lane->at += batch->sequence.unfinished ? 0 : batch->given_count;
    lane->failures = 0;
    lane->renew_at_us = clock_deadline(lane->lease.span_us / 3);
}

/* One batch. OK: committed, or tried again at once in another size; else as batcher_run. */
static enum status project(struct lane *lane)
{
    struct batch batch;
    enum status status =
        batcher_run(&lane->batcher, &lane->records[lane->at], lane->count - lane->at, &batch);

    if (batch.committed) {
        committed(lane, &batch);
    } else if (status == STATUS_UNAVAILABLE) {
        wake_up(lane->follower->keeper);
    }
    return status;
}

/* ------------------------------------------------------------------ around it */

/* Where are we? twofold_revision first: a rebuild between the two reads then shows in the epoch. */
static enum status resume(struct lane *lane)
{
    struct session *session = &lane->session;
    enum status status;

    lane->batcher.step = "resume";
    lane->homes_seen = lane->follower->homes;
    status = session_learn(session);

    if (status == STATUS_OK) {
        status = session_note(
            session, lease_check(session->connection.sql, session->model->database, &lane->lease),
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
        &lane->session,
        lease_renew(lane->session.connection.sql, lane->session.model->database, &lane->lease),
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
        log_warn("record ignored", "shard=%s aggregate=%.*s position=%.*s reason=\"%s\"",
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

    lane->batcher.step = "fetch";
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
    enum status status = session_note(
        &lane->session,
        lease_finish(lane->session.connection.sql, lane->session.model->database, &lane->lease),
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
    if (lane->at < lane->count) {
        /* told to stop in between; whoever goes on after all begins where the checkpoint is */
        lane->resumed = false;
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

/*
 * What was read is dropped: the checkpoint says where to go on. The lease must not end while we
 * rest.
 */
static void rest(struct lane *lane)
{
    uint64_t pause_us = backoff_full_jitter(REST_BASE_US, BATCHER_REST_MAX_US, lane->failures++);

    log_warn_every("lane rests", "shard=%s step=%s failures=%u error=\"%s\"", lane->lease.shard,
                   lane->batcher.step, lane->failures, lane->session.error);
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

    if (end != LANE_FENCED && end != LANE_FINISHED && session->connection.sql &&
        lease_give_back(session->connection.sql, session->model->database, &lane->lease) !=
            STATUS_OK) {
        log_warn("lease not given back", "shard=%s", lane->lease.shard);
    }
    if (end == LANE_TRIMMED) {
        lane->follower->gap = true;
        log_error(
            "stream trimmed",
            "model=%.*s shard=%s position=%s hint=\"records are lost: the model needs a rebuild\"",
            SLICE_ARG(session->model->name), lane->lease.shard, lane->lease.position);
    }
    metric_hide(lane->lag);
    stream_fini(&lane->stream);
    dynamodb_sync_destroy(lane->stream.dynamodb);
    session_fini(session);
    batcher_fini(&lane->batcher);
    arena_fini(&lane->arena);
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
    const struct dynamodb_config dynamodb = clients_dynamodb(follower->settings);
    struct lane *lane = XNEW(struct lane);
    enum status status;

    *lane = (struct lane){
        .follower = follower,
        .settings = follower->settings,
        .lease = *lease,
        .poll_us = follower->settings->poll_min,
        .renew_at_us = clock_deadline(lease->span_us / 3),
        .lag = follower_lag(follower, slice_str(lease->shard)),
    };
    (void)snprintf(lane->arn, sizeof(lane->arn), "%.*s", SLICE_ARG(arn));
    session_init(&lane->session, follower->settings, follower->model);
    batcher_init(&lane->batcher, &lane->session, &lane->lease);
    lane->stream.arn = slice_str(lane->arn);
    lane->stream.shard = slice_str(lane->lease.shard);
    lane->stream.timeout_us = follower->settings->dynamodb_timeout;
    status = dynamodb_sync_create(&dynamodb, follower->credentials, &lane->stream.dynamodb);
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
