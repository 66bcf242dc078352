/*
 * Running the statements of projections.
 *
 *     records      P P P P P D P P          P: put, D: delete
 *     statements   [P P P P] [P] [D] [P] [P]
 *
 * A run of one projection whose only statement is INSERT ... VALUES goes in chunks of 256, 64, 16,
 * 4, 1 rows; one of an UPDATE or DELETE beside which a SELECT asks what it touches has that SELECT
 * once for as many records. conf/tags/change.h says of which statements this is right.
 *
 * Invariant: the order of the records is kept.
 */
#include "projector/apply/apply.h"

#include <inttypes.h>
#include <stdio.h>

#include "cache/tag.h"
#include "lib/base/buf.h"
#include "projector/apply/run.h"
#include "projector/apply/touch.h"
#include "projector/store/aggregates.h"
#include "projector/store/statement.h"

/* ------------------------------------------------------------------ tags */

/* A tag of the record's change, and what the other server has stored of the same. */
static enum status add_touch(const struct record *record, const struct plan_template *touch,
                             struct arena *arena, struct slots *slots)
{
    struct slice tag;
    enum status status = tag_of_change(arena, touch, record->image, record->old, record->id, &tag);

    if (status != STATUS_OK) {
        return status;
    }
    slots_add(slots, tag_slot(tag));
    if (tag_of_change_of_mysql(arena, touch, record->image, record->old, record->id, &tag)) {
        slots_add(slots, tag_slot(tag));
    }
    return STATUS_OK;
}

/*
 * What is absent or NULL leaves its tag out. So does what is of the wrong type in an image before
 * the change, if SQL has no reading of it (cache/tag.h): that image's own record failed, so no row
 * came of it, and its letter's tags are touched by whoever supersedes it (leftovers.h).
 */
