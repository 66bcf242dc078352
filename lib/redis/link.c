/*
 * The life of a connection.
 *
 *     REST --timer--> CONNECTING --writable--> HELLO --master, ready--> UP
 *      ^                  |                      |                      |
 *      +---- back-off ----+------ next address --+---- lost, dropped ---+
 *
 * - All commands of a turn are appended to `out` and leave by one write in a deferred call; only
 *   while the socket is full we wait for EV_WRITE. One persistent read event serves the
 *   connection's life: no epoll_ctl per command.
 * - Only a master that has loaded its data comes UP (hello.c). Each round tries every address
 *   once, then rests with full jitter.
 * - Reading runs handlers, and a handler may drop the link: `context` is looked at after each.
 * - A name is resolved anew for each connection (lib/run/resolve.h): after a failover it may be the
 *   name of another server.
 */
#include "lib/redis/link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <hiredis/hiredis.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/redis/hello.h"
#include "lib/redis/metric.h"
#include "lib/redis/reply.h"
#include "lib/run/address.h"
#include "lib/run/backoff.h"
#include "lib/run/resolve.h"

#define READ_FULL      (16 * 1024) /* what redisBufferRead asks for */
#define READS_PER_TURN 64          /* then others of the loop have their turn */

enum link_state {
    LINK_REST,
    LINK_CONNECTING,
    LINK_HELLO,
    LINK_UP
};

struct redis_link {
    struct loop *loop;
    const struct redis_link_handler *handler;
    void *ctx;
    struct arena memory; /* of the configuration */
    struct redis_config config;
    enum link_state state;
    struct resolve *resolve; /* while a name is looked up */
    uint16_t port;
    redisContext *context;      /* NULL while at rest or resolving */
    struct event *read, *write; /* of the context's socket */
    struct loop_task flush;
    /* REST: until the next try; CONNECTING and HELLO: until it is too late */
    struct loop_timer timer;
    struct buf out;
    struct arena batch; /* the replies being read */
    struct redis_intake intake;
    size_t hello_count;    /* replies to the first words */
    size_t address, tried; /* current; since the last rest */
    unsigned int attempt;  /* rests since it was up */
    uint64_t heard_us;
    char run_id[REDIS_RUN_ID + 1];
};

static void dial(void *ctx);
static void on_readable(evutil_socket_t fd, short what, void *ctx);
static void on_writable(evutil_socket_t fd, short what, void *ctx);

/* ------------------------------------------------------------------ leaving */

static void close_socket(struct redis_link *link)
{
    loop_timer_stop(&link->timer);
    resolve_cancel(link->resolve);
    link->resolve = NULL;
    loop_later_cancel(link->loop, &link->flush);
    if (link->read) {
        event_free(link->read);
        event_free(link->write);
        link->read = link->write = NULL;
    }
    if (link->context) {
        redisFree(link->context);
        link->context = NULL;
    }
    buf_clear(&link->out);
    link->intake.wanted = link->intake.done = 0;
}

static void rest(struct redis_link *link, uint64_t pause_us)
{
    link->state = LINK_REST;
    loop_timer_start(link->loop, &link->timer, clock_us() + pause_us, dial, link);
}

/* This address does not serve us now: the next one, and a rest after each round. */
static void give_up(struct redis_link *link, const char *why)
{
    struct slice peer = redis_address_text(&link->config, link->address);
    size_t addresses = redis_address_count(&link->config);
    uint64_t pause_us = 0;

    close_socket(link);
    link->address = (link->address + 1) % addresses;
    if (++link->tried >= addresses) {
        link->tried = 0;
        pause_us = backoff_full_jitter(link->config.retry_base_us, link->config.retry_cap_us,
                                       link->attempt++);
    }
    log_warn_every("redis refused", "peer=%.*s why=%s retry_ms=%llu", SLICE_ARG(peer), why,
                   (unsigned long long)pause_us / 1000);
    rest(link, pause_us);
}

