/*
 * One statement of a projection: its parameters from a record, and its warnings.
 */
#include "projector/apply/run.h"

#include <inttypes.h>
#include <stdio.h>

#include "conf/plan/bind.h"
#include "lib/base/clock.h"

static const struct value *timestamp(const struct record *record, struct arena *arena)
{
    char text[CLOCK_TEXT];

    if (record->written_ms == 0) {
        return value_null(arena);
    }
    clock_rfc3339(record->written_ms, text);
    return value_string(arena, arena_copy(arena, slice_str(text)));
}

static const struct value *param(const struct record *record, const struct plan_bind *bind,
                                 struct arena *arena)
{
    const struct value *value = NULL;

    switch (bind->source) {
    case SOURCE_FIELD:
        value = value_get(record->image, bind->name);
        break;
    case SOURCE_OLD_FIELD:
        value = value_get(record->old, bind->name);
        break;
    case SOURCE_AGGREGATE_ID:
        value = record->id;
        break;
    case SOURCE_VERSION:
        value = value_number(arena, arena_printf(arena, "%" PRIu64, record->version));
        break;
    case SOURCE_TIMESTAMP:
        value = timestamp(record, arena);
        break;
    case SOURCE_EVENT_ID:
        value = record->event_id;
        break;
    case SOURCE_PARAM: /* of queries */
    case SOURCE_CLAIM:
    case SOURCE_CURSOR:
    case SOURCE_LIMIT:
        break;
    }
    return value;
}

enum status run_refuse(struct session *session, const struct plan_bind *bind, unsigned int line,
                       const char *why)
{
    (void)snprintf(session->error, sizeof(session->error), "projections.sql line %u: :%.*s: %s",
                   line, SLICE_ARG(bind->name), why);
    session->final = true;
    return STATUS_INVALID;
}

enum status run_bind(struct session *session, const struct record *record,
                     const struct plan_bind *bind, unsigned int line, struct arena *arena,
                     const struct value **out)
{
    const char *why = "";

    if (bind_value(arena, bind, param(record, bind, arena), out, &why) != STATUS_OK) {
        return run_refuse(session, bind, line, why);
    }
    return STATUS_OK;
}

enum status run_bind_all(struct session *session, const struct record *record,
                         const struct plan_sql *sql, struct arena *arena,
                         const struct value **params)
{
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < sql->bind_count; i++) {
        status = run_bind(session, record, &sql->binds[i], sql->line, arena, &params[i]);
    }
    return status;
}

#define ERROR_PLACES 1390 /* more of them than a statement may have: fewer rows have fewer */

/* It was refused before it had values: so it is with every record, until the schema is mended. */
static bool is_unprepared(const struct sql_error *error)
{
    return error->unprepared && error->number != ERROR_PLACES;
}

/* Rows of others, or what its own held before: another commit may mend them. */
static bool looks_at_rows(const struct plan_projection *projection)
{
    return projection->reads || projection->recalls;
}

/*
 * What rows that it looks at were the fault of, another commit may mend. What we refuse ourselves
 * (INVALID without a number) is a parameter: no row had a part in it.
 */
static void weaken(struct session *session, const struct plan_projection *projection,
                   enum status status)
{
    bool ours = status == STATUS_INVALID && session->connection.error.number == 0;

    session->final &= ours || !looks_at_rows(projection);
}

enum status run_text(struct session *session, const struct plan_projection *projection,
                     struct slice text, const struct value *const *params, size_t param_count,
                     unsigned int line, struct arena *arena, struct sql_rows *rows_out)
{
    struct sql_conn *conn = session->connection.sql;
    const struct sql_statement statement = {.text = text,
                                            .database = session->model->database,
                                            .params = params,
                                            .param_count = param_count};
    char what[64];
    enum status status = sql_run(conn, &statement, arena, rows_out);

    (void)snprintf(what, sizeof(what), "projections.sql line %u", line);
    if (status == STATUS_OK && rows_out->warnings > 0) {
        char warning[256];

        sql_warning(conn, warning, sizeof(warning));
        (void)snprintf(session->error, sizeof(session->error), "%s: the server warned: %s", what,
                       warning[0] ? warning : "a value was cut or changed");
        session->final = !looks_at_rows(projection);
        return STATUS_INVALID;
    }
    if (status == STATUS_INVALID && is_unprepared(sql_error(conn))) {
        status = STATUS_NOT_FOUND;
    }
    if (status != STATUS_OK) {
        status = session_note(session, status, what);
        weaken(session, projection, status);
    }
    return status;
}

enum status run_one(struct session *session, const struct record *record,
                    const struct plan_sql *sql, struct arena *arena, struct sql_rows *rows_out)
{
    const struct value **params = ARENA_ARRAY(arena, const struct value *, sql->bind_count);
    enum status status = run_bind_all(session, record, sql, arena, params);

    return status == STATUS_OK ? run_text(session, record->projection, sql->text, params,
                                          sql->bind_count, sql->line, arena, rows_out)
                               : status;
}
