/*
 * A request's head while it is parsed. Private to the parser.
 */
#ifndef LIB_HTTPD_HEAD_H
#define LIB_HTTPD_HEAD_H

#include "lib/httpd/parse.h"

struct head {
    const char *at, *stop, *end, *limit;
    struct http_refusal at_limit; /* what is said when the limit is reached */
    struct http_refusal *refusal;
    struct http_request *request;
    unsigned char major;
    bool has_host, has_coding, has_odd_coding, says_close, says_keep_alive;
};

static inline enum http_parse head_refuse(struct head *head, int code, const char *detail)
{
    *head->refusal = (struct http_refusal){code, detail};
    return HTTP_PARSE_REFUSED;
}

/* Takes notice of a whole header; the request line has been parsed. */
MUST_CHECK enum http_parse head_note(struct head *head, const struct http_header *header);

/* Judges what needs all headers. */
MUST_CHECK enum http_parse head_end(struct head *head);

#endif
