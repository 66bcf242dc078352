/*
 * A request's head, read strictly from left to right: each byte is judged by what came before it
 * only, and the first wrong byte decides. So the verdict cannot depend on where the network cut the
 * bytes.
 *
 *     [CRLF] method SP target SP version CRLF *( name ":" value CRLF ) CRLF
 *
 * What needs a whole line (unknown method, version, target's form, a header's meaning) is judged at
 * its LF. Every check cites its rule. Where the RFC lets a server repair or refuse, we refuse: two
 * parties that repair differently are how requests are smuggled (RFC 9112 11.2).
 *
 * Invariant: start <= at <= stop <= end; stop is the nearer of end and limit; a byte at limit is
 * beyond the limit.
 */
#include "lib/httpd/parse.h"

#include "lib/httpd/head.h"
#include "lib/httpd/http_char.h"
#include "lib/httpd/target.h"

#define TRY(step)                         \
    do {                                  \
        enum http_parse result_ = (step); \
        if (result_ != HTTP_PARSE_DONE) { \
            return result_;               \
        }                                 \
    } while (0)

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",         [HTTP_DELETE] = "DELETE", [HTTP_PATCH] = "PATCH",
    [HTTP_OPTIONS] = "OPTIONS",
};

const char *http_method_name(enum http_method method)
{
    return method < HTTP_METHOD_COUNT ? method_names[method] : "NONE";
}

enum http_method http_method_parse(struct slice text)
{
    for (int i = 0; i < HTTP_METHOD_COUNT; i++) {
        if (slice_is(text, method_names[i])) {
            return (enum http_method)i;
        }
    }
    return HTTP_METHOD_NONE;
}

struct slice http_header_get(const struct http_request *request, const char *name)
{
    struct slice wanted = slice_str(name);

    for (unsigned int i = 0; i < request->header_count; i++) {
        struct slice found = request->headers[i].name;

        if (found.len == wanted.len && slice_eq_nocase(found, wanted)) {
            return request->headers[i].value;
        }
    }
    return (struct slice){NULL, 0};
}

/* ------------------------------------------------------------------ bytes */

static void limit_set(struct head *head, const char *limit, int code, const char *detail)
{
    head->limit = limit;
    head->stop = limit < head->end ? limit : head->end;
    head->at_limit = (struct http_refusal){code, detail};
}

/*
 * DONE: there is a byte at head->at. At the limit it is refused unseen: whatever it is, the request
 * is too large.
 */
static enum http_parse have(struct head *head)
{
    if (head->at < head->stop) {
        return HTTP_PARSE_DONE;
    }
    if (head->at == head->limit) {
        return head_refuse(head, head->at_limit.code, head->at_limit.detail);
    }
    return HTTP_PARSE_MORE;
}

/* Over bytes of CLASSES to the first other one. */
static enum http_parse skip(struct head *head, unsigned int classes)
{
    const char *at = head->at;
    const char *stop = head->stop;

    while (at < stop && http_char_is(*at, classes)) {
        at++;
    }
    head->at = at;
    return have(head);
}

static enum http_parse take(struct head *head, char c, const char *detail)
{
    TRY(have(head));
    if (*head->at != c) {
        return head_refuse(head, 400, detail);
    }
    head->at++;
    return HTTP_PARSE_DONE;
}

static enum http_parse take_crlf(struct head *head)
{
    TRY(take(head, '\r',
             "RFC 9112 2.2: a line must end with CRLF, without bare LF or control characters"));
    return take(head, '\n', "RFC 9112 2.2: bare CR");
}

/* ------------------------------------------------------------------ request line */

static enum http_parse parse_method(struct head *head)
{
    const char *begin = head->at;

    TRY(skip(head, HTTP_CHAR_TOKEN));
    if (head->at == begin || *head->at != ' ') {
        return head_refuse(head, 400,
                           "RFC 9112 3: a request line begins with a method and one space");
    }
    head->request->method = http_method_parse(slice_of(begin, (size_t)(head->at - begin)));
    head->at++;
    return HTTP_PARSE_DONE;
}

