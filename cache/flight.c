/*
 * Flights: of many requests that miss the same key, one asks SQL.
 *
 *     first waiter --> flight [secret -> source -> answer -> SET] --> who accepts the answer
 *                        ^                                        --> the others: one new flight
 *     joiners -----------+
 *
 * Invariants:
 *   - a flight owns its memory (a copy of its first waiter's input), so any waiter may leave at any
 *     time
 *   - a flight is not found any more once its answer is there
 *   - a waiter gets an answer that its own floors accept, or one that the primary gave in a flight
 *     which started after the waiter's request (and whose label can be a primary's, by its floors)
 */
#include "cache/flight.h"

#include <inttypes.h>

#include "lib/base/memory.h"
#include "lib/data/hash.h"

/* uthash with our memory (out of it ends the process) and our hash. */
#define uthash_malloc(size)       xalloc(size)
#define uthash_free(memory, size) xfree(memory)
#define HASH_FUNCTION(key, key_len, hash) \
    ((hash) = (unsigned int)hash_xxh64(slice_of(key, key_len)))
#include <uthash.h>

#include "cache/answer.h"
#include "cache/cache.h"
#include "cache/entry.h"
#include "cache/source.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

struct flight {
    UT_hash_handle hh;
    struct cache *cache;
    struct arena arena;
    struct key key;
    struct lookup_input input;
    struct cursor cursor;
    struct floors floors; /* of who started it: they decide on replicas and on storing */
    struct source_request request;
    struct waiter secret;
    struct waiters waiters;
    uint64_t started;
    bool from_primary, proven;   /* proven: by a server that said that it is a primary still */
    const struct answer *answer; /* once it has landed; NULL: it failed */
};

static struct cache_query *query_of(const struct flight *flight)
{
    return &flight->cache->queries[flight->input.query->index];
}

/* ------------------------------------------------------------------ its own memory */

static const struct value *const *values_copy(struct arena *arena,
                                              const struct value *const *values, size_t count)
{
    const struct value **copies = ARENA_ARRAY(arena, const struct value *, count);

    for (size_t i = 0; i < count; i++) {
        struct value *copy =
            value_copy(arena, values[i]); /* scalars: nothing but their text is shared */

        copy->text = arena_copy(arena, values[i]->text);
        copies[i] = copy;
    }
    return copies;
}

static void input_copy(struct flight *flight, const struct flight_waiter *waiter)
{
    const struct lookup_input *input = waiter->input;
    struct arena *arena = &flight->arena;

    flight->input = *input;
    flight->key.name = arena_copy(arena, waiter->key->name);
    flight->key.params = arena_copy(arena, waiter->key->params);
    flight->input.texts = NULL; /* they became the key */
    flight->input.params = values_copy(arena, input->params, input->query->param_count);
    flight->input.path = arena_copy(arena, input->path);
    flight->input.links_query = arena_copy(arena, input->links_query);
    flight->input.cursor = flight->input.tokens = flight->input.claims = SLICE_EMPTY;
    flight->input.arena = arena;
    flight->cursor.direction = waiter->cursor->direction;
    if (waiter->cursor->direction != CURSOR_NONE) {
        flight->cursor.keys =
            values_copy(arena, waiter->cursor->keys, input->query->page.column_count);
    }
}

static void flight_free(struct flight *flight)
{
    struct cache *cache = flight->cache;

    arena_fini(&flight->arena);
    xfree(flight);
    cache_put(cache);
}

/* ------------------------------------------------------------------ telling */

/*
 * One less than the floor is a primary's only. The flight's own floors may have accepted the
 * answer, so that nobody asked the server whether it is one.
 */
static bool waiter_accepts(const struct flight_waiter *waiter)
{
    const struct flight *flight = waiter->flight;
    const struct answer *answer = flight->answer;

    return floors_accept(waiter->floors, answer->epoch, answer->label) ||
           (flight->from_primary && flight->proven && waiter->began < flight->started &&
            floors_allow_primary(waiter->floors, answer->epoch, answer->label));
}

/* The flight was for another epoch than the waiter's: what it failed by says nothing to it. */
static bool is_of_others(const struct flight_waiter *waiter, enum status status)
{
    return status == STATUS_PRECONDITION &&
           memcmp(waiter->floors->epoch, waiter->flight->floors.epoch, EPOCH_TEXT) != 0;
}

/* One of those who waited: it is told, or flies again. */
static void on_landed(void *ctx, enum status status)
{
    struct flight_waiter *waiter = ctx;

    if (is_of_others(waiter, status) || (waiter->flight->answer && !waiter_accepts(waiter))) {
        flight_join(waiter->flight->cache, waiter);
    } else {
        waiter->done(waiter->ctx, status, waiter->flight->answer);
    }
}

/* The flight is not found any more, and its waiters are told. answer: NULL unless OK. */
static void flight_land(struct flight *flight, enum status status, const struct answer *answer)
{
    HASH_DEL(flight->cache->flights, flight);
    flight->answer = answer;
    waiters_wake(&flight->waiters, status);
    flight_free(flight);
}

/* ------------------------------------------------------------------ storing */

