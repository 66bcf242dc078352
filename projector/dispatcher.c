/*
 * From streams to lanes.
 *
 *     each shard_lease / 5, and when a lane ends:
 *         DescribeTable -> DescribeStream -> rows for new shards
 *             -> those that are READY: take the lease -> start a lane
 *
 * Invariant: the lanes of a fleet belong to this thread; a lane says by its state that it has
 * ended, and is joined here.
 */
#include "projector/dispatcher.h"

#include <stdio.h>

#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "projector/apply/dead_letter.h"
#include "projector/lane.h"
#include "projector/source/table.h"
#include "projector/store/connection.h"
#include "projector/store/shards.h"

#define PERIOD_MIN_US    500000 /* DescribeStream may be called ten times a second and account */
#define TRIMMED_PAUSE_US (60 * 1000000ull) /* a trimmed shard is said once a minute */
#define TRIMMED_MAX      16

/* A model's lanes. */
struct fleet {
    struct follower *follower;
    struct lane **lanes; /* lanes_max */
    size_t lane_count;
    uint64_t refresh_us;
    char arn[256];
    struct trimmed {
        char shard[SHARD_TEXT];
        uint64_t until_us;
    } trimmed[TRIMMED_MAX];
    unsigned int trimmed_next;
};

struct dispatcher {
    const struct settings *settings;
    pthread_t thread;
    struct wake *wake; /* the followers' */
    _Atomic bool stopping;
    struct connection connection;
    struct dynamodb_sync *dynamodb;
    struct fleet *fleets;
    size_t count, lane_count;
};

/* ------------------------------------------------------------------ lanes */

static void note_trimmed(struct fleet *fleet, const char *shard)
{
    struct trimmed *trimmed = &fleet->trimmed[fleet->trimmed_next++ % TRIMMED_MAX];

    (void)snprintf(trimmed->shard, sizeof(trimmed->shard), "%s", shard);
    trimmed->until_us = clock_deadline(TRIMMED_PAUSE_US);
}

static bool rests(const struct fleet *fleet, struct slice shard)
{
    size_t i;

    for (i = 0; i < TRIMMED_MAX; i++) {
        if (slice_is(shard, fleet->trimmed[i].shard) &&
            clock_left_us(fleet->trimmed[i].until_us) > 0) {
            return true;
        }
    }
    return false;
}

static void reap(struct dispatcher *dispatcher, struct fleet *fleet)
{
    size_t i = 0;

    while (i < fleet->lane_count) {
        struct lane *lane = fleet->lanes[i];

        if (lane_state(lane) == LANE_RUNS) {
            i++;
            continue;
        }
        if (lane_state(lane) == LANE_TRIMMED) {
            note_trimmed(fleet, lane_shard(lane));
        }
        lane_join(lane);
        fleet->lanes[i] = fleet->lanes[--fleet->lane_count];
        dispatcher->lane_count--;
        fleet->refresh_us = 0;
    }
    metric_set(fleet->follower->leases, (double)fleet->lane_count);
}

static bool has_lane(const struct fleet *fleet, struct slice shard)
{
    size_t i;

    for (i = 0; i < fleet->lane_count; i++) {
        if (slice_is(shard, lane_shard(fleet->lanes[i]))) {
            return true;
        }
    }
    return false;
}

static enum status lead(struct dispatcher *dispatcher, struct fleet *fleet, struct slice shard)
{
    const struct follower *follower = fleet->follower;
    struct lease lease;
    struct lane *lane;
    enum status status;

    if (has_lane(fleet, shard) || rests(fleet, shard) ||
        dispatcher->lane_count >= dispatcher->settings->lanes_max) {
        return STATUS_OK;
    }
    status = lease_take(dispatcher->connection.sql, follower->model->database, shard,
                        follower->owner, dispatcher->settings->shard_lease, &lease);
    if (status != STATUS_OK) {
        return status == STATUS_CONFLICT || status == STATUS_FENCED ? STATUS_OK : status;
    }
    lane = lane_start(fleet->follower, &lease, slice_str(fleet->arn));
    if (!lane) {
        return lease_give_back(dispatcher->connection.sql, follower->model->database, &lease);
    }
    fleet->lanes[fleet->lane_count++] = lane;
    dispatcher->lane_count++;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ one look at a stream */

static enum status find_stream(struct dispatcher *dispatcher, struct fleet *fleet,
                               struct arena *arena)
{
    const struct plan_aggregate *aggregate = &fleet->follower->model->aggregate;
    struct slice arn;
    enum status status = table_stream(dispatcher->dynamodb, aggregate, arena, &arn);

