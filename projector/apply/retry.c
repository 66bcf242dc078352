/*
 * Retrying dead letters.
 *
 *     BEGIN -> lock the model's checkpoints and the aggregate -> its letters, oldest first -> rows
 *           -> DELETE them -> revision -> aggregates -> PUBLISH -> COMMIT -> tell
 *
 *     all at once; when that fails, one after the other up to the one that fails
 *
 * Invariant: lanes lock their checkpoint before they look for letters, so while one is being
 * retried no record of its aggregate passes it.
 */
#include "projector/apply/retry.h"

#include <inttypes.h>
#include <unistd.h>

#include "projector/apply/apply.h"
#include "projector/apply/batch.h"
#include "projector/apply/dead_letter.h"
#include "projector/store/aggregates.h"
#include "projector/store/statement.h"

#define LEARN_TRIES    50
#define LEARN_PAUSE_US 200000
#define LETTERS_MAX    500 /* in one transaction */
#define UNCERTAIN_MAX  5   /* COMMITs without an answer: a server that loses more needs a look */

struct retry {
    struct session *session;
    struct slice aggregate;
    uint64_t limit; /* letters of the next transaction */
    struct arena arena;
    struct slots slots;
    uint64_t last_id;   /* of the letters in hand */
    uint64_t projected; /* letters that are no more */
    /* of a COMMIT without an answer: the letters that it was for; 0: there is none */
    uint64_t unknown;
    bool empty; /* none is left */
};

/*
 * A NULL home is waited for, as lanes do: two leases, or the keeper's next page. So is a page that
 * is not on its Redis, for the keeper makes it anew.
 */
static enum status learn(struct session *session)
{
    enum status status = STATUS_OK;
    unsigned int tries;

    for (tries = 0; tries < LEARN_TRIES; tries++) {
        status = session_learn(session);
        if (status == STATUS_OK) {
            status = session_may_commit(session);
        }
        if (status != STATUS_BUSY && status != STATUS_UNAVAILABLE) {
            break;
        }
        usleep(LEARN_PAUSE_US);
    }
    return status;
}

/* ------------------------------------------------------------------ steps */

static enum status decode(struct retry *retry, struct slice text, struct batch *batch)
{
    struct session *session = retry->session;
    struct record *record = &batch->live[batch->live_count];
    const char *why;
    enum status status = dead_letter_decode(session->model, text, &retry->arena, record, &why);

    if (status == STATUS_OK) {
        status = apply_tags(record, &retry->arena, batch->slots, &why);
    }
    if (status != STATUS_OK) {
        return session_refuse(session, STATUS_INVALID, why);
    }
    batch->live_count++;
    return STATUS_OK;
}

/*
 * What became of a COMMIT without an answer: it holds all checkpoints, so behind their lock it has
 * ended, and its letters are there or not.
 */
static void settle_unknown(struct retry *retry, const struct sql_rows *letters)
{
    if (letters->row_count == 0 || cell_u64(letters, 0, 0) > retry->last_id) {
        retry->projected += retry->unknown;
    }
    retry->unknown = 0;
}

static struct versions aggregate_of(struct retry *retry)
{
    struct versions one;

    versions_init(&one, &retry->arena, 1);
    if (retry->aggregate.len > 0) {
        (void)versions_place(&one, retry->aggregate);
    }
    return one;
}

static enum status lock_aggregate(struct retry *retry)
{
    struct versions locked = aggregate_of(retry);

    return aggregates_lock(retry->session, &locked, &retry->arena);
}

/* The letters themselves are projected one by one, and supersede nothing. */
static enum status take_discarded(struct retry *retry, struct batch *batch)
{
    struct versions aggregate = aggregate_of(retry);
    enum status status =
        leftovers_read(retry->session, &aggregate, &retry->arena, &batch->leftovers);

    batch->leftovers.blocked = (struct versions){.count = 0};
    return status;
}

static enum status take_letters(struct retry *retry, struct batch *batch)
{
    struct session *session = retry->session;
    struct sql_rows rows;
    enum status status = session_note(
        session,
        statement_run(session->connection.sql, session->model->database, &retry->arena, &rows,
                      "SELECT id, record FROM twofold_dead_letter WHERE aggregate = ? ORDER BY id"
                      " LIMIT ? FOR UPDATE",
                      "Su", retry->aggregate, retry->limit),
        "twofold_dead_letter");
    size_t i;

    if (status != STATUS_OK) {
        return status;
    }
    settle_unknown(retry, &rows);
    batch->live = ARENA_ARRAY(&retry->arena, struct record, rows.row_count);
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        status = decode(retry, cell_text(&rows, i, 1), batch);
        retry->last_id = cell_u64(&rows, i, 0);
    }
    return status;
}

