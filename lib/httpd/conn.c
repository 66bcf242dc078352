/*
 * A connection: what it reads, what it writes, how long it may take, and how it ends.
 *
 *     readable -> conn_read -> conn_feed -> answers in out        (any number of requests)
 *     end of the turn -> flush -> one send
 *
 *     OPEN --refusal, Connection: close, end of input--> LAST
 *                           LAST --answers have left--> closed
 *                             \--client still sending--> LINGER --its end, or time--> closed
 *
 * Invariants:
 *   - conn_close runs only from the connection's own events, timer, flush task, or the server's
 *     end; never inside conn_feed or httpd_reply
 *   - while nothing is stalled there is one recv and one send a turn and no epoll_ctl
 *
 * recv_bytes and send_bytes are the only places that touch the socket's bytes: TLS goes there.
 */
#include "lib/httpd/conn.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"

/*
 * What a refused client may still send before we stop reading it: some bodies of the default size.
 */
#define DROP_BYTES 8388608

/* ------------------------------------------------------------------ socket */

enum io {
    IO_DONE,
    IO_LATER,
    IO_END,
    IO_ERROR
};

static enum io io_error(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? IO_LATER : IO_ERROR;
}

static enum io recv_bytes(struct httpd_conn *conn, char *to, size_t size, size_t *count_out)
{
    ssize_t count = recv(conn->fd, to, size, 0);

    if (count < 0) {
        return io_error();
    }
    *count_out = (size_t)count;
    return count == 0 ? IO_END : IO_DONE;
}

static enum io send_bytes(struct httpd_conn *conn, struct slice bytes, size_t *count_out)
{
    ssize_t count = send(conn->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

    if (count < 0) {
        return io_error();
    }
    *count_out = (size_t)count;
    return IO_DONE;
}

static void reading_set(struct httpd_conn *conn, bool on)
{
    if (conn->reading == on) {
        return;
    }
    conn->reading = on;
    (void)(on ? event_add(&conn->read_event, NULL) : event_del(&conn->read_event));
}

static void writing_set(struct httpd_conn *conn, bool on)
{
    if (conn->writing == on) {
        return;
    }
    conn->writing = on;
    (void)(on ? event_add(&conn->write_event, NULL) : event_del(&conn->write_event));
}

/* ------------------------------------------------------------------ reading */

void conn_last(struct httpd_conn *conn, bool linger)
{
    if (conn->state == CONN_OPEN) {
        conn->state = CONN_LAST;
    }
    conn->linger |= linger;
    conn_flush_later(conn);
}

/* Keeps what conn_feed left over of the bytes at BYTES, or of conn->in itself. */
static void feed(struct httpd_conn *conn, struct slice bytes)
{
    bool stored = bytes.ptr == conn->in.ptr;
    size_t used = conn_feed(conn, bytes);

    if (conn->state != CONN_OPEN) { /* what is left will not be parsed */
        conn->linger |= used < bytes.len;
        httpd_buf_return(conn->httpd, &conn->in);
    } else if (stored) {
        buf_consume(&conn->in, used);
    } else if (used < bytes.len) {
        httpd_buf_borrow(conn->httpd, &conn->in);
        buf_append(&conn->in, slice_from(bytes, used));
    }
    if (conn->in.len == 0) {
        httpd_buf_return(conn->httpd, &conn->in);
    }
}

/* Nothing more will come: what is not whole will never be (RFC 9112 8). */
static void end_input(struct httpd_conn *conn)
{
    if (conn->filling || conn_head_began(conn)) {
        conn_refuse(conn, 400, "RFC 9112 8: the request is not whole");
    } else {
        conn_last(conn, false);
    }
}

void conn_drain(struct httpd_conn *conn)
{
    if (conn->state == CONN_OPEN && !conn->filling && !conn_head_began(conn)) {
        conn_last(conn, true);
    }
}

/* After each change of what was read or answered. */
static void settle(struct httpd_conn *conn)
{
    if (conn->httpd->draining) {
        conn_drain(conn);
    }
    if (conn->half_closed && conn_can_feed(conn)) {
        end_input(conn);
    }
    if (conn->state == CONN_OPEN && !conn->half_closed) {
        reading_set(conn, conn_can_feed(conn) || conn->in.len < HTTPD_READ_BYTES);
    }
    conn->read_due_us = conn_read_due(conn);
    conn_timer_update(conn);
}

/* What a client sends after the last request is thrown away. */
static void drop(struct httpd_conn *conn)
{
    size_t count = 0;

    switch (recv_bytes(conn, conn->httpd->scratch, HTTPD_READ_BYTES, &count)) {
    case IO_LATER:
        return;
    case IO_DONE:
        conn->linger = true;
        conn->dropped += count;
        if (conn->dropped < DROP_BYTES) {
            return;
        }
        break;
    case IO_END:
        conn->half_closed = true;
        break;
    case IO_ERROR:
        conn_close(conn);
        return;
    }
    if (conn->state == CONN_LINGER) {
        conn_close(conn);
    } else {
        reading_set(conn, false);
    }
}

static enum io receive(struct httpd_conn *conn, struct slice *bytes_out)
{
    size_t count = 0;
    enum io result;

