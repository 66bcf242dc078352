/*
 * Batches of a lane.
 *
 *     records fetched    r r r r r r r r r     as many as batch_records and batch_slots allow:
 *                                              one transaction
 *     a record's fault   [r r r r] [r r] [r]   half as many, ... one alone, record_attempts times,
 *                                              and for record_patience unless its data are the
 *                                              fault -> dead letter; then twice as many again
 *
 * Invariants: what passes by itself (a lost connection, a deadlock, a missing table or page) never
 * makes a dead letter; what was tried is bound to the record's position, for a commit of unknown
 * end may have moved the head to another record; a record is given up where a try of it has just
 * failed, and time in which nothing was tried (SQL was away, we were stopped) is no patience.
 */
#include "projector/apply/batcher.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "projector/apply/apply.h"
#include "projector/apply/kill_point.h"

/* ------------------------------------------------------------------ what a failure means */

enum verdict batcher_judge(const struct batch_step *step, enum status status)
{
    switch (status) {
    case STATUS_OK:
        return VERDICT_GO_ON;
    case STATUS_FENCED:
        return step->fenced_passes ? VERDICT_AGAIN : VERDICT_FENCED;
    case STATUS_INVALID:
    case STATUS_CONFLICT:
    case STATUS_TOO_LARGE:
    case STATUS_CORRUPT:
    case STATUS_SCHEMA:
        return step->blames_record ? VERDICT_SMALLER : VERDICT_AGAIN;
    /* a table or column is missing: every record would fail, and `setup` makes it */
    case STATUS_NOT_FOUND:
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

/* ------------------------------------------------------------------ the transaction */

// clang-format off
const struct batch_step batch_steps[BATCH_STEPS] = {
    {.name = "begin",       .run = batch_begin, .fenced_passes = true},
    {.name = "fence",       .run = batch_fence},
    {.name = "lock",        .run = batch_lock},
    {.name = "rows",        .run = batch_rows, .blames_record = true},
    {.name = "letters",     .run = batch_letters},
    {.name = "checkpoint",  .run = batch_checkpoint},
    {.name = "revision",    .run = batch_revision},
    {.name = "aggregates",  .run = batch_aggregates},
    {.name = "publish",     .run = batch_publish},
    {.name = "commit",      .run = batch_commit},
    {.name = "tell",        .run = batch_tell},
};
// clang-format on

static enum verdict run_steps(struct batcher *batcher, struct batch *batch)
{
    size_t i;

    for (i = 0; i < BATCH_STEPS; i++) {
        const struct batch_step *step = &batch_steps[i];
        enum verdict verdict = batcher_judge(step, step->run(batch));

        if (verdict != VERDICT_GO_ON) {
            batch_rollback(batch);
            batcher->step = step->name;
            return verdict;
        }
        kill_point(step->name);
    }
    return VERDICT_GO_ON;
}

/* As many records as one transaction and one PUBLISH should carry; a faulty one goes alone. */
static void choose(struct batcher *batcher, struct record *records, size_t count,
                   struct batch *batch)
{
    size_t most = count < batcher->take ? count : batcher->take;

    slots_clear(&batcher->slots);
    while (batch->given_count < most) {
        struct record *record = &records[batch->given_count];
        size_t before = batcher->slots.count;
        const char *why;

        if (!record->fault &&
            apply_tags(record, &batcher->arena, &batcher->slots, &why) != STATUS_OK) {
            record->fault = why;
        }
        if (record->fault || batcher->slots.count > batcher->session->settings->batch_slots) {
            if (batch->given_count == 0) {
                batch->given_count = 1;
                batch->condemned = record->fault;
            } else {
                slots_cut(&batcher->slots, before);
            }
            return;
        }
        batch->given_count++;
    }
}

/* Of the time since the last try, no more than COUNTED_US is patience. */
static void pass_over(struct suspect *suspect, uint64_t now_us, uint64_t counted_us)
{
    uint64_t pause_us = now_us - suspect->tried_us;
    uint64_t idle_us = pause_us > counted_us ? pause_us - counted_us : 0;

    suspect->since_us += idle_us;
    suspect->tried_us += idle_us;
}

static bool gives_up(const struct settings *settings, const struct suspect *suspect,
                     uint64_t now_us)
{
    return suspect->attempts >= settings->record_attempts &&
           (suspect->final || now_us - suspect->since_us >= settings->record_patience);
}

static bool is_suspect(const struct batcher *batcher, struct slice position)
{
    return batcher->suspect.attempts > 0 && slice_is(position, batcher->suspect.position);
}

/* (A try that lasts longer was stopped in: SQL ends a session that is silent for a lease.) */
enum status batcher_suspect(struct batcher *batcher, struct slice position, uint64_t now_us)
{
    const struct settings *settings = batcher->session->settings;
    struct suspect *suspect = &batcher->suspect;

    if (!is_suspect(batcher, position)) {
        *suspect = (struct suspect){.since_us = now_us, .tried_us = now_us};
        (void)snprintf(suspect->position, sizeof(suspect->position), "%.*s", SLICE_ARG(position));
    }
    pass_over(suspect, now_us, BATCHER_REST_MAX_US + settings->shard_lease);
    suspect->attempts++;
    suspect->final = batcher->session->final;
    (void)snprintf(suspect->fault, sizeof(suspect->fault), "%s", batcher->session->error);
    suspect->tried_us = now_us;
    suspect->given_up = gives_up(settings, suspect, now_us);
    return suspect->given_up ? STATUS_OK : STATUS_BUSY;
}

/* Fewer records; or one more try of the one that fails alone, with a rest before it. */
static enum status smaller(struct batcher *batcher, const struct batch *batch)
{
    if (batch->given_count > 1) {
        batcher->take = batch->given_count / 2;
        return STATUS_OK;
    }
    batcher->take = 1;
    return batcher_suspect(batcher, batch->given->position, clock_us());
}

static enum status larger(struct batcher *batcher)
{
    size_t most = batcher->session->settings->batch_records;

    batcher->take = batcher->take < most / 2 ? 2 * batcher->take : most;
    batcher->suspect = (struct suspect){.attempts = 0};
    return STATUS_OK;
}

/* Another record at the head: the one that failed was committed after all, or is not ours now. */
static void look_at_head(struct batcher *batcher, const struct record *head)
{
    if (batcher->suspect.attempts > 0 && !is_suspect(batcher, head->position)) {
        (void)larger(batcher);
    }
}

enum status batcher_run(struct batcher *batcher, struct record *records, size_t count,
                        struct batch *batch)
{
    *batch = (struct batch){
        .session = batcher->session,
        .lease = batcher->lease,
        .arena = &batcher->arena,
        .given = records,
        .slots = &batcher->slots,
    };
    look_at_head(batcher, records);
    batch->attempts = batcher->suspect.attempts > 0 ? batcher->suspect.attempts : 1;
    batcher->session->final = false;
    arena_reset(&batcher->arena);
    choose(batcher, records, count, batch);
    pass_over(&batcher->suspect, clock_us(), BATCHER_REST_MAX_US);
    if (!batch->condemned && batcher->suspect.given_up) {
        batch->condemned = arena_cstr(&batcher->arena, slice_str(batcher->suspect.fault));
    }
    switch (run_steps(batcher, batch)) {
    case VERDICT_GO_ON:
        batch->committed = true;
        return larger(batcher);
    case VERDICT_SMALLER:
        return smaller(batcher, batch);
    case VERDICT_FENCED:
        return STATUS_FENCED;
    case VERDICT_AGAIN:
        pass_over(&batcher->suspect, clock_us(), 0);
        batcher->suspect.given_up = false; /* its letter was not written: one more try */
        break;
    }
    return STATUS_UNAVAILABLE;
}

void batcher_init(struct batcher *batcher, struct session *session, const struct lease *lease)
{
    *batcher = (struct batcher){
        .session = session,
        .lease = lease,
        .take = session->settings->batch_records,
    };
}

void batcher_fini(struct batcher *batcher)
{
    slots_fini(&batcher->slots);
    arena_fini(&batcher->arena);
}
