/*
 * Answers -> bytes, in the order of their requests.
 *
 *     first exchange's answer ----------------------------> conn->out --flush--> socket
 *     answer of a later one --> exchange->reply --its turn--^
 *
 * Invariant: the first exchange of a connection's list is never replied: what is answered at the
 * front has left the list.
 */
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/httpd/conn.h"
#include "lib/httpd/http_reason.h"

#define FIXED_BYTES 256 /* status line, Date, Content-Length, Connection, CRLF */
#define DATE_BYTES  37  /* "Date: Sat, 21 Nov 2026 11:05:26 GMT\r\n" */

static const struct slice continue_line = SLICE_LITERAL("HTTP/1.1 100 Continue\r\n\r\n");

/* ------------------------------------------------------------------ exchanges */

struct httpd_exchange *exchange_create(struct httpd *httpd)
{
    struct httpd_exchange *exchange = httpd->spare_exchanges;

    if (exchange) {
        httpd->spare_exchanges = exchange->next;
        httpd->exchange_spares--;
        exchange->next = NULL;
    } else {
        exchange = XNEW(struct httpd_exchange);
        exchange->httpd = httpd;
    }
    httpd->exchange_count++;
    return exchange;
}

void exchange_destroy(struct httpd_exchange *exchange)
{
    struct httpd *httpd = exchange->httpd;

    arena_reset(&exchange->arena);
    httpd_buf_return(httpd, &exchange->body);
    httpd_buf_return(httpd, &exchange->reply);
    exchange->user = NULL;
    exchange->conn = NULL;
    exchange->started = exchange->replied = false;
    if (httpd->exchange_spares < HTTPD_SPARES) {
        exchange->next = httpd->spare_exchanges;
        httpd->spare_exchanges = exchange;
        httpd->exchange_spares++;
    } else {
        arena_fini(&exchange->arena);
        xfree(exchange);
    }
    httpd->exchange_count--;
    httpd_free_if_unused(httpd);
}

static void pop(struct httpd_conn *conn)
{
    struct httpd_exchange *exchange = conn->first;

    conn->first = exchange->next;
    if (!conn->first) {
        conn->last = NULL;
    }
    conn->exchanges--;
    exchange_destroy(exchange);
}

/* ------------------------------------------------------------------ bytes */

/* The text of the Date header changes once a second. */
static struct slice date_line(struct httpd *httpd)
{
    uint64_t now = loop_now_us(httpd->loop);

    if (now >= httpd->date_until_us) {
        uint64_t wall_ms = clock_wall_ms();
        char text[CLOCK_HTTP_TEXT];

        clock_http(wall_ms, text);
        memcpy(httpd->date, "Date: ", 6);
        memcpy(httpd->date + 6, text, CLOCK_HTTP_TEXT - 1);
        memcpy(httpd->date + DATE_BYTES - 2, "\r\n", 2);
        httpd->date_until_us = now + (1000 - wall_ms % 1000) * 1000;
    }
    return slice_of(httpd->date, DATE_BYTES);
}

static char *put(char *at, struct slice bytes)
{
    if (bytes.len > 0) {
        memcpy(at, bytes.ptr, bytes.len);
    }
    return at + bytes.len;
}

static char *put_length(char *at, uint64_t length)
{
    at = put(at, SLICE_LITERAL("Content-Length: "));
    at = u64_put(at, length);
    return put(at, SLICE_LITERAL("\r\n"));
}

/* Close is said in the last answer only: those before it would be its lie. */
static char *put_connection(char *at, const struct httpd_exchange *exchange)
{
    const struct httpd_conn *conn = exchange->conn;

    if (conn->state != CONN_OPEN && conn->last == exchange) {
        return put(at, SLICE_LITERAL("Connection: close\r\n"));
    }
    if (exchange->request.minor == 0) {
        return put(at, SLICE_LITERAL("Connection: keep-alive\r\n"));
    }
    return at;
}

