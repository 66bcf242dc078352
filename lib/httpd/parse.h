/*
 * The strict parser of HTTP/1.1 requests (RFC 9112). No I/O, no clock, no memory of its own: it is
 * told how many bytes there are and answers what is in them, so the verdict is the same whether a
 * request comes at once or byte by byte. Fuzzed.
 */
#ifndef LIB_HTTPD_PARSE_H
#define LIB_HTTPD_PARSE_H

#include <stdbool.h>

#include "lib/base/slice.h"

#define HTTP_HEADERS_MAX 64

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_DELETE,
    HTTP_PATCH,
    HTTP_OPTIONS,
    HTTP_METHOD_COUNT,
    HTTP_METHOD_NONE = HTTP_METHOD_COUNT,
};

const char *http_method_name(enum http_method method);
enum http_method http_method_parse(struct slice text);

struct http_header {
    struct slice name, value; /* the value without blanks around it */
};

struct http_request {
    enum http_method method;
    struct slice target; /* as sent */
    /* before '?', still percent-encoded; of an absolute-form target the part after the authority */
    struct slice path;
    struct slice query; /* after '?', or empty */
    struct slice host;
    struct http_header headers[HTTP_HEADERS_MAX];
    unsigned int header_count;
    unsigned char minor; /* 0 or 1 */
    bool keep_alive, chunked, has_length, expect_continue;
    uint64_t length;   /* of the body, when has_length */
    struct slice body; /* complete and unchunked when the handler sees it */
};

/* The first header of that name (case ignored), or an empty slice with ptr NULL. */
struct slice http_header_get(const struct http_request *request, const char *name);

enum http_parse {
    HTTP_PARSE_DONE,
    HTTP_PARSE_MORE,    /* not yet complete, nothing wrong so far */
    HTTP_PARSE_REFUSED, /* answer *refusal and close */
};

struct http_refusal {
    int code; /* 400, 414, 421, 431, 501, 505 */
    /* static; names the rule, e.g. "RFC 9112 6.3: two different Content-Length" */
    const char *detail;
};

struct http_limits {
    size_t line_max, header_max; /* bytes of the request line; of the whole head */
};

/*
 * BYTES  all that came since the end of the last request
 * out    filled on DONE; its slices point into BYTES
 * used   on DONE: bytes of the head
 */
MUST_CHECK enum http_parse http_parse_head(struct slice bytes, const struct http_limits *limits,
                                           struct http_request *out, size_t *used_out,
                                           struct http_refusal *refusal_out);

/* A chunked body, decoded in place by steps. Zero is its start. */
struct http_chunks {
    unsigned char state;
    uint64_t left;        /* of the chunk at hand */
    size_t line, trailer; /* bytes of the size line, of the trailer section so far */
    size_t extensions;    /* bytes of all extensions so far */
};

/*
 * Reads from *bytes (advancing it) and appends the data to OUT at *out_len (room for bytes->len is
 * enough). DONE after the last chunk and its trailers; REFUSED on any deviation of RFC 9112 7.1.
 */
MUST_CHECK enum http_parse http_parse_chunks(struct http_chunks *chunks, struct slice *bytes,
                                             const struct http_limits *limits, char *out,
                                             size_t *out_len, struct http_refusal *refusal_out);

#endif
