/*
 * Dead letters, by hand: listed, retried (projector/apply/retry.c), discarded.
 *
 * A discarded letter of an event store moves its aggregate's version: the event counts as seen. So
 * the oldest goes first.
 */
#include "projector/letters.h"

#include <inttypes.h>

#include "conf/settings/clients.h"
#include "lib/base/log.h"
#include "projector/apply/dead_letter.h"
#include "projector/apply/leftovers.h"
#include "projector/apply/retry.h"
#include "projector/store/aggregates.h"
#include "projector/store/statement.h"

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

static enum status failed(const struct session *session, enum status status)
{
    if (status != STATUS_OK) {
        log_error("dead letters not changed", "model=%.*s status=%s error=\"%s\"",
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
            statement_run(session->connection.sql, session->model->database, &arena, &rows,
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

/* ------------------------------------------------------------------ retry */

/* The event table, for gaps. */
static enum status open_table(struct session *session, struct credential_provider **credentials)
{
    const struct dynamodb_config dynamodb = clients_dynamodb(session->settings);
    enum status status;

    if (session->model->aggregate.store != STORE_EVENTS) {
        return STATUS_OK;
    }
    status = credential_provider_create(credentials);
    if (status != STATUS_OK) {
        return session_refuse(session, status,
                              "no AWS credentials, which event stores need: gaps"
                              " are read from their table");
    }
    status = dynamodb_sync_create(&dynamodb, *credentials, &session->dynamodb);
    return status == STATUS_OK
               ? status
               : session_refuse(session, status, "see dynamodb_endpoint and aws_region");
}

enum status letters_retry(const struct settings *settings, const struct plan *plan,
                          const char *model, const char *aggregate, FILE *out)
{
    const struct plan_model *found = find_model(plan, model);
    struct credential_provider *credentials = NULL;
    struct session session;
    enum status status;

    if (!found) {
        return STATUS_NOT_FOUND;
    }
    session_init(&session, settings, found);
    status = open_table(&session, &credentials);
    if (status == STATUS_OK) {
        status = aggregate ? retry_aggregate(&session, slice_str(aggregate), out)
                           : retry_all(&session, out);
    }
    status = failed(&session, status);
    if (session.dynamodb) {
        dynamodb_sync_destroy(session.dynamodb);
    }
    if (credentials) {
        credential_provider_destroy(credentials);
    }
    session_fini(&session);
    return status;
}

/* ------------------------------------------------------------------ discard */

/* What was discarded. */
struct letter {
    struct slice aggregate;
    uint64_t waiting; /* further letters of its aggregate */
};

static enum status find_letter(struct session *session, const char *id, struct arena *arena,
                               struct sql_rows *rows)
{
    enum status status = session_note(
        session,
        statement_run(
            session->connection.sql, session->model->database, arena, rows,
            "SELECT d.aggregate, d.version, EXISTS (SELECT 1 FROM twofold_dead_letter e"
            " WHERE e.aggregate = d.aggregate AND e.version < d.version AND e.version > 0),"
            " d.record FROM twofold_dead_letter d WHERE d.id = ?",
            "s", id),
        "twofold_dead_letter");

    if (status == STATUS_OK && rows->row_count == 0) {
        return session_refuse(session, STATUS_NOT_FOUND, "no letter has this id");
    }
    return status;
}

/* What to store of its eventId, even if this plan makes no sense of it; or empty. */
static struct slice event_of(const struct session *session, const struct sql_rows *letter,
                             struct arena *arena)
{
    struct record record = {.event_id = NULL};
    const char *why;
    enum status status =
        dead_letter_decode(session->model, cell_text(letter, 0, 3), arena, &record, &why);

    return status == STATUS_OK || record.event_id
               ? event_stored(arena, cell_u64(letter, 0, 1), record_event(&record))
               : SLICE_EMPTY;
}

/*
 * A lane whose checkpoint is new, and so not among those that are locked, waits here; what it did
 * before is seen by who looks at the letter again.
 */
static enum status lock_aggregate(struct session *session, const struct sql_rows *letter,
                                  struct arena *arena)
{
    struct slice aggregate = cell_text(letter, 0, 0);
    struct versions locked;

    versions_init(&locked, arena, 1);
    if (aggregate.len > 0) {
        (void)versions_place(&locked, aggregate);
    }
    return aggregates_lock(session, &locked, arena);
}

/*
 * The event counts as applied, with what is missing before it: else it would be fetched again, as
 * the gap before the next one.
 */
static enum status pass_over(struct session *session, const struct sql_rows *letter,
                             struct arena *arena)
{
    if (session->model->aggregate.store != STORE_EVENTS || cell_u64(letter, 0, 1) == 0) {
        return STATUS_OK;
    }
    if (cell_u64(letter, 0, 2) != 0) {
        return session_refuse(session, STATUS_REFUSED,
                              "an earlier event of this aggregate is a letter too: retry or discard"
                              " that one first");
    }
    return session_note(
        session,
        statement_run(session->connection.sql, session->model->database, arena, NULL,
                      "INSERT INTO twofold_aggregate (aggregate, version, event, revision)"
                      " SELECT ?, ?, NULLIF(?, ''), revision FROM twofold_revision WHERE id = 1"
                      " ON DUPLICATE KEY UPDATE"
                      " event = IF(VALUES(version) < twofold_aggregate.version,"
                      " twofold_aggregate.event, VALUES(event)),"
                      " version = GREATEST(twofold_aggregate.version, VALUES(version))",
                      "SuS", cell_text(letter, 0, 0), cell_u64(letter, 0, 1),
                      event_of(session, letter, arena)),
        "twofold_aggregate");
}

/* Its tags are touched with the next record of its aggregate: projector/apply/leftovers.h. */
static enum status remove_letter(struct session *session, const char *id, struct arena *arena)
{
    enum status status = leftovers_keep(session, id, arena);

    if (status != STATUS_OK) {
        return status;
    }
    return session_note(session,
                        statement_run(session->connection.sql, session->model->database, arena,
                                      NULL, "DELETE FROM twofold_dead_letter WHERE id = ?", "s",
                                      id),
                        "twofold_dead_letter");
}

/* Nothing but a retry, or a newer image of a state store, looks at them again. */
static enum status count_waiting(struct session *session, struct letter *letter,
                                 struct arena *arena)
{
    struct sql_rows rows;
    enum status status =
        session_note(session,
                     statement_run(session->connection.sql, session->model->database, arena, &rows,
                                   "SELECT COUNT(*) FROM twofold_dead_letter WHERE aggregate = ?",
                                   "S", letter->aggregate),
                     "twofold_dead_letter");

    letter->waiting = status == STATUS_OK ? cell_u64(&rows, 0, 0) : 0;
    return status;
}

static enum status discard_steps(struct session *session, const char *id, struct arena *arena,
                                 struct letter *out)
{
    struct sql_rows letter;
    enum status status = session_note(session, sql_begin(session->connection.sql), "begin");

    status = status == STATUS_OK ? dead_letter_lock_lanes(session, arena) : status;
    status = status == STATUS_OK ? find_letter(session, id, arena, &letter) : status;
    status = status == STATUS_OK ? lock_aggregate(session, &letter, arena) : status;
    status = status == STATUS_OK ? find_letter(session, id, arena, &letter) : status;
    status = status == STATUS_OK ? pass_over(session, &letter, arena) : status;
    status = status == STATUS_OK ? remove_letter(session, id, arena) : status;
    if (status == STATUS_OK) {
        out->aggregate = cell_text(&letter, 0, 0);
        status = count_waiting(session, out, arena);
    }
    if (status == STATUS_OK) {
        return session_note(session, sql_commit(session->connection.sql), "commit");
    }
    connection_rollback(&session->connection);
    return status;
}

/* Whoever has the lock of all checkpoints sees what became of a COMMIT without an answer. */
static enum status discard_again(struct session *session, const char *id, struct arena *arena,
                                 struct letter *out)
{
    enum status status = session_learn(session);

    status = status == STATUS_OK ? discard_steps(session, id, arena, out) : status;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static void say_discarded(const char *id, const char *model, const struct letter *letter, FILE *out)
{
    (void)fprintf(out, "%s: discarded\n", id);
    if (letter->waiting > 0) {
        (void)fprintf(out, "%.*s: %" PRIu64 " more of it wait: dead-letters retry %s %.*s\n",
                      SLICE_ARG(letter->aggregate), letter->waiting, model,
                      SLICE_ARG(letter->aggregate));
    }
}

enum status letters_discard(const struct settings *settings, const struct plan *plan,
                            const char *model, const char *id, FILE *out)
{
    const struct plan_model *found = find_model(plan, model);
    struct letter letter = {.waiting = 0};
    struct arena arena = {0};
    struct session session;
    enum status status;
    uint64_t number;

    if (!found) {
        return STATUS_NOT_FOUND;
    }
    session_init(&session, settings, found);
    status = slice_parse_u64(slice_str(id), &number) == STATUS_OK
                 ? session_learn(&session)
                 : session_refuse(&session, STATUS_INVALID,
                                  "a letter's id is a number: the second column of 'list'");
    if (status == STATUS_OK) {
        status = discard_steps(&session, id, &arena, &letter);
    }
    if (status == STATUS_UNCERTAIN) {
        status = discard_again(&session, id, &arena, &letter);
    }
    if (status == STATUS_OK) {
        say_discarded(id, model, &letter, out);
    }
    status = failed(&session, status);
    session_fini(&session);
    arena_fini(&arena);
    return status;
}