void redis_link_drop(struct redis_link *link, const char *why)
{
    struct slice peer = redis_address_text(&link->config, link->address);

    if (link->state != LINK_UP) {
        give_up(link, why);
        return;
    }
    log_warn("redis lost", "peer=%.*s why=%s", SLICE_ARG(peer), why);
    close_socket(link);
    link->run_id[0] = '\0';
    rest(link, backoff_full_jitter(link->config.retry_base_us, link->config.retry_cap_us, 0));
    redis_metric_up(false);
    link->handler->down(link->ctx);
}

/* ------------------------------------------------------------------ writing */

static void flush(void *ctx)
{
    struct redis_link *link = ctx;
    ssize_t sent;

    if (event_pending(link->write, EV_WRITE, NULL)) {
        return;
    }
    sent = send(link->context->fd, link->out.ptr, link->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        redis_link_drop(link, "write_failed");
        return;
    }
    buf_consume(&link->out, sent > 0 ? (size_t)sent : 0);
    if (link->out.len > 0) {
        event_add(link->write, NULL);
    }
}

void redis_link_write(struct redis_link *link, const struct redis_command *command)
{
    redis_command_append(&link->out, command);
    loop_later(link->loop, &link->flush, flush, link);
}

/* ------------------------------------------------------------------ connecting */

static void on_late(void *ctx)
{
    redis_link_drop(ctx, "connect_timeout");
}

/* HOST is an address or a path. */
static redisContext *open_context(const char *host, uint16_t port)
{
    redisContext *context =
        host[0] == '/' ? redisConnectUnixNonBlock(host) : redisConnectNonBlock(host, port);

    if (context && context->err) {
        redisFree(context);
        return NULL;
    }
    return context;
}

static void connect_to(struct redis_link *link, const char *host)
{
    struct event_base *base = loop_base(link->loop);

    link->context = open_context(host, link->port);
    if (!link->context) {
        give_up(link, "no_connection");
        return;
    }
    (void)fcntl(link->context->fd, F_SETFD, FD_CLOEXEC);
    redis_intake_attach(&link->intake, link->context);
    link->read = event_new(base, link->context->fd, EV_READ | EV_PERSIST, on_readable, link);
    link->write = event_new(base, link->context->fd, EV_WRITE, on_writable, link);
    event_add(link->write, NULL);
}

static void on_resolved(void *ctx, const char *address)
{
    struct redis_link *link = ctx;

    link->resolve = NULL;
    if (!address) {
        give_up(link, "name_not_resolved");
        return;
    }
    connect_to(link, address);
}

static void dial(void *ctx)
{
    struct redis_link *link = ctx;
    struct address address;
    char *host;

    if (address_parse(redis_address_text(&link->config, link->address), &address) != STATUS_OK) {
        give_up(link, "bad_address");
        return;
    }
    link->state = LINK_CONNECTING;
    link->port = address.port;
    loop_timer_start(link->loop, &link->timer, clock_us() + link->config.connect_timeout_us,
                     on_late, link);
    host = xstrdup(address.host);
    if (resolve_is_numeric(host)) {
        connect_to(link, host);
    } else {
        link->resolve = resolve_start(link->loop, host, on_resolved, link);
    }
    xfree(host);
}

