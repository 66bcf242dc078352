/*
 * The server: accepts, keeps the list of connections and the pools, drains.
 *
 * Beyond connections_max a client is accepted, told 503 and let go, so that it knows; it counts
 * until it is gone. Beyond REFUSED_EXTRA of those more it is closed at once. Nobody waits in the
 * kernel's queue without a word.
 *
 * Pools keep up to HTTPD_SPARES of each kind: in the steady state nothing is allocated, and an idle
 * connection owns its struct only.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/httpd/conn.h"

/* Of one turn: the others' requests must not wait for a flood of connections. */
#define ACCEPT_BURST    64
#define DRAIN_BURST     4096   /* the last ones, whose clients believe that they are connected */
#define ACCEPT_PAUSE_US 100000 /* without file descriptors */
#define REFUSED_EXTRA   256

static void on_accept(evutil_socket_t fd, short what, void *ctx);

/* ------------------------------------------------------------------ pools */

void httpd_buf_borrow(struct httpd *httpd, struct buf *buf)
{
    if (!buf->ptr && httpd->buf_spares > 0) {
        *buf = httpd->spare_bufs[--httpd->buf_spares];
    }
}

void httpd_buf_return(struct httpd *httpd, struct buf *buf)
{
    if (!buf->ptr) {
        return;
    }
    if (buf->cap > HTTPD_SPARE_BYTES || httpd->buf_spares == HTTPD_SPARES) {
        buf_fini(buf);
        return;
    }
    buf_clear(buf);
    httpd->spare_bufs[httpd->buf_spares++] = *buf;
    *buf = (struct buf){0};
}

static struct httpd_conn *conn_create(struct httpd *httpd)
{
    struct httpd_conn *conn = httpd->spare_conns;

    if (conn) {
        httpd->spare_conns = conn->next;
        httpd->conn_spares--;
        memset(conn, 0, sizeof(*conn));
    } else {
        conn = XNEW(struct httpd_conn);
    }
    conn->httpd = httpd;
    conn->next = httpd->conns;
    if (conn->next) {
        conn->next->prev = conn;
    }
    httpd->conns = conn;
    httpd->conn_count++;
    metric_move(httpd->connections, 1);
    return conn;
}

static void drain_check(struct httpd *httpd);

void httpd_conn_gone(struct httpd *httpd, struct httpd_conn *conn)
{
    if (conn->next) {
        conn->next->prev = conn->prev;
    }
    if (conn->prev) {
        conn->prev->next = conn->next;
    } else {
        httpd->conns = conn->next;
    }
    httpd->conn_count--;
    metric_move(httpd->connections, -1);
    if (httpd->conn_spares < HTTPD_SPARES) {
        conn->next = httpd->spare_conns;
        httpd->spare_conns = conn;
        httpd->conn_spares++;
    } else {
        xfree(conn);
    }
    drain_check(httpd);
}

/* ------------------------------------------------------------------ accepting */

static void on_accept_pause(void *ctx)
{
    struct httpd *httpd = ctx;

    (void)event_add(&httpd->listen_event, NULL);
}

/* Level-triggered, an accept that cannot succeed would turn the loop without end. */
static void pause_accepting(struct httpd *httpd)
{
    log_warn_every("cannot accept connections", "server=%s reason=\"%s\" connections=%u",
                   httpd->config.metrics, strerrordesc_np(errno), httpd->conn_count);
    (void)event_del(&httpd->listen_event);
    loop_timer_start(httpd->loop, &httpd->accept_timer, clock_deadline(ACCEPT_PAUSE_US),
                     on_accept_pause, httpd);
}

static void welcome(struct httpd *httpd, int fd)
{
    struct httpd_conn *conn;

    if (httpd->conn_count >= (uint64_t)httpd->config.connections_max + REFUSED_EXTRA) {
        (void)close(fd);
        return;
    }
    conn = conn_create(httpd);
    conn_open(conn, fd);
    if (httpd->conn_count > httpd->config.connections_max) {
        conn_refuse(conn, 503, "too many connections");
    }
}

static void accept_some(struct httpd *httpd, unsigned int most)
{
    for (unsigned int i = 0; i < most; i++) {
        int fd = accept4(httpd->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            welcome(httpd, fd);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            pause_accepting(httpd);
            return;
        } /* else the client has gone before it was accepted (accept(2), "Error handling") */
    }
}

static void on_accept(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    accept_some(ctx, ACCEPT_BURST);
}

static void stop_accepting(struct httpd *httpd)
{
    if (httpd->listen_fd < 0) {
        return;
    }
    loop_timer_stop(&httpd->accept_timer);
    (void)event_del(&httpd->listen_event);
    (void)close(httpd->listen_fd);
    httpd->listen_fd = -1;
}

/* ------------------------------------------------------------------ life */

