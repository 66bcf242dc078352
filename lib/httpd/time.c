/*
 * How long a connection may take: for a head, for a body, for taking an answer, for doing nothing.
 *
 * Invariant: the timer is due at the nearer limit or before it. Moving a limit away costs nothing
 * (it is looked at again when the timer fires), so a request that comes and goes in one turn never
 * touches the heap.
 */
#include "lib/base/clock.h"
#include "lib/httpd/conn.h"

static void on_timer(void *ctx);

static uint64_t due(const struct httpd_conn *conn)
{
    return conn->read_due_us < conn->write_due_us ? conn->read_due_us : conn->write_due_us;
}

void conn_timer_update(struct httpd_conn *conn)
{
    uint64_t due_us = due(conn);

    if (due_us != CLOCK_NEVER && (conn->timer.place == 0 || due_us < conn->timer.due_us)) {
        loop_timer_start(conn->httpd->loop, &conn->timer, due_us, on_timer, conn);
    }
}

/* A stray empty line between requests is not the start of one. */
static bool is_blank(struct slice bytes)
{
    return bytes.len == 0 || slice_is(bytes, "\r") || slice_is(bytes, "\r\n");
}

bool conn_head_began(const struct httpd_conn *conn)
{
    return !conn->filling && !is_blank(buf_slice(&conn->in));
}

bool conn_idle(const struct httpd_conn *conn)
{
    return conn->state == CONN_OPEN && !conn->first && conn->out.len == 0 && !conn_head_began(conn);
}

/* What the client owes us now: a body, a head, a next request, or nothing. */
uint64_t conn_read_due(struct httpd_conn *conn)
{
    const struct httpd_config *config = &conn->httpd->config;
    uint64_t now = loop_now_us(conn->httpd->loop);

    if (conn->filling || conn->state == CONN_LINGER) {
        return conn->read_due_us; /* set when it began */
    }
    if (!conn_can_feed(conn)) {
        return CLOCK_NEVER;
    }
    if (conn_head_began(conn)) {
        if (conn->head_started_us == 0) {
            conn->head_started_us = now;
        }
        return conn->head_started_us + config->header_timeout_us;
    }
    return conn->first ? CLOCK_NEVER : now + config->idle_timeout_us;
}

static void expire_read(struct httpd_conn *conn)
{
    if (conn->filling) {
        conn_refuse(conn, 408, "the body did not come in time");
    } else if (conn->state == CONN_OPEN && conn_head_began(conn)) {
        conn_refuse(conn, 408, "the head did not come in time");
    } else {
        conn_close(conn);
        return;
    }
    conn->read_due_us = CLOCK_NEVER;
    conn_timer_update(conn);
}

static void on_timer(void *ctx)
{
    struct httpd_conn *conn = ctx;
    uint64_t now = loop_now_us(conn->httpd->loop);

    if (conn->write_due_us <= now) {
        conn_close(conn);
    } else if (conn->read_due_us <= now) {
        expire_read(conn);
    } else {
        conn_timer_update(conn);
    }
}