static void say_hello(struct redis_link *link)
{
    int error = 0;
    socklen_t length = sizeof(error);

    if (getsockopt(link->context->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) {
        give_up(link, "no_connection");
        return;
    }
    link->state = LINK_HELLO;
    link->hello_count = redis_hello_append(&link->out, &link->config);
    event_add(link->read, NULL);
    flush(link);
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    struct redis_link *link = ctx;

    (void)fd;
    (void)what;
    if (link->state == LINK_CONNECTING) {
        say_hello(link);
    } else {
        flush(link);
    }
}

static void judge_hello(struct redis_link *link, const struct redis_reply *replies, size_t count)
{
    struct slice peer = redis_address_text(&link->config, link->address);
    const char *why = NULL;

    if (redis_hello_check(replies, count, link->run_id, &why) != STATUS_OK) {
        link->run_id[0] = '\0';
        give_up(link, why);
        return;
    }
    loop_timer_stop(&link->timer);
    link->state = LINK_UP;
    link->tried = link->attempt = 0;
    log_info("redis connected", "peer=%.*s run_id=%s", SLICE_ARG(peer), link->run_id);
    redis_metric_up(true);
    link->handler->up(link->ctx);
}

/* ------------------------------------------------------------------ reading */

static size_t expected(struct redis_link *link, struct arena **strings)
{
    return link->state == LINK_UP ? link->handler->expect(link->ctx, strings) : link->hello_count;
}

/* One whole batch, handed over. False: there is none yet, or the link was dropped. */
static bool take_batch(struct redis_link *link)
{
    struct arena *strings = &link->batch;
    size_t count = expected(link, &strings);
    bool whole = false;

    if (link->intake.wanted == 0) {
        redis_intake_start(&link->intake, &link->batch, count);
    }
    if (redis_intake_parse(&link->intake, strings, link->context, &whole) != STATUS_OK) {
        redis_link_drop(link, "protocol_error");
        return false;
    }
    if (!whole || link->intake.wanted == 0) {
        return false;
    }
    link->intake.wanted = 0;
    if (link->state == LINK_UP) {
        link->handler->batch(link->ctx, link->intake.replies, link->intake.done);
    } else {
        judge_hello(link, link->intake.replies, link->intake.done);
    }
    arena_reset(&link->batch);
    return link->context != NULL; /* connecting is never done inside a handler */
}

/* Bytes of one read; READ_FULL: there may be more. */
static size_t read_once(struct redis_link *link)
{
    size_t before = link->context->reader->len;

    if (redisBufferRead(link->context) != REDIS_OK) {
        redis_link_drop(link,
                        link->context->err == REDIS_ERR_EOF ? "closed_by_server" : "read_failed");
        return 0;
    }
    return link->context->reader->len - before;
}

void redis_link_poll(struct redis_link *link)
{
    size_t got = READ_FULL;

    for (unsigned int reads = 0; got == READ_FULL && reads < READS_PER_TURN; reads++) {
        got = read_once(link);
        if (got > 0) {
            link->heard_us = loop_now_us(link->loop);
        }
        while (got > 0 && take_batch(link)) {
        }
        if (!link->context) {
            return;
        }
    }
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    redis_link_poll(ctx);
}

/* ------------------------------------------------------------------ contract */

struct redis_link *redis_link_create(struct loop *loop, const struct redis_config *config,
                                     const struct redis_link_handler *handler, void *ctx)
{
    struct redis_link *link = XNEW(struct redis_link);

    link->loop = loop;
    link->handler = handler;
    link->ctx = ctx;
    link->config = redis_config_copy(&link->memory, config);
    redis_metric_setup();
    rest(link, 0);
    return link;
}

void redis_link_destroy(struct redis_link *link)
{
    bool was_up = link->state == LINK_UP;

    close_socket(link);
    link->state = LINK_REST;
    if (was_up) {
        redis_metric_up(false);
        link->handler->down(link->ctx);
    }
    arena_fini(&link->batch);
    arena_fini(&link->memory);
    buf_fini(&link->out);
    xfree(link);
}

bool redis_link_up(const struct redis_link *link)
{
    return link->state == LINK_UP;
}

struct slice redis_link_peer(const struct redis_link *link)
{
    return redis_address_text(&link->config, link->address);
}

struct slice redis_link_run_id(const struct redis_link *link)
{
    return slice_str(link->run_id);
}

const struct redis_config *redis_link_config(const struct redis_link *link)
{
    return &link->config;
}

uint64_t redis_link_heard_us(const struct redis_link *link)
{
    return link->heard_us;
}
