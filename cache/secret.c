/*
 * Fetches the secret of a model's cursors: one read for all who wait, on any node that has the row.
 */
#include "cache/secret.h"

#include "cache/cache.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

static void secret_ask(struct secret *secret, int node);

void secret_init(struct secret *secret, struct cache_model *model)
{
    secret->model = model;
    secret->text = model->cache->settings->cursor_secret;
    secret->statement = (struct sql_statement){
        .text = SLICE_LITERAL("SELECT cursor_secret FROM twofold_secret WHERE id = 1"),
        .database = model->plan->database,
        .max_rows = 1,
    };
}

static void tell_all(struct secret *secret, enum status status)
{
    secret->reading = false;
    waiters_wake(&secret->waiters, status);
}

static void on_secret(void *ctx, enum status status, struct sql_result *result)
{
    struct secret *secret = ctx;
    struct cache *cache = secret->model->cache;
    int node;

    if (status == STATUS_OK && result->rows.row_count == 1 && result->rows.cells[0].len > 0) {
        secret->text = arena_copy(&cache->arena, result->rows.cells[0]);
        sql_result_free(result);
        tell_all(secret, STATUS_OK);
        cache_put(cache);
        return;
    }
    log_warn_every("cursor secret unread", "database=%.*s status=%s error=\"%s\"",
                   SLICE_ARG(secret->model->plan->database), status_name(status),
                   result ? result->error.text : "");
    sql_result_free(result);
    node = sql_node_pick(cache->sql, secret->tried);
    if (node < 0) {
        tell_all(secret, STATUS_UNAVAILABLE);
        cache_put(cache);
        return;
    }
    secret_ask(secret, node);
}

static void secret_ask(struct secret *secret, int node)
{
    struct cache *cache = secret->model->cache;

    secret->tried |= 1u << node;
    sql_query(cache->sql, cache->loop, (unsigned int)node, &secret->statement,
              clock_deadline(cache->settings->sql_timeout), on_secret, secret);
}

void secret_fetch(struct secret *secret, struct waiter *waiter, waiter_fn *done, void *ctx)
{
    waiter_attach(&secret->waiters, waiter, done, ctx);
    if (!secret->reading) {
        secret->reading = true;
        secret->tried = 0;
        cache_get(secret->model->cache);
        secret_ask(secret, SQL_PRIMARY);
    }
}
