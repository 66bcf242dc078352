/*
 * Waiting until a version is committed: the feed, then a:<aggregate>, then twofold_aggregate on the
 * primary; one of each for all who wait.
 *
 *     message of the feed: at once ---+
 *                                     v
 *     poll of a:<aggregate> and own, every POLL ---+--> version reached -> OK
 *     statement on the primary, every ASK ---------+--> a dead letter   -> REFUSED
 *     deadline ------------------------------------+--> an older letter -> REFUSED
 *                                                  +---------------------> TIMEOUT
 *
 * An older letter, where images are whole, is waited for: the image that the token is of supersedes
 * it when it is projected.
 *
 * Invariant: what is said to be committed was: a: is written after the commit, and counts only
 * under the epoch that own names in the same MGET; else SQL decides. A message says neither: a lane
 * that stood still may send it after its epoch.
 */
#include "cache/wait.h"

#include "cache/cache.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

#define POLL_US      20000  /* without a feed */
#define POLL_FEED_US 100000 /* with one: a message may be lost all the same */
#define ASK_US       250000
#define ASK_ALONE_US 50000 /* while Redis is away */
/* Aggregates of one statement; fewer: the last is repeated, so that it is always the same text. */
#define NAMES 32

/* Gauge over all workers. */
static _Atomic unsigned int waiting_now;

static void waits_go(struct waits *waits);

/* ------------------------------------------------------------------ one wait */

static void wait_leave(struct wait *wait)
{
    if (wait->queued) {
        wait->queued = false;
        LIST_REMOVE(wait, link);
        loop_timer_stop(&wait->deadline);
        wait->model->cache->waiting--;
        waiting_now--;
    }
}

static void wait_end(struct wait *wait, enum status status)
{
    wait_leave(wait);
    wait->done(wait->ctx, status);
}

static void on_deadline(void *ctx)
{
    struct wait *wait = ctx;

    wait_end(wait, wait->has_letter ? STATUS_REFUSED : STATUS_TIMEOUT);
}

/* It is told with the others of ENDED, so that done may start and end waits as it likes. */
static void wait_ends(struct wait *wait, struct waiters *ended)
{
    wait_leave(wait);
    waiter_attach(ended, &wait->ended, wait->done, wait->ctx);
}

/* ------------------------------------------------------------------ SQL, on the primary */

#define NAMES_8  "?, ?, ?, ?, ?, ?, ?, ?"
#define NAMES_32 NAMES_8 ", " NAMES_8 ", " NAMES_8 ", " NAMES_8

static const char statement_text[] =
    "SELECT 0, aggregate, version FROM twofold_aggregate WHERE aggregate IN (" NAMES_32 ") "
    "UNION ALL "
    "SELECT 1, aggregate, MAX(version) FROM twofold_dead_letter WHERE aggregate IN (" NAMES_32 ") "
    "GROUP BY aggregate";

/* The version that the rows of KIND have for the wait's aggregate. False: none. */
static bool rows_say(const struct sql_rows *rows, const char *kind, const struct wait *wait,
                     uint64_t *version_out)
{
    for (size_t i = 0; i < rows->row_count; i++) {
        const struct slice *cells = rows->cells + i * rows->column_count;

        if (slice_is(cells[0], kind) && slice_eq(cells[1], wait->aggregate) &&
            slice_parse_u64(cells[2], version_out) == STATUS_OK) {
            return true;
        }
    }
    return false;
}

/*
 * A letter of the token's own version or of a later one stays, whatever comes. One that names no
 * version has 0: it is not of a command, and counts as older.
 */
static bool is_blocked(struct wait *wait, const struct sql_rows *rows)
{
    uint64_t version;

    wait->has_letter = rows_say(rows, "1", wait, &version);
    return wait->has_letter &&
           (version >= wait->version || !plan_model_is_whole(wait->model->plan));
}

static void judge_rows(struct waits *waits, const struct sql_rows *rows)
{
    struct waiters reached = {0}, blocked = {0};
    struct wait *wait, *next;
    uint64_t version;

    for (wait = LIST_FIRST(&waits->list); wait; wait = next) {
        next = LIST_NEXT(wait, link);
        if (wait->asked == 0) {
            continue;
        }
        wait->asked = 0;
        if (rows_say(rows, "0", wait, &version) && version >= wait->version) {
            wait_ends(wait, &reached);
        } else if (is_blocked(wait, rows)) {
            wait_ends(wait, &blocked);
        }
    }
    waiters_wake(&reached, STATUS_OK);
    waiters_wake(&blocked, STATUS_REFUSED);
}

