/*
 * Calls on a link: each one pipeline, one callback.
 *
 *     redis_send --> [ call | call | call ] --> one batch of replies each --> done
 *                    in the order of the wire
 *
 * - A call stays in the line until its replies have come, even when it was answered TIMEOUT before
 *   (`done` is NULL then): replies have no other address.
 * - `watch` sees that no call waits longer than command_timeout: it is due when the first one is,
 *   and is not touched per call. When the server has said nothing at all for that long it is left:
 *   the circuit is open, and calls end at once with UNAVAILABLE until another connection is up.
 *   Only a call whose own deadline is nearer than that has a timer of its own.
 * - What ends without a reply before it was sent ends in a deferred call, never inside redis_send.
 */
#include "lib/redis/redis.h"

#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/redis/hello.h"
#include "lib/redis/link.h"
#include "lib/redis/metric.h"
#include "lib/redis/reply.h"

#define ROLE_CHECK_US 1000000 /* a master that was demoted is left within this time */

struct redis_call {
    struct redis_call *next;
    struct redis *redis;
    redis_done_fn *done; /* NULL: answered already */
    /* of who called: gone once it was answered; NULL: the link's */
    struct arena *strings;
    void *ctx;
    size_t count; /* commands */
    uint64_t sent_us;
    struct loop_timer timer; /* of a deadline before command_timeout */
    enum status status;      /* in the line of the unsent */
};

struct call_line {
    struct redis_call *first, *last;
};

struct redis {
    struct loop *loop;
    struct redis_link *link;
    struct call_line sent, unsent;
    size_t pending; /* commands in `sent` */
    struct loop_task fail;
    struct loop_timer watch, role;
    struct redis_call *pool;
};

/* ------------------------------------------------------------------ calls */

static void line_push(struct call_line *line, struct redis_call *call)
{
    call->next = NULL;
    if (line->last) {
        line->last->next = call;
    } else {
        line->first = call;
    }
    line->last = call;
}

static struct redis_call *line_pop(struct call_line *line)
{
    struct redis_call *call = line->first;

    if (call) {
        line->first = call->next;
        if (!line->first) {
            line->last = NULL;
        }
    }
    return call;
}

static struct redis_call *call_get(struct redis *redis)
{
    struct redis_call *call = redis->pool;

    if (call) {
        redis->pool = call->next;
    } else {
        call = XNEW(struct redis_call);
        call->redis = redis;
    }
    return call;
}

static void call_put(struct redis_call *call)
{
    call->next = call->redis->pool;
    call->redis->pool = call;
}

static void call_answer(struct redis_call *call, enum status status,
                        const struct redis_reply *replies, size_t count)
{
    redis_done_fn *done = call->done;

    loop_timer_stop(&call->timer);
    if (!done) {
        return;
    }
    call->done = NULL;
    call->strings = NULL;
    redis_metric_commands(status, replies, call->count);
    done(call->ctx, status, replies, count);
}

static void calls_end(struct call_line *line, enum status status)
{
    struct redis_call *call;

    while ((call = line_pop(line)) != NULL) {
        call_answer(call, status, NULL, 0);
        call_put(call);
    }
}

/* ------------------------------------------------------------------ time */

static void on_deadline(void *ctx)
{
    call_answer(ctx, STATUS_TIMEOUT, NULL, 0);
}

static void on_watch(void *ctx);

static void watch_start(struct redis *redis, uint64_t due_us)
{
    if (redis->watch.place == 0) {
        loop_timer_start(redis->loop, &redis->watch, due_us, on_watch, redis);
    }
}

/* Ends what has waited too long; a server that was silent all the while is left. */
static void on_watch(void *ctx)
{
    struct redis *redis = ctx;
    uint64_t timeout_us = redis_link_config(redis->link)->command_timeout_us;
    uint64_t now, due_us;

    if (redis_link_up(redis->link)) {
        redis_link_poll(redis->link); /* replies may lie there: it was we who were busy */
    }
    now = loop_now_us(redis->loop);
    for (struct redis_call *call = redis->sent.first; call && call->sent_us + timeout_us <= now;
         call = call->next) {
        call_answer(call, STATUS_TIMEOUT, NULL, 0);
    }
    if (!redis->sent.first) {
        return;
    }
    due_us = redis->sent.first->sent_us + timeout_us;
    if (due_us <= now && redis_link_heard_us(redis->link) + timeout_us <= now) {
        redis_link_drop(redis->link, "no_answer");
        return;
    }
    watch_start(redis, due_us > now ? due_us : now + timeout_us);
}

/* ------------------------------------------------------------------ the link's handler */

static void on_role(void *ctx, enum status status, const struct redis_reply *replies, size_t count)
{
    struct redis *redis = ctx;

    (void)count;
    if (status == STATUS_OK && !redis_role_is_master(&replies[0])) {
        redis_link_drop(redis->link, "no_longer_a_master");
    }
}