static enum http_parse take_percent(struct head *head)
{
    head->at++;
    for (int i = 0; i < 2; i++) {
        TRY(have(head));
        if (!http_char_is(*head->at, HTTP_CHAR_HEX)) {
            return head_refuse(head, 400, "RFC 3986 2.1: '%' without two hexadecimal digits");
        }
        head->at++;
    }
    return HTTP_PARSE_DONE;
}

/* Of an unknown method any form will do: it is refused for the method. */
static enum http_parse check_target_start(struct head *head)
{
    char c;

    TRY(have(head));
    c = *head->at;
    if (c == '/' || c == 'h' || c == 'H' || (c == '*' && head->request->method == HTTP_OPTIONS) ||
        (head->request->method == HTTP_METHOD_NONE && c != ' ')) {
        return HTTP_PARSE_DONE;
    }
    return head_refuse(head, 400, "RFC 9112 3.2: the target is neither a path nor an http URI");
}

/*
 * To the first byte that does not belong to it. Brackets are around an IPv6 address, which is not
 * in a path.
 */
static enum http_parse skip_target(struct head *head, bool brackets)
{
    for (;;) {
        TRY(skip(head, HTTP_CHAR_TARGET));
        if (*head->at == '%') {
            TRY(take_percent(head));
        } else if (brackets && (*head->at == '[' || *head->at == ']')) {
            head->at++;
        } else {
            return HTTP_PARSE_DONE;
        }
    }
}

static enum http_parse parse_target(struct head *head)
{
    const char *begin = head->at;

    TRY(check_target_start(head));
    TRY(skip_target(head, *begin != '/'));
    if (*head->at == '#') {
        return head_refuse(head, 400, "RFC 9112 3.2: fragment in the target");
    }
    if (*head->at != ' ') {
        return head_refuse(head, 400, "RFC 9112 3.2: character that a target must not hold");
    }
    head->request->target = slice_of(begin, (size_t)(head->at - begin));
    head->at++;
    return HTTP_PARSE_DONE;
}

static enum http_parse take_digit(struct head *head, unsigned char *digit_out)
{
    TRY(have(head));
    if (*head->at < '0' || *head->at > '9') {
        return head_refuse(head, 400, "RFC 9112 2.3: malformed HTTP-version");
    }
    *digit_out = (unsigned char)(*head->at++ - '0');
    return HTTP_PARSE_DONE;
}

static enum http_parse parse_version(struct head *head)
{
    static const char name[] = "HTTP/";
    unsigned char minor = 0;

    for (size_t i = 0; i < sizeof(name) - 1; i++) {
        TRY(take(head, name[i], "RFC 9112 2.3: malformed HTTP-version"));
    }
    TRY(take_digit(head, &head->major));
    TRY(take(head, '.', "RFC 9112 2.3: malformed HTTP-version"));
    TRY(take_digit(head, &minor));
    head->request->minor = minor > 0; /* RFC 9110 2.5: a higher minor version is served as ours */
    return HTTP_PARSE_DONE;
}

static enum http_parse check_request_line(struct head *head)
{
    if (head->major != 1) {
        return head_refuse(head, 505, "RFC 9110 15.6.6: only HTTP/1.0 and HTTP/1.1 are served");
    }
    if (head->request->method == HTTP_METHOD_NONE) {
        return head_refuse(head, 501, "RFC 9110 9.1: unknown method");
    }
    return http_target_split(head->request, head->refusal) == STATUS_OK ? HTTP_PARSE_DONE
                                                                        : HTTP_PARSE_REFUSED;
}

/* RFC 9112 2.2: one empty line before the request line is ignored. */
static enum http_parse skip_empty_line(struct head *head)
{
    TRY(have(head));
    return *head->at == '\r' ? take_crlf(head) : HTTP_PARSE_DONE;
}

