/*
 * The shared read of twofold_revision on the primary.
 *
 *     requests that began      before the read started -> reading -> its row
 *                              after it                -> next    -> the row of the read after it
 *
 * Invariant: a waiter gets the row of a read that started after the waiter's request began, so the row shows every commit before that.
 */
#include "cache/primary.h"

#include "cache/cache.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

void primary_init(struct primary *primary, struct cache_model *model)
{
    primary->model = model;
    LIST_INIT(&primary->reading);
    LIST_INIT(&primary->next);
    primary->statement = (struct sql_statement){
        .text = SLICE_LITERAL(
            "SELECT epoch, revision, home, touches FROM twofold_revision WHERE id = 1"),
        .database = model->plan->database,
        .max_rows = 1,
    };
}

static enum status view_of_row(const struct sql_rows *rows, struct primary_view *view)
{
    const struct slice *cells = rows->cells;

    if (rows->row_count != 1 || rows->column_count != 4 || cells[0].len != EPOCH_TEXT ||
        cells[3].len != sizeof(view->own.touches) - 1 ||
        slice_parse_u64(cells[1], &view->revision) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    memcpy(view->own.epoch, cells[0].ptr, EPOCH_TEXT);
    memcpy(view->own.touches, cells[3].ptr, cells[3].len);
    return home_parse(cells[2], &view->own.home);
}

/* Moves all of FROM to TO, which is empty. */
static void waiters_move(struct primary_waiters *from, struct primary_waiters *to)
{
    to->lh_first = from->lh_first;
    if (to->lh_first) {
        to->lh_first->link.le_prev = &to->lh_first;
    }
    LIST_INIT(from);
}

static void read_start(struct primary *primary);

static void on_row(void *ctx, enum status status, struct sql_result *result)
{
    struct primary *primary = ctx;
    struct cache *cache = primary->model->cache;
    struct primary_waiters answered = LIST_HEAD_INITIALIZER(answered);
    struct primary_view view = {0};
    struct primary_waiter *waiter;

    if (status == STATUS_OK) {
        status = view_of_row(&result->rows, &view);
    }
    if (status == STATUS_OK) {
        cache_model_saw_revision(primary->model, view.own.epoch, view.revision);
    } else {
        log_warn_every("primary's revision unread", "database=%.*s status=%s error=%s",
                       SLICE_ARG(primary->model->plan->database), status_name(status),
                       result ? result->error.text : "");
    }
    sql_result_free(result);
    primary->started = 0;
    waiters_move(&primary->reading, &answered);
    if (!LIST_EMPTY(&primary->next)) {
        read_start(primary);
    }
    while ((waiter = LIST_FIRST(&answered)) != NULL) {
        LIST_REMOVE(waiter, link);
        waiter->queued = false;
        waiter->done(waiter->ctx, status, &view);
    }
    cache_put(cache);
}

static void read_start(struct primary *primary)
{
    struct cache *cache = primary->model->cache;

    waiters_move(&primary->next, &primary->reading);
    primary->started = cache_tick(cache);
    cache_get(cache);
    sql_query(cache->sql, cache->loop, SQL_PRIMARY, &primary->statement,
              clock_deadline(cache->settings->sql_timeout), on_row, primary);
}

void primary_ask(struct primary *primary, struct primary_waiter *waiter, uint64_t began,
                 primary_done_fn *done, void *ctx)
{
    waiter->done = done;
    waiter->ctx = ctx;
    waiter->queued = true;
    if (primary->started != 0 && began < primary->started) {
        LIST_INSERT_HEAD(&primary->reading, waiter, link);
        return;
    }
    LIST_INSERT_HEAD(&primary->next, waiter, link);
    if (primary->started == 0) {
        read_start(primary);
    }
}

void primary_leave(struct primary_waiter *waiter)
{
    if (waiter->queued) {
        waiter->queued = false;
        LIST_REMOVE(waiter, link);
    }
}
