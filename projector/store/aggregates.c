/*
 * Statements of many rows on twofold_aggregate.
 */
#include "projector/store/aggregates.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "projector/store/statement.h"

#define IN_LIST 64 /* aggregates asked for at once */

size_t rows_chunk(size_t left)
{
    size_t size = ROWS_CHUNK_MAX;

    while (size > left) {
        size /= 4;
    }
    return size;
}

size_t rows_room(size_t count)
{
    size_t size = 1;

    while (size < count) {
        size *= 4;
    }
    return size;
}

static enum status run(struct session *session, struct buf *text, const struct value *const *params,
                       size_t param_count, struct arena *arena, struct sql_rows *rows_out)
{
    enum status status = sql_run(session->connection.sql,
                                 &(struct sql_statement){.text = buf_slice(text),
                                                         .database = session->model->database,
                                                         .params = params,
                                                         .param_count = param_count},
                                 arena, rows_out);

    buf_fini(text);
    return session_note(session, status, "twofold_aggregate");
}

/* ------------------------------------------------------------------ reading */

/* Filled up with the last one: one statement for all lengths. */
static enum status read_some(struct session *session, struct versions *versions,
                             const size_t *places, size_t count, struct arena *arena)
{
    const struct value *params[IN_LIST];
    struct sql_rows rows;
    struct buf text = {0};
    enum status status;
    size_t i;

    buf_append_str(&text,
                   "SELECT aggregate, version, event FROM twofold_aggregate WHERE aggregate IN (?");
    for (i = 0; i < IN_LIST; i++) {
        size_t place = places[i < count ? i : count - 1];

        params[i] = value_string(arena, versions->items[place].aggregate);
        buf_append_str(&text, i > 0 ? ",?" : "");
    }
    buf_append_char(&text, ')');
    status = run(session, &text, params, IN_LIST, arena, &rows);
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        size_t place = versions_place(versions, cell_text(&rows, i, 0));

        versions->items[place].version = cell_u64(&rows, i, 1);
        versions->events[place] =
            event_of_version(cell_text(&rows, i, 2), versions->items[place].version);
    }
    return status;
}

enum status aggregates_read(struct session *session, struct versions *versions,
                            const size_t *places, size_t count, struct arena *arena)
{
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < count; i += IN_LIST) {
        size_t left = count - i;

        status = read_some(session, versions, places + i, left < IN_LIST ? left : IN_LIST, arena);
    }
    return status;
}

/* ------------------------------------------------------------------ locking */

static int by_name(const void *left, const void *right)
{
    const struct slice *a = left, *b = right;
    int order = memcmp(a->ptr, b->ptr, a->len < b->len ? a->len : b->len);

    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/*
 * An INSERT takes the rows one after the other as they are written here: the order that all
 * transactions keep, whether a row is there or not. (A SELECT ... FOR UPDATE would take them in the
 * server's order, and of an absent row nothing.)
 */
static enum status lock_some(struct session *session, const struct slice *names, size_t count,
                             struct arena *arena)
{
    const struct value **params = ARENA_ARRAY(arena, const struct value *, count);
    struct buf text = {0};
    size_t i;

    buf_append_str(&text, "INSERT INTO twofold_aggregate (aggregate, version, revision) VALUES ");
    for (i = 0; i < count; i++) {
        buf_append_str(&text, i > 0 ? ",(?, 0, 0)" : "(?, 0, 0)");
        params[i] = value_string(arena, names[i]);
    }
    buf_append_str(&text, " ON DUPLICATE KEY UPDATE version = version");
    return run(session, &text, params, count, arena, NULL);
}

enum status aggregates_lock(struct session *session, const struct versions *versions,
                            struct arena *arena)
{
    struct slice *names = ARENA_ARRAY(arena, struct slice, versions->count);
    enum status status = STATUS_OK;
    size_t at, chunk;

    for (at = 0; at < versions->count; at++) {
        names[at] = versions->items[at].aggregate;
    }
    qsort(names, versions->count, sizeof(*names), by_name);
    for (at = 0; status == STATUS_OK && at < versions->count; at += chunk) {
        chunk = rows_chunk(versions->count - at);
        status = lock_some(session, names + at, chunk, arena);
    }
    return status;
}

/* ------------------------------------------------------------------ writing */

static enum status write_some(struct session *session, const struct versions *versions, size_t at,
                              size_t count, struct arena *arena)
{
    const struct value **params = ARENA_ARRAY(arena, const struct value *, 3 * count);
    struct buf text = {0};
    size_t i;

    buf_append_str(&text,
                   "INSERT INTO twofold_aggregate (aggregate, version, event, revision) VALUES ");
    for (i = 0; i < count; i++) {
        const struct told *item = &versions->items[at + i];
        struct slice event = event_stored(arena, item->version, versions->events[at + i]);

        buf_append_str(&text,
                       i > 0 ? ",(?, ?, ?, LAST_INSERT_ID())" : "(?, ?, ?, LAST_INSERT_ID())");
        params[3 * i] = value_string(arena, item->aggregate);
        params[3 * i + 1] = value_i64(arena, (int64_t)item->version);
        params[3 * i + 2] = event.len > 0 ? value_string(arena, event) : value_null(arena);
    }
    buf_append_str(&text, " ON DUPLICATE KEY UPDATE event = VALUES(event),"
                          " revision = VALUES(revision), version = VALUES(version)");
    return run(session, &text, params, 3 * count, arena, NULL);
}

enum status aggregates_write(struct session *session, const struct versions *versions,
                             struct arena *arena)
{
    enum status status = STATUS_OK;
    size_t at = 0, chunk;

    for (; status == STATUS_OK && at < versions->count; at += chunk) {
        chunk = rows_chunk(versions->count - at);
        status = write_some(session, versions, at, chunk, arena);
    }
    return status;
}