static void on_role_due(void *ctx)
{
    struct redis *redis = ctx;
    const struct slice role = SLICE_LITERAL("ROLE");
    const struct redis_command command = {.args = &role, .count = 1};

    redis_send(redis, &command, 1, CLOCK_NEVER, NULL, on_role, redis);
    loop_timer_start(redis->loop, &redis->role, loop_now_us(redis->loop) + ROLE_CHECK_US,
                     on_role_due, redis);
}

static void on_up(void *ctx)
{
    struct redis *redis = ctx;

    loop_timer_start(redis->loop, &redis->role, loop_now_us(redis->loop) + ROLE_CHECK_US,
                     on_role_due, redis);
}

static void on_down(void *ctx)
{
    struct redis *redis = ctx;
    struct call_line sent = redis->sent;

    loop_timer_stop(&redis->role);
    loop_timer_stop(&redis->watch);
    redis->sent = (struct call_line){0};
    redis_metric_pending(-(int64_t)redis->pending);
    redis->pending = 0;
    calls_end(&sent, STATUS_UNAVAILABLE);
}

static size_t on_expect(void *ctx, struct arena **strings)
{
    const struct redis *redis = ctx;
    const struct redis_call *call = redis->sent.first;

    if (!call) {
        return 0;
    }
    if (call->strings) {
        *strings = call->strings;
    }
    return call->count;
}

static bool any_foreign(const struct redis_reply *replies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (redis_reply_is_foreign(&replies[i])) {
            return true;
        }
    }
    return false;
}

static void on_batch(void *ctx, const struct redis_reply *replies, size_t count)
{
    struct redis *redis = ctx;
    struct redis_call *call = line_pop(&redis->sent);

    redis->pending -= call->count;
    redis_metric_pending(-(int64_t)call->count);
    call_answer(call, STATUS_OK, replies, count);
    call_put(call);
    if (any_foreign(replies, count) && redis_link_up(redis->link)) {
        redis_link_drop(redis->link, "no_master_or_not_ready");
    }
}

static const struct redis_link_handler link_handler = {
    .up = on_up, .down = on_down, .expect = on_expect, .batch = on_batch};

/* ------------------------------------------------------------------ contract */

struct redis *redis_create(struct loop *loop, const struct redis_config *config)
{
    struct redis *redis = XNEW(struct redis);

    redis->loop = loop;
    redis->link = redis_link_create(loop, config, &link_handler, redis);
    return redis;
}

void redis_destroy(struct redis *redis)
{
    redis_link_destroy(redis->link);
    loop_later_cancel(redis->loop, &redis->fail);
    calls_end(&redis->unsent, STATUS_UNAVAILABLE);
    while (redis->pool) {
        struct redis_call *call = redis->pool;

        redis->pool = call->next;
        xfree(call);
    }
    xfree(redis);
}

bool redis_up(const struct redis *redis)
{
    return redis_link_up(redis->link);
}

struct slice redis_run_id(const struct redis *redis)
{
    return redis_link_run_id(redis->link);
}

static void fail_unsent(void *ctx)
{
    struct redis *redis = ctx;
    struct call_line unsent = redis->unsent;
    struct redis_call *call;

    redis->unsent = (struct call_line){0};
    while ((call = line_pop(&unsent)) != NULL) {
        call_answer(call, call->status, NULL, 0);
        call_put(call);
    }
}

/* OK: it can be sent. */
static enum status admit(const struct redis *redis, size_t count, uint64_t deadline_us)
{
    if (!redis_link_up(redis->link)) {
        return STATUS_UNAVAILABLE;
    }
    if (redis->pending + count > redis_link_config(redis->link)->pending_max) {
        return STATUS_BUSY;
    }
    return deadline_us <= loop_now_us(redis->loop) ? STATUS_TIMEOUT : STATUS_OK;
}

void redis_send(struct redis *redis, const struct redis_command *commands, size_t count,
                uint64_t deadline_us, struct arena *strings, redis_done_fn *done, void *ctx)
{
    struct redis_call *call = call_get(redis);
    uint64_t limit_us;

    call->done = done;
    call->ctx = ctx;
    call->strings = strings;
    call->count = count;
    call->status = admit(redis, count, deadline_us);
    if (call->status != STATUS_OK || count == 0) {
        line_push(&redis->unsent, call);
        loop_later(redis->loop, &redis->fail, fail_unsent, redis);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        redis_link_write(redis->link, &commands[i]);
    }
    call->sent_us = loop_now_us(redis->loop);
    limit_us = call->sent_us + redis_link_config(redis->link)->command_timeout_us;
    redis->pending += count;
    redis_metric_pending((int64_t)count);
    line_push(&redis->sent, call);
    if (deadline_us < limit_us) {
        loop_timer_start(redis->loop, &call->timer, deadline_us, on_deadline, call);
    }
    watch_start(redis, limit_us);
}
