/*
 * One worker's cache: making and ending it, what it remembers of each model, its counters; waiting
 * for a command's token, and poking the projector.
 */
#include "cache/cache.h"

#include "cache/flight.h"
#include "cache/key.h"
#include "cache/publish.h"
#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"

/* ------------------------------------------------------------------ counters */

/* RESULT NULL: the family has no such label. */
static struct metric *query_metric(const char *family, const char *help,
                                   const struct plan_query *query, const char *result)
{
    const struct metric_label labels[] = {
        {"query",                  query->name                             },
        {result ? "result" : NULL, result ? slice_str(result) : SLICE_EMPTY},
        {NULL,                     SLICE_EMPTY                             }
    };

    return metric_labelled(METRIC_COUNTER, family, help, labels);
}

static void query_init(struct cache *cache, const struct plan_query *plan)
{
    static const char *const results[] = {[RESULT_NEAR_HIT] = "near_hit",
                                          [RESULT_HIT] = "hit",
                                          [RESULT_NEGATIVE_HIT] = "negative_hit",
                                          [RESULT_MISS] = "miss",
                                          [RESULT_STALE] = "stale",
                                          [RESULT_BYPASS] = "bypass"};
    static const char fills[] = "twofold_cache_fills_total",
                      fills_help[] = "entries offered to the cache";
    struct cache_query *query = &cache->queries[plan->index];

    query->key_prefix = key_prefix(&cache->arena, plan);
    for (size_t i = 0; i < ARRAY_COUNT(results); i++) {
        query->results[i] =
            query_metric("twofold_cache_lookups_total", "lookups by result", plan, results[i]);
    }
    query->stored = query_metric(fills, fills_help, plan, "stored");
    query->refused = query_metric(fills, fills_help, plan, "refused");
    query->coalesced = query_metric("twofold_cache_coalesced_total",
                                    "misses that joined another's flight", plan, NULL);
}

/* ------------------------------------------------------------------ models */

static void model_init(struct cache *cache, const struct plan_model *plan)
{
    struct cache_model *model = &cache->models[plan->index];

    model->cache = cache;
    model->plan = plan;
    model->key_own = key_own(&cache->arena, plan->database);
    primary_init(&model->primary, model);
    secret_init(&model->secret, model);
    waits_init(&model->waits, model);
    for (size_t i = 0; i < plan->query_count; i++) {
        query_init(cache, &plan->queries[i]);
    }
}

enum status cache_model_read_own(const struct cache_model *model, struct slice bytes,
                                 struct own *out)
{
    if (model->own_serial == 0 || !slice_eq(bytes, model->own_bytes)) {
        return own_parse(bytes, out);
    }
    *out = model->own;
    return STATUS_OK;
}

void cache_model_saw_own(struct cache_model *model, const struct own *own)
{
    if (model->own_serial != 0 && memcmp(&model->own, own, sizeof(*own)) == 0) {
        return;
    }
    if (memcmp(model->own.epoch, own->epoch, sizeof(own->epoch)) != 0) {
        model->revision = 0;
    }
    model->own = *own;
    model->own_serial++;
    arena_reset(&model->own_arena);
    model->own_bytes = own_text(&model->own_arena, own);
    model->key_page = key_page(&model->own_arena, model->plan->database, home_nonce(&own->home));
}

void cache_model_saw_revision(struct cache_model *model, const char *epoch, uint64_t revision)
{
    if (revision > model->revision && memcmp(model->own.epoch, epoch, EPOCH_TEXT) == 0) {
        model->revision = revision;
    }
}

/* ------------------------------------------------------------------ life */

struct cache *cache_create(struct loop *loop, struct plan *plan, const struct settings *settings,
                           struct redis *redis, struct sql *sql)
{
    struct cache *cache = XNEW(struct cache);

    cache->loop = loop;
    cache->plan = plan_get(plan);
    cache->settings = settings;
    cache->redis = redis;
    cache->sql = sql;
    cache->references = 1;
    cache->redis_config = clients_redis(settings);
    cache->models = ARENA_ARRAY(&cache->arena, struct cache_model, plan->model_count);
    cache->queries = ARENA_ARRAY(&cache->arena, struct cache_query, plan->query_count);
    for (size_t i = 0; i < plan->model_count; i++) {
        model_init(cache, &plan->models[i]);
    }
    return cache;
}

void cache_get(struct cache *cache)
{
    cache->references++;
}

void cache_put(struct cache *cache)
{
    if (--cache->references > 0) {
        return;
    }
    for (size_t i = 0; i < cache->plan->model_count; i++) {
        arena_fini(&cache->models[i].own_arena);
        arena_fini(&cache->models[i].waits.arena);
    }
    arena_fini(&cache->arena);
    plan_put(cache->plan);
    xfree(cache);
}

void cache_destroy(struct cache *cache)
{
    cache->closed = true;
    for (size_t i = 0; i < cache->plan->model_count; i++) {
        waits_fini(&cache->models[i].waits);
    }
    cache_put(cache);
}

/* ------------------------------------------------------------------ for commands */

/* Prefer: wait. It owns itself. */
struct command_wait {
    struct cache *cache;
    struct arena arena;
    struct wait wait;
    struct loop_task task;
    enum status status;
    wait_done_fn *done;
    void *ctx;
};

static void command_wait_end(void *ctx)
{
    struct command_wait *waiting = ctx;

    waiting->done(waiting->ctx, waiting->status);
    arena_fini(&waiting->arena);
    xfree(waiting);
}

static void on_command_visible(void *ctx, enum status status)
{
    struct command_wait *waiting = ctx;

    waiting->status = status;
    command_wait_end(waiting);
}

/* The model whose aggregate the token names. */
static enum status find_command(struct cache *cache, struct arena *arena, struct slice token,
                                struct cache_model **model_out, struct token_command *out)
{
    for (size_t i = 0; i < cache->plan->model_count; i++) {
        struct tokens tokens;

        if (tokens_parse(arena, token, &cache->plan->models[i], &tokens) == STATUS_OK &&
            tokens.command_count == 1) {
            *model_out = &cache->models[i];
            *out = tokens.commands[0];
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

void lookup_wait(struct cache *cache, struct slice token, uint64_t deadline_us, wait_done_fn *done,
                 void *ctx)
{
    struct command_wait *waiting = XNEW(struct command_wait);
    struct cache_model *model = NULL;
    struct token_command command;

    waiting->cache = cache;
    waiting->done = done;
    waiting->ctx = ctx;
    waiting->status =
        find_command(cache, &waiting->arena, arena_copy(&waiting->arena, token), &model, &command);
    if (waiting->status == STATUS_OK) {
        waiting->status =
            wait_start(&waiting->wait, model, &command, deadline_us, on_command_visible, waiting);
    }
    if (waiting->status != STATUS_OK) {
        loop_later(cache->loop, &waiting->task, command_wait_end, waiting);
    }
}

static void on_poked(void *ctx, enum status status, const struct redis_reply *replies, size_t count)
{
    (void)ctx;
    (void)status;
    (void)replies;
    (void)count;
}

void cache_poke(struct cache *cache, const struct plan_model *model)
{
    struct arena arena = {0};
    const struct slice args[] = {SLICE_LITERAL("PUBLISH"), key_poke(&arena, model->database),
                                 SLICE_LITERAL("1")};

    if (redis_up(cache->redis)) {
        redis_send(cache->redis, &(struct redis_command){args, ARRAY_COUNT(args)}, 1, CLOCK_NEVER,
                   NULL, on_poked, NULL);
    }
    arena_fini(&arena);
}