static void on_rows(void *ctx, enum status status, struct sql_result *result)
{
    struct waits *waits = ctx;
    struct cache *cache = waits->model->cache;

    waits->asking = false;
    if (status == STATUS_OK) {
        judge_rows(waits, &result->rows);
    } else {
        log_warn_every("tokens unread", "database=%.*s status=%s error=\"%s\"",
                       SLICE_ARG(waits->model->plan->database), status_name(status),
                       result ? result->error.text : "");
    }
    sql_result_free(result);
    waits_go(waits);
    cache_put(cache);
}

static struct wait *next_to_ask(struct waits *waits, bool all)
{
    struct wait *wait;

    LIST_FOREACH (wait, &waits->list, link) {
        if (wait->asked == 0 && (wait->fresh || all)) {
            return wait;
        }
    }
    return NULL;
}

/* Up to NAMES waits get into the statement; those that never were in it first. How many did. */
static size_t names_fill(struct waits *waits, bool all)
{
    struct wait *wait;
    size_t count = 0;

    LIST_FOREACH (wait, &waits->list, link) {
        wait->asked = 0;
    }
    while (count < NAMES) {
        wait = next_to_ask(waits, false);
        wait = wait ? wait : next_to_ask(waits, all);
        if (!wait) {
            break;
        }
        wait->fresh = false;
        waits->names[count++] =
            value_string(&waits->arena, arena_copy(&waits->arena, wait->aggregate));
        wait->asked = count;
    }
    for (size_t i = count; count > 0 && i < NAMES; i++) {
        waits->names[i] = waits->names[count - 1];
    }
    for (size_t i = 0; count > 0 && i < NAMES; i++) {
        waits->names[NAMES + i] = waits->names[i];
    }
    return count;
}

/*
 * "then twofold_aggregate on the primary": at once for those that SQL was not asked about yet, and
 * for all from time to time.
 */
static void ask_primary(struct waits *waits)
{
    struct cache *cache = waits->model->cache;
    uint64_t now_us = clock_us();
    bool all = now_us >= waits->ask_due_us;

    if (waits->asking || cache->closed) {
        return;
    }
    arena_reset(&waits->arena);
    if (names_fill(waits, all) == 0) {
        return;
    }
    if (all) {
        waits->ask_due_us = now_us + (waits->redis_down ? ASK_ALONE_US : ASK_US);
    }
    waits->asking = true;
    cache_get(cache);
    sql_query(cache->sql, cache->loop, SQL_PRIMARY, &waits->statement,
              clock_deadline(cache->settings->sql_timeout), on_rows, waits);
}

/* ------------------------------------------------------------------ a:<aggregate> */

static void judge_seen(struct waits *waits, const struct redis_reply *values)
{
    struct waiters reached = {0};
    struct wait *wait, *next;
    struct own own;
    struct seen seen;

    if (values->type != REDIS_ARRAY || values->count == 0 ||
        own_parse(values->items[0].text, &own) != STATUS_OK) {
        return; /* nobody says which epoch counts: SQL decides */
    }
    for (wait = LIST_FIRST(&waits->list); wait; wait = next) {
        next = LIST_NEXT(wait, link);
        if (wait->polled != 0 && wait->polled < values->count &&
            seen_parse(values->items[wait->polled].text, &seen) == STATUS_OK &&
            memcmp(seen.epoch, own.epoch, EPOCH_TEXT) == 0 && seen.version >= wait->version) {
            wait_ends(wait, &reached);
        }
    }
    waiters_wake(&reached, STATUS_OK);
}

static void on_seen(void *ctx, enum status status, const struct redis_reply *replies, size_t count)
{
    struct waits *waits = ctx;
    struct cache *cache = waits->model->cache;

    waits->polling = false;
    waits->redis_down = status != STATUS_OK;
    if (status == STATUS_OK && count == 1) {
        judge_seen(waits, &replies[0]);
    }
    ask_primary(waits);
    waits_go(waits);
    cache_put(cache);
}

/* One MGET for all who wait. */
static void poll_seen(struct waits *waits)
{
    struct cache *cache = waits->model->cache;
    struct arena arena = {0};
    size_t count = 2, at = 2;
    struct slice *args;
    struct wait *wait;

    LIST_FOREACH (wait, &waits->list, link) {
        count++;
    }
    args = ARENA_ARRAY(&arena, struct slice, count);
    args[0] = SLICE_LITERAL("MGET");
    args[1] = waits->model->key_own;
    LIST_FOREACH (wait, &waits->list, link) {
        args[at] = key_aggregate(&arena, waits->model->plan->database, wait->aggregate);
        wait->polled = at++ - 1; /* its place in the reply, where own is 0 */
    }
    waits->polling = true;
    waits->poll_again = false;
    cache_get(cache);
    redis_send(cache->redis, &(struct redis_command){args, count}, 1, CLOCK_NEVER, NULL, on_seen,
               waits);
    arena_fini(&arena);
}