    if (status == STATUS_OK && !slice_is(arn, fleet->arn)) {
        (void)snprintf(fleet->arn, sizeof(fleet->arn), "%.*s", SLICE_ARG(arn));
        log_info("stream found", "table=%.*s arn=%.*s", SLICE_ARG(aggregate->table),
                 SLICE_ARG(arn));
    }
    return status;
}

static enum status learn_shards(struct dispatcher *dispatcher, struct fleet *fleet,
                                struct arena *arena, struct shard_list *list,
                                struct shard_rows *rows)
{
    struct slice database = fleet->follower->model->database;
    enum status status;
    size_t i;
    bool missing = false;

    status = shards_known(dispatcher->connection.sql, database, arena, rows);
    for (i = 0; status == STATUS_OK && i < list->count; i++) {
        missing = missing || shard_state(list, rows, &list->items[i]) == SHARD_NEW;
    }
    if (status == STATUS_OK && missing) {
        status =
            shards_add(dispatcher->connection.sql, database, slice_str(fleet->arn), list, rows);
        if (status == STATUS_OK) {
            status = shards_known(dispatcher->connection.sql, database, arena, rows);
        }
    }
    return status;
}

static enum status lead_ready(struct dispatcher *dispatcher, struct fleet *fleet,
                              struct arena *arena, struct shard_list *list)
{
    struct shard_rows rows;
    enum status status = learn_shards(dispatcher, fleet, arena, list, &rows);
    size_t i;

    for (i = 0; status == STATUS_OK && i < list->count; i++) {
        enum shard_state state = shard_state(list, &rows, &list->items[i]);

        if (state == SHARD_READY) {
            status = lead(dispatcher, fleet, list->items[i].id);
        } else if (state == SHARD_GAP) {
            fleet->follower->gap = true;
            log_warn_every(
                "stream trimmed",
                "model=%.*s shard=%.*s hint=\"its parent was not read: the model needs a rebuild\"",
                SLICE_ARG(fleet->follower->model->name), SLICE_ARG(list->items[i].id));
        }
    }
    return status;
}

static enum status count_letters(struct dispatcher *dispatcher, const struct fleet *fleet)
{
    uint64_t count;
    enum status status =
        dead_letter_count(dispatcher->connection.sql, fleet->follower->model->database, &count);

    if (status == STATUS_OK) {
        metric_set(fleet->follower->letters, (double)count);
    }
    return status;
}

static enum status open_sql(struct dispatcher *dispatcher)
{
    const struct sql_error *error = &dispatcher->connection.error;
    enum status status = connection_open(&dispatcher->connection);

