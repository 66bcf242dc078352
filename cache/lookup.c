/*
 * A query's way to its answer. Each step is a function that carries the number and the words of
 * cache/PROTOCOL.md "Answering a query".
 *
 *     lookup_start -> check_cursor -> wait_for_tokens
 *       -> step_1_read_own_entry_floors -> step_2_are_floors_current
 *                                            | own's page is another: step_2_read_floors_again --+
 *                                            | suspect: step_2_ask_primary                       |
 *                                            |          step_2_read_floors_with_proof -----------+
 *       -> step_3_compare_entry --hit--> finish   <----------------------------------------------+
 *       -> step_4_miss -> flight -> finish        (5, absent answers: answer.c, the same way)
 *
 * The near cache will be between wait_for_tokens and step 1.
 *
 * Invariants:
 *   - one call in flight for a lookup: a Redis pipeline (it ends by the lookup's deadline itself),
 *     or a place among others' waiters (then the timer runs, and leaving is free)
 *   - a reply of Redis is judged by the run_id behind the connection when it comes
 *   - done never runs inside lookup_start: failures go through the loop
 */
#include "cache/lookup.h"

#include <inttypes.h>

#include "cache/cache.h"
#include "cache/cursor.h"
#include "cache/entry.h"
#include "cache/flight.h"
#include "cache/floors.h"
#include "cache/key.h"
#include "cache/tag.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

struct lookup {
    struct cache *cache;
    struct cache_model *model;
    const struct lookup_input *input;
    lookup_done_fn *done;
    void *ctx;
    uint64_t began; /* cache_tick() of step 1: what was read before it proves nothing for us */
    struct key key;
    uint32_t *slots;
    size_t slot_count;
    struct cursor cursor;
    struct tokens *tokens; /* NULL: none */
    size_t token;          /* the command's token that is waited for */
    uint64_t tokens_until; /* when the wait for all of them ends; 0: it has not begun */
    uint64_t own_serial;   /* of the page that step 1 asks */
    struct own own;        /* whose page is trusted: own's or the primary's */
    bool asked_primary;    /* for its row, once */
    struct slice entry;    /* as Redis gave it, in the input's arena; empty: none */
    struct floors floors;
    enum answer_forward forward;
    struct waiter waiter; /* for the primary's row, or the secret */
    struct flight_waiter flight;
    struct wait wait;
    struct loop_timer deadline;
    struct loop_task task;
    enum lookup_outcome failure; /* that is on its way */
};

static void step_1_read_own_entry_floors(struct lookup *lookup);
static void step_2_ask_primary(struct lookup *lookup);
static void step_3_compare_entry(struct lookup *lookup);
static void step_4_miss(struct lookup *lookup);

static struct cache_query *query_of(const struct lookup *lookup)
{
    return &lookup->cache->queries[lookup->input->query->index];
}

/* ------------------------------------------------------------------ the ends */

static void count(const struct lookup *lookup, enum lookup_result result)
{
    metric_add(query_of(lookup)->results[result], 1);
}

static void fail_now(void *ctx)
{
    struct lookup *lookup = ctx;

    lookup->done(lookup->ctx, lookup->failure, NULL);
}

static void fail(struct lookup *lookup, enum lookup_outcome failure)
{
    lookup->failure = failure;
    loop_later(lookup->cache->loop, &lookup->task, fail_now, lookup);
}

static void finish(struct lookup *lookup, const struct answer *answer)
{
    lookup->done(lookup->ctx, LOOKUP_ANSWERED, answer);
}

/* The deadline of what is shared with others. */
static void on_deadline(void *ctx)
{
    struct lookup *lookup = ctx;

    waiter_detach(&lookup->waiter);
    waiter_detach(&lookup->flight.waiter);
    fail(lookup, LOOKUP_DEADLINE);
}

static void watch_deadline(struct lookup *lookup)
{
    loop_timer_start(lookup->cache->loop, &lookup->deadline, lookup->input->deadline_us,
                     on_deadline, lookup);
}

/* ------------------------------------------------------------------ before step 1 */

static void on_token(void *ctx, enum status status);

