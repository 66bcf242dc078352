/*
 * The shared read of twofold_revision on the primary.
 *
 *     requests that began      before the read started -> reading -> its row
 *                              after it                -> next    -> the row of the read after it
 *
 * A server that says that it is read-only is no primary: all connections to it are left, and it is
 * asked once more, under the name.
 *
 * Invariant: a waiter gets the row of a read that started after the waiter's request began, so the
 * row shows every commit before that.
 */
#include "cache/primary.h"

#include "cache/cache.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

enum {
    EPOCH,
    REVISION,
    HOME,
    TOUCHES,
    READ_ONLY,
    COLUMNS = READ_ONLY + SQL_READ_ONLY_COLUMNS
};

void primary_init(struct primary *primary, struct cache_model *model)
{
    primary->model = model;
    primary->statement = (struct sql_statement){
        .text = SLICE_LITERAL("SELECT epoch, revision, home, touches, " SQL_READ_ONLY
                              " FROM twofold_revision "
                              "WHERE id = 1"),
        .database = model->plan->database,
        .max_rows = 1,
    };
}

static enum status view_of_row(const struct sql_rows *rows, struct primary_view *view)
{
    const struct slice *cells = rows->cells;

    if (rows->row_count != 1 || rows->column_count != COLUMNS || cells[EPOCH].len != EPOCH_TEXT ||
        cells[TOUCHES].len != sizeof(view->own.touches) - 1 ||
        slice_parse_u64(cells[REVISION], &view->revision) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    if (sql_says_read_only(&cells[READ_ONLY])) {
        return STATUS_REFUSED;
    }
    memcpy(view->own.epoch, cells[EPOCH].ptr, EPOCH_TEXT);
    memcpy(view->own.touches, cells[TOUCHES].ptr, cells[TOUCHES].len);
    return home_parse(cells[HOME], &view->own.home);
}

static void read_start(struct primary *primary);
static void read_send(struct primary *primary);

static void on_row(void *ctx, enum status status, struct sql_result *result)
{
    struct primary *primary = ctx;
    struct cache *cache = primary->model->cache;
    struct waiters answered;

    if (status == STATUS_OK) {
        status = view_of_row(&result->rows, &primary->view);
    }
    if (status == STATUS_REFUSED) {
        sql_node_leave(cache->sql, SQL_PRIMARY, "the server is read-only: it is no primary");
        status = STATUS_UNAVAILABLE;
        if (!primary->again) {
            primary->again = true;
            sql_result_free(result);
            read_send(primary);
            return;
        }
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
    primary->again = false;
    cache_get(cache);
    read_send(primary);
}

static void read_send(struct primary *primary)
{
    struct cache *cache = primary->model->cache;

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