struct httpd *httpd_create(struct loop *loop, const struct httpd_config *config, int listen_fd)
{
    struct httpd *httpd = XNEW(struct httpd);
    const struct metric_label labels[] = {
        {"server", slice_str(config->metrics)},
        {NULL,     SLICE_EMPTY               }
    };

    httpd->loop = loop;
    httpd->config = *config;
    httpd->limits = (struct http_limits){config->line_max, config->header_max};
    httpd->listen_fd = listen_fd;
    httpd->scratch = xalloc(HTTPD_READ_BYTES);
    httpd->connections =
        metric_labelled(METRIC_GAUGE, HTTPD_CONNECTIONS_FAMILY, HTTPD_CONNECTIONS_HELP, labels);
    httpd->being_served =
        metric_labelled(METRIC_GAUGE, HTTPD_INFLIGHT_FAMILY, HTTPD_INFLIGHT_HELP, labels);
    metric_family(METRIC_COUNTER, HTTPD_REFUSED_FAMILY, HTTPD_REFUSED_HELP);
    (void)event_assign(&httpd->listen_event, loop_base(loop), listen_fd, EV_READ | EV_PERSIST,
                       on_accept, httpd);
    (void)event_add(&httpd->listen_event, NULL);
    return httpd;
}

static void close_all(struct httpd *httpd)
{
    while (httpd->conns) {
        conn_close(httpd->conns);
    }
}

static void on_drained(void *ctx)
{
    struct httpd *httpd = ctx;
    loop_fn *done = httpd->drain_done;

    loop_timer_stop(&httpd->drain_timer);
    if (done) {
        httpd->drain_done = NULL;
        done(httpd->drain_ctx); /* may destroy the server */
    }
}

static void on_drain_deadline(void *ctx)
{
    struct httpd *httpd = ctx;

    log_warn("connections cut at the end of draining", "server=%s connections=%u",
             httpd->config.metrics, httpd->conn_count);
    close_all(httpd);
    loop_later(httpd->loop, &httpd->drain_task, on_drained, httpd);
}

/* The last connection and the last answer that a handler owes. */
static void drain_check(struct httpd *httpd)
{
    if (httpd->draining && httpd->drain_done && httpd->conn_count == 0 &&
        httpd->exchange_count == 0) {
        loop_later(httpd->loop, &httpd->drain_task, on_drained, httpd);
    }
}

/* What has come already is still read: a request that was sent before the end is answered. */
static void drain_conns(struct httpd *httpd)
{
    struct httpd_conn *next;

    for (struct httpd_conn *conn = httpd->conns; conn; conn = next) {
        next = conn->next;
        if (conn->state == CONN_OPEN && conn_idle(conn)) {
            conn_read(conn);
        }
    }
    for (struct httpd_conn *conn = httpd->conns; conn; conn = next) {
        next = conn->next;
        if (conn_idle(conn)) {
            conn_close(conn);
        } else {
            conn_drain(conn);
        }
    }
}

void httpd_drain(struct httpd *httpd, uint64_t deadline_us, loop_fn *done, void *ctx)
{
    httpd->drain_done = done;
    httpd->drain_ctx = ctx;
    if (httpd->listen_fd >= 0) {
        accept_some(httpd, DRAIN_BURST);
    }
    stop_accepting(httpd);
    httpd->draining = true;
    drain_conns(httpd);
    loop_timer_start(httpd->loop, &httpd->drain_timer, deadline_us, on_drain_deadline, httpd);
    drain_check(httpd);
}

static void pools_free(struct httpd *httpd)
{
    while (httpd->spare_conns) {
        struct httpd_conn *conn = httpd->spare_conns;

        httpd->spare_conns = conn->next;
        xfree(conn);
    }
    while (httpd->spare_exchanges) {
        struct httpd_exchange *exchange = httpd->spare_exchanges;

        httpd->spare_exchanges = exchange->next;
        arena_fini(&exchange->arena);
        xfree(exchange);
    }
    while (httpd->buf_spares > 0) {
        buf_fini(&httpd->spare_bufs[--httpd->buf_spares]);
    }
}

void httpd_free_if_unused(struct httpd *httpd)
{
    drain_check(httpd);
    if (!httpd->destroyed || httpd->exchange_count > 0) {
        return;
    }
    pools_free(httpd);
    buf_fini(&httpd->refuse_headers);
    buf_fini(&httpd->refuse_body);
    xfree(httpd->scratch);
    xfree(httpd);
}

void httpd_destroy(struct httpd *httpd)
{
    if (!httpd) {
        return;
    }
    httpd->drain_done = NULL;
    stop_accepting(httpd);
    close_all(httpd);
    loop_timer_stop(&httpd->drain_timer);
    loop_later_cancel(httpd->loop, &httpd->drain_task);
    httpd->destroyed = true;
    httpd_free_if_unused(httpd);
}
