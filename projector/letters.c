/*
 * Dead letters, by hand.
 *
 *     retry of an aggregate:  BEGIN -> lock the model's checkpoints -> its letters, oldest first -> rows -> DELETE them
 *                             -> revision -> aggregates -> PUBLISH -> COMMIT -> tell
 *
 * Invariant: lanes lock their checkpoint before they look for letters, so while one is being retried no record of its aggregate passes it.
 */
#include "projector/letters.h"

#include <unistd.h>

#include "lib/json.h"
#include "lib/log.h"
#include "projector/apply.h"
#include "projector/batch.h"
#include "projector/statement.h"

#define LEARN_TRIES    50
#define LEARN_PAUSE_US 200000

static const struct plan_model *find_model(const struct plan *plan, const char *name)
{
    size_t i;

    for (i = 0; i < plan->model_count; i++) {
        if (slice_is(plan->models[i].name, name)) {
            return &plan->models[i];
        }
    }
    log_error("no such model", "model=%s", name);
    return NULL;
}

/* A NULL home is waited for, as lanes do: two leases, or the keeper's next page. */
static enum status learn(struct session *session)
{
    enum status status = STATUS_OK;
    unsigned int tries;

    for (tries = 0; tries < LEARN_TRIES; tries++) {
        status = session_learn(session);
        if (status == STATUS_OK) {
            status = session_may_commit(session);
        }
        if (status != STATUS_BUSY) {
            break;
        }
        usleep(LEARN_PAUSE_US);
    }
    return status;
}

static enum status failed(const struct session *session, enum status status)
{
    if (status != STATUS_OK) {
        log_error("dead letters not changed", "model=%.*s status=%s error=%s",
                  SLICE_ARG(session->model->name), status_name(status), session->error);
    }
    return status;
}

/* ------------------------------------------------------------------ list */

static enum status list_model(struct session *session, FILE *out)
{
    struct arena arena = {0};
    struct sql_rows rows = {.row_count = 0};
    enum status status = session_learn(session);
    size_t i;

    if (status == STATUS_OK) {
        status = session_note(
            session,
            statement_run(session->sql, session->model->database, &arena, &rows,
                          "SELECT id, aggregate, version, position, attempts, created, error"
                          " FROM twofold_dead_letter ORDER BY id",
                          ""),
            "twofold_dead_letter");
    }
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        size_t column;

        (void)fprintf(out, "%.*s", SLICE_ARG(session->model->name));
        for (column = 0; column < rows.column_count; column++) {
            (void)fprintf(out, "\t%.*s", SLICE_ARG(cell_text(&rows, i, column)));
        }
        (void)fputc('\n', out);
    }
    arena_fini(&arena);
    return failed(session, status);
}

enum status letters_list(const struct settings *settings, const struct plan *plan,
                         const char *model, FILE *out)
{
    enum status status = STATUS_OK;
    size_t i;

    if (model && !find_model(plan, model)) {
        return STATUS_NOT_FOUND;
    }
    for (i = 0; status == STATUS_OK && i < plan->model_count; i++) {
        struct session session;

        if (model && !slice_is(plan->models[i].name, model)) {
            continue;
        }
        session_init(&session, settings, &plan->models[i]);
        status = list_model(&session, out);
        session_fini(&session);
    }
    return status;
}

/* ------------------------------------------------------------------ locks */

static enum status lock_lanes(struct session *session, struct arena *arena)
{
    return session_note(session,
                        statement_run(session->sql, session->model->database, arena, NULL,
                                      "SELECT shard FROM twofold_checkpoint FOR UPDATE", ""),
                        "twofold_checkpoint");
}

/* ------------------------------------------------------------------ retry */

static enum status decode(struct session *session, const struct sql_rows *rows, struct arena *arena,
                          struct batch *batch)
{
    size_t i;

    batch->live = ARENA_ARRAY(arena, struct record, rows->row_count);
    for (i = 0; i < rows->row_count; i++) {
        struct record *record = &batch->live[batch->live_count];
        const struct value *raw = NULL;
        const char *why = "the stored record is no JSON";
        enum status status = json_parse_stored(arena, cell_text(rows, i, 0), &raw, NULL);

        if (status == STATUS_OK) {
            record_decode(session->model, raw, arena, record);
            why = record->fault;
            status = why ? STATUS_INVALID : apply_tags(record, arena, batch->slots, &why);
        }
        if (status != STATUS_OK) {
            (void)snprintf(session->error, sizeof(session->error), "%s", why);
            return STATUS_INVALID;
        }
        batch->live_count++;
    }
    return STATUS_OK;
}

static enum status take_letters(struct session *session, struct slice aggregate,
                                struct arena *arena, struct batch *batch)
{
    struct sql_rows rows;
    enum status status = session_note(
        session,
        statement_run(session->sql, session->model->database, arena, &rows,
                      "SELECT record FROM twofold_dead_letter WHERE aggregate = ? ORDER BY id"
                      " FOR UPDATE",
                      "S", aggregate),
        "twofold_dead_letter");