static void write_answer(struct buf *out, const struct httpd_exchange *exchange, int code,
                         struct slice headers, struct slice body)
{
    bool bodiless =
        code == 204 || code == 304; /* RFC 9110 8.6: a 204 must not have a Content-Length */
    char *at = buf_reserve(out, FIXED_BYTES + headers.len + body.len);

    at = put(at, http_status_line(code));
    at = put(at, date_line(exchange->httpd));
    at = bodiless ? at : put_length(at, body.len);
    at = put_connection(at, exchange);
    at = put(at, headers);
    at = put(at, SLICE_LITERAL("\r\n"));
    if (!bodiless && exchange->request.method != HTTP_HEAD) {
        at = put(at, body);
    }
    out->len = (size_t)(at - out->ptr);
}

void conn_append(struct httpd_conn *conn, struct slice bytes)
{
    httpd_buf_borrow(conn->httpd, &conn->out);
    buf_append(&conn->out, bytes);
    conn_flush_later(conn);
}

/* ------------------------------------------------------------------ order */

static void append_waiting(struct httpd_conn *conn)
{
    while (conn->first && conn->first->replied) {
        conn_append(conn, buf_slice(&conn->first->reply));
        pop(conn);
    }
    conn_continue(conn);
}

/* The interim answer has its place in the order too (RFC 9110 15.2). */
void conn_continue(struct httpd_conn *conn)
{
    if (conn->continue_due && conn->filling && conn->first == conn->filling) {
        conn->continue_due = false;
        conn_append(conn, continue_line);
    }
}

void httpd_reply(struct httpd_exchange *exchange, int code, struct slice headers, struct slice body)
{
    struct httpd_conn *conn = exchange->conn;

    if (exchange->started) {
        exchange->httpd->inflight--;
        metric_move(exchange->httpd->being_served, -1);
    }
    if (!conn) {
        exchange_destroy(exchange);
        return;
    }
    exchange->replied = true;
    if (conn->first != exchange) {
        httpd_buf_borrow(conn->httpd, &exchange->reply);
        write_answer(&exchange->reply, exchange, code, headers, body);
        return;
    }
    httpd_buf_borrow(conn->httpd, &conn->out);
    write_answer(&conn->out, exchange, code, headers, body);
    pop(conn);
    append_waiting(conn);
    conn_flush_later(conn);
}

/* ------------------------------------------------------------------ refusals */

static struct metric *refusal_series(const struct httpd *httpd, int code)
{
    char digits[U64_DIGITS];
    struct slice text = slice_of(digits, (size_t)(u64_put(digits, (uint64_t)code) - digits));
    const struct metric_label labels[] = {
        {"server", slice_str(httpd->config.metrics)},
        {"code",   text                            },
        {NULL,     SLICE_EMPTY                     }
    };

    return metric_labelled(METRIC_COUNTER, HTTPD_REFUSED_FAMILY, HTTPD_REFUSED_HELP, labels);
}

static void count_refusal(struct httpd *httpd, int code)
{
    size_t at = 0;

    while (at < HTTPD_REFUSALS - 1 && httpd->refused[at].metric &&
           httpd->refused[at].code != code) {
        at++;
    }
    if (!httpd->refused[at].metric) {
        httpd->refused[at].code = code;
        httpd->refused[at].metric = refusal_series(httpd, code);
    }
    metric_add(httpd->refused[at].metric, 1);
}

void exchange_refuse(struct httpd_exchange *exchange, int code, const char *detail)
{
    struct httpd *httpd = exchange->httpd;

    count_refusal(httpd, code);
    buf_clear(&httpd->refuse_headers);
    buf_clear(&httpd->refuse_body);
    httpd->config.refuse(httpd->config.ctx, code, detail, &httpd->refuse_headers,
                         &httpd->refuse_body);
    httpd_reply(exchange, code, buf_slice(&httpd->refuse_headers), buf_slice(&httpd->refuse_body));
}
