/*
 * One statement of a projection: its parameters from a record, and its warnings.
 */
#include "projector/apply/run.h"

#include <inttypes.h>
#include <stdio.h>

#include "conf/plan/bind.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "projector/store/aggregates.h"

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

static enum status bind_all(struct session *session, const struct record *record,
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

static struct slice text_of(const struct plan_sql *sql, size_t rows, struct arena *arena)
{
    struct buf buf = {0};
    struct slice text;
    size_t i;

    if (rows == 1) {
        return sql->text;
    }
    buf_append(&buf, sql->head);
    for (i = 0; i < rows; i++) {
        buf_append(&buf, i > 0 ? sql->between : SLICE_EMPTY);
        buf_append(&buf, sql->row);
    }
    buf_append(&buf, sql->tail);
    text = arena_copy(arena, buf_slice(&buf));
    buf_fini(&buf);
    return text;
}

static enum status run_all(struct session *session, const struct plan_projection *projection,
                           const struct run_rows *run, struct arena *arena,
                           struct sql_rows *rows_out)
{
    struct sql_conn *conn = session->connection.sql;
    const struct sql_statement statement = {.text = text_of(run->sql, run->count, arena),
                                            .database = session->model->database,
                                            .params = run->params,
                                            .param_count = run->param_count};
    char what[64];
    enum status status = sql_run(conn, &statement, arena, rows_out);

    (void)snprintf(what, sizeof(what), "projections.sql line %u", run->line);
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

static enum status bind_records(struct session *session, const struct record *records, size_t count,
                                const struct plan_sql *sql, struct arena *arena,
                                struct run_rows *out)
{
    const struct value **params = ARENA_ARRAY(arena, const struct value *, count * sql->bind_count);
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < count; i++) {
        status = bind_all(session, &records[i], sql, arena, params + i * sql->bind_count);
    }
    *out = (struct run_rows){.sql = sql,
                             .count = count,
                             .params = params,
                             .param_count = count * sql->bind_count,
                             .line = sql->line};
    return status;
}

enum status run_records(struct session *session, const struct record *records, size_t count,
                        const struct plan_sql *sql, struct arena *arena, struct sql_rows *rows_out)
{
    struct run_rows run;
    enum status status = bind_records(session, records, count, sql, arena, &run);

    return status == STATUS_OK ? run_all(session, records[0].projection, &run, arena, rows_out)
                               : status;
}

enum status run_select(struct session *session, const struct plan_projection *projection,
                       const struct run_rows *run, struct arena *arena, struct sql_rows *rows_out)
{
    size_t width = run->param_count / run->count, room = rows_room(run->count), i;
    const struct value **params = ARENA_ARRAY(arena, const struct value *, room *width);
    struct run_rows padded = *run;

    for (i = 0; i < room * width; i++) {
        params[i] = i < run->param_count ? run->params[i] : params[i - width];
    }
    padded.count = room;
    padded.params = params;
    padded.param_count = room * width;
    return run_all(session, projection, &padded, arena, rows_out);
}

enum status run_select_of(struct session *session, const struct record *records, size_t count,
                          const struct plan_sql *sql, struct arena *arena,
                          struct sql_rows *rows_out)
{
    struct run_rows run;
    enum status status = bind_records(session, records, count, sql, arena, &run);

    return status == STATUS_OK ? run_select(session, records[0].projection, &run, arena, rows_out)
                               : status;
}
