/*
 * The transaction of a batch, step by step; the table of batcher.c runs them in this order.
 *
 *     begin -> fence -> lock -> rows -> letters -> checkpoint
 *         -> revision -> aggregates -> publish -> commit -> tell
 *            |<-- row lock of twofold_revision -->|
 *
 *     of a batch that reads rows, that lock begins before its statements
 *
 * Invariants: publish comes before commit and under the row lock, so publishes and commits have one
 * order; nothing is told of a revision before its commit; a step that fails leaves nothing behind
 * but a rollback (and perhaps floors that are too high: refills).
 */
#include "projector/apply/batch.h"

#include <stdio.h>

#include "cache/publish.h"
#include "projector/apply/apply.h"
#include "projector/apply/dead_letter.h"
#include "projector/store/aggregates.h"

enum status batch_begin(struct batch *batch)
{
    struct session *session = batch->session;
    enum status status = session_may_commit(session);

    return status == STATUS_OK ? session_note(session, sql_begin(session->connection.sql), "begin")
                               : status;
}

enum status batch_fence(struct batch *batch)
{
    struct session *session = batch->session;

    return session_note(session,
                        lease_lock(session->connection.sql, session->model->database, batch->lease),
                        "twofold_checkpoint");
}

/* A record too broken to have an aggregate locks none. */
static enum status lock_aggregates(struct batch *batch, struct versions *locked)
{
    size_t i;

    versions_init(locked, batch->arena, batch->given_count);
    for (i = 0; i < batch->given_count; i++) {
        const struct record *record = &batch->given[i];

        if (record->kind != RECORD_IGNORED && record->aggregate.len > 0) {
            (void)versions_place(locked, record->aggregate);
        }
    }
    return aggregates_lock(batch->session, locked, batch->arena);
}

/* Behind letters of its aggregate, unless it makes their rows whole. */
static bool is_blocked(const struct batch *batch, const struct record *record)
{
    return versions_has(&batch->leftovers.blocked, record->aggregate) &&
           !(record->projection && record->projection->whole);
}

enum status batch_lock(struct batch *batch)
{
    struct versions locked;
    enum status status = lock_aggregates(batch, &locked);
    size_t i;

    if (status == STATUS_OK) {
        status = leftovers_read(batch->session, &locked, batch->arena, &batch->leftovers);
    }
    if (status != STATUS_OK) {
        return status;
    }
    batch->live = ARENA_ARRAY(batch->arena, struct record, batch->given_count);
    batch->letters = ARENA_ARRAY(batch->arena, const struct record *, batch->given_count);
    for (i = 0; i < batch->given_count; i++) {
        const struct record *record = &batch->given[i];

        if (record->kind == RECORD_IGNORED) {
            batch->ignored_count++;
        } else if (batch->condemned || is_blocked(batch, record)) {
            batch->letters[batch->letter_count++] = record;
        } else {
            batch->live[batch->live_count++] = *record;
        }
    }
    return STATUS_OK;
}

/*
 * "Lock of the revision's row": what is read cannot miss a commit that is on its way. Of the events
 * that close a gap, too.
 */
static enum status lock_revision(struct batch *batch)
{
    struct session *session = batch->session;
    const struct sequence *sequence = &batch->sequence;
    struct revision row;
    enum status status;
    size_t i = 0;

    while (i < sequence->count &&
           !(sequence->records[i].projection && sequence->records[i].projection->reads)) {
        i++;
    }
    if (i == sequence->count) {
        return STATUS_OK;
    }
    status = revision_read(session->connection.sql, session->model->database, true, &row);
    status = session_note(session, status, "twofold_revision");
    return status == STATUS_CORRUPT ? STATUS_UNAVAILABLE : status; /* no record's fault */
}

static enum status settle_leftovers(struct batch *batch)
{
    bool whole = plan_model_is_whole(batch->session->model);

    return leftovers_settle(batch->session, &batch->leftovers, &batch->sequence.versions, whole,
                            batch->arena, batch->slots, &batch->superseded);
}