    if (status == STATUS_OK && rows.row_count == 0) {
        (void)snprintf(session->error, sizeof(session->error), "no letters of this aggregate");
        status = STATUS_NOT_FOUND;
    }
    return status == STATUS_OK ? decode(session, &rows, arena, batch) : status;
}

static enum status delete_letters(struct session *session, struct slice aggregate,
                                  struct arena *arena)
{
    return session_note(session,
                        statement_run(session->sql, session->model->database, arena, NULL,
                                      "DELETE FROM twofold_dead_letter WHERE aggregate = ?", "S",
                                      aggregate),
                        "twofold_dead_letter");
}

static enum status retry_steps(struct session *session, struct slice aggregate, struct batch *batch)
{
    enum status status = batch_begin(batch);

    status = status == STATUS_OK ? lock_lanes(session, batch->arena) : status;
    status = status == STATUS_OK ? take_letters(session, aggregate, batch->arena, batch) : status;
    status = status == STATUS_OK ? batch_rows(batch) : status;
    status = status == STATUS_OK ? delete_letters(session, aggregate, batch->arena) : status;
    status = status == STATUS_OK ? batch_revision(batch) : status;
    status = status == STATUS_OK ? batch_aggregates(batch) : status;
    status = status == STATUS_OK ? batch_publish(batch) : status;
    status = status == STATUS_OK ? batch_commit(batch) : status;
    return status == STATUS_OK ? batch_tell(batch) : status;
}

static enum status retry_aggregate(struct session *session, struct slice aggregate, FILE *out)
{
    struct arena arena = {0};
    struct slots slots = {.count = 0};
    struct batch batch = {.session = session, .arena = &arena, .slots = &slots};
    enum status status = retry_steps(session, aggregate, &batch);

    if (status == STATUS_OK) {
        (void)fprintf(out, "%.*s: %zu projected\n", SLICE_ARG(aggregate), batch.live_count);
    } else {
        batch_rollback(&batch);
        (void)fprintf(out, "%.*s: %s\n", SLICE_ARG(aggregate), session->error);
    }
    slots_fini(&slots);
    arena_fini(&arena);
    return status;
}

static enum status retry_all(struct session *session, struct arena *arena, FILE *out)
{
    struct sql_rows rows;
    enum status status = session_note(
        session,
        statement_run(
            session->sql, session->model->database, arena, &rows,
            "SELECT aggregate FROM twofold_dead_letter GROUP BY aggregate ORDER BY MIN(id)", ""),
        "twofold_dead_letter");
    enum status worst = status;
    size_t i;

    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        enum status one = learn(session);

        one = one == STATUS_OK ? retry_aggregate(session, cell_text(&rows, i, 0), out) : one;
        worst = one == STATUS_OK ? worst : one;
    }
    return worst;
}

enum status letters_retry(const struct settings *settings, const struct plan *plan,
                          const char *model, const char *aggregate, FILE *out)
{
    const struct plan_model *found = find_model(plan, model);
    struct arena arena = {0};
    struct session session;
    enum status status;

    if (!found) {
        return STATUS_NOT_FOUND;
    }
    session_init(&session, settings, found);
    status = learn(&session);
    if (status == STATUS_OK && aggregate) {
        status = retry_aggregate(&session, slice_str(aggregate), out);
    } else if (status == STATUS_OK) {
        status = retry_all(&session, &arena, out);
    }
    status = failed(&session, status);
    session_fini(&session);
    arena_fini(&arena);
    return status;
}

/* ------------------------------------------------------------------ discard */

static enum status discard_steps(struct session *session, const char *id, struct arena *arena)
{
    struct sql_rows rows = {.affected = 0};
    enum status status = session_note(session, sql_begin(session->sql), "begin");

    if (status == STATUS_OK) {
        status = lock_lanes(session, arena);
    }
    if (status == STATUS_OK) {
        status =
            session_note(session,
                         statement_run(session->sql, session->model->database, arena, &rows,
                                       "DELETE FROM twofold_dead_letter WHERE id = ?", "s", id),
                         "twofold_dead_letter");
    }
    if (status == STATUS_OK && rows.affected == 0) {
        (void)snprintf(session->error, sizeof(session->error), "no letter has this id");
        status = STATUS_NOT_FOUND;
    }
    if (status == STATUS_OK) {
        return session_note(session, sql_commit(session->sql), "commit");
    }
    if (session->sql) {
        sql_rollback(session->sql);
    }
    return status;
}

enum status letters_discard(const struct settings *settings, const struct plan *plan,
                            const char *model, const char *id, FILE *out)
{
    const struct plan_model *found = find_model(plan, model);
    struct arena arena = {0};
    struct session session;
    enum status status;

    if (!found) {
        return STATUS_NOT_FOUND;
    }
    session_init(&session, settings, found);
    status = session_learn(&session);
    if (status == STATUS_OK) {
        status = discard_steps(&session, id, &arena);
    }
    if (status == STATUS_OK) {
        (void)fprintf(out, "%s: discarded\n", id);
    }
    status = failed(&session, status);
    session_fini(&session);
    arena_fini(&arena);
    return status;
}
