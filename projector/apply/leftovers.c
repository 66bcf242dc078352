/*
 *     letter   kind a -> b, cannot be projected: the row says a, and so does the list of a
 *     next     kind b -> c: its own tags are b and c; the list of a must go as well
 *
 * Invariant: what is in either table for an aggregate is read and removed behind the lock of its
 * row of twofold_aggregate.
 */
#include "projector/apply/leftovers.h"

#include "lib/base/buf.h"
#include "projector/apply/apply.h"
#include "projector/apply/dead_letter.h"
#include "projector/store/aggregates.h"
#include "projector/store/statement.h"

static enum status note(struct session *session, enum status status)
{
    return session_note(session, status, "twofold_discarded");
}

static void append_list(struct buf *text, const char *head, size_t count)
{
    size_t i;

    buf_append_str(text, head);
    for (i = 0; i < count; i++) {
        buf_append_str(text, i > 0 ? ",?" : "(?");
    }
    buf_append_char(text, ')');
}

/* Of COUNT aggregates from AT, the last one again and again so that few sizes are prepared. */
static enum status read_some(struct session *session, const struct versions *aggregates, size_t at,
                             size_t count, struct arena *arena, struct leftovers *out)
{
    size_t room = rows_room(count), i;
    const struct value **params = ARENA_ARRAY(arena, const struct value *, 2 * room);
    struct sql_rows rows = {.row_count = 0};
    struct buf text = {0};
    enum status status;

    append_list(&text, "SELECT DISTINCT 0, aggregate FROM twofold_dead_letter WHERE aggregate IN ",
                room);
    append_list(&text,
                " UNION ALL SELECT DISTINCT 1, aggregate FROM twofold_discarded"
                " WHERE aggregate IN ",
                room);
    for (i = 0; i < room; i++) {
        size_t place = at + (i < count ? i : count - 1);

        params[i] = value_string(arena, aggregates->items[place].aggregate);
        params[room + i] = params[i];
    }
    status = note(session, sql_run(session->connection.sql,
                                   &(struct sql_statement){.text = buf_slice(&text),
                                                           .database = session->model->database,
                                                           .params = params,
                                                           .param_count = 2 * room},
                                   arena, &rows));
    buf_fini(&text);
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        (void)versions_place(cell_u64(&rows, i, 0) == 0 ? &out->blocked : &out->discarded,
                             cell_text(&rows, i, 1));
    }
    return status;
}

enum status leftovers_read(struct session *session, const struct versions *aggregates,
                           struct arena *arena, struct leftovers *out)
{
    enum status status = STATUS_OK;
    size_t at, chunk;

    versions_init(&out->blocked, arena, aggregates->count);
    versions_init(&out->discarded, arena, aggregates->count);
    for (at = 0; status == STATUS_OK && at < aggregates->count; at += chunk) {
        chunk = aggregates->count - at;
        chunk = chunk < ROWS_CHUNK_MAX ? chunk : ROWS_CHUNK_MAX;
        status = read_some(session, aggregates, at, chunk, arena, out);
    }
    return status;
}

/* A record that made no sense has tags too: those of its old image. */
static void touch(const struct session *session, struct slice text, struct arena *arena,
                  struct slots *slots)
{
    struct record record = {.projection = NULL};
    const char *why;

    if (dead_letter_decode(session->model, text, arena, &record, &why) == STATUS_OK ||
        record.projection) {
        apply_tags_that_can(&record, arena, slots);
    }
}

static enum status touch_all(struct session *session, struct slice aggregate, struct arena *arena,
                             struct slots *slots)
{
    struct sql_rows rows = {.row_count = 0};
    enum status status =
        note(session,
             statement_run(session->connection.sql, session->model->database, arena, &rows,
                           "SELECT record FROM twofold_dead_letter WHERE aggregate = ?"
                           " UNION ALL SELECT record FROM twofold_discarded WHERE aggregate = ?",
                           "SS", aggregate, aggregate));
    size_t i;

    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        touch(session, cell_text(&rows, i, 0), arena, slots);
    }
    return status;
}

static enum status remove_from(struct session *session, const char *text, struct slice aggregate,
                               struct arena *arena, size_t *count_out)
{
    struct sql_rows rows = {.affected = 0};
    enum status status =
        note(session, statement_run(session->connection.sql, session->model->database, arena, &rows,
                                    text, "S", aggregate));

    *count_out += status == STATUS_OK ? (size_t)rows.affected : 0;
    return status;
}

/* Letters that are retried are not superseded: whoever retries them takes them away. */
static enum status remove_all(struct session *session, const struct leftovers *leftovers,
                              struct slice aggregate, struct arena *arena, size_t *letters_out)
{
    enum status status = STATUS_OK;
    size_t discarded = 0;

    if (versions_has(&leftovers->blocked, aggregate)) {
        status = remove_from(session, "DELETE FROM twofold_dead_letter WHERE aggregate = ?",
                             aggregate, arena, letters_out);
    }
    return status == STATUS_OK
               ? remove_from(session, "DELETE FROM twofold_discarded WHERE aggregate = ?",
                             aggregate, arena, &discarded)
               : status;
}

enum status leftovers_settle(struct session *session, const struct leftovers *leftovers,
                             const struct versions *applied, bool whole, struct arena *arena,
                             struct slots *slots, size_t *superseded_out)
{
    enum status status = STATUS_OK;
    size_t i;

    *superseded_out = 0;
    for (i = 0; status == STATUS_OK && i < applied->count; i++) {
        struct slice aggregate = applied->items[i].aggregate;

        if (!versions_has(&leftovers->discarded, aggregate) &&
            !(whole && versions_has(&leftovers->blocked, aggregate))) {
            continue;
        }
        status = touch_all(session, aggregate, arena, slots);
        if (status == STATUS_OK && whole) {
            status = remove_all(session, leftovers, aggregate, arena, superseded_out);
        }
    }
    return status;
}

enum status leftovers_keep(struct session *session, const char *id, struct arena *arena)
{
    return note(session,
                statement_run(session->connection.sql, session->model->database, arena, NULL,
                              "INSERT INTO twofold_discarded (aggregate, record, created)"
                              " SELECT aggregate, record, NOW(3) FROM twofold_dead_letter"
                              " WHERE id = ?",
                              "s", id));
}