enum status batch_rows(struct batch *batch)
{
    struct sequence *sequence = &batch->sequence;
    bool alone = batch->live_count == 1 && batch->given_count <= 1;
    enum status status = sequence_make(batch->session, batch->live, batch->live_count, alone,
                                       batch->arena, batch->slots, sequence);

    status = status == STATUS_OK ? lock_revision(batch) : status;
    status = status == STATUS_OK ? settle_leftovers(batch) : status;
    if (status == STATUS_OK) {
        status = apply_rows(batch->session, sequence->records, sequence->count, batch->arena,
                            batch->slots);
    }
    return status;
}

enum status batch_letters(struct batch *batch)
{
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < batch->letter_count; i++) {
        const char *error =
            batch->condemned ? batch->condemned : "an earlier record of this aggregate is here";

        status = dead_letter_add(batch->session, batch->lease, batch->letters[i], error,
                                 batch->attempts, batch->arena);
    }
    return status;
}

enum status batch_checkpoint(struct batch *batch)
{
    struct sql_conn *sql = batch->session->connection.sql;
    struct slice database = batch->session->model->database;
    struct slice position = batch->given[batch->given_count - 1].position;
    enum status status = batch->sequence.unfinished
                             ? lease_renew(sql, database, batch->lease)
                             : lease_advance(sql, database, batch->lease, position);

    return session_note(batch->session, status, "twofold_checkpoint");
}

enum status batch_revision(struct batch *batch)
{
    struct session *session = batch->session;
    enum status status;

    batch->published = session->view.home.len > 0;
    status = revision_raise(session->connection.sql, session->model->database, &session->view,
                            &batch->revision);
    if (status == STATUS_PRECONDITION) {
        return session_refuse(session, status,
                              "twofold_revision: its epoch, touches or home is another one than "
                              "was learnt (Redis or a projector began anew): it is read again");
    }
    return session_note(session, status, "twofold_revision");
}

enum status batch_aggregates(struct batch *batch)
{
    return aggregates_write(batch->session, &batch->sequence.versions, batch->arena);
}

/*
 * "They go in several scripts under the same lock": tags of touches_sql, of a gap's events and of
 * letters come on top of those by which the batch was cut. At least one, for `published`.
 */
static enum status publish_all(struct batch *batch)
{
    struct session *session = batch->session;
    size_t most = session->settings->batch_slots, at = 0, count;
    enum status status;

    do {
        count = batch->slots->count - at < most ? batch->slots->count - at : most;
        status = publish_revision(session->redis, session->model->database, &session->view.home,
                                  batch->revision, batch->slots->items + at, count,
                                  session_redis_deadline(session));
        at += count;
    } while (status == STATUS_OK && at < batch->slots->count);
    return status;
}

enum status batch_publish(struct batch *batch)
{
    struct session *session = batch->session;
    enum status status;

    if (!batch->published) {
        return STATUS_OK;
    }
    status = publish_all(batch);
    if (status != STATUS_OK) {
        (void)snprintf(session->error, sizeof(session->error), "publish: %s", status_name(status));
    }
    return status == STATUS_NOT_FOUND || status == STATUS_CONFLICT ? STATUS_PRECONDITION : status;
}

enum status batch_commit(struct batch *batch)
{
    return session_note(batch->session, sql_commit(batch->session->connection.sql), "commit");
}

/* Redis is away while nothing can be published: tokens are then met by asking the primary. */
enum status batch_tell(struct batch *batch)
{
    struct session *session = batch->session;
    const struct news news = {
        .epoch = slice_str(session->view.epoch),
        .revision = batch->revision,
        .slots = batch->slots->items,
        .slot_count = batch->slots->count,
        .told = batch->sequence.versions.items,
        .told_count = batch->sequence.versions.count,
    };

    if (batch->published) {
        publish_tell(session->redis, session->model->database, &news,
                     session_redis_deadline(session));
    }
    return STATUS_OK;
}

void batch_rollback(struct batch *batch)
{
    connection_rollback(&batch->session->connection);
}
