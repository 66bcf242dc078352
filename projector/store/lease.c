/*
 * Leases. Times are the primary's, so no two machines' clocks are compared; each statement is a
 * transaction of its own but lease_advance.
 *
 *     free --take (fence + 1)--> held --renew, advance--> held --give back--> free
 *                                  |                        \--finish--> finished
 *                                  \--expired or owner dead--> taken by another (fence + 1):
 *                                     the old owner's UPDATEs affect no row
 */
#include "projector/store/lease.h"

#include <stdio.h>

#include "lib/base/log.h"
#include "projector/store/statement.h"

#define HELD "owner IS NOT NULL AND lease_until > NOW(3)"

static enum status fenced_unless_one(enum status status, const struct sql_rows *rows)
{
    return status == STATUS_OK && rows->affected != 1 ? STATUS_FENCED : status;
}

/* Is it held by an owner that may still be alive? *fence_out is what was seen. */
static enum status look(struct sql_conn *sql, struct slice database, struct slice shard,
                        const char *owner, bool *held_out, uint64_t *fence_out)
{
    struct arena arena = {0};
    struct sql_rows rows;
    enum status status = statement_run(sql, database, &arena, &rows,
                                       "SELECT fence, owner, " HELD
                                       ", finished FROM twofold_checkpoint WHERE shard = ?",
                                       "S", shard);

    if (status == STATUS_OK && rows.row_count == 0) {
        status = STATUS_NOT_FOUND;
    }
    if (status == STATUS_OK) {
        struct slice holder = cell_text(&rows, 0, 1);

        *fence_out = cell_u64(&rows, 0, 0);
        *held_out =
            cell_u64(&rows, 0, 3) != 0 ||
            (cell_u64(&rows, 0, 2) != 0 && !slice_is(holder, owner) && !owner_is_dead(holder));
    }
    arena_fini(&arena);
    return status;
}

enum status lease_take(struct sql_conn *sql, struct slice database, struct slice shard,
                       const char *owner, uint64_t span_us, struct lease *out)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    bool held = true;
    uint64_t fence = 0;
    enum status status = look(sql, database, shard, owner, &held, &fence);

    if (status != STATUS_OK || held) {
        return status == STATUS_OK ? STATUS_CONFLICT : status;
    }
    /* The fence that was seen decides between two that take it at once. */
    status = statement_run(sql, database, &arena, &rows,
                           "UPDATE twofold_checkpoint SET owner = ?, fence = fence + 1,"
                           " lease_until = NOW(3) + INTERVAL ? MICROSECOND"
                           " WHERE shard = ? AND fence = ? AND finished = 0",
                           "suSu", owner, span_us, shard, fence);
    arena_fini(&arena);
    if (status != STATUS_OK || rows.affected != 1) {
        return status == STATUS_OK ? STATUS_CONFLICT : status;
    }
    *out = (struct lease){.fence = fence + 1, .span_us = span_us};
    (void)snprintf(out->shard, sizeof(out->shard), "%.*s", SLICE_ARG(shard));
    (void)snprintf(out->owner, sizeof(out->owner), "%s", owner);
    return lease_check(sql, database, out);
}

enum status lease_renew(struct sql_conn *sql, struct slice database, const struct lease *lease)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    enum status status =
        statement_run(sql, database, &arena, &rows,
                      "UPDATE twofold_checkpoint SET lease_until = NOW(3) + INTERVAL ? MICROSECOND"
                      " WHERE shard = ? AND fence = ?",
                      "usu", lease->span_us, lease->shard, lease->fence);

    arena_fini(&arena);
    return fenced_unless_one(status, &rows);
}

/* What lease_check's UPDATE left: the position of the last transaction that named this fence. */
static enum status read_position(struct sql_conn *sql, struct slice database, struct lease *lease)
{
    struct arena arena = {0};
    struct sql_rows rows;
    enum status status = statement_run(
        sql, database, &arena, &rows,
        "SELECT position FROM twofold_checkpoint WHERE shard = ? AND fence = ? AND finished = 0",
        "su", lease->shard, lease->fence);

    if (status == STATUS_OK && rows.row_count != 1) {
        status = STATUS_FENCED;
    }
    if (status == STATUS_OK) {
        cell_copy(&rows, 0, 0, lease->position, sizeof(lease->position));
    }
    arena_fini(&arena);
    return status;
}

enum status lease_check(struct sql_conn *sql, struct slice database, struct lease *lease)
{
    enum status status = lease_renew(sql, database, lease);

    return status == STATUS_OK ? read_position(sql, database, lease) : status;
}

enum status lease_lock(struct sql_conn *sql, struct slice database, const struct lease *lease)
{
    struct arena arena = {0};
    struct sql_rows rows = {.row_count = 0};
    enum status status = statement_run(
        sql, database, &arena, &rows,
        "SELECT shard FROM twofold_checkpoint WHERE shard = ? AND fence = ? FOR UPDATE", "su",
        lease->shard, lease->fence);

    arena_fini(&arena);
    return status == STATUS_OK && rows.row_count != 1 ? STATUS_FENCED : status;
}

enum status lease_give_back(struct sql_conn *sql, struct slice database, const struct lease *lease)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    enum status status =
        statement_run(sql, database, &arena, &rows,
                      "UPDATE twofold_checkpoint SET owner = NULL, lease_until = NULL"
                      " WHERE shard = ? AND fence = ?",
                      "su", lease->shard, lease->fence);

    arena_fini(&arena);
    return fenced_unless_one(status, &rows);
}

enum status lease_finish(struct sql_conn *sql, struct slice database, const struct lease *lease)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    enum status status = statement_run(
        sql, database, &arena, &rows,
        "UPDATE twofold_checkpoint SET finished = 1, owner = NULL, lease_until = NULL,"
        " applied_at = NOW(3) WHERE shard = ? AND fence = ?",
        "su", lease->shard, lease->fence);

    arena_fini(&arena);
    return fenced_unless_one(status, &rows);
}

enum status lease_advance(struct sql_conn *sql, struct slice database, const struct lease *lease,
                          struct slice position)
{
    struct arena arena = {0};
    struct sql_rows rows = {.affected = 0};
    enum status status = statement_run(
        sql, database, &arena, &rows,
        "UPDATE twofold_checkpoint SET position = ?, applied_at = NOW(3),"
        " lease_until = NOW(3) + INTERVAL ? MICROSECOND WHERE shard = ? AND fence = ?",
        "Susu", position, lease->span_us, lease->shard, lease->fence);

    arena_fini(&arena);
    return fenced_unless_one(status, &rows);
}

enum status lease_survey(struct sql_conn *sql, struct slice database, const char *owner,
                         struct lease_survey *out)
{
    struct arena arena = {0};
    struct sql_rows rows;
    enum status status = statement_run(
        sql, database, &arena, &rows,
        "SELECT owner, " HELD ", fence FROM twofold_checkpoint WHERE finished = 0", "");
    size_t i;

    *out = (struct lease_survey){.others = false};
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        struct slice holder = cell_text(&rows, i, 0);
        bool ours = slice_is(holder, owner);
        bool held = cell_u64(&rows, i, 1) != 0 && !owner_is_dead(holder);

        out->others = out->others || (held && !ours);
        out->free = out->free || (!held && cell_u64(&rows, i, 2) > 0);
    }
    arena_fini(&arena);
    return status;
}
