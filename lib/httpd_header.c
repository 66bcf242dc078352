/*
 * The headers that decide where a request ends, whom it is for, and what becomes of the connection: Host, Content-Length, Transfer-Encoding,
 * Connection, Expect. Each is judged at the end of its line; two that contradict each other at the later one's.
 */
#include "lib/httpd_head.h"
#include "lib/httpd_target.h"

static enum http_parse note_host(struct head *head, struct slice value)
{
    struct http_request *request = head->request;
    bool origin_form = request->target.ptr[0] == '/';

    if (head->has_host) {
        return head_refuse(head, 400, "RFC 9112 3.2: two Host");
    }
    if (value.len == 0 ? origin_form
                       : !http_host_valid(value)) { /* RFC 9110 4.2.1: an http URI has a host */
        return head_refuse(head, 400, "RFC 9112 3.2: Host is not a host and a port");
    }
    head->has_host = true;
    if (origin_form ||
        request->target.ptr[0] ==
            '*') { /* RFC 9112 3.2.2: an absolute-form's authority goes before Host */
        request->host = value;
    }
    return HTTP_PARSE_DONE;
}

/* Digits beyond 64 bits are a length, only too large: it stands at the largest. */
static enum http_parse note_length(struct head *head, struct slice value)
{
    struct http_request *request = head->request;

    if (request->has_length) {
        return head_refuse(head, 400, "RFC 9112 6.3: two Content-Length");
    }
    if (head->has_coding) {
        return head_refuse(head, 400, "RFC 9112 6.3: Content-Length beside Transfer-Encoding");
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9') {
            return head_refuse(head, 400, "RFC 9110 8.6: Content-Length is not a number");
        }
    }
    if (value.len == 0) {
        return head_refuse(head, 400, "RFC 9110 8.6: empty Content-Length");
    }
    if (slice_parse_u64(value, &request->length) != STATUS_OK) {
        request->length = UINT64_MAX;
    }
    request->has_length = true;
    return HTTP_PARSE_DONE;
}

/*
 * chunked and nothing else. RFC 9112 6.3: a request whose last coding is not chunked has no reliable length and must get 400; 6.1: a coding that is not
 * understood, chunked after it, gets 501; 7.1: chunked has no parameters and is applied once.
 */
static enum http_parse check_codings(struct head *head, struct slice value)
{
    struct slice first, rest;
    bool many = slice_cut(value, ',', &first, &rest);
    struct slice last = rest;
    struct slice more;

    if (!many) {
        return slice_eq_nocase(value, SLICE_LITERAL("chunked"))
                   ? HTTP_PARSE_DONE
                   : head_refuse(head, 400,
                                 "RFC 9112 6.3: the last transfer coding is not chunked");
    }
    if (slice_trim(first).len == 0 ||
        slice_eq_nocase(slice_trim(first), SLICE_LITERAL("chunked"))) {
        return head_refuse(head, 400, "RFC 9112 7.1: chunked is applied once, as the last coding");
    }
    while (slice_cut(last, ',', &first, &more)) {
        last = more;
    }
    if (!slice_eq_nocase(slice_trim(last), SLICE_LITERAL("chunked"))) {
        return head_refuse(head, 400, "RFC 9112 6.3: the last transfer coding is not chunked");
    }
    return head_refuse(head, 501, "RFC 9112 6.1: transfer coding that is not understood");
}

static enum http_parse note_coding(struct head *head, struct slice value)
{
    if (head->request->minor == 0) {
        return head_refuse(head, 400, "RFC 9112 6.1: Transfer-Encoding in HTTP/1.0");
    }
    if (head->has_coding) {
        return head_refuse(head, 400, "RFC 9112 6.1: two Transfer-Encoding");
    }
    if (head->request->has_length) {
        return head_refuse(head, 400, "RFC 9112 6.3: Content-Length beside Transfer-Encoding");
    }
    head->has_coding = true;
    head->request->chunked = true;
    return check_codings(head, value);
}

static void note_connection(struct head *head, struct slice value)
{
    struct slice option;
    bool more;

    do {
        struct slice rest;

        more = slice_cut(value, ',', &option, &rest);
        value = rest;
        option = slice_trim(option);
        head->says_close |= slice_eq_nocase(option, SLICE_LITERAL("close"));
        head->says_keep_alive |= slice_eq_nocase(option, SLICE_LITERAL("keep-alive"));
    } while (more);
}

enum http_parse head_note(struct head *head, const struct http_header *header)
{
    struct slice name = header->name;

    switch (name.len) {
    case 4:
        return slice_eq_nocase(name, SLICE_LITERAL("Host")) ? note_host(head, header->value)
                                                            : HTTP_PARSE_DONE;
    case 6:
        if (slice_eq_nocase(name, SLICE_LITERAL("Expect")) &&
            head->request->minor == 1) { /* RFC 9110 10.1.1 */
            head->request->expect_continue |=
                slice_eq_nocase(header->value, SLICE_LITERAL("100-continue"));
        }
        return HTTP_PARSE_DONE;
    case 10:
        if (slice_eq_nocase(name, SLICE_LITERAL("Connection"))) {
            note_connection(head, header->value);
        }
        return HTTP_PARSE_DONE;
    case 14:
        return slice_eq_nocase(name, SLICE_LITERAL("Content-Length"))
                   ? note_length(head, header->value)
                   : HTTP_PARSE_DONE;
    case 17:
        return slice_eq_nocase(name, SLICE_LITERAL("Transfer-Encoding"))
                   ? note_coding(head, header->value)
                   : HTTP_PARSE_DONE;
    default:
        return HTTP_PARSE_DONE;
    }
}
