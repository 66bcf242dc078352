/*
 * Status codes, their reason phrases (IANA, HTTP Status Code Registry) and their status lines,
 * ready to send.
 */
#include "lib/httpd/http_reason.h"

#include "lib/httpd/httpd.h"

// clang-format off
#define REASONS(X)                                                                                \
    X(100, "Continue") X(101, "Switching Protocols") X(200, "OK") X(201, "Created")               \
    X(202, "Accepted") X(204, "No Content") X(206, "Partial Content")                             \
    X(301, "Moved Permanently") X(302, "Found") X(303, "See Other") X(304, "Not Modified")        \
    X(307, "Temporary Redirect") X(308, "Permanent Redirect") X(400, "Bad Request")               \
    X(401, "Unauthorized") X(403, "Forbidden") X(404, "Not Found") X(405, "Method Not Allowed")   \
    X(406, "Not Acceptable") X(408, "Request Timeout") X(409, "Conflict") X(410, "Gone")          \
    X(411, "Length Required") X(412, "Precondition Failed") X(413, "Content Too Large")           \
    X(414, "URI Too Long") X(415, "Unsupported Media Type") X(416, "Range Not Satisfiable")       \
    X(417, "Expectation Failed") X(421, "Misdirected Request") X(422, "Unprocessable Content")    \
    X(423, "Locked") X(424, "Failed Dependency") X(425, "Too Early") X(426, "Upgrade Required")   \
    X(428, "Precondition Required") X(429, "Too Many Requests")                                   \
    X(431, "Request Header Fields Too Large") X(500, "Internal Server Error")                     \
    X(501, "Not Implemented") X(502, "Bad Gateway") X(503, "Service Unavailable")                 \
    X(504, "Gateway Timeout") X(505, "HTTP Version Not Supported")                                \
    X(507, "Insufficient Storage")
// clang-format on

#define CODES 600

#define LINE(code, reason) \
    [code] = {"HTTP/1.1 " #code " " reason "\r\n", sizeof("HTTP/1.1 " #code " " reason "\r\n") - 1},
static const struct slice lines[CODES] = {REASONS(LINE)};
#undef LINE

#define REASON(code, reason) [code] = (reason),
static const char *const reasons[CODES] = {REASONS(REASON)};
#undef REASON

const char *http_reason(int code)
{
    return code >= 0 && code < CODES && reasons[code] ? reasons[code] : "Unknown";
}

struct slice http_status_line(int code)
{
    return code >= 0 && code < CODES && lines[code].ptr ? lines[code] : lines[500];
}