static void on_timer(void *ctx)
{
    struct waits *waits = ctx;

    if (!waits->polling && !LIST_EMPTY(&waits->list)) {
        poll_seen(waits);
    }
}

/* Whatever ended: what comes next while somebody waits. */
static void waits_go(struct waits *waits)
{
    if (waits->model->cache->closed || LIST_EMPTY(&waits->list)) {
        loop_timer_stop(&waits->timer);
        return;
    }
    if (waits->polling) {
        return;
    }
    if (waits->poll_again) {
        poll_seen(waits);
        return;
    }
    if (waits->timer.place == 0) {
        loop_timer_start(waits->model->cache->loop, &waits->timer,
                         clock_us() + (waits->feed_up ? POLL_FEED_US : POLL_US), on_timer, waits);
    }
}

static void poll_now(struct waits *waits)
{
    waits->poll_again = true;
    waits_go(waits);
}

/* ------------------------------------------------------------------ the feed */

static void on_feed_up(void *ctx, struct slice run_id)
{
    struct waits *waits = ctx;

    (void)run_id;
    waits->feed_up = true;
    poll_now(waits); /* what was said before is lost */
}

static void on_feed_down(void *ctx)
{
    struct waits *waits = ctx;

    waits->feed_up = false;
}

static bool is_awaited(const struct waits *waits, struct slice aggregate, uint64_t version)
{
    const struct wait *wait;

    LIST_FOREACH (wait, &waits->list, link) {
        if (version >= wait->version && slice_eq(aggregate, wait->aggregate)) {
            return true;
        }
    }
    return false;
}

/* One poll, whatever it names; while one is on its way, all messages together cause one more. */
static void on_feed_message(void *ctx, struct slice message)
{
    struct waits *waits = ctx;
    struct slice aggregate;
    struct feed feed;
    uint64_t version;

    if (LIST_EMPTY(&waits->list) || feed_parse(message, &feed) != STATUS_OK) {
        return;
    }
    while (feed_next(&feed, &aggregate, &version)) {
        if (is_awaited(waits, aggregate, version)) {
            poll_now(waits);
            return;
        }
    }
}

static void feed_join(struct waits *waits)
{
    struct cache *cache = waits->model->cache;
    const struct redis_feed_handler handler = {
        .up = on_feed_up, .message = on_feed_message, .down = on_feed_down, .ctx = waits};

    if (!waits->feed) {
        waits->feed =
            redis_subscribe(cache->loop, &cache->redis_config,
                            key_feed(&cache->arena, waits->model->plan->database), &handler);
    }
}

/* ------------------------------------------------------------------ in and out */

static void show_waiting(void *ctx)
{
    metric_set(ctx, waiting_now);
}

void waits_init(struct waits *waits, struct cache_model *model)
{
    static _Atomic bool shown;

    waits->model = model;
    waits->names = ARENA_ARRAY(&model->cache->arena, const struct value *, 2 * NAMES);
    waits->statement = (struct sql_statement){
        .text = SLICE_LITERAL(statement_text),
        .database = model->plan->database,
        .params = waits->names,
        .param_count = 2 * NAMES,
    };
    if (!shown) {
        shown = true;
        metric_on_scrape(show_waiting,
                         metric_series(METRIC_GAUGE, "twofold_consistency_waiters",
                                       "requests that wait for a Consistency-Token", ""));
    }
}

void waits_fini(struct waits *waits)
{
    loop_timer_stop(&waits->timer);
    if (waits->feed) {
        redis_feed_destroy(waits->feed);
        waits->feed = NULL;
    }
}

enum status wait_start(struct wait *wait, struct cache_model *model,
                       const struct token_command *token, uint64_t deadline_us, waiter_fn *done,
                       void *ctx)
{
    struct cache *cache = model->cache;

    if (cache->waiting >= cache->settings->consistency_waiters) {
        return STATUS_BUSY;
    }
    wait->model = model;
    wait->aggregate = token->aggregate;
    wait->version = token->version;
    wait->done = done;
    wait->ctx = ctx;
    wait->queued = wait->fresh = true;
    wait->has_letter = false;
    wait->polled = wait->asked = 0;
    LIST_INSERT_HEAD(&model->waits.list, wait, link);
    cache->waiting++;
    waiting_now++;
    loop_timer_start(cache->loop, &wait->deadline, deadline_us, on_deadline, wait);
    feed_join(&model->waits);
    poll_now(&model->waits);
    return STATUS_OK;
}
