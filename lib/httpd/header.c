/*
 * The headers that decide where a request ends, whom it is for, and what becomes of the connection:
 * Host, Content-Length, Transfer-Encoding, Connection, Expect. Each is judged at the end of its
 * line, two that contradict each other at the later one's, and what is missing at the end of the
 * head.
 */
#include "lib/httpd/head.h"
#include "lib/httpd/target.h"

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

/* Digits beyond 64 bits are a length, only too large: it becomes the largest. */
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
 * chunked and nothing else, in one line or in several, which are one list (RFC 9110 5.3). 9112 7.1:
 * chunked has no parameters and is applied once, as the last. Empty elements are refused: not every
 * party skips them.
 */
static enum http_parse note_one_coding(struct head *head, struct slice coding)
{
    if (head->request->chunked || coding.len == 0) {
        return head_refuse(head, 400, "RFC 9112 7.1: chunked is applied once, as the last coding");
    }
    head->request->chunked = slice_eq_nocase(coding, SLICE_LITERAL("chunked"));
    head->has_odd_coding |= !head->request->chunked;
    return HTTP_PARSE_DONE;
}

static enum http_parse note_codings(struct head *head, struct slice value)
{
    bool more;

    if (head->request->minor == 0) {
        return head_refuse(head, 400, "RFC 9112 6.1: Transfer-Encoding in HTTP/1.0");
    }
    if (head->request->has_length) {
        return head_refuse(head, 400, "RFC 9112 6.3: Content-Length beside Transfer-Encoding");
    }
    head->has_coding = true;
    do {
        struct slice coding, rest;
        enum http_parse result;

        more = slice_cut(value, ',', &coding, &rest);
        value = rest;
        result = note_one_coding(head, slice_trim(coding));
        if (result != HTTP_PARSE_DONE) {
            return result;
        }
    } while (more);
    return HTTP_PARSE_DONE;
}

/*
 * RFC 9112 6.3: without chunked as the last coding there is no reliable length: 400; 6.1: a coding
 * before it that is not understood: 501.
 */
static enum http_parse check_codings(struct head *head)
{
    if (!head->request->chunked) {
        return head_refuse(head, 400, "RFC 9112 6.3: the last transfer coding is not chunked");
    }
    return head->has_odd_coding
               ? head_refuse(head, 501, "RFC 9112 6.1: transfer coding that is not understood")
               : HTTP_PARSE_DONE;
}

enum http_parse head_end(struct head *head)
{
    if (head->request->minor == 1 && !head->has_host) {
        return head_refuse(head, 400, "RFC 9112 3.2: no Host");
    }
    return head->has_coding ? check_codings(head) : HTTP_PARSE_DONE;
}

static bool lists(struct slice list, struct slice wanted)
{
    bool found = false;

    while (list.len > 0 && !found) {
        struct slice one;

        slice_cut(list, ',', &one, &list);
        found = slice_eq_nocase(slice_trim(one), wanted);
    }
    return found;
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
            head->request->expect_continue |= lists(header->value, SLICE_LITERAL("100-continue"));
        }
        return HTTP_PARSE_DONE;
    case 10:
        if (slice_eq_nocase(name, SLICE_LITERAL("Connection"))) {
            head->says_close |= lists(header->value, SLICE_LITERAL("close"));
            head->says_keep_alive |= lists(header->value, SLICE_LITERAL("keep-alive"));
        }
        return HTTP_PARSE_DONE;
    case 14:
        return slice_eq_nocase(name, SLICE_LITERAL("Content-Length"))
                   ? note_length(head, header->value)
                   : HTTP_PARSE_DONE;
    case 17:
        return slice_eq_nocase(name, SLICE_LITERAL("Transfer-Encoding"))
                   ? note_codings(head, header->value)
                   : HTTP_PARSE_DONE;
    default:
        return HTTP_PARSE_DONE;
    }
}