enum status apply_tags(const struct record *record, struct arena *arena, struct slots *slots,
                       const char **why_out)
{
    const struct plan_projection *projection = record->projection;
    size_t i;

    *why_out = "";
    for (i = 0; projection && i < projection->touch_count; i++) {
        enum status status = add_touch(record, &projection->touches[i], arena, slots);

        if (status != STATUS_OK && status != STATUS_NOT_FOUND && record->kind != RECORD_DELETE) {
            *why_out = "an attribute is not of the type of its place in touches";
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}

void apply_tags_that_can(const struct record *record, struct arena *arena, struct slots *slots)
{
    const struct plan_projection *projection = record->projection;
    size_t i;

    for (i = 0; projection && i < projection->touch_count; i++) {
        (void)!add_touch(record, &projection->touches[i], arena, slots);
    }
}

/* ------------------------------------------------------------------ statements */

static void add_tag(void *ctx, struct slice tag)
{
    slots_add(ctx, tag_slot(tag));
}

/*
 * As SQL wrote it, and as each query that may mean it would. INVALID, noted: it may be so many tags
 * that a change would touch no end of them.
 */
static enum status add_sql_tag(struct session *session, const struct record *record,
                               struct slice text, struct arena *arena, struct slots *slots)
{
    const struct plan_model *model = session->model;
    size_t i, j;

    slots_add(slots, tag_slot(text));
    for (i = 0; i < model->query_count; i++) {
        for (j = 0; j < model->queries[i].tag_count; j++) {
            if (tag_of_sql(arena, &model->queries[i].tags[j], text, add_tag, slots) != STATUS_OK) {
                (void)snprintf(session->error, sizeof(session->error),
                               "projections.sql line %u: a tag may be more than %d of %.*s: %.*s",
                               record->projection->touches_sql->line, TAG_WAYS_MAX,
                               SLICE_ARG(model->queries[i].name),
                               text.len < 80 ? (int)text.len : 80, text.ptr);
                session->final = true;
                return STATUS_INVALID;
            }
        }
    }
    return STATUS_OK;
}

/*
 * "run before the statements and after them, in the same transaction": what the change leaves and
 * what it makes.
 */
static enum status touch_by_sql(struct session *session, const struct record *record,
                                struct arena *arena, struct slots *slots)
{
    struct sql_rows rows;
    enum status status;
    size_t i;

    if (!record->projection->touches_sql) {
        return STATUS_OK;
    }
    status = run_records(session, record, 1, record->projection->touches_sql, arena, &rows);
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        if (!cell_is_null(&rows, i, 0)) {
            status = add_sql_tag(session, record, cell_text(&rows, i, 0), arena, slots);
        }
    }
    return status;
}

/* A statement, and what it touches by its SQL. */
static enum status apply_statement(struct session *session, const struct record *record, size_t i,
                                   struct arena *arena, struct slots *slots)
{
    const struct plan_sql *sql = &record->projection->statements[i];
    struct touching touching;
    struct sql_rows rows;
    enum status status = touch_before(session, record, 1, i, arena, &touching);

    status = status == STATUS_OK ? run_records(session, record, 1, sql, arena, &rows) : status;
    return status == STATUS_OK && rows.affected > 0 ? touch_after(&touching, NULL, slots) : status;
}

static enum status apply_one(struct session *session, const struct record *record,
                             struct arena *arena, struct slots *slots)
{
    const struct plan_projection *projection = record->projection;
    enum status status = touch_by_sql(session, record, arena, slots);
    size_t i;

    for (i = 0; status == STATUS_OK && i < projection->statement_count; i++) {
        status = apply_statement(session, record, i, arena, slots);
    }
    return status == STATUS_OK ? touch_by_sql(session, record, arena, slots) : status;
}

/* ------------------------------------------------------------------ many records */

/* An INSERT of a row for each. */
static enum status apply_insert(struct session *session, const struct record *records, size_t count,
                                struct arena *arena, struct slots *slots)
{
    struct touching touching;
    struct sql_rows rows;
    enum status status = touch_before(session, records, count, 0, arena, &touching);

    status = status == STATUS_OK ? run_records(session, records, count,
                                               &records[0].projection->statements[0], arena, &rows)
                                 : status;
    return status == STATUS_OK ? touch_after(&touching, NULL, slots) : status;
}

/* An UPDATE or DELETE for each, with one SELECT beside them all. */
static enum status apply_changes(struct session *session, const struct record *records,
                                 size_t count, struct arena *arena, struct slots *slots)
{
    const struct plan_sql *sql = &records[0].projection->statements[0];
    bool *changed = ARENA_ARRAY(arena, bool, count);
    struct touching touching;
    struct sql_rows rows;
    enum status status = touch_before(session, records, count, 0, arena, &touching);
    size_t i;

    for (i = 0; status == STATUS_OK && i < count; i++) {
        status = run_records(session, &records[i], 1, sql, arena, &rows);
        changed[i] = status == STATUS_OK && rows.affected > 0;
    }
    return status == STATUS_OK ? touch_after(&touching, changed, slots) : status;
}

/* May a run of its records go together? */
static bool joins(const struct plan_projection *projection)
{
    return projection && projection->statement_count == 1 && !projection->touches_sql &&
           projection->changes[0].joins &&
           (projection->statements[0].row.len > 0 || projection->changes[0].asks);
}

static size_t run_length(const struct record *records, size_t count)
{
    size_t length = 1;

    while (length < count && length < ROWS_CHUNK_MAX &&
           records[length].projection == records[0].projection) {
        length++;
    }
    return length;
}

/* An event of a gap has no letter of its own: that of the record behind it says where it failed. */
static enum status blame(struct session *session, const struct record *record, enum status status)
{
    char why[sizeof(session->error) - 48];

    if (status == STATUS_OK || record->raw) {
        return status;
    }
    (void)snprintf(why, sizeof(why), "%.*s", (int)sizeof(why) - 1, session->error);
    (void)snprintf(session->error, sizeof(session->error), "in the gap from event %" PRIu64 ": %s",
                   record->version, why);
    return status;
}

enum status apply_rows(struct session *session, const struct record *records, size_t count,
                       struct arena *arena, struct slots *slots)
{
    enum status status = STATUS_OK;
    size_t at = 0;

    while (status == STATUS_OK && at < count) {
        const struct record *record = &records[at];
        const struct plan_projection *projection = record->projection;
        bool inserts = joins(projection) && projection->statements[0].row.len > 0;
        size_t taken = 1;

        if (joins(projection)) {
            taken = run_length(record, count - at);
            taken = inserts ? rows_chunk(taken) : taken;
        }
        if (taken > 1) {
            status = (inserts ? apply_insert : apply_changes)(session, record, taken, arena, slots);
        } else if (projection) {
            status = apply_one(session, record, arena, slots);
        }
        status = blame(session, record, status);
        at += taken;
    }
    return status;
}
