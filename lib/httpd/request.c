/*
 * Bytes -> exchanges -> handler.
 *
 *     bytes --http_parse_head--> exchange [--body--> filling] --> handler
 *                                                              |
 *                    an unsafe method waits here until it is the first; nothing behind it is
 *                    parsed (RFC 9112 9.3.2)
 *
 * Invariants:
 *   - only the last exchange of a connection can be unsafe, or filling
 *   - a connection is never freed here: the handler may answer at once, and its answer only queues
 *     a flush
 */
#include "lib/base/clock.h"
#include "lib/httpd/conn.h"

static bool is_safe(const struct httpd_exchange *exchange)
{
    enum http_method method = exchange->request.method;

    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

bool conn_can_feed(const struct httpd_conn *conn)
{
    if (conn->state != CONN_OPEN) {
        return false;
    }
    if (conn->filling) {
        return true;
    }
    return conn->exchanges < conn->httpd->config.pipeline_max &&
           (!conn->last || is_safe(conn->last)) && conn->out.len - conn->out_sent < HTTPD_OUT_MAX;
}

static void append(struct httpd_conn *conn, struct httpd_exchange *exchange)
{
    exchange->conn = conn;
    exchange->started_us =
        conn->head_started_us ? conn->head_started_us : loop_now_us(conn->httpd->loop);
    conn->head_started_us = 0;
    if (conn->last) {
        conn->last->next = exchange;
    } else {
        conn->first = exchange;
    }
    conn->last = exchange;
    conn->exchanges++;
}

/* ------------------------------------------------------------------ refusing */

static void refuse(struct httpd_conn *conn, struct httpd_exchange *exchange, int code,
                   const char *detail)
{
    conn->filling = NULL;
    conn->continue_due = false;
    conn_last(conn, true);
    exchange_refuse(exchange, code, detail);
}

/* Of the head that began to come: the refusal of a HEAD has no body either. */
static enum http_method method_begun(const struct httpd_conn *conn)
{
    struct http_request request = {.method = HTTP_METHOD_NONE};
    struct http_refusal refusal;
    size_t used;

    return conn->in.len > 0 && http_parse_head(buf_slice(&conn->in), &conn->httpd->limits, &request,
                                               &used, &refusal) == HTTP_PARSE_MORE
               ? request.method
               : HTTP_METHOD_NONE;
}

void conn_refuse(struct httpd_conn *conn, int code, const char *detail)
{
    struct httpd_exchange *exchange = conn->filling;

    if (!exchange) {
        exchange = exchange_create(conn->httpd);
        exchange->request.method = method_begun(conn);
        append(conn, exchange);
    }
    refuse(conn, exchange, code, detail);
}

/* ------------------------------------------------------------------ whole requests */

static void start(struct httpd_exchange *exchange)
{
    struct httpd *httpd = exchange->httpd;

    if (httpd->inflight >= httpd->config.inflight_max) {
        exchange_refuse(exchange, 503, "too many requests are being served");
        return;
    }
    exchange->started = true;
    httpd->inflight++;
    metric_move(httpd->being_served, 1);
    httpd->config.request(httpd->config.ctx, exchange);
}

void conn_start_waiting(struct httpd_conn *conn)
{
    struct httpd_exchange *first = conn->first;

    if (first && !first->started && first != conn->filling) {
        start(first);
    }
}

static void dispatch(struct httpd_conn *conn, struct httpd_exchange *exchange)
{
    conn->filling = NULL;
    conn->continue_due = false;
    if (exchange->body.len > 0) {
        exchange->request.body = buf_slice(&exchange->body);
    }
    if (!exchange->request.keep_alive || conn->httpd->draining) {
        conn_last(conn, conn->httpd->draining);
    }
    if (is_safe(exchange) || conn->first == exchange) {
        start(exchange);
    }
}

/* ------------------------------------------------------------------ head */

static void move(struct slice *slice, struct slice from, const char *to)
{
    if (slice->ptr >= from.ptr && slice->ptr < from.ptr + from.len) { /* else a constant */
        slice->ptr = to + (slice->ptr - from.ptr);
    }
}

/* The request's slices leave the read buffer for the exchange's arena. */
static void own_request(struct httpd_exchange *exchange, struct slice head)
{
    struct http_request *request = &exchange->request;
    char *to = arena_bytes(&exchange->arena, head.len);

    memcpy(to, head.ptr, head.len);
    move(&request->target, head, to);
    move(&request->path, head, to);
    move(&request->query, head, to);
    move(&request->host, head, to);
    for (unsigned int i = 0; i < request->header_count; i++) {
        move(&request->headers[i].name, head, to);
        move(&request->headers[i].value, head, to);
    }
}

static void begin_body(struct httpd_conn *conn, struct httpd_exchange *exchange, bool body_came)
{
    conn->filling = exchange;
    conn->chunks = (struct http_chunks){0};
    conn->read_due_us = loop_now_us(conn->httpd->loop) + conn->httpd->config.body_timeout_us;
    conn->continue_due = exchange->request.expect_continue && !body_came;
    httpd_buf_borrow(conn->httpd, &exchange->body);
    conn_continue(conn);
}

/* Returns the bytes used. */
static size_t take_head(struct httpd_conn *conn, struct httpd_exchange *exchange,
                        struct slice bytes, size_t used)
{
    const struct http_request *request = &exchange->request;

    append(conn, exchange);
    own_request(exchange, slice_of(bytes.ptr, used));
    if (request->length > conn->httpd->config.body_max) {
        refuse(conn, exchange, 413, "RFC 9110 15.5.14: the body is larger than the server takes");
    } else if (request->chunked || request->length > 0) {
        begin_body(conn, exchange, used < bytes.len);
    } else {
        dispatch(conn, exchange);
    }
    return used;
}

static size_t feed_head(struct httpd_conn *conn, struct slice bytes)
{
    struct httpd_exchange *exchange = exchange_create(conn->httpd);
    struct http_refusal refusal;
    size_t used = 0;

    switch (http_parse_head(bytes, &conn->httpd->limits, &exchange->request, &used, &refusal)) {
    case HTTP_PARSE_DONE:
        return take_head(conn, exchange, bytes, used);
    case HTTP_PARSE_REFUSED:
        append(conn, exchange);
        refuse(conn, exchange, refusal.code, refusal.detail);
        return 0;
    case HTTP_PARSE_MORE:
        break;
    }
    exchange_destroy(exchange);
    return 0;
}

/* ------------------------------------------------------------------ body */

static size_t feed_counted(struct httpd_conn *conn, struct slice bytes)
{
    struct httpd_exchange *exchange = conn->filling;
    uint64_t missing = exchange->request.length - exchange->body.len;
    size_t size = missing < bytes.len ? (size_t)missing : bytes.len;

    buf_append(&exchange->body, slice_of(bytes.ptr, size));
    if (size == missing) {
        dispatch(conn, exchange);
    }
    return size;
}

static size_t feed_chunked(struct httpd_conn *conn, struct slice bytes)
{
    struct httpd_exchange *exchange = conn->filling;
    uint64_t body_max = conn->httpd->config.body_max;
    struct http_refusal refusal;
    struct slice rest = bytes;
    enum http_parse result;

    (void)buf_reserve(&exchange->body, bytes.len);
    result = http_parse_chunks(&conn->chunks, &rest, &conn->httpd->limits, exchange->body.ptr,
                               &exchange->body.len, &refusal);
    if (exchange->body.len > body_max || conn->chunks.left > body_max - exchange->body.len) {
        refuse(conn, exchange, 413, "RFC 9110 15.5.14: the body is larger than the server takes");
    } else if (result == HTTP_PARSE_REFUSED) {
        refuse(conn, exchange, refusal.code, refusal.detail);
    } else if (result == HTTP_PARSE_DONE) {
        dispatch(conn, exchange);
    }
    return bytes.len - rest.len;
}

size_t conn_feed(struct httpd_conn *conn, struct slice bytes)
{
    size_t used = 0;

    while (used < bytes.len && conn_can_feed(conn)) {
        struct slice rest = slice_from(bytes, used);
        size_t step;

        if (!conn->filling) {
            step = feed_head(conn, rest);
        } else {
            step = conn->filling->request.chunked ? feed_chunked(conn, rest)
                                                  : feed_counted(conn, rest);
        }
        if (step == 0) {
            break;
        }
        used += step;
    }
    return used;
}