/* "the wait ends after consistency_timeout, or with the request's deadline" */
static uint64_t tokens_deadline(const struct lookup *lookup)
{
    uint64_t deadline_us = clock_deadline(lookup->cache->settings->consistency_timeout);

    return deadline_us < lookup->input->deadline_us ? deadline_us : lookup->input->deadline_us;
}

/*
 * "The gateway waits ... until that version is committed, and only then begins at step 1: the
 * floors that it reads now include that commit, so nothing else is needed"
 */
static void wait_for_tokens(struct lookup *lookup)
{
    if (!lookup->tokens || lookup->token == lookup->tokens->command_count) {
        step_1_read_own_entry_floors(lookup);
        return;
    }
    if (lookup->tokens_until == 0) {
        lookup->tokens_until = tokens_deadline(lookup);
    }
    if (wait_start(&lookup->wait, lookup->model, &lookup->tokens->commands[lookup->token],
                   lookup->tokens_until, on_token, lookup) != STATUS_OK) {
        fail(lookup, LOOKUP_MANY_WAIT);
    }
}

static void on_token(void *ctx, enum status status)
{
    struct lookup *lookup = ctx;

    if (status == STATUS_TIMEOUT) {
        fail(lookup, LOOKUP_NOT_CAUGHT_UP);
    } else if (status == STATUS_REFUSED) {
        fail(lookup, LOOKUP_BLOCKED);
    } else {
        lookup->token++;
        wait_for_tokens(lookup);
    }
}

static void open_cursor(struct lookup *lookup)
{
    const struct lookup_input *input = lookup->input;
    const struct cursor_seal seal = {lookup->model->secret.text, lookup->key.params};

    if (cursor_decode(input->arena, &seal, input->query, input->cursor, &lookup->cursor) !=
        STATUS_OK) {
        fail(lookup, LOOKUP_BAD_CURSOR);
        return;
    }
    wait_for_tokens(lookup);
}

static void on_secret(void *ctx, enum status status)
{
    struct lookup *lookup = ctx;

    loop_timer_stop(&lookup->deadline);
    if (status != STATUS_OK) {
        fail(lookup, LOOKUP_SECRET_UNREAD);
        return;
    }
    open_cursor(lookup);
}

static void check_cursor(struct lookup *lookup)
{
    if (lookup->input->cursor.len == 0) {
        wait_for_tokens(lookup);
    } else if (secret_known(&lookup->model->secret)) {
        open_cursor(lookup);
    } else {
        watch_deadline(lookup);
        secret_fetch(&lookup->model->secret, &lookup->waiter, on_secret, lookup);
    }
}

/* By which of the parameters that may be NULL are. */
static struct plan_variant find_variant(const struct lookup_input *input)
{
    const struct plan_query *query = input->query;
    size_t number = 0;

    for (size_t i = 0; i < query->guard_count; i++) {
        number |= (size_t)!input->texts[query->guards[i]].ptr << i;
    }
    return plan_variant_of(query, number);
}

/* An answer that depends on nothing (a = NULL) has a slot all the same. */
static void find_slots(struct lookup *lookup)
{
    const struct lookup_input *input = lookup->input;
    const struct plan_variant variant = find_variant(input);

    lookup->slots = ARENA_ARRAY(input->arena, uint32_t, variant.tag_count + 1);
    for (size_t i = 0; i < variant.tag_count; i++) {
        struct slice tag;

        if (tag_of_query(input->arena, &variant.tags[i], input->texts, &tag) == STATUS_OK) {
            lookup->slots[lookup->slot_count++] = tag_slot(tag);
        }
    }
    if (lookup->slot_count == 0) {
        lookup->slots[lookup->slot_count++] = tag_slot(input->query->name);
    }
}

