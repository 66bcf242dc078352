/*
 * The parser by a table of cases, each with the rule it stands for. Every case runs whole, cut in
 * two at every place, and byte by byte, and must give the same verdict, the same body and the same
 * number of bytes used. A case may end early: then what is there must be refused already.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/httpd/http_char.h"
#include "lib/httpd/parse.h"
#include "tests/unit/unit.h"

#define MORE 1 /* not complete, nothing wrong */
#define OK   200

struct test_case {
    const char *rule;
    const char *bytes;
    size_t size;
    int verdict;
    const char *body; /* of OK: the decoded one; NULL: none */
};

#define CASE(rule, text, verdict)                   \
    {                                               \
        rule, text, sizeof(text) - 1, verdict, NULL \
    }
#define BODY(rule, text, body)                 \
    {                                          \
        rule, text, sizeof(text) - 1, OK, body \
    }
#define GET(rule, headers, verdict) \
    CASE(rule, "GET / HTTP/1.1\r\nHost: a\r\n" headers "\r\n", verdict)
#define LINE(rule, line, verdict)      CASE(rule, line "\r\nHost: a\r\n\r\n", verdict)
#define HOST(rule, host, verdict)      CASE(rule, "GET / HTTP/1.1\r\n" host "\r\n", verdict)
#define POST_LINE                      "POST / HTTP/1.1\r\nHost: a\r\n"
#define POST_HEAD                      POST_LINE "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKED(rule, chunks, verdict) CASE(rule, POST_HEAD chunks, verdict)
#define CHUNKS(rule, chunks, body)     BODY(rule, POST_HEAD chunks, body)