    if (status != STATUS_OK) {
        log_warn_every("waiting for SQL", "status=%s errno=%u error=\"%s\"", status_name(status),
                       error->number, error->text);
    }
    return status;
}

static void sql_note(struct dispatcher *dispatcher, enum status status)
{
    const struct sql_error *error = &dispatcher->connection.error;

    if (connection_note(&dispatcher->connection, status) != STATUS_OK) {
        log_warn_every("shards not read", "status=%s errno=%u error=\"%s\"", status_name(status),
                       error->number, error->text);
    }
}

static void refresh(struct dispatcher *dispatcher, struct fleet *fleet)
{
    struct arena arena = {0};
    struct shard_list list;
    enum status status = find_stream(dispatcher, fleet, &arena);

    if (status == STATUS_OK) {
        status = shards_describe(dispatcher->dynamodb, slice_str(fleet->arn),
                                 dispatcher->settings->dynamodb_timeout, &arena, &list);
    }
    fleet->follower->stream_up = status == STATUS_OK;
    if (status != STATUS_OK) {
        log_warn_every("waiting for DynamoDB", "table=%.*s status=%s",
                       SLICE_ARG(fleet->follower->model->aggregate.table), status_name(status));
    } else if (open_sql(dispatcher) == STATUS_OK) {
        status = lead_ready(dispatcher, fleet, &arena, &list);
        if (status == STATUS_OK) {
            status = count_letters(dispatcher, fleet);
        }
        sql_note(dispatcher, status);
    }
    metric_set(fleet->follower->leases, (double)fleet->lane_count);
    arena_fini(&arena);
}

/* ------------------------------------------------------------------ the thread */

static uint64_t period_us(const struct dispatcher *dispatcher)
{
    uint64_t part_us = dispatcher->settings->shard_lease / 5;

    return part_us > PERIOD_MIN_US ? part_us : PERIOD_MIN_US;
}

static void turn(struct dispatcher *dispatcher, struct fleet *fleet)
{
    reap(dispatcher, fleet);
    if (follower_may_lead(fleet->follower) && clock_left_us(fleet->refresh_us) == 0) {
        refresh(dispatcher, fleet);
        fleet->refresh_us = clock_deadline(period_us(dispatcher));
    }
}

static void leave(struct dispatcher *dispatcher)
{
    size_t i, j;

    for (i = 0; i < dispatcher->count; i++) {
        struct fleet *fleet = &dispatcher->fleets[i];

        for (j = 0; j < fleet->lane_count; j++) {
            lane_stop(fleet->lanes[j]);
        }
    }
    for (i = 0; i < dispatcher->count; i++) {
        struct fleet *fleet = &dispatcher->fleets[i];

        for (j = 0; j < fleet->lane_count; j++) {
            lane_join(fleet->lanes[j]);
        }
    }
}

static void *run(void *ctx)
{
    struct dispatcher *dispatcher = ctx;
    uint64_t seen = 0;
    size_t i;

    while (!dispatcher->stopping) {
        for (i = 0; i < dispatcher->count && !dispatcher->stopping; i++) {
            turn(dispatcher, &dispatcher->fleets[i]);
        }
        wake_wait(dispatcher->wake, &seen, PERIOD_MIN_US / 2);
    }
    leave(dispatcher);
    return NULL;
}

static void destroy(struct dispatcher *dispatcher)
{
    size_t i;

    for (i = 0; i < dispatcher->count; i++) {
        xfree(dispatcher->fleets[i].lanes);
    }
    connection_fini(&dispatcher->connection);
    if (dispatcher->dynamodb) {
        dynamodb_sync_destroy(dispatcher->dynamodb);
    }
    xfree(dispatcher->fleets);
    xfree(dispatcher);
}

struct dispatcher *dispatcher_start(const struct settings *settings, struct follower *followers,
                                    size_t count)
{
    const struct dynamodb_config dynamodb = clients_dynamodb(settings);
    struct dispatcher *dispatcher = XNEW(struct dispatcher);
    size_t i;

    dispatcher->settings = settings;
    connection_init(&dispatcher->connection, settings, CONNECTION_PROJECTOR, SLICE_EMPTY);
    dispatcher->fleets = XARRAY(struct fleet, count);
    dispatcher->count = count;
    dispatcher->wake = followers[0].dispatcher;
    for (i = 0; i < count; i++) {
        dispatcher->fleets[i].follower = &followers[i];
        dispatcher->fleets[i].lanes = XARRAY(struct lane *, settings->lanes_max);
    }
    if (dynamodb_sync_create(&dynamodb, followers[0].credentials, &dispatcher->dynamodb) !=
            STATUS_OK ||
        pthread_create(&dispatcher->thread, NULL, run, dispatcher) != 0) {
        log_error("dispatcher not started", NULL);
        destroy(dispatcher);
        return NULL;
    }
    return dispatcher;
}

void dispatcher_stop(struct dispatcher *dispatcher)
{
    dispatcher->stopping = true;
    wake_up(dispatcher->wake);
    (void)pthread_join(dispatcher->thread, NULL);
    destroy(dispatcher);
}
