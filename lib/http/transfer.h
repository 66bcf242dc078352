/*
 * One libcurl handle and the request that it carries: options, memory, verdict. Shared by http.c
 * (on a loop) and sync.c (blocking); nobody else includes this.
 */
#ifndef LIB_HTTP_TRANSFER_H
#define LIB_HTTP_TRANSFER_H

#include <curl/curl.h>

#include "lib/base/buf.h"
#include "lib/http/http.h"

struct http_transfer {
    CURL *easy;
    struct arena arena;       /* header lines of the request */
    struct buf body, headers; /* of the answer; their memory is kept */
    size_t answer_max;
    uint64_t deadline_us;
    char *url; /* as the handle knows it */
    bool too_large, repeated;
    char error[CURL_ERROR_SIZE];
    /* http.c's */
    struct http *http;
    struct http_transfer *next, *previous;
    http_done_fn *done;
    void *ctx;
};

struct http_transfer *http_transfer_create(const struct http_config *config);
void http_transfer_destroy(struct http_transfer *transfer);

/* Makes the handle ready for CALL. TIMEOUT: its deadline has passed. */
MUST_CHECK enum status http_transfer_prepare(struct http_transfer *transfer,
                                             const struct http_call *call);

/* What CODE means for the caller, and the answer if there is a whole one. */
enum status http_transfer_verdict(struct http_transfer *transfer, CURLcode code,
                                  struct http_answer *answer_out);

/* Forgets request and answer; the handle stays warm. */
void http_transfer_clear(struct http_transfer *transfer);

#endif
