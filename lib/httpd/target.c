/*
 *     /path?query                 origin-form: any method
 *     http://host:1/path?query    absolute-form: any method; its authority replaces Host
 *                                 (RFC 9112 3.2.2)
 *     *                           asterisk-form: OPTIONS only
 *     host:1                      authority-form: CONNECT only, which we do not have
 */
#include "lib/httpd/target.h"

#include "lib/data/ip.h"
#include "lib/httpd/http_char.h"

#define PORT_MAX 65535

#define HTTP_LENGTH  7 /* "http://" */
#define HTTPS_LENGTH 8 /* "https://" */

static enum status refuse(struct http_refusal *refusal, int code, const char *detail)
{
    *refusal = (struct http_refusal){code, detail};
    return STATUS_INVALID;
}

static bool port_valid(struct slice text)
{
    uint64_t port = 0;

    return text.len == 0 || (slice_parse_u64(text, &port) == STATUS_OK && port <= PORT_MAX);
}

/*
 * "[" IPv6address "]" at the start of TEXT; what follows it. IPvFuture has no users and is refused.
 */
static bool ip_literal_cut(struct slice text, struct slice *rest_out)
{
    struct slice address;

    return slice_cut(slice_from(text, 1), ']', &address, rest_out) && ip6_valid(address);
}

/*
 * reg-name or IPv4address at the start of TEXT. A comma is in the grammar, but joins two Host lines
 * into one (RFC 9110 5.3).
 */
static bool reg_name_cut(struct slice text, struct slice *rest_out)
{
    size_t at = 0;

    while (at < text.len && text.ptr[at] != ':') {
        char c = text.ptr[at];

        if (c == '%' && at + 2 < text.len && http_char_is(text.ptr[at + 1], HTTP_CHAR_HEX) &&
            http_char_is(text.ptr[at + 2], HTTP_CHAR_HEX)) {
            at += 3;
        } else if (c != ',' && http_char_is(c, HTTP_CHAR_NAME)) {
            at++;
        } else {
            return false;
        }
    }
    *rest_out = slice_from(text, at);
    return at > 0;
}

bool http_host_valid(struct slice text)
{
    struct slice rest;
    bool host = text.len > 0 && text.ptr[0] == '[' ? ip_literal_cut(text, &rest)
                                                   : reg_name_cut(text, &rest);

    return host && (rest.len == 0 || (rest.ptr[0] == ':' && port_valid(slice_from(rest, 1))));
}

/* Brackets are allowed in the authority only (RFC 3986 3.2.2). */
static bool has_bracket(struct slice text)
{
    return text.len > 0 && (memchr(text.ptr, '[', text.len) || memchr(text.ptr, ']', text.len));
}

static void split_query(struct http_request *request, struct slice path)
{
    if (!slice_cut(path, '?', &request->path, &request->query)) {
        request->query = SLICE_EMPTY;
    }
}

/* The scheme's length with "://", 0 when it is not ours. Schemes ignore case (RFC 3986 3.1). */
static size_t scheme_length(struct slice target)
{
    if (target.len >= HTTP_LENGTH &&
        slice_eq_nocase(slice_of(target.ptr, HTTP_LENGTH), SLICE_LITERAL("http://"))) {
        return HTTP_LENGTH;
    }
    if (target.len >= HTTPS_LENGTH &&
        slice_eq_nocase(slice_of(target.ptr, HTTPS_LENGTH), SLICE_LITERAL("https://"))) {
        return HTTPS_LENGTH;
    }
    return 0;
}

static enum status split_absolute(struct http_request *request, size_t scheme,
                                  struct http_refusal *refusal_out)
{
    struct slice rest = slice_from(request->target, scheme);
    size_t end = 0;

    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?') {
        end++;
    }
    request->host = slice_of(rest.ptr, end);
    if (!http_host_valid(request->host)) {
        return refuse(refusal_out, 400,
                      "RFC 9110 4.2: the authority of the target is not a host and a port");
    }
    if (has_bracket(slice_from(rest, end))) {
        return refuse(refusal_out, 400,
                      "RFC 3986 3.3: bracket in the path or the query of the target");
    }
    if (scheme == HTTPS_LENGTH) {
        return refuse(refusal_out, 421, "RFC 9110 7.4: an https URI over a connection without TLS");
    }
    split_query(request, slice_from(rest, end));
    if (request->path.len == 0) { /* RFC 9112 3.2.4: of OPTIONS the whole server is meant */
        request->path = rest.len == end && request->method == HTTP_OPTIONS ? SLICE_LITERAL("*")
                                                                           : SLICE_LITERAL("/");
    }
    return STATUS_OK;
}

enum status http_target_split(struct http_request *request, struct http_refusal *refusal_out)
{
    struct slice target = request->target;
    size_t scheme;

    if (target.ptr[0] == '/') {
        split_query(request, target);
        return STATUS_OK;
    }
    if (slice_is(target, "*") && request->method == HTTP_OPTIONS) {
        request->path = target;
        request->query = SLICE_EMPTY;
        return STATUS_OK;
    }
    scheme = scheme_length(target);
    if (scheme == 0) {
        return refuse(refusal_out, 400,
                      "RFC 9112 3.2: the target is neither a path nor an http URI");
    }
    return split_absolute(request, scheme, refusal_out);
}
