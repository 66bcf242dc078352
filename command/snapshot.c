/*
 * One try of one PutItem that nobody waits for. It owns itself, and outlives its command and its commander.
 */
#include "command/snapshot.h"

#include "command/event_request.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/memory.h"

#define SNAPSHOT_DEADLINE_US 5000000

struct snapshot {
    struct arena arena;
    struct loop_task task;
    struct dynamodb *dynamodb;
    struct slice body;
};

static void on_written(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct snapshot *snapshot = ctx;

    if (status != STATUS_OK && status != STATUS_CONFLICT) {
        log_warn_every("snapshot not written", "status=%s error=%.*s", status_name(status),
                       SLICE_ARG(answer->error));
    }
    arena_fini(&snapshot->arena);
    xfree(snapshot);
}

static void transmit(void *ctx)
{
    struct snapshot *snapshot = ctx;

    dynamodb_start(snapshot->dynamodb, "PutItem", snapshot->body, &snapshot->arena,
                   clock_deadline(SNAPSHOT_DEADLINE_US), on_written, snapshot);
}

void snapshot_write(const struct commander *commander, struct aggregate *aggregate)
{
    unsigned int every = aggregate->model->aggregate.snapshot_every;
    struct snapshot *snapshot;

    if (every == 0 || aggregate->version - aggregate->snapshot_version < every) {
        return;
    }
    aggregate->snapshot_version = aggregate->version;
    snapshot = XNEW(struct snapshot);
    snapshot->dynamodb = commander->retrier.dynamodb;
    if (snapshot_put_request(aggregate, commander->folds[aggregate->model->index], &snapshot->arena,
                             &snapshot->body) != STATUS_OK) {
        arena_fini(&snapshot->arena);
        xfree(snapshot);
        return;
    }
    loop_later(commander->loop, &snapshot->task, transmit, snapshot);
}
