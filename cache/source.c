/*
 * Where a miss is answered.
 *
 *     sql_node_pick -> replica --label < floor--> another replica --...--> primary
 *
 *     the primary's answer, its label below the floors:
 *         other epoch       not given: PRECONDITION, whoever asks looks at the row again
 *         by more than one  it is no primary (any more): its connections are left, ask again, 503
 *         by one            a PUBLISH without its COMMIT (yet): right, but only a primary's; it is
 *                           asked again, and whether it is read-only, too
 *
 * A replica whose answers were too old LAG_ROW times in a row is left alone for a while: a replica
 * is some milliseconds behind as a rule, and only the queries that a fresh commit touched notice.
 */
#include "cache/source.h"

#include <stdio.h>

#include "cache/cache.h"
#include "cache/rows.h"
#include "conf/plan/bind.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

#define LAG_ROW 8

struct source {
    struct cache *cache;
    const struct source_request *request;
    struct sql_statement statement;
    unsigned int node, tried; /* tried: bit mask */
    bool again;               /* the primary is asked for the second time */
    source_done_fn *done;
    void *ctx;
};

/* ------------------------------------------------------------------ the statement */

static const struct plan_sql *sql_of(const struct source_request *request)
{
    const struct plan_query *query = request->input->query;

    switch (request->cursor->direction) {
    case CURSOR_AFTER:
        return &query->after;
    case CURSOR_BEFORE:
        return &query->before;
    case CURSOR_NONE:
        break;
    }
    return &query->first;
}

static const struct value *claim_of(const struct lookup_input *input, struct slice name)
{
    for (size_t i = 0; i < input->query->param_count; i++) {
        const struct plan_param *param = &input->query->params[i];

        if (param->from == PARAM_CLAIM && slice_eq(param->name, name)) {
            return input->params[i];
        }
    }
    return NULL;
}

/* NULL: the plan binds what a query does not have. */
static const struct value *value_of_bind(struct arena *arena, const struct source_request *request,
                                         const struct plan_bind *bind)
{
    switch (bind->source) {
    case SOURCE_PARAM:
        return request->input->params[bind->index];
    case SOURCE_CLAIM:
        return claim_of(request->input, bind->name);
    case SOURCE_CURSOR:
        return request->cursor->keys[bind->index];
    case SOURCE_LIMIT:
        return value_i64(arena, (int64_t)request->input->limit + 1);
    case SOURCE_FIELD:
    case SOURCE_OLD_FIELD:
    case SOURCE_AGGREGATE_ID:
    case SOURCE_VERSION:
    case SOURCE_TIMESTAMP:
    case SOURCE_EVENT_ID:
        return NULL;
    }
    return NULL;
}

static void statement_make(struct source *source, struct arena *arena)
{
    const struct plan_query *query = source->request->input->query;
    const struct plan_sql *sql = sql_of(source->request);
    const struct value **params = ARENA_ARRAY(arena, const struct value *, sql->bind_count);

    for (size_t i = 0; i < sql->bind_count; i++) {
        const struct value *value = value_of_bind(arena, source->request, &sql->binds[i]);
        const char *why;

        /* parameters are of their types: what has no form is bound as it is */
        (void)!bind_value(arena, &sql->binds[i], value, &params[i], &why);
    }
    source->statement = (struct sql_statement){
        .text = sql->text,
        .describe = query->user_sql,
        .database = query->model->database,
        .params = params,
        .param_count = sql->bind_count,
        .max_rows = source->cache->settings->sql_rows_max,
        .max_bytes = SQL_BYTES_MAX, /* rows are bounded by sql_rows_max */
        .whole = true,
    };
}

/* ------------------------------------------------------------------ the nodes */

static void source_try(struct source *source, int node);

static void source_end(struct source *source, enum status status,
                       const struct source_answer *answer)
{
    source->done(source->ctx, status, answer);
}

/* What an operator may do; "" when the node is to be looked at, and the log names it. */
static const char *hint_of(enum status status)
{
    return status == STATUS_INVALID
               ? " hint=\"mend the query: run it by hand, then SHOW WARNINGS or SHOW ERRORS\""
           : status == STATUS_CORRUPT
               ? " hint=\"mend the query, or what is stored: a JSON column must hold JSON\""
               : "";
}

/*
 * The primary has too many rows. A replica says so without a label: it may lag, and they may have
 * been deleted since.
 */
static bool is_final(const struct source *source, enum status status)
{
    return status == STATUS_TOO_LARGE && source->node == SQL_PRIMARY;
}