static enum http_parse parse_request_line(struct head *head, const struct http_limits *limits)
{
    const char *whole_limit = head->limit;
    const char *line_limit = whole_limit;

    TRY(skip_empty_line(head));
    if (limits->line_max < (size_t)(whole_limit - head->at)) {
        line_limit = head->at + limits->line_max;
    }
    limit_set(head, line_limit, 501, "RFC 9112 3: a method longer than any that is known");
    TRY(parse_method(head));
    limit_set(head, line_limit, 414, "RFC 9112 3: request line too long");
    TRY(parse_target(head));
    TRY(parse_version(head));
    limit_set(head, whole_limit, 431, "RFC 6585 5: head too large");
    TRY(take_crlf(head));
    return check_request_line(head);
}

/* ------------------------------------------------------------------ header section */

static enum http_parse parse_name(struct head *head, struct slice *name_out)
{
    const char *begin = head->at;

    if (*begin == ' ' || *begin == '\t') {
        return head_refuse(head, 400,
                           "RFC 9112 5.2: line folding, or a blank before the first header");
    }
    TRY(skip(head, HTTP_CHAR_TOKEN));
    if (head->at == begin) {
        return head_refuse(head, 400,
                           "RFC 9112 5: a line that does not begin with a header's name");
    }
    if (*head->at != ':') {
        return head_refuse(head, 400,
                           "RFC 9112 5.1: a header's name is a token with ':' right after it");
    }
    *name_out = slice_of(begin, (size_t)(head->at - begin));
    head->at++;
    return HTTP_PARSE_DONE;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static enum http_parse parse_value(struct head *head, struct slice *value_out)
{
    const char *begin = head->at;
    const char *last;

    TRY(skip(head, HTTP_CHAR_VALUE));
    last = head->at;
    TRY(take_crlf(head));
    while (begin < last && is_blank(*begin)) {
        begin++;
    }
    while (begin < last && is_blank(last[-1])) {
        last--;
    }
    *value_out = slice_of(begin, (size_t)(last - begin));
    return HTTP_PARSE_DONE;
}

static enum http_parse parse_header(struct head *head)
{
    struct http_request *request = head->request;
    struct http_header *header = &request->headers[request->header_count];

    if (request->header_count == HTTP_HEADERS_MAX) {
        return head_refuse(head, 431, "RFC 6585 5: too many headers");
    }
    TRY(parse_name(head, &header->name));
    TRY(parse_value(head, &header->value));
    request->header_count++;
    return head_note(head, header);
}

static enum http_parse parse_headers(struct head *head)
{
    for (;;) {
        TRY(have(head));
        if (*head->at == '\r') {
            return take_crlf(head);
        }
        TRY(parse_header(head));
    }
}

/* All but the headers, which header_count makes invisible. */
static void request_clear(struct http_request *request)
{
    request->target = request->path = request->query = request->host = request->body = SLICE_EMPTY;
    request->method = HTTP_METHOD_NONE;
    request->header_count = 0;
    request->minor = 0;
    request->keep_alive = request->chunked = request->has_length = request->expect_continue = false;
    request->length = 0;
}

enum http_parse http_parse_head(struct slice bytes, const struct http_limits *limits,
                                struct http_request *out, size_t *used_out,
                                struct http_refusal *refusal_out)
{
    struct head head = {
        .at = bytes.ptr, .end = bytes.ptr + bytes.len, .refusal = refusal_out, .request = out};

    request_clear(out);
    limit_set(&head, bytes.ptr + limits->header_max, 431, "RFC 6585 5: head too large");
    TRY(parse_request_line(&head, limits));
    TRY(parse_headers(&head));
    TRY(head_end(&head));
    out->keep_alive = !head.says_close && (out->minor == 1 || head.says_keep_alive);
    *used_out = (size_t)(head.at - bytes.ptr);
    return HTTP_PARSE_DONE;
}
