/*
 * An HTTP/1.1 server on one loop: connections on plain events with buffers of our own, limits,
 * lingering close.
 *
 * The handler sees whole requests. Pipelined safe requests (GET, HEAD, OPTIONS) run side by side
 * and are answered in their order; any other method waits for those before it, and those after it
 * wait for its answer (RFC 9112 9.3.2). All answers of a turn leave in one write.
 *
 *     bytes -> httpd_parse -> exchange -> handler ... httpd_reply -> bytes
 */
#ifndef LIB_HTTPD_HTTPD_H
#define LIB_HTTPD_HTTPD_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/httpd/parse.h"
#include "lib/run/loop.h"

struct httpd;
struct httpd_conn;

/*
 * One request and the place for its answer. It lives until httpd_reply, even when the client has
 * left before.
 */
struct httpd_exchange {
    struct http_request request; /* its slices live in the arena */
    struct arena arena;          /* memory of this request; ends with the reply */
    uint64_t started_us;         /* when its first byte was there */
    void *user;                  /* the handler's */
    struct httpd_conn *conn;     /* NULL once the client is gone; private otherwise */
    /* private */
    struct httpd *httpd;
    struct httpd_exchange *next;
    struct buf body;  /* while it comes; request.body points here */
    struct buf reply; /* an answer that waits for its turn */
    bool started;     /* given to the handler, which owes the answer */
    bool replied;
};

struct httpd_config {
    size_t line_max, header_max, body_max; /* bytes */
    uint64_t header_timeout_us, body_timeout_us, write_timeout_us, idle_timeout_us, linger_us;
    unsigned int connections_max, inflight_max; /* of this server */
    unsigned int pipeline_max;                  /* exchanges of one connection that run at once */

    /* Runs for each whole request, on the loop; answers by httpd_reply now or later. */
    void (*request)(void *ctx, struct httpd_exchange *exchange);
    /*
     * The answer to what the server itself refuses (400, 408, 413, 414, 421, 431, 501, 503, 505):
     * header lines and body.
     */
    void (*refuse)(void *ctx, int code, const char *detail, struct buf *headers, struct buf *body);
    void *ctx;
    const char *metrics; /* label value of twofold_http_connections{server=...} */
};

/*
 * Binds and listens; ADDRESS "127.0.0.1:8080" or "[::1]:8080". First a probe without SO_REUSEPORT,
 * so that a second server on the port is noticed. UNAVAILABLE, with a log line that names the port,
 * when it is taken. probe: do it (the first worker only).
 */
MUST_CHECK enum status httpd_listen(struct slice address, bool probe, int *fd_out);

/* Takes over the listening FD. config is copied. */
struct httpd *httpd_create(struct loop *loop, const struct httpd_config *config, int listen_fd);

/*
 * No new connections, idle ones closed, every answer says Connection: close; DONE(ctx) when the
 * last has gone or at DEADLINE_US.
 */
void httpd_drain(struct httpd *httpd, uint64_t deadline_us, loop_fn *done, void *ctx);
void httpd_destroy(struct httpd *httpd);

/*
 * Answers and ends the exchange; not to be touched afterwards.
 *
 * headers  whole lines with CRLF, or empty; Date, Content-Length and Connection are the server's
 * body     copied; of a HEAD request only its length is sent; 204 and 304 have none
 */
void httpd_reply(struct httpd_exchange *exchange, int code, struct slice headers,
                 struct slice body);

const char *http_reason(int code); /* "Not Found" */

#endif