void lookup_start(struct cache *cache, const struct lookup_input *input, lookup_done_fn *done,
                  void *ctx)
{
    struct lookup *lookup = ARENA_NEW(input->arena, struct lookup);

    lookup->cache = cache;
    lookup->model = cache_model_of(cache, input->query);
    lookup->input = input;
    lookup->done = done;
    lookup->ctx = ctx;
    lookup->key = key_make(input->arena, query_of(lookup)->key_prefix, input);
    find_slots(lookup);
    if (input->tokens.len > 0) {
        lookup->tokens = ARENA_NEW(input->arena, struct tokens);
        if (tokens_parse(input->arena, input->tokens, input->query->model, lookup->tokens) !=
            STATUS_OK) {
            fail(lookup, LOOKUP_BAD_TOKEN);
            return;
        }
    }
    check_cursor(lookup);
}

/* ------------------------------------------------------------------ step 1 */

static void on_step_1(void *ctx, enum status status, const struct redis_reply *replies,
                      size_t count);

/*
 * "1  one pipeline, in this order: MGET own, entry; GETRANGE page:<nonce> <slot> for each tag". The
 * nonce is that of the last own.
 */
static void step_1_read_own_entry_floors(struct lookup *lookup)
{
    struct cache_model *model = lookup->model;
    struct arena *arena = lookup->input->arena;
    size_t floors = model->own_serial == 0 ? 0 : lookup->slot_count;
    struct redis_command *commands = ARENA_ARRAY(arena, struct redis_command, floors + 1);
    const struct slice mget[] = {SLICE_LITERAL("MGET"), model->key_own, lookup->key.name};

    lookup->began = cache_tick(lookup->cache);
    lookup->own_serial = model->own_serial;
    commands[0] = (struct redis_command){mget, ARRAY_COUNT(mget)};
    floors_ask(arena, model->key_page, lookup->slots, floors, commands + 1);
    redis_send(lookup->cache->redis, commands, floors + 1, lookup->input->deadline_us, arena,
               on_step_1, lookup);
}

/* ------------------------------------------------------------------ step 2 */

static void trust(struct lookup *lookup, uint64_t label_min)
{
    lookup->floors.current = true;
    memcpy(lookup->floors.epoch, lookup->own.epoch, sizeof(lookup->floors.epoch));
    lookup->floors.label_min = label_min;
}

static void on_floors_again(void *ctx, enum status status, const struct redis_reply *replies,
                            size_t count)
{
    struct lookup *lookup = ctx;
    uint64_t label_min;

    if (status == STATUS_OK && home_is_on(&lookup->own.home, redis_run_id(lookup->cache->redis)) &&
        floors_read(replies, count, &label_min) == STATUS_OK) {
        trust(lookup, label_min);
        step_3_compare_entry(lookup);
    } else {
        step_2_ask_primary(lookup);
    }
}

/* "another nonce: read the floors again" */
static void step_2_read_floors_again(struct lookup *lookup)
{
    struct arena *arena = lookup->input->arena;
    struct redis_command *commands = ARENA_ARRAY(arena, struct redis_command, lookup->slot_count);
    struct slice key =
        key_page(arena, lookup->model->plan->database, home_nonce(&lookup->own.home));

    floors_ask(arena, key, lookup->slots, lookup->slot_count, commands);
    redis_send(lookup->cache->redis, commands, lookup->slot_count, lookup->input->deadline_us,
               arena, on_floors_again, lookup);
}

static void warn_of_floors(const struct lookup *lookup, enum status status)
{
    struct slice database = lookup->model->plan->database;

    if (status == STATUS_PRECONDITION) {
        log_warn_every(
            "floors are not trusted",
            "database=%.*s why=\"Redis' replication id is another than the page's: it was "
            "demoted, or its first replica came\" "
            "hint=\"a projector makes a new page: see that one runs\"",
            SLICE_ARG(database));
    } else if (status == STATUS_DENIED) {
        log_warn_every("floors are not trusted",
                       "database=%.*s why=\"Redis does not answer INFO replication\" "
                       "hint=\"let the gateway's user run INFO\"",
                       SLICE_ARG(database));
    }
}

static void on_proof(void *ctx, enum status status, const struct redis_reply *replies, size_t count)
{
    struct lookup *lookup = ctx;
    uint64_t label_min;

    if (status == STATUS_OK && home_is_on(&lookup->own.home, redis_run_id(lookup->cache->redis))) {
        status = floors_read_proof(replies, count, &label_min);
        warn_of_floors(lookup, status);
        if (status == STATUS_OK) {
            trust(lookup, label_min);
        }
    }
    step_3_compare_entry(lookup);
}