    if (conn->in.len == 0) {
        result = recv_bytes(conn, conn->httpd->scratch, HTTPD_READ_BYTES, &count);
        *bytes_out = slice_of(conn->httpd->scratch, count);
        return result;
    }
    result = recv_bytes(conn, buf_reserve(&conn->in, HTTPD_READ_BYTES), HTTPD_READ_BYTES, &count);
    conn->in.len += count;
    *bytes_out = buf_slice(&conn->in);
    return result;
}

void conn_read(struct httpd_conn *conn)
{
    struct slice bytes;

    if (conn->state != CONN_OPEN) {
        drop(conn);
        return;
    }
    switch (receive(conn, &bytes)) {
    case IO_LATER:
        return;
    case IO_DONE:
        feed(conn, bytes);
        break;
    case IO_END:
        conn->half_closed = true;
        reading_set(conn, false);
        break;
    case IO_ERROR:
        conn_close(conn);
        return;
    }
    settle(conn);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    conn_read(ctx);
}

/* ------------------------------------------------------------------ writing */

/* All answers are out: the connection ends. */
static void finish(struct httpd_conn *conn)
{
    if (!conn->linger || conn->half_closed || conn->dropped >= DROP_BYTES ||
        conn->httpd->config.linger_us == 0) {
        conn_close(conn);
        return;
    }
    (void)shutdown(conn->fd, SHUT_WR);
    conn->state = CONN_LINGER;
    conn->read_due_us = loop_now_us(conn->httpd->loop) + conn->httpd->config.linger_us;
    reading_set(conn, true);
    conn_timer_update(conn);
}

/* False: the connection is gone. */
static bool write_out(struct httpd_conn *conn)
{
    size_t count = 0;

    if (conn->out.len == 0) {
        return true;
    }
    if (send_bytes(conn, slice_from(buf_slice(&conn->out), conn->out_sent), &count) == IO_ERROR) {
        conn_close(conn);
        return false;
    }
    conn->out_sent += count;
    if (conn->out_sent == conn->out.len) {
        httpd_buf_return(conn->httpd, &conn->out);
        conn->out_sent = 0;
        conn->write_due_us = CLOCK_NEVER;
        writing_set(conn, false);
        return true;
    }
    if (count > 0 ||
        conn->write_due_us == CLOCK_NEVER) { /* each step of its own restarts the client's time */
        conn->write_due_us = loop_now_us(conn->httpd->loop) + conn->httpd->config.write_timeout_us;
    }
    writing_set(conn, true);
    conn_timer_update(conn);
    return true;
}

static void on_flush(void *ctx)
{
    struct httpd_conn *conn = ctx;

    if (!write_out(conn) || conn->writing || conn->state == CONN_LINGER) {
        return;
    }
    conn_start_waiting(conn);
    if (conn->in.len > 0 && conn_can_feed(conn)) {
        feed(conn, buf_slice(&conn->in));
    }
    settle(conn);
    if (conn->state == CONN_LAST && !conn->first && conn->out.len == 0) {
        finish(conn);
    }
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    on_flush(ctx);
}

void conn_flush_later(struct httpd_conn *conn)
{
    loop_later(conn->httpd->loop, &conn->flush, on_flush, conn);
}

/* ------------------------------------------------------------------ life */

void conn_open(struct httpd_conn *conn, int fd)
{
    struct event_base *base = loop_base(conn->httpd->loop);

    conn->fd = fd;
    conn->read_due_us = conn->write_due_us = CLOCK_NEVER;
    (void)event_assign(&conn->read_event, base, fd, EV_READ | EV_PERSIST, on_readable, conn);
    (void)event_assign(&conn->write_event, base, fd, EV_WRITE | EV_PERSIST, on_writable, conn);
    reading_set(conn, true);
    settle(conn);
}

/* The handler still owes an answer to what it has: such an exchange lives on alone. */
static void orphan(struct httpd_conn *conn)
{
    while (conn->first) {
        struct httpd_exchange *exchange = conn->first;

        conn->first = exchange->next;
        exchange->conn = NULL;
        exchange->next = NULL;
        if (!exchange->started || exchange->replied) {
            exchange_destroy(exchange);
        }
    }
}

void conn_close(struct httpd_conn *conn)
{
    reading_set(conn, false);
    writing_set(conn, false);
    loop_timer_stop(&conn->timer);
    loop_later_cancel(conn->httpd->loop, &conn->flush);
    orphan(conn);
    httpd_buf_return(conn->httpd, &conn->in);
    httpd_buf_return(conn->httpd, &conn->out);
    (void)close(conn->fd);
    httpd_conn_gone(conn->httpd, conn);
}
