/*
 * What the files of the HTTP server share. Private to this folder.
 *
 *     httpd.c     the server: accepting, draining
 *     conn.c      a connection: reading, writing, its end
 *     time.c      its limits of time
 *     request.c   bytes -> exchanges -> handler
 *     reply.c     answers -> bytes, in the order of their requests
 *     listen.c    the listening socket
 */
#ifndef LIB_HTTPD_CONN_H
#define LIB_HTTPD_CONN_H

#include <event2/event_struct.h>

#include "lib/httpd/httpd.h"
#include "lib/run/metric.h"

/* Of one read(2); also what waits unparsed at most, besides one that does not end. */
#define HTTPD_READ_BYTES 65536
/* Answers that wait for a slow client before its further requests must wait. */
#define HTTPD_OUT_MAX     262144
#define HTTPD_SPARES      256   /* exchanges, connections and buffers kept for the next use */
#define HTTPD_SPARE_BYTES 65536 /* a larger buffer is not kept */
#define HTTPD_REFUSALS    16

#define HTTPD_CONNECTIONS_FAMILY "twofold_http_connections"
#define HTTPD_CONNECTIONS_HELP   "open client connections"
#define HTTPD_INFLIGHT_FAMILY    "twofold_http_inflight"
#define HTTPD_INFLIGHT_HELP      "requests that are being served"
#define HTTPD_REFUSED_FAMILY     "twofold_http_refused_total"
#define HTTPD_REFUSED_HELP       "requests and connections that the server itself refused"

enum httpd_conn_state {
    CONN_OPEN,
    CONN_LAST,   /* no further request is read; ends when its answers have left */
    CONN_LINGER, /* our side is shut; what comes is dropped */
};

struct httpd_conn {
    struct httpd *httpd;
    struct httpd_conn *next, *prev; /* of the server's list; next also of the spares */
    int fd;
    enum httpd_conn_state state;
    bool reading;      /* read_event is on */
    bool writing;      /* write_event is on: the socket was full */
    bool half_closed;  /* the client sends no more */
    bool linger;       /* at its end there may be bytes under way that the client still sends */
    bool continue_due; /* "100 Continue" waits for its turn */
    struct event read_event, write_event;

    struct buf in;  /* what came and is not parsed yet; no memory while empty */
    struct buf out; /* answers; no memory while empty */
    size_t out_sent;
    size_t dropped; /* bytes thrown away in LAST and LINGER */

    struct httpd_exchange *first, *last; /* in the order of their requests */
    unsigned int exchanges;
    struct httpd_exchange *filling; /* the last one, while its body comes */
    struct http_chunks chunks;
    uint64_t head_started_us; /* first byte of the head that is not whole yet; 0: none */

    uint64_t read_due_us, write_due_us; /* limits; CLOCK_NEVER: none */
    struct loop_timer timer;            /* is due at the nearer of them or before it */
    struct loop_task flush;
};

struct httpd {
    struct loop *loop;
    struct httpd_config config;
    struct http_limits limits;
    int listen_fd;
    struct event listen_event;
    struct loop_timer accept_timer, drain_timer;
    struct loop_task drain_task;
    loop_fn *drain_done;
    void *drain_ctx;
    bool draining, destroyed;

    struct httpd_conn *conns, *spare_conns;
    struct httpd_exchange *spare_exchanges;
    unsigned int conn_count, conn_spares, exchange_spares, buf_spares;
    unsigned int exchange_count; /* alive, spares not counted */
    unsigned int inflight;       /* with the handler */
    struct buf spare_bufs[HTTPD_SPARES];

    char *scratch; /* HTTPD_READ_BYTES: most requests are parsed here and never stored */
    struct buf refuse_headers, refuse_body;
    uint64_t date_until_us;
    char date[48]; /* "Date: ...\r\nContent-Length: " */
    struct metric *connections, *being_served;
    struct {
        int code;
        struct metric *metric;
    } refused[HTTPD_REFUSALS];
};

/* ------------------------------------------------------------------ httpd.c */

/* Takes it off the list and keeps or frees its memory. */
void httpd_conn_gone(struct httpd *httpd, struct httpd_conn *conn);
void httpd_free_if_unused(struct httpd *httpd);

/* Buffers of the pool for empty ones; an emptied one gives its memory back. */
void httpd_buf_borrow(struct httpd *httpd, struct buf *buf);
void httpd_buf_return(struct httpd *httpd, struct buf *buf);

/* ------------------------------------------------------------------ conn.c */

void conn_open(struct httpd_conn *conn, int fd);
/* Frees it; only from events, timers and tasks of its own. */
void conn_close(struct httpd_conn *conn);
void conn_read(struct httpd_conn *conn);
void conn_flush_later(struct httpd_conn *conn);
/* No further requests; LINGER: the client may be sending still. */
void conn_last(struct httpd_conn *conn, bool linger);
/* The server drains: what has begun is the last. */
void conn_drain(struct httpd_conn *conn);

/* ------------------------------------------------------------------ time.c */

/* After a change of read_due_us or write_due_us. */
void conn_timer_update(struct httpd_conn *conn);
/*
 * Until when the client must have sent what it owes us now: a body, a head, a next request;
 * CLOCK_NEVER: nothing.
 */
uint64_t conn_read_due(struct httpd_conn *conn);
/* A head that is not whole yet has come. */
bool conn_head_began(const struct httpd_conn *conn);
/* Open, and nothing has come, is being answered, or waits to be sent. */
bool conn_idle(const struct httpd_conn *conn);

/* ------------------------------------------------------------------ request.c */

/*
 * Parses what can be parsed of BYTES and hands it over; returns the bytes used. Never frees the
 * connection.
 */
size_t conn_feed(struct httpd_conn *conn, struct slice bytes);
/* Whether further requests may be parsed now, rather than wait for answers. */
bool conn_can_feed(const struct httpd_conn *conn);
/* The first exchange may begin now if it waited for those before it. */
void conn_start_waiting(struct httpd_conn *conn);
/* Answers the request that is coming in with CODE, and closes after it. */
void conn_refuse(struct httpd_conn *conn, int code, const char *detail);

/* ------------------------------------------------------------------ reply.c */

struct httpd_exchange *exchange_create(struct httpd *httpd);
void exchange_destroy(struct httpd_exchange *exchange);
/* Answers with what the refuse callback says. */
void exchange_refuse(struct httpd_exchange *exchange, int code, const char *detail);
void conn_append(struct httpd_conn *conn, struct slice bytes);
/* Sends the "100 Continue" that is due, when its turn has come. */
void conn_continue(struct httpd_conn *conn);

#endif