static enum status delete_letters(struct retry *retry, const struct batch *batch)
{
    struct session *session = retry->session;

    if (batch->sequence.unfinished) { /* the gap before it is not closed yet */
        return STATUS_OK;
    }
    return session_note(session,
                        statement_run(session->connection.sql, session->model->database,
                                      &retry->arena, NULL,
                                      "DELETE FROM twofold_dead_letter WHERE aggregate = ?"
                                      " AND id <= ?",
                                      "Su", retry->aggregate, retry->last_id),
                        "twofold_dead_letter");
}

static enum status project(struct retry *retry, struct batch *batch)
{
    enum status status = batch_rows(batch);

    status = status == STATUS_OK ? delete_letters(retry, batch) : status;
    status = status == STATUS_OK ? batch_revision(batch) : status;
    status = status == STATUS_OK ? batch_aggregates(batch) : status;
    status = status == STATUS_OK ? batch_publish(batch) : status;
    status = status == STATUS_OK ? batch_commit(batch) : status;
    return status == STATUS_OK ? batch_tell(batch) : status;
}

/* One transaction. UNCERTAIN: the next one learns what became of it. */
static enum status retry_some(struct retry *retry)
{
    struct batch batch = {
        .session = retry->session, .arena = &retry->arena, .slots = &retry->slots};
    enum status status = learn(retry->session);

    arena_reset(&retry->arena);
    slots_clear(&retry->slots);
    status = status == STATUS_OK ? batch_begin(&batch) : status;
    status = status == STATUS_OK ? dead_letter_lock_lanes(batch.session, batch.arena) : status;
    status = status == STATUS_OK ? lock_aggregate(retry) : status;
    status = status == STATUS_OK ? take_discarded(retry, &batch) : status;
    status = status == STATUS_OK ? take_letters(retry, &batch) : status;
    if (status == STATUS_OK && batch.live_count == 0) {
        batch_rollback(&batch);
        retry->empty = true;
        return STATUS_OK;
    }
    status = status == STATUS_OK ? project(retry, &batch) : status;
    if (status == STATUS_UNCERTAIN && !batch.sequence.unfinished) {
        retry->unknown = batch.live_count;
    } else if (status == STATUS_OK && !batch.sequence.unfinished) {
        retry->projected += batch.live_count;
    }
    if (status != STATUS_OK) {
        batch_rollback(&batch);
    }
    return status;
}

/* ------------------------------------------------------------------ aggregates */

enum status retry_aggregate(struct session *session, struct slice aggregate, FILE *out)
{
    struct retry retry = {.session = session, .aggregate = aggregate, .limit = LETTERS_MAX};
    unsigned int uncertain = 0;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && !retry.empty) {
        status = retry_some(&retry);
        if (status == STATUS_UNCERTAIN && uncertain < UNCERTAIN_MAX) {
            uncertain++;
            status = STATUS_OK;
        } else if (status != STATUS_OK && retry.limit > 1) {
            retry.limit = 1;
            status = STATUS_OK;
        }
    }
    if (retry.projected > 0) {
        (void)fprintf(out, "%.*s: %" PRIu64 " projected\n", SLICE_ARG(aggregate), retry.projected);
    }
    if (status == STATUS_OK && retry.projected == 0) {
        status = session_refuse(session, STATUS_NOT_FOUND,
                                "no letters of this aggregate; its name is Type:id, as"
                                " dead-letters list shows it");
    }
    if (status != STATUS_OK) {
        (void)fprintf(out, "%.*s: %s\n", SLICE_ARG(aggregate), session->error);
    }
    slots_fini(&retry.slots);
    arena_fini(&retry.arena);
    return status;
}

enum status retry_all(struct session *session, FILE *out)
{
    struct arena arena = {0};
    struct sql_rows rows = {.row_count = 0};
    enum status status = learn(session), worst;
    size_t i;

    if (status == STATUS_OK) {
        status = session_note(
            session,
            statement_run(session->connection.sql, session->model->database, &arena, &rows,
                          "SELECT aggregate FROM twofold_dead_letter GROUP BY aggregate"
                          " ORDER BY MIN(id)",
                          ""),
            "twofold_dead_letter");
    }
    worst = status;
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        enum status one = retry_aggregate(session, cell_text(&rows, i, 0), out);

        worst = one == STATUS_OK ? worst : one;
    }
    arena_fini(&arena);
    return worst;
}
