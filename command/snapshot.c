/*
 * Two ways to a snapshot: along with the events, and a PutItem in the background that owns itself
 * and outlives its command and its commander.
 *
 * An aggregate is shared, so who asks for its snapshot first notes that: the others find none due.
 */
#include "command/snapshot.h"

#include <stdatomic.h>

#include "command/event_request.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

#define SNAPSHOT_DEADLINE_US 5000000

/* True for one caller only. */
static bool claim(const struct command *command, struct aggregate *aggregate)
{
    unsigned int every = command->input->command->model->aggregate.snapshot_every;
    uint64_t last = atomic_load(&aggregate->snapshot_version);

    return every > 0 && aggregate->version - last >= every &&
           atomic_compare_exchange_strong(&aggregate->snapshot_version, &last, aggregate->version);
}

static enum status make_request(const struct command *command, const struct aggregate *aggregate,
                                bool unless_later, struct arena *arena, struct slice *out)
{
    const struct plan_model *model = command->input->command->model;
    const struct event_stream stream = {&model->aggregate, aggregate->key.id};

    return snapshot_put_request(&stream, aggregate, command->commander->models[model->index].fold,
                                unless_later, arena, out);
}

bool snapshot_action(const struct command *command, struct aggregate *aggregate,
                     struct transaction_action *out)
{
    out->operation = DYNAMODB_PUT_ITEM;
    return claim(command, aggregate) &&
           make_request(command, aggregate, false, command->input->arena, &out->body) == STATUS_OK;
}

/* ------------------------------------------------------------------ in the background */

struct snapshot {
    struct arena arena;
    struct loop_task task;
    struct dynamodb *dynamodb;
    struct slice body;
};

static void snapshot_end(struct snapshot *snapshot)
{
    arena_fini(&snapshot->arena);
    xfree(snapshot);
}

static void on_written(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    if (status != STATUS_OK && status != STATUS_CONFLICT) {
        log_warn_every("snapshot not written", "status=%s error=\"%.*s\"", status_name(status),
                       SLICE_ARG(answer->error));
    }
    snapshot_end(ctx);
}

static void transmit(void *ctx)
{
    struct snapshot *snapshot = ctx;

    dynamodb_start(snapshot->dynamodb, DYNAMODB_PUT_ITEM, snapshot->body, &snapshot->arena,
                   clock_deadline(SNAPSHOT_DEADLINE_US), on_written, snapshot);
}

void snapshot_write(const struct command *command, struct aggregate *aggregate)
{
    struct snapshot *snapshot;

    if (!claim(command, aggregate)) {
        return;
    }
    snapshot = XNEW(struct snapshot);
    snapshot->dynamodb = command->commander->retrier.dynamodb;
    if (make_request(command, aggregate, true, &snapshot->arena, &snapshot->body) != STATUS_OK) {
        snapshot_end(snapshot);
        return;
    }
    loop_later(command->commander->loop, &snapshot->task, transmit, snapshot);
}
