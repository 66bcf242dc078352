/*
 * The shared read of twofold_revision on the primary.
 *
 *     requests that began      before the read started -> reading -> its row
 *                              after it                -> next    -> the row of the read after it
 *
 * Invariant: a waiter gets the row of a read that started after the waiter's request began, so the
 * row shows every commit before that.
 */
#include "cache/primary.h"

#include "cache/cache.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

void primary_init(struct primary *primary, struct cache_model *model)
{
    primary->model = model;
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

static void read_start(struct primary *primary);

static void on_row(void *ctx, enum status status, struct sql_result *result)
{
    struct primary *primary = ctx;
    struct cache *cache = primary->model->cache;
    struct waiters answered;

    if (status == STATUS_OK) {
        status = view_of_row(&result->rows, &primary->view);
    }
    if (status == STATUS_OK) {
        cache_model_saw_revision(primary->model, primary->view.own.epoch, primary->view.revision);
    } else {
        log_warn_every("primary's revision unread", "database=%.*s status=%s error=\"%s\"",
                       SLICE_ARG(primary->model->plan->database), status_name(status),
                       result ? result->error.text : "");
    }
    sql_result_free(result);
    primary->started = 0;
    waiters_move(&primary->reading, &answered);
    if (!LIST_EMPTY(&primary->next)) {
        read_start(primary);
    }
    waiters_wake(&answered, status);
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

void primary_ask(struct primary *primary, struct waiter *waiter, uint64_t began, waiter_fn *done,
                 void *ctx)
{
    if (primary->started != 0 && began < primary->started) {
        waiter_attach(&primary->reading, waiter, done, ctx);
        return;
    }
    waiter_attach(&primary->next, waiter, done, ctx);
    if (primary->started == 0) {
        read_start(primary);
    }
}
