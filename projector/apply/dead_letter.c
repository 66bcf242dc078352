/*
 * Writing dead letters.
 *
 *     a record fails alone           ---> letter
 *     the next one of its aggregate  ---> letter behind it
 *     other aggregates               ---> go on
 *
 * Invariant: who changes the letters of an aggregate (a lane, or a command of an operator) holds
 * its row of twofold_aggregate, so no record slips past a letter of its aggregate, and none while
 * it is being retried or discarded.
 */
#include "projector/apply/dead_letter.h"

#include "lib/data/json.h"
#include "projector/store/statement.h"

enum status dead_letter_lock_lanes(struct session *session, struct arena *arena)
{
    return session_note(session,
                        statement_run(session->connection.sql, session->model->database, arena,
                                      NULL, "SELECT shard FROM twofold_checkpoint FOR UPDATE", ""),
                        "twofold_checkpoint");
}

/* A checkpoint that an operator set back brings a letter again: it stays one. */
enum status dead_letter_add(struct session *session, const struct lease *lease,
                            const struct record *record, const char *error, unsigned int attempts,
                            struct arena *arena)
{
    struct buf raw = {0};
    enum status status;

    json_write(&raw, record->raw);
    status =
        statement_run(session->connection.sql, session->model->database, arena, NULL,
                      "INSERT INTO twofold_dead_letter"
                      " (aggregate, version, shard, position, record, error, attempts, created)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, NOW(3))"
                      " ON DUPLICATE KEY UPDATE error = VALUES(error), attempts = VALUES(attempts)",
                      "SusSSsu", record->aggregate, record->version, lease->shard, record->position,
                      buf_slice(&raw), error, (uint64_t)attempts);
    buf_fini(&raw);
    return session_note(session, status, "twofold_dead_letter");
}

enum status dead_letter_decode(const struct plan_model *model, struct slice text,
                               struct arena *arena, struct record *out, const char **why_out)
{
    const struct value *raw = NULL;

    *why_out = "the stored record is no JSON";
    if (json_parse_stored(arena, text, &raw, NULL) != STATUS_OK) {
        return STATUS_INVALID;
    }
    record_decode(model, raw, arena, out);
    *why_out = out->fault;
    return out->fault ? STATUS_INVALID : STATUS_OK;
}

enum status dead_letter_count(struct sql_conn *sql, struct slice database, uint64_t *out)
{
    struct arena arena = {0};
    struct sql_rows rows;
    enum status status =
        statement_run(sql, database, &arena, &rows, "SELECT COUNT(*) FROM twofold_dead_letter", "");

    *out = status == STATUS_OK && rows.row_count > 0 ? cell_u64(&rows, 0, 0) : 0;
    arena_fini(&arena);
    return status;
}