/*
 * "Home is on this server, which says in that same pipeline that it is a master with the
 * master_replid of the page's header"
 */
static void step_2_read_floors_with_proof(struct lookup *lookup)
{
    struct arena *arena = lookup->input->arena;
    size_t length = lookup->slot_count + FLOORS_PROOF;
    struct redis_command *commands = ARENA_ARRAY(arena, struct redis_command, length);
    struct slice key =
        key_page(arena, lookup->model->plan->database, home_nonce(&lookup->own.home));

    floors_ask_proof(arena, key, lookup->slots, lookup->slot_count, commands);
    redis_send(lookup->cache->redis, commands, length, lookup->input->deadline_us, arena, on_proof,
               lookup);
}

/* Of a STRING, whose text is in the input's arena. */
static struct slice text_of(const struct redis_reply *reply)
{
    return reply->type == REDIS_STRING ? reply->text : SLICE_EMPTY;
}

/*
 * "2  own is there, names this server and this plan's touches, and every GETRANGE gave 8 bytes
 *     -> the floors are current"
 */
static void step_2_are_floors_current(struct lookup *lookup, const struct redis_reply *replies,
                                      size_t count)
{
    struct cache_model *model = lookup->model;
    struct slice own_bytes = SLICE_EMPTY;
    uint64_t label_min;

    if (replies[0].type == REDIS_ARRAY && replies[0].count == 2) {
        own_bytes = text_of(&replies[0].items[0]);
        lookup->entry = text_of(&replies[0].items[1]);
    }
    if (cache_model_read_own(model, own_bytes, &lookup->own) != STATUS_OK ||
        !own_is_trusted(&lookup->own, redis_run_id(lookup->cache->redis), model->plan->touches)) {
        step_2_ask_primary(lookup);
        return;
    }
    cache_model_saw_own(model, &lookup->own);
    if (lookup->tokens && !tokens_known(lookup->tokens, lookup->own.epoch, model->revision)) {
        step_2_ask_primary(lookup);
    } else if (model->own_serial != lookup->own_serial) {
        step_2_read_floors_again(lookup);
    } else if (floors_read(replies + 1, count - 1, &label_min) != STATUS_OK) {
        step_2_ask_primary(lookup);
    } else {
        trust(lookup, label_min);
        step_3_compare_entry(lookup);
    }
}

static void on_step_1(void *ctx, enum status status, const struct redis_reply *replies,
                      size_t count)
{
    struct lookup *lookup = ctx;

    if (status == STATUS_OK) {
        step_2_are_floors_current(lookup, replies, count);
    } else {
        step_2_ask_primary(lookup);
    }
}

/*
 * "home is on this server, a master with the page's master_replid, its page is there, touches are
 * this plan's -> the floors are current (the projector is merely away); otherwise no entry may be
 * used, and the floor is that revision"
 */
static void on_primary(void *ctx, enum status status)
{
    struct lookup *lookup = ctx;
    const struct primary_view *view = &lookup->model->primary.view;

    loop_timer_stop(&lookup->deadline);
    if (status != STATUS_OK) {
        fail(lookup, status == STATUS_BUSY      ? LOOKUP_PRIMARY_BUSY
                     : status == STATUS_TIMEOUT ? LOOKUP_PRIMARY_TIMEOUT
                                                : LOOKUP_PRIMARY_AWAY);
        return;
    }
    if (lookup->tokens && tokens_future(lookup->tokens, view->own.epoch, view->revision)) {
        fail(lookup, LOOKUP_FUTURE_TOKEN);
        return;
    }
    lookup->own = view->own;
    lookup->floors.current = false;
    lookup->floors.label_min = view->revision;
    memcpy(lookup->floors.epoch, view->own.epoch, sizeof(lookup->floors.epoch));
    if (own_is_trusted(&view->own, redis_run_id(lookup->cache->redis),
                       lookup->model->plan->touches)) {
        cache_model_saw_own(lookup->model, &view->own);
        cache_model_saw_revision(lookup->model, view->own.epoch, view->revision);
        step_2_read_floors_with_proof(lookup);
    } else {
        step_3_compare_entry(lookup);
    }
}

