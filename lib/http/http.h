/*
 * An HTTP client: libcurl's multi interface on a loop, connections kept alive; and a blocking twin.
 * The only place that knows libcurl.
 */
#ifndef LIB_HTTP_HTTP_H
#define LIB_HTTP_HTTP_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"
#include "lib/run/loop.h"

struct http;

struct http_config {
    unsigned int connections_max; /* to one host */
    unsigned int pending_max;     /* calls in flight or waiting; beyond: BUSY */
    uint64_t connect_timeout_us;
};

struct http_call {
    const char *url;             /* copied */
    const char *method;          /* "POST"; static */
    const struct slice *headers; /* whole lines without CRLF; copied */
    size_t header_count;
    struct slice body; /* borrowed until done */
    uint64_t deadline_us;
    size_t answer_max; /* bytes; beyond: TOO_LARGE */
};

struct http_answer {
    int code;
    struct slice body;    /* borrowed until done returns (async) or in the arena (sync) */
    struct slice headers; /* raw lines */
};

/* The value of a header in an answer's raw lines, case ignored; empty when absent. */
struct slice http_answer_header(const struct http_answer *answer, const char *name);

/*
 * OK: an answer came, whatever its code. UNAVAILABLE: surely nothing reached the server (no
 * connection). UNCERTAIN: sent, or maybe sent, without a whole answer. TIMEOUT: the deadline passed
 * before anything was sent. BUSY, TOO_LARGE. On the loop, later, never from inside http_start.
 */
typedef void http_done_fn(void *ctx, enum status status, const struct http_answer *answer);

struct http *http_create(struct loop *loop, const struct http_config *config);
void http_destroy(struct http *http); /* calls in flight end with UNCERTAIN, inside */
void http_start(struct http *http, const struct http_call *call, http_done_fn *done, void *ctx);

/* Blocking, one thread each; keeps its connection. */
struct http_sync;
struct http_sync *http_sync_create(const struct http_config *config);
void http_sync_destroy(struct http_sync *http);
MUST_CHECK enum status http_sync_perform(struct http_sync *http, const struct http_call *call,
                                         struct arena *arena, struct http_answer *out);

#endif