static void source_failed(struct source *source, enum status status, const struct sql_error *error)
{
    int node = sql_node_pick(source->cache->sql, source->tried);

    log_warn_every("query failed", "query=%.*s node=%.*s status=%s errno=%u error=\"%s\"%s",
                   SLICE_ARG(source->request->input->query->name),
                   SLICE_ARG(sql_node_name(source->cache->sql, source->node)), status_name(status),
                   error ? error->number : 0, error ? error->text : "", hint_of(status));
    if (node >= 0 && !is_final(source, status)) {
        source_try(source, node);
        return;
    }
    switch ((int)status) {
    case STATUS_BUSY:
    case STATUS_TIMEOUT:
        source_end(source, status, NULL);
        return;
    case STATUS_TOO_LARGE:
        source_end(source, is_final(source, status) ? status : STATUS_UNAVAILABLE, NULL);
        return;
    case STATUS_INVALID:
    case STATUS_CORRUPT:
        source_end(source, STATUS_INTERNAL, NULL);
        return;
    default:
        source_end(source, STATUS_UNAVAILABLE, NULL);
        return;
    }
}

/* "otherwise -> this replica lags: another replica, then the primary" */
static void source_lags(struct source *source)
{
    struct cache *cache = source->cache;
    unsigned int *lagged = &cache->lagged[source->node];
    int node;

    if (++*lagged % LAG_ROW == 0) {
        sql_node_rest(cache->sql, source->node, cache->settings->sql_eject);
    }
    node = sql_node_pick(cache->sql, source->tried);
    source_try(source, node >= 0 ? node : SQL_PRIMARY);
}

static void source_ask_primary_again(struct source *source)
{
    source->again = true;
    source_try(source, SQL_PRIMARY);
}

static bool same_epoch(const struct floors *floors, const struct source_answer *answer)
{
    return memcmp(floors->epoch, answer->epoch.ptr, EPOCH_TEXT) == 0;
}

/*
 * The floors do not accept what the primary gave. "A primary whose label is below floors that are
 * current, by more than one (one is a PUBLISH whose transaction was aborted), is no primary"
 */
static void source_primary_lags(struct source *source, const struct source_answer *answer)
{
    const struct floors *floors = source->request->floors;
    bool behind = !floors_allow_primary(floors, answer->epoch.ptr, answer->label);

    if (!same_epoch(floors, answer)) {
        source_end(source, STATUS_PRECONDITION, NULL);
    } else if (behind) {
        sql_node_leave(source->cache->sql, SQL_PRIMARY, "its rows are older than committed ones");
        if (source->again) {
            source_end(source, STATUS_UNAVAILABLE, NULL);
        } else {
            source_ask_primary_again(source);
        }
    } else if (source->again) {
        source_end(source, STATUS_OK, answer);
    } else {
        source_ask_primary_again(source);
    }
}

/* The label, and whether the rows can become a body. */
static enum status take_rows(struct sql_result *result, struct source_answer *out)
{
    const struct sql_rows *rows = &result->rows;
    const char *why = NULL;
    size_t column = 0;
    enum status status = rows_label(rows, &out->epoch, &out->label);

    out->rows = rows;
    if (status != STATUS_OK) {
        (void)snprintf(result->error.text, sizeof(result->error.text),
                       "no epoch and revision in the first columns");
        return status;
    }
    status = rows_check(rows, &column, &why);
    if (status != STATUS_OK) {
        (void)snprintf(result->error.text, sizeof(result->error.text),
                       "the column '%.*s' is no JSON: %s", SLICE_ARG(rows->columns[column].name),
                       why);
    }
    return status;
}

static void on_rows(void *ctx, enum status status, struct sql_result *result)
{
    struct source *source = ctx;
    struct source_answer answer = {.node = source->node, .proven = source->statement.primary};

    if (status == STATUS_OK) {
        status = take_rows(result, &answer);
    }
    if (status != STATUS_OK) {
        source_failed(source, status, result ? &result->error : NULL);
    } else {
        answer.fits = floors_accept(source->request->floors, answer.epoch.ptr, answer.label);
        if (answer.fits) {
            source->cache->lagged[source->node] = 0;
            source_end(source, STATUS_OK, &answer);
        } else if (source->node == SQL_PRIMARY) {
            source_primary_lags(source, &answer);
        } else {
            source_lags(source);
        }
    }
    sql_result_free(result);
}

static void source_try(struct source *source, int node)
{
    struct cache *cache = source->cache;

    source->node = (unsigned int)node;
    source->tried |= 1u << node;
    source->statement.primary = source->again && source->node == SQL_PRIMARY;
    sql_query(cache->sql, cache->loop, source->node, &source->statement,
              clock_deadline(cache->settings->sql_timeout), on_rows, source);
}

void source_ask(struct cache *cache, struct arena *arena, const struct source_request *request,
                source_done_fn *done, void *ctx)
{
    struct source *source = ARENA_NEW(arena, struct source);
    int node = sql_node_pick(cache->sql, 0);

    source->cache = cache;
    source->request = request;
    source->done = done;
    source->ctx = ctx;
    statement_make(source, arena);
    source_try(source, node >= 0 ? node : SQL_PRIMARY);
}