// clang-format off
static const struct test_case cases[] = {
    /* request line */
    LINE("RFC 9112 3: a request", "GET / HTTP/1.1", OK),
    LINE("RFC 9112 3: every method that is known", "HEAD / HTTP/1.1", OK),
    LINE("RFC 9112 3: every method that is known", "POST / HTTP/1.1", OK),
    LINE("RFC 9112 3: every method that is known", "PUT / HTTP/1.1", OK),
    LINE("RFC 9112 3: every method that is known", "DELETE / HTTP/1.1", OK),
    LINE("RFC 9112 3: every method that is known", "PATCH / HTTP/1.1", OK),
    LINE("RFC 9112 3: every method that is known", "OPTIONS / HTTP/1.1", OK),
    LINE("RFC 9110 9.1: unknown method", "FOO / HTTP/1.1", 501),
    LINE("RFC 9110 9.1: methods are case-sensitive", "get / HTTP/1.1", 501),
    LINE("RFC 9110 9.1: CONNECT is not implemented", "CONNECT a:80 HTTP/1.1", 501),
    LINE("RFC 9110 9.1: TRACE is not implemented", "TRACE / HTTP/1.1", 501),
    LINE("RFC 9112 3: a method is a token", "G@T / HTTP/1.1", 400),
    LINE("RFC 9112 3: a method is a token", "G\xc3\x89T / HTTP/1.1", 400),
    CASE("RFC 9112 3: a TLS client hello is refused at its first byte", "\x16", 400),
    CASE("RFC 9112 2.2: blank before the request line", " GET", 400),
    CASE("RFC 9112 2.2: one empty line before is ignored",
         "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", OK),
    CASE("RFC 9112 2.2: and not two", "\r\n\r\nGET", 400),
    CASE("RFC 9112 2.2: nor a bare LF", "\nGET", 400),
    CASE("RFC 9112 2.2: nor a bare CR", "\rGET", 400),
    CASE("RFC 9112 2.2: an empty line alone is nothing yet", "\r\n", MORE),
    LINE("RFC 9112 3: one space each", "GET  / HTTP/1.1", 400),
    LINE("RFC 9112 3: one space each", "GET /  HTTP/1.1", 400),
    LINE("RFC 9112 3: no tab", "GET\t/ HTTP/1.1", 400),
    LINE("RFC 9112 3: no tab", "GET /\tHTTP/1.1", 400),
    LINE("RFC 9112 3: no blank at the end", "GET / HTTP/1.1 ", 400),
    LINE("RFC 9112 3: a version is needed (HTTP/0.9)", "GET /", 400),
    LINE("RFC 9112 3: a target is needed", "GET HTTP/1.1", 400),
    LINE("RFC 9112 3: a target is needed", "GET  HTTP/1.1", 400),
    LINE("RFC 9112 3: three words", "GET / a HTTP/1.1", 400),
    CASE("RFC 9112 2.2: bare LF ends no line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
    CASE("RFC 9112 2.2: bare CR", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400),
    CASE("RFC 9112 2.2: CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400),
    CASE("RFC 9112 2.2: NUL", "GET /\0 HTTP/1.1", 400),
    /* version */
    CASE("RFC 9112 2.3: HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", OK),
    LINE("RFC 9110 2.5: a higher minor version is served as ours", "GET / HTTP/1.2", OK),
    LINE("RFC 9110 15.6.6: another major version", "GET / HTTP/2.0", 505),
    LINE("RFC 9110 15.6.6: another major version", "GET / HTTP/0.9", 505),
    LINE("RFC 9110 15.6.6: another major version", "GET / HTTP/3.1", 505),
    CASE("RFC 9113 3.4: the preface of HTTP/2", "PRI * HTTP/2.0\r\n", 505),
    LINE("RFC 9112 2.3: the name is case-sensitive", "GET / http/1.1", 400),
    LINE("RFC 9112 2.3: two digits", "GET / HTTP/1", 400),
    LINE("RFC 9112 2.3: two digits", "GET / HTTP/11", 400),
    LINE("RFC 9112 2.3: two digits", "GET / HTTP/1.10", 400),
    LINE("RFC 9112 2.3: two digits", "GET / HTTP/01.1", 400),
    LINE("RFC 9112 2.3: two digits", "GET / HTTP/1,1", 400),
    LINE("RFC 9112 2.3: two digits", "GET / HTTP/a.b", 400),
    LINE("RFC 9112 2.3: the name", "GET / FTP/1.1", 400),
    /* target */
    LINE("RFC 9112 3.2.1: origin-form", "GET /a/b;c=1/@:!$&'()*+,=~-._?x=1&y=/?%20 HTTP/1.1", OK),
    LINE("RFC 9112 3.2.1: a path begins with a slash", "GET a HTTP/1.1", 400),
    LINE("RFC 9112 3.2.1: a path begins with a slash", "GET ?a=1 HTTP/1.1", 400),
    CASE("RFC 9112 3.2.1: refused at the first byte", "GET a", 400),
    LINE("RFC 9112 3.2.2: absolute-form", "GET http://example.com:80/a?b HTTP/1.1", OK),
    LINE("RFC 9112 3.2.2: absolute-form, scheme in any case",
         "GET HTTP://example.com HTTP/1.1", OK),
    LINE("RFC 9110 7.4: https without TLS", "GET https://example.com/a HTTP/1.1", 421),
    LINE("RFC 9110 7.4: https without TLS", "GET HTTPS://example.com HTTP/1.1", 421),
    LINE("RFC 9110 7.4: https without TLS, malformed", "GET https://exa[mple.com HTTP/1.1", 400),
    LINE("RFC 9112 3.2.2: absolute-form, IPv6", "GET http://[::1]:80/ HTTP/1.1", OK),
    LINE("RFC 9110 4.2.1: without a host", "GET http:///a HTTP/1.1", 400),
    LINE("RFC 9110 4.2.4: user information", "GET http://user@example.com/ HTTP/1.1", 400),
    LINE("RFC 9110 4.2: another scheme", "GET ftp://example.com/ HTTP/1.1", 400),
    LINE("RFC 9110 4.2: no authority", "GET http:a HTTP/1.1", 400),
    LINE("RFC 3986 3.2.3: port", "GET http://a:b/ HTTP/1.1", 400),
    LINE("RFC 3986 3.2.2: IPv6", "GET http://[::g]/ HTTP/1.1", 400),
    LINE("RFC 3986 3.3: brackets in the path", "GET http://a/[] HTTP/1.1", 400),
    LINE("RFC 9112 3.2.3: authority-form is CONNECT's", "GET example.com:80 HTTP/1.1", 400),
    LINE("RFC 9112 3.2.3: authority-form is CONNECT's", "GET host:80 HTTP/1.1", 400),
    LINE("RFC 9112 3.2.4: asterisk-form", "OPTIONS * HTTP/1.1", OK),
    LINE("RFC 9112 3.2.4: asterisk-form is OPTIONS's", "GET * HTTP/1.1", 400),
    LINE("RFC 9112 3.2.4: asterisk alone", "OPTIONS *a HTTP/1.1", 400),
    LINE("RFC 9112 3.2: fragment", "GET /a#b HTTP/1.1", 400),
    LINE("RFC 3986 2.1: percent-encoding", "GET /%4a%4A HTTP/1.1", OK),
    LINE("RFC 3986 2.1: percent-encoding", "GET /% HTTP/1.1", 400),
    LINE("RFC 3986 2.1: percent-encoding", "GET /%4 HTTP/1.1", 400),
    LINE("RFC 3986 2.1: percent-encoding", "GET /%zz HTTP/1.1", 400),
    LINE("RFC 3986 2.1: percent-encoding", "GET /?a=%4x HTTP/1.1", 400),
    LINE("RFC 3986 2: raw 8-bit byte", "GET /\xc3\xa9 HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /\" HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /< HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /\\ HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /^ HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /` HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /{ HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /| HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /[ HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /\x7f HTTP/1.1", 400),
    LINE("RFC 3986 2: character outside the grammar", "GET /\x01 HTTP/1.1", 400),
    /* header syntax */
    GET("RFC 9112 5: headers", "A: b\r\nC:d\r\nE: \r\nF:\r\nG: \t h i \t\r\n", OK),
    GET("RFC 9110 5.1: a name of every kind of token", "!#$%&'*+-.^_`|~09aZ: b\r\n", OK),
    GET("RFC 9110 5.5: obs-text", "A: caf\xc3\xa9 \xff\r\n", OK),
    GET("RFC 9112 5.1: blank before the colon", "A : b\r\n", 400),
    GET("RFC 9112 5.1: blank before the colon", "A\t: b\r\n", 400),
    GET("RFC 9112 5: empty name", ": b\r\n", 400),
    GET("RFC 9112 5: no colon", "A\r\n", 400),
    GET("RFC 9112 5: no colon", "A b\r\n", 400),
    GET("RFC 9110 5.1: bad name", "A(: b\r\n", 400),
    GET("RFC 9110 5.1: bad name", "A/B: b\r\n", 400),
    GET("RFC 9110 5.1: bad name", "\"A\": b\r\n", 400),
    GET("RFC 9110 5.1: bad name", "A\xc3\xa9: b\r\n", 400),
    GET("RFC 9110 5.1: bad name", "A\0: b\r\n", 400),
    GET("RFC 9112 5.2: obs-fold", "A: b\r\n c\r\n", 400),
    GET("RFC 9112 5.2: obs-fold", "A: b\r\n\tc\r\n", 400),
    GET("RFC 9112 5.2: a line of blanks", "A: b\r\n \r\n", 400),
    CASE("RFC 9112 2.2: blank before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    GET("RFC 9110 5.5: NUL in a value", "A: b\0c\r\n", 400),
    GET("RFC 9110 5.5: control character in a value", "A: b\x01\r\n", 400),
    GET("RFC 9110 5.5: control character in a value", "A: b\x0b\r\n", 400),
    GET("RFC 9110 5.5: control character in a value", "A: b\x1b\r\n", 400),
    GET("RFC 9110 5.5: control character in a value", "A: b\x7f\r\n", 400),
    GET("RFC 9112 2.2: bare CR in a value", "A: b\rc\r\n", 400),
    GET("RFC 9112 2.2: bare LF after a value", "A: b\nC: d\r\n", 400),
    CASE("RFC 9112 2.2: bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
    CASE("RFC 9112 2.2: bare CR as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rA", 400),
    CASE("RFC 9112 5: refused before the line is whole", "GET / HTTP/1.1\r\nHost: a\r\nA ", 400),
    CASE("RFC 9112 5: not whole yet", "GET / HTTP/1.1\r\nHost: a\r\nA", MORE),
    /* Host */
    HOST("RFC 9112 3.2: no Host", "", 400),
    HOST("RFC 9112 3.2: two Host", "Host: a\r\nHost: a\r\n", 400),
    HOST("RFC 9112 3.2: two Host", "Host: a\r\nHost: b\r\n", 400),
    CASE("RFC 9112 3.2: two Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    HOST("RFC 9110 4.2.1: empty Host", "Host:\r\n", 400),
    CASE("RFC 9112 3.2: empty Host without an authority",
         "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", OK),
    CASE("RFC 9112 3.2.2: absolute-form without Host", "GET http://a/ HTTP/1.1\r\n\r\n", 400),
    HOST("RFC 3986 3.2: host and port", "Host: example.com:8080\r\n", OK),
    HOST("RFC 3986 3.2: IPv4", "Host: 127.0.0.1:80\r\n", OK),
    HOST("RFC 3986 3.2: IPv6", "Host: [2001:db8::1]:80\r\n", OK),
    HOST("RFC 3986 3.2: empty port", "Host: a:\r\n", OK),
    HOST("RFC 3986 3.2: percent-encoded", "Host: a%20b\r\n", OK),
    HOST("RFC 3986 3.2: underscore", "Host: a_b\r\n", OK),
    HOST("RFC 3986 3.2: bad percent-encoding", "Host: a%2\r\n", 400),
    HOST("RFC 3986 3.2: port", "Host: a:b\r\n", 400),
    HOST("RFC 3986 3.2: port", "Host: a:65536\r\n", 400),
    HOST("RFC 3986 3.2: port", "Host: a:80:80\r\n", 400),
    HOST("RFC 3986 3.2: port without a host", "Host: :80\r\n", 400),
    HOST("RFC 3986 3.2: user information", "Host: u@a\r\n", 400),
    HOST("RFC 3986 3.2: path", "Host: a/b\r\n", 400),
    HOST("RFC 3986 3.2: URI", "Host: http://a\r\n", 400),
    HOST("RFC 3986 3.2: blank", "Host: a b\r\n", 400),
    HOST("RFC 9110 5.3: a list is two hosts", "Host: a,b\r\n", 400),
    HOST("RFC 3986 3.2: bracket", "Host: [::1\r\n", 400),
    HOST("RFC 3986 3.2: bracket", "Host: [::1]a\r\n", 400),
    HOST("RFC 3986 3.2: bracket", "Host: [1.2.3]\r\n", 400),
    HOST("RFC 3986 3.2: 8-bit", "Host: \xc3\xa9\r\n", 400),
    /* framing */
    BODY("RFC 9112 6.2: Content-Length",
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "hello"),
    BODY("RFC 9110 8.6: leading zeros are digits",
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello", "hello"),
    GET("RFC 9112 6.3: length 0", "Content-Length: 0\r\n", OK),
    GET("RFC 9112 6.3: equal Content-Length twice",
        "Content-Length: 0\r\nContent-Length: 0\r\n", 400),
    GET("RFC 9112 6.3: different Content-Length",
        "Content-Length: 0\r\nContent-Length: 1\r\n", 400),
    GET("RFC 9112 6.3: a list of lengths", "Content-Length: 0, 0\r\n", 400),
    GET("RFC 9110 8.6: not a number", "Content-Length: \r\n", 400),
    GET("RFC 9110 8.6: not a number", "Content-Length: +1\r\n", 400),
    GET("RFC 9110 8.6: not a number", "Content-Length: -1\r\n", 400),
    GET("RFC 9110 8.6: not a number", "Content-Length: 0x1\r\n", 400),
    GET("RFC 9110 8.6: not a number", "Content-Length: 1 1\r\n", 400),
    GET("RFC 9110 8.6: not a number", "Content-Length: 1.0\r\n", 400),
    GET("RFC 9110 8.6: not a number", "Content-Length: \"0\"\r\n", 400),
    GET("RFC 9112 6.3: length and coding",
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400),
    GET("RFC 9112 6.3: coding and length",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", 400),
    CASE("RFC 9112 6.1: a coding in HTTP/1.0",
         "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    BODY("RFC 9112 7: codings ignore case",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKed\r\n\r\n0\r\n\r\n", ""),
    GET("RFC 9112 6.3: the last coding is not chunked", "Transfer-Encoding: gzip\r\n", 400),
    GET("RFC 9112 6.3: the last coding is not chunked", "Transfer-Encoding: identity\r\n", 400),
    GET("RFC 9112 6.3: the last coding is not chunked", "Transfer-Encoding: xchunked\r\n", 400),
    GET("RFC 9112 6.3: the last coding is not chunked",
        "Transfer-Encoding: chunked, gzip\r\n", 400),
    GET("RFC 9112 6.3: the last coding is not chunked",
        "Transfer-Encoding: gzip, identity\r\n", 400),
    GET("RFC 9112 6.3: the last coding is not chunked", "Transfer-Encoding:\r\n", 400),
    GET("RFC 9112 6.3: the last coding is not chunked", "Transfer-Encoding: \"chunked\"\r\n", 400),
    GET("RFC 9112 7.1: chunked has no parameters", "Transfer-Encoding: chunked;q=1\r\n", 400),
    GET("RFC 9112 7.1: chunked once", "Transfer-Encoding: chunked, chunked\r\n", 400),
    GET("RFC 9112 7.1: chunked once",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
    GET("RFC 9112 7.1: no empty elements", "Transfer-Encoding: , chunked\r\n", 400),
    GET("RFC 9112 7.1: no empty elements", "Transfer-Encoding: chunked,\r\n", 400),
    GET("RFC 9110 5.3: codings of two lines",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501),
    GET("RFC 9110 5.3: codings of two lines",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", 400),
    GET("RFC 9110 5.3: codings of two lines",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: br\r\n", 400),
    GET("RFC 9112 6.1: a coding that is not understood",
        "Transfer-Encoding: gzip, chunked\r\n", 501),
    GET("RFC 9112 6.1: a coding that is not understood",
        "Transfer-Encoding: a, b , chunked\r\n", 501),
    GET("RFC 9112 5.1: a hidden coding", "Transfer-Encoding : chunked\r\n", 400),
    GET("RFC 9110 5.5: a hidden coding", "Transfer-Encoding: \x0b" "chunked\r\n", 400),
    /* chunks */
    CHUNKS("RFC 9112 7.1: chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"),
    CHUNKS("RFC 9112 7.1: hexadecimal, any case, leading zeros",
           "00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n", "01234567890123456789"),
    CHUNKS("RFC 9112 7.1: data may look like a chunk", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
    CHUNKS("RFC 9112 7.1.1: extensions",
           "5;a;b=c ; d = \"e\\\"\t;\xc3\xa9\" ;f\r\nhello\r\n0;last\r\n\r\n", "hello"),
    CHUNKS("RFC 9112 7.1.2: trailers", "0\r\nA: b\r\nC:\r\n\r\n", ""),
    CHUNKED("RFC 9112 7.1: not whole yet", "5\r\nhel", MORE),
    CHUNKED("RFC 9112 7.1: the last chunk alone is not the end", "0\r\n", MORE),
    CHUNKED("RFC 9112 7.1: no size", "\r\nhello", 400),
    CHUNKED("RFC 9112 7.1: no size", ";a\r\n", 400),
    CHUNKED("RFC 9112 7.1: prefix", "0x5\r\nhello\r\n0\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1: sign", "-5\r\n", 400),
    CHUNKED("RFC 9112 7.1: sign", "+5\r\n", 400),
    CHUNKED("RFC 9112 7.1: blank before", " 5\r\n", 400),
    CHUNKED("RFC 9112 7.1: blank after", "5 \r\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1: not hexadecimal", "5g\r\n", 400),
    CHUNKED("RFC 9112 7.1: overflow", "10000000000000000\r\n", 400),
    CHUNKED("RFC 9112 7.1: overflow", "fffffffffffffffff", 400),
    CHUNKED("RFC 9112 7.1: bare LF after the size", "5\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1: bare CR after the size", "5\rhello\r\n", 400),
    CHUNKED("RFC 9112 7.1: data too long", "5\r\nhello!\r\n", 400),
    CHUNKED("RFC 9112 7.1: data too short", "5\r\nhell\r\n0\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1: bare LF after the data", "5\r\nhello\n0\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1.1: extension without a name", "5;\r\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1.1: extension without a value", "5;a=\r\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1.1: two values", "5;a=b c\r\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1.1: blank at the end", "5;a \r\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1.1: line end in a quoted value", "5;a=\"\r\n\"\r\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1.1: bare LF in an extension", "5;a\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1.1: NUL in an extension", "5;a\0\r\nhello\r\n", 400),
    CHUNKED("RFC 9112 7.1.2: trailer without a colon", "0\r\nA\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1.2: trailer without a name", "0\r\n: a\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1.2: blank before the colon", "0\r\nA : b\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1.2: folded trailer", "0\r\nA: b\r\n c\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1.2: control character in a trailer", "0\r\nA: \x01\r\n\r\n", 400),
    CHUNKED("RFC 9112 7.1.2: bare LF after a trailer", "0\r\nA: b\n\r\n", 400),
    CHUNKED("RFC 9112 7.1.2: bare CR at the end", "0\r\n\rA", 400),
};
// clang-format on

static const struct http_limits roomy = {8192, 16384};

/* ------------------------------------------------------------------ reading as a server does */

struct reader {
    char bytes[40000];
    size_t came, used; /* used: of the head */
    int verdict;       /* MORE while it is open */
    struct http_request request;
    struct http_refusal refusal;
    struct http_chunks chunks;
    char body[40000];
    size_t body_size, body_used;
    bool in_body;
};

static void read_body(struct reader *reader, const struct http_limits *limits)
{
    size_t at = reader->used + reader->body_used;
    struct slice rest = slice_of(reader->bytes + at, reader->came - at);
    enum http_parse result;

    if (!reader->request.chunked) {
        reader->body_size = rest.len;
        memcpy(reader->body, rest.ptr, rest.len);
        reader->verdict = rest.len >= reader->request.length ? OK : MORE;
        return;
    }
    result = http_parse_chunks(&reader->chunks, &rest, limits, reader->body, &reader->body_size,
                               &reader->refusal);
    reader->body_used = reader->came - reader->used - rest.len;
    reader->verdict = result == HTTP_PARSE_MORE   ? MORE
                      : result == HTTP_PARSE_DONE ? OK
                                                  : reader->refusal.code;
}

/* COUNT further bytes have come. */
static void read_more(struct reader *reader, const char *bytes, size_t count,
                      const struct http_limits *limits)
{
    enum http_parse result = HTTP_PARSE_DONE;

    if (reader->verdict != MORE) {
        return;
    }
    memcpy(reader->bytes + reader->came, bytes, count);
    reader->came += count;
    if (!reader->in_body) {
        /* a copy of exact size, so that AddressSanitizer sees a byte read too much */
        char *exact = malloc(reader->came);

        memcpy(exact, reader->bytes, reader->came);
        result = http_parse_head(slice_of(exact, reader->came), limits, &reader->request,
                                 &reader->used, &reader->refusal);
        free(exact);
    }
    if (result == HTTP_PARSE_DONE) {
        reader->in_body = true;
        read_body(reader, limits);
    } else {
        reader->verdict = result == HTTP_PARSE_MORE ? MORE : reader->refusal.code;
    }
}

static struct reader *read_in_two(const char *bytes, size_t size, size_t cut,
                                  const struct http_limits *limits)
{
    static struct reader reader;

    reader = (struct reader){.verdict = MORE};
    if (cut > 0) {
        read_more(&reader, bytes, cut, limits);
    }
    read_more(&reader, bytes + cut, size - cut, limits);
    return &reader;
}

static struct reader *read_by_bytes(const char *bytes, size_t size,
                                    const struct http_limits *limits)
{
    static struct reader reader;

    reader = (struct reader){.verdict = MORE};
    for (size_t i = 0; i < size; i++) {
        read_more(&reader, bytes + i, 1, limits);
    }
    return &reader;
}

static void check(const struct test_case *test, const struct reader *reader, const char *how,
                  size_t cut)
{
    if (reader->verdict != test->verdict) {
        fail_msg("%s: %s (%zu): %d instead of %d (%s)\n%.*s", test->rule, how, cut, reader->verdict,
                 test->verdict, reader->refusal.detail ? reader->refusal.detail : "",
                 (int)test->size, test->bytes);
    }
    if (test->body) {
        assert_int_equal(reader->body_size, strlen(test->body));
        assert_memory_equal(reader->body, test->body, reader->body_size);
    }
}

static void check_all_cuts(const struct test_case *test, const struct http_limits *limits)
{
    for (size_t cut = 0; cut < test->size; cut++) {
        check(test, read_in_two(test->bytes, test->size, cut, limits), "cut", cut);
    }
    check(test, read_by_bytes(test->bytes, test->size, limits), "by bytes", 0);
}

static void test_verdicts_do_not_depend_on_the_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        check_all_cuts(&cases[i], &roomy);
    }
}

/* ------------------------------------------------------------------ limits */

static int verdict_of(const char *bytes, size_t size, const struct http_limits *limits)
{
    int whole = read_in_two(bytes, size, 0, limits)->verdict;

    assert_int_equal(read_by_bytes(bytes, size, limits)->verdict, whole);
    return whole;
}

static int verdict_of_text(const char *bytes, const struct http_limits *limits)
{
    return verdict_of(bytes, strlen(bytes), limits);
}

static void test_a_request_line_at_its_limit_is_read_and_one_byte_more_is_414(void **state)
{
    static const char text[] = "GET /234 HTTP/1.1\r\nHost: a\r\n\r\n";
    const struct http_limits fits = {17, 16384};
    const struct http_limits tight = {16, 16384};

    (void)state;
    assert_int_equal(verdict_of_text(text, &fits), OK);
    assert_int_equal(verdict_of_text(text, &tight), 414);
    assert_int_equal(verdict_of_text("GET /23456789012", &tight), 414);
    assert_int_equal(verdict_of_text("METHODWITHOUTEND", &tight), 501);
}

static void test_a_head_at_its_limit_is_read_and_one_byte_more_is_431(void **state)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const struct http_limits fits = {8192, sizeof(text) - 1};
    const struct http_limits tight = {8192, sizeof(text) - 2};

    (void)state;
    assert_int_equal(verdict_of_text(text, &fits), OK);
    assert_int_equal(verdict_of_text(text, &tight), 431);
}

static void test_sixty_four_headers_are_read_and_the_next_is_431(void **state)
{
    char text[2048] = "GET / HTTP/1.1\r\nHost: a\r\n";

    (void)state;
    for (int i = 1; i < HTTP_HEADERS_MAX; i++) {
        strncat(text, "A: b\r\n", sizeof(text) - strlen(text) - 1);
    }
    assert_int_equal(verdict_of_text(text, &roomy), MORE);
    strncat(text, "\r\n", sizeof(text) - strlen(text) - 1);
    assert_int_equal(verdict_of_text(text, &roomy), OK);
    text[strlen(text) - 2] = 'A';
    text[strlen(text) - 1] = '\0';
    assert_int_equal(verdict_of_text(text, &roomy), 431);
}

static void test_extensions_and_trailers_are_bounded(void **state)
{
    const struct http_limits tight = {64, 128};
    char text[4096] = POST_HEAD;

    (void)state;
    strncat(text, "5;", sizeof(text) - strlen(text) - 1);
    memset(text + strlen(text), 'a', 64);
    assert_int_equal(verdict_of_text(text, &tight), 400);
    memset(text, 0, sizeof(text));
    strncat(text, POST_HEAD, sizeof(text) - 1);
    for (int i = 0; i < 40; i++) { /* each line is short, but all together are not */
        strncat(text, "1;aaa\r\nx\r\n", sizeof(text) - strlen(text) - 1);
    }
    assert_int_equal(verdict_of_text(text, &tight), 400);
    memset(text, 0, sizeof(text));
    strncat(text, POST_HEAD "0\r\n", sizeof(text) - 1);
    for (int i = 0; i < 40; i++) {
        strncat(text, "A: b\r\n", sizeof(text) - strlen(text) - 1);
    }
    assert_int_equal(verdict_of_text(text, &tight), 431);
}

static void test_a_length_beyond_64_bits_is_the_largest_length(void **state)
{
    static const char text[] =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n";
    struct reader *reader = read_in_two(text, sizeof(text) - 1, 0, &roomy);

    (void)state;
    assert_int_equal(reader->verdict, MORE);
    assert_true(reader->request.has_length);
    assert_true(reader->request.length == UINT64_MAX);
}

/* ------------------------------------------------------------------ what is read */

static struct http_request parsed(const char *text)
{
    struct http_request request;
    struct http_refusal refusal;
    size_t used = 0;

    assert_int_equal(http_parse_head(slice_str(text), &roomy, &request, &used, &refusal),
                     HTTP_PARSE_DONE);
    assert_int_equal(used, strlen(text));
    return request;
}

static void test_parts_of_a_target(void **state)
{
    static const struct {
        const char *line, *path, *query, *host;
    } targets[] = {
        {"GET /a/b?c=d?e",     "/a/b", "c=d?e", "h"  },
        {"GET /",              "/",    "",      "h"  },
        {"GET /a?",            "/a",   "",      "h"  },
        {"GET http://x:1/a?b", "/a",   "b",     "x:1"},
        {"GET http://x",       "/",    "",      "x"  },
        {"GET http://x?b",     "/",    "b",     "x"  },
        {"OPTIONS *",          "*",    "",      "h"  },
        {"OPTIONS http://x",   "*",    "",      "x"  },
        {"OPTIONS http://x/",  "/",    "",      "x"  },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        char text[256];
        struct http_request request;

        (void)snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: h\r\n\r\n", targets[i].line);
        request = parsed(text);
        assert_slice(request.path, targets[i].path);
        assert_slice(request.query, targets[i].query);
        assert_slice(request.host, targets[i].host);
    }
}

static void test_headers_are_found_by_name_without_blanks_around_them(void **state)
{
    struct http_request request =
        parsed("GET / HTTP/1.1\r\nHost: a\r\nX-One:  1 2\t\r\nx-one: 3\r\nEmpty:\r\n\r\n");

    (void)state;
    assert_int_equal(request.header_count, 4);
    assert_slice(http_header_get(&request, "x-ONE"), "1 2");
    assert_slice(http_header_get(&request, "Empty"), "");
    assert_null(http_header_get(&request, "Absent").ptr);
}

static void test_who_keeps_the_connection(void **state)
{
    static const struct {
        const char *version, *headers;
        bool keep_alive;
    } connections[] = {
        {"1.1", "",                                                true },
        {"1.1", "Connection: close\r\n",                           false},
        {"1.1", "Connection: a, CLOSE\r\n",                        false},
        {"1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
        {"1.1", "Connection: closed\r\n",                          true },
        {"1.0", "",                                                false},
        {"1.0", "Connection: Keep-Alive\r\n",                      true },
        {"1.0", "Connection: keep-alive, close\r\n",               false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(connections); i++) {
        char text[256];

        (void)snprintf(text, sizeof(text), "GET / HTTP/%s\r\nHost: h\r\n%s\r\n",
                       connections[i].version, connections[i].headers);
        assert_int_equal(parsed(text).keep_alive, connections[i].keep_alive);
    }
}

static void test_only_http_1_1_expects_a_continue(void **state)
{
    (void)state;
    assert_true(
        parsed("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").expect_continue);
    assert_false(parsed("PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expect_continue);
    assert_false(parsed("PUT / HTTP/1.1\r\nHost: a\r\nExpect: else\r\n\r\n").expect_continue);
    assert_true(
        parsed("PUT / HTTP/1.1\r\nHost: a\r\nExpect: else, 100-continue\r\n\r\n").expect_continue);
}

static void test_a_request_leaves_the_bytes_of_the_next(void **state)
{
    static const char text[] = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2";
    struct reader *reader = read_in_two(text, sizeof(text) - 1, 0, &roomy);

    (void)state;
    assert_int_equal(reader->verdict, OK);
    assert_int_equal(reader->used, sizeof(text) - 1 - 6);
}

static void test_the_table_of_characters_is_the_grammars(void **state)
{
    static const char alnum[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    (void)state;
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        bool letter = i > 0 && strchr(alnum, i);
        bool name = letter || (i > 0 && strchr("-._~!$&'()*+,;=", i));

        assert_int_equal(http_char_is(c, HTTP_CHAR_TOKEN),
                         letter || (i > 0 && strchr("!#$%&'*+-.^_`|~", i)));
        assert_int_equal(http_char_is(c, HTTP_CHAR_NAME), name);
        assert_int_equal(http_char_is(c, HTTP_CHAR_TARGET), name || (i > 0 && strchr(":@/?", i)));
        assert_int_equal(http_char_is(c, HTTP_CHAR_VALUE), i == '\t' || (i >= ' ' && i != 0x7f));
        assert_int_equal(http_char_is(c, HTTP_CHAR_HEX),
                         i > 0 && strchr("0123456789abcdefABCDEF", i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts_do_not_depend_on_the_cut),
        cmocka_unit_test(test_a_request_line_at_its_limit_is_read_and_one_byte_more_is_414),
        cmocka_unit_test(test_a_head_at_its_limit_is_read_and_one_byte_more_is_431),
        cmocka_unit_test(test_sixty_four_headers_are_read_and_the_next_is_431),
        cmocka_unit_test(test_extensions_and_trailers_are_bounded),
        cmocka_unit_test(test_a_length_beyond_64_bits_is_the_largest_length),
        cmocka_unit_test(test_parts_of_a_target),
        cmocka_unit_test(test_headers_are_found_by_name_without_blanks_around_them),
        cmocka_unit_test(test_who_keeps_the_connection),
        cmocka_unit_test(test_only_http_1_1_expects_a_continue),
        cmocka_unit_test(test_a_request_leaves_the_bytes_of_the_next),
        cmocka_unit_test(test_the_table_of_characters_is_the_grammars),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