/* "else ask the primary once (...), then the floors again" */
static void step_2_ask_primary(struct lookup *lookup)
{
    lookup->asked_primary = true;
    watch_deadline(lookup);
    primary_ask(&lookup->model->primary, &lookup->waiter, lookup->began, on_primary, lookup);
}

/* ------------------------------------------------------------------ step 3 */

static void hit(struct lookup *lookup, const struct entry *entry)
{
    struct answer answer = {
        .kind = entry->kind,
        .etag = entry->etag,
        .link = entry->link,
        .body = entry->body,
        .label = entry->label,
        .created_ms = entry->created_ms,
        .from = FROM_REDIS,
        .forward = FORWARD_NONE,
    };

    memcpy(answer.epoch, lookup->floors.epoch, sizeof(answer.epoch));
    cache_model_saw_revision(lookup->model, answer.epoch, answer.label);
    count(lookup, entry->kind == ANSWER_ROWS ? RESULT_HIT : RESULT_NEGATIVE_HIT);
    finish(lookup, &answer);
}

/* "3  entry.epoch is own's (or the primary's) epoch and entry.label >= every floor -> hit" */
static void step_3_compare_entry(struct lookup *lookup)
{
    struct entry entry;

    if (!lookup->floors.current) {
        lookup->forward = FORWARD_BYPASS;
        count(lookup, RESULT_BYPASS);
    } else if (entry_decode(lookup->entry, &entry) != STATUS_OK) {
        lookup->forward = FORWARD_MISS;
        count(lookup, RESULT_MISS);
    } else if (floors_accept(&lookup->floors, entry.epoch, entry.label)) {
        hit(lookup, &entry);
        return;
    } else {
        lookup->forward = FORWARD_STALE;
        count(lookup, RESULT_STALE);
    }
    step_4_miss(lookup);
}

/* ------------------------------------------------------------------ steps 4 and 5 */

static enum lookup_outcome failure_of_flight(enum status status)
{
    switch ((int)status) {
    case STATUS_CORRUPT:
        return LOOKUP_SEVERAL_ROWS;
    case STATUS_TOO_LARGE:
        return LOOKUP_TOO_MANY_ROWS;
    case STATUS_BUSY:
        return LOOKUP_SQL_BUSY;
    case STATUS_TIMEOUT:
        return LOOKUP_SQL_TIMEOUT;
    case STATUS_INTERNAL:
        return LOOKUP_SQL_REFUSED;
    default:
        return LOOKUP_SQL_AWAY;
    }
}

/*
 * "The primary's answer under another epoch is never given": own was of another epoch than the row,
 * which is read now, and asked again. After the second time: 503
 */
static void on_flight(void *ctx, enum status status, const struct answer *shared)
{
    struct lookup *lookup = ctx;
    struct arena *arena = lookup->input->arena;
    struct answer answer;

    loop_timer_stop(&lookup->deadline);
    if (status == STATUS_PRECONDITION && !lookup->asked_primary) {
        step_2_ask_primary(lookup);
        return;
    }
    if (status != STATUS_OK) {
        fail(lookup, failure_of_flight(status));
        return;
    }
    answer = *shared;
    answer.body = arena_copy(arena, shared->body);
    answer.etag = arena_copy(arena, shared->etag);
    answer.link = arena_copy(arena, shared->link);
    answer.forward = lookup->forward;
    finish(lookup, &answer);
}

/* "4  miss: one flight per key." */
static void step_4_miss(struct lookup *lookup)
{
    lookup->flight = (struct flight_waiter){
        .began = lookup->began,
        .key = &lookup->key,
        .input = lookup->input,
        .cursor = &lookup->cursor,
        .floors = &lookup->floors,
        .done = on_flight,
        .ctx = lookup,
    };
    watch_deadline(lookup);
    flight_join(lookup->cache, &lookup->flight);
}