static void on_stored(void *ctx, enum status status, const struct redis_reply *replies,
                      size_t count)
{
    struct metric *stored = ctx;

    if (status == STATUS_OK && count == 1 && replies[0].type == REDIS_STATUS) {
        metric_add(stored, 1);
    } else if (status == STATUS_OK && count == 1) {
        log_warn_every("redis refused an entry", "error=\"%.*s\"", SLICE_ARG(replies[0].text));
    }
}

static void entry_send(struct flight *flight, struct slice bytes, uint64_t ttl_ms)
{
    const struct slice args[] = {
        SLICE_LITERAL("SET"),
        flight->key.name,
        bytes,
        SLICE_LITERAL("PX"),
        arena_printf(&flight->arena, "%" PRIu64, ttl_ms),
    };

    redis_send(flight->cache->redis, &(struct redis_command){args, ARRAY_COUNT(args)}, 1,
               CLOCK_NEVER, NULL, on_stored, query_of(flight)->stored);
}

/*
 * "store the entry (plain SET with TTL; a late or old one is refused when read)"; a failure to
 * store is no failure of the request
 */
static bool entry_store(struct flight *flight, const struct answer *answer, bool fits)
{
    const struct plan_query *query = flight->input.query;
    uint64_t ttl_ms = answer->kind == ANSWER_ROWS ? query->ttl_ms : query->negative_ttl_ms;
    const struct entry entry = {
        .kind = answer->kind,
        .epoch = answer->epoch,
        .label = answer->label,
        .created_ms = answer->created_ms,
        .etag = answer->etag,
        .link = answer->link,
        .body = answer->body,
    };
    struct buf buf = {0};
    bool stored = false;

    if (!flight->floors.current || ttl_ms == 0 || flight->cache->closed) {
        return false;
    }
    if (!fits) {
        metric_add(query_of(flight)->refused, 1);
        return false;
    }
    if (redis_up(flight->cache->redis) && entry_encode(&buf, &entry) == STATUS_OK) {
        entry_send(flight, buf_slice(&buf), ttl_ms);
        stored = true;
    }
    buf_fini(&buf);
    return stored;
}

/* ------------------------------------------------------------------ flying */

static void on_source(void *ctx, enum status status, const struct source_answer *rows)
{
    struct flight *flight = ctx;
    struct cache *cache = flight->cache;
    struct answer answer = {.from = FROM_SQL};
    const struct cursor_seal seal = {cache_model_of(cache, flight->input.query)->secret.text,
                                     flight->key.params};

    if (status == STATUS_OK) {
        status = answer_build(&flight->arena, &flight->input, &flight->cursor, &seal, rows->rows,
                              &answer);
        if (status == STATUS_CORRUPT) {
            log_error("a :one query has two rows", "query=%.*s",
                      SLICE_ARG(flight->input.query->name));
        }
    }
    if (status != STATUS_OK) {
        flight_land(flight, status, NULL);
        return;
    }
    memcpy(answer.epoch, rows->epoch.ptr, EPOCH_TEXT);
    answer.label = rows->label;
    answer.created_ms = clock_wall_ms();
    answer.node = sql_node_name(cache->sql, rows->node);
    flight->from_primary = rows->node == SQL_PRIMARY;
    flight->proven = rows->proven;
    cache_model_saw_revision(cache_model_of(cache, flight->input.query), answer.epoch,
                             answer.label);
    answer.stored = entry_store(flight, &answer, rows->fits);
    flight_land(flight, STATUS_OK, &answer);
}

static void flight_ask(struct flight *flight)
{
    flight->request = (struct source_request){
        .input = &flight->input, .cursor = &flight->cursor, .floors = &flight->floors};
    source_ask(flight->cache, &flight->arena, &flight->request, on_source, flight);
}

static void on_secret(void *ctx, enum status status)
{
    struct flight *flight = ctx;

    if (status != STATUS_OK) {
        flight_land(flight, status, NULL);
        return;
    }
    flight_ask(flight);
}

static void flight_board(struct flight *flight, struct flight_waiter *waiter)
{
    waiter->flight = flight;
    waiter_attach(&flight->waiters, &waiter->waiter, on_landed, waiter);
}

static void flight_start(struct cache *cache, struct flight_waiter *waiter)
{
    struct flight *flight = XNEW(struct flight);
    struct secret *secret = &cache_model_of(cache, waiter->input->query)->secret;

    cache_get(cache);
    flight->cache = cache;
    flight->floors = *waiter->floors;
    flight->started = cache_tick(cache);
    input_copy(flight, waiter);
    flight_board(flight, waiter);
    HASH_ADD_KEYPTR(hh, cache->flights, flight->key.name.ptr, flight->key.name.len, flight);
    if (waiter->input->query->paged && !secret_known(secret)) {
        secret_fetch(secret, &flight->secret, on_secret, flight);
    } else {
        flight_ask(flight);
    }
}

void flight_join(struct cache *cache, struct flight_waiter *waiter)
{
    struct flight *flight;

    HASH_FIND(hh, cache->flights, waiter->key->name.ptr, waiter->key->name.len, flight);
    if (!flight) {
        flight_start(cache, waiter);
        return;
    }
    flight_board(flight, waiter);
    metric_add(query_of(flight)->coalesced, 1);
}
