/*
 * The row of twofold_revision. Every UPDATE names what it believes of the row, so a change that
 * came in between makes it affect no row.
 */
#include "projector/store/revision.h"

#include "lib/data/hash.h"
#include "projector/store/statement.h"

#define SELECT_ROW                                                                    \
    "SELECT epoch, revision, home, cleared, touches, @@server_id, " SQL_READ_ONLY " " \
    "FROM twofold_revision WHERE id = 1"
#define READ_ONLY_COLUMN 6

/* "So is an SQL connection to a server that is read-only, for it was the primary" */
enum status revision_read(struct sql_conn *sql, struct slice database, bool lock,
                          struct revision *out)
{
    struct arena arena = {0};
    struct sql_rows rows;
    enum status status = statement_run(sql, database, &arena, &rows,
                                       lock ? SELECT_ROW " FOR UPDATE" : SELECT_ROW, "");

    *out = (struct revision){.number = 0};
    if (status == STATUS_OK && rows.row_count == 0) {
        status = STATUS_NOT_FOUND;
    }
    if (status == STATUS_OK && sql_says_read_only(&rows.cells[READ_ONLY_COLUMN])) {
        status = sql_leave(sql);
    }
    if (status == STATUS_OK) {
        cell_copy(&rows, 0, 0, out->epoch, sizeof(out->epoch));
        out->number = cell_u64(&rows, 0, 1);
        status = home_parse(cell_text(&rows, 0, 2), &out->home);
        cell_copy(&rows, 0, 3, out->cleared, sizeof(out->cleared));
        cell_copy(&rows, 0, 4, out->touches, sizeof(out->touches));
        out->server_id = cell_u64(&rows, 0, 5);
    }
    arena_fini(&arena);
    return status;
}

static struct slice home_text(const struct home *home)
{
    return slice_of(home->text, home->len);
}

static enum status one_row(enum status status, const struct sql_rows *rows)
{
    return status == STATUS_OK && rows->affected != 1 ? STATUS_PRECONDITION : status;
}

/* "Take the number only if 1 row was affected": LAST_INSERT_ID() keeps its old value otherwise. */
enum status revision_raise(struct sql_conn *sql, struct slice database, const struct revision *seen,
                           uint64_t *number_out)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    enum status status;

    if (seen->home.len > 0) {
        status = statement_run(sql, database, &arena, &rows,
                               "UPDATE twofold_revision SET revision = LAST_INSERT_ID(revision + 1)"
                               " WHERE id = 1 AND epoch = ? AND touches = ? AND home = ?",
                               "ssS", seen->epoch, seen->touches, home_text(&seen->home));
    } else {
        status = statement_run(
            sql, database, &arena, &rows,
            "UPDATE twofold_revision SET revision = LAST_INSERT_ID(revision + 1)"
            " WHERE id = 1 AND epoch = ? AND touches = ? AND home IS NULL AND cleared = ?",
            "sss", seen->epoch, seen->touches, seen->cleared);
    }
    status = one_row(status, &rows);
    if (status == STATUS_OK) {
        *number_out = rows.insert_id;
        status = rows.insert_id == 0 ? STATUS_INTERNAL : STATUS_OK;
    }
    arena_fini(&arena);
    return status;
}

static void random_hex(char *out, size_t bytes)
{
    unsigned char random[CLEARED_TEXT / 2];

    random_bytes(random, bytes);
    hex_encode(random, bytes, out);
}

enum status revision_clear(struct sql_conn *sql, struct slice database, const struct revision *seen,
                           const char *touches)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    char cleared[CLEARED_TEXT + 1];
    enum status status;

    random_hex(cleared, CLEARED_TEXT / 2);
    status = statement_run(
        sql, database, &arena, &rows,
        "UPDATE twofold_revision SET home = NULL, cleared = ?,"
        " touches = COALESCE(?, touches) WHERE id = 1 AND home <=> ? AND cleared = ?",
        "ssss", cleared, touches, seen->home.len > 0 ? seen->home.text : NULL, seen->cleared);
    arena_fini(&arena);
    return one_row(status, &rows);
}

enum status revision_settle(struct sql_conn *sql, struct slice database, const struct home *home,
                            const char *touches)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    enum status status =
        statement_run(sql, database, &arena, &rows,
                      "UPDATE twofold_revision SET home = ?, touches = ? WHERE id = 1", "Ss",
                      home_text(home), touches);

    arena_fini(&arena);
    return one_row(status, &rows);
}

enum status revision_new_epoch(struct sql_conn *sql, struct slice database)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    char epoch[EPOCH_TEXT + 1], cleared[CLEARED_TEXT + 1];
    enum status status;

    random_hex(epoch, EPOCH_TEXT / 2);
    random_hex(cleared, CLEARED_TEXT / 2);
    status = statement_run(
        sql, database, &arena, &rows,
        "UPDATE twofold_revision SET epoch = ?, home = NULL, cleared = ? WHERE id = 1", "ss", epoch,
        cleared);
    arena_fini(&arena);
    return one_row(status, &rows);
}

/* ------------------------------------------------------------------ the wait for leases to end */

void null_note_see(struct null_note *note, const struct revision *seen, uint64_t now_us)
{
    if (seen->home.len > 0) {
        note->since_us = 0;
    } else if (note->since_us == 0 || strcmp(note->cleared, seen->cleared) != 0) {
        memcpy(note->cleared, seen->cleared, sizeof(note->cleared));
        note->since_us = now_us;
    }
}

bool null_note_waited(const struct null_note *note, const struct revision *seen, uint64_t now_us,
                      uint64_t lease_us)
{
    return seen->home.len == 0 && note->since_us != 0 &&
           strcmp(note->cleared, seen->cleared) == 0 && now_us - note->since_us >= 2 * lease_us;
}
