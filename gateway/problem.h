/*
 * Every error that a client can see: RFC 9457 problem details, all in one table.
 *
 *     {"type": "urn:twofold:not-found", "title": "Not found", "status": 404, "detail": "..."}
 */
#ifndef GATEWAY_PROBLEM_H
#define GATEWAY_PROBLEM_H

#include "cache/lookup.h"
#include "conf/schema/schema.h"
#include "lib/base/buf.h"
#include "lib/base/status.h"

// clang-format off
/* X(name, HTTP code, last part of the type, title) */
#define PROBLEMS(X)                                                                                \
    X(MALFORMED,          400, "malformed",             "Malformed request")                       \
    X(BAD_PARAMETER,      400, "bad-parameter",         "Bad parameter")                           \
    X(BAD_CURSOR,         400, "bad-cursor",            "Bad cursor")                              \
    X(BAD_TOKEN,          400, "bad-token",             "Bad consistency token")                   \
    X(FUTURE_TOKEN,       400, "future-token",          "Consistency token from the future")       \
    X(UNAUTHORIZED,       401, "unauthorized",          "Unauthorized")                            \
    X(NOT_FOUND,          404, "not-found",             "Not found")                               \
    X(NO_ROUTE,           404, "no-such-route",         "No such route")                           \
    X(METHOD,             405, "method-not-allowed",    "Method not allowed")                      \
    X(REQUEST_TIMEOUT,    408, "request-timeout",       "Request timeout")                         \
    X(CONFLICT,           409, "conflict",              "Conflict")                                \
    X(REFUSED,            409, "refused",               "Refused")                                 \
    X(PRECONDITION,       412, "precondition-failed",   "Precondition failed")                     \
    X(TOO_LARGE,          413, "content-too-large",     "Content too large")                       \
    X(URI_TOO_LONG,       414, "uri-too-long",          "URI too long")                            \
    X(MEDIA_TYPE,         415, "unsupported-media-type", "Unsupported media type")                 \
    X(MISDIRECTED,        421, "misdirected",           "Misdirected request")                     \
    X(SCHEMA,             422, "schema",                "Does not satisfy the schema")             \
    X(ITEM_TOO_LARGE,     422, "item-too-large",        "Too large to be stored")                  \
    X(KEY_REUSED,         422, "idempotency-key-reused",                                           \
                               "The idempotency key was used for another request")                 \
    X(PROJECTION_BLOCKED, 423, "projection-blocked",                                               \
                               "The projection of this aggregate is blocked")                      \
    X(HEADERS_TOO_LARGE,  431, "headers-too-large",     "Request header fields too large")         \
    X(INTERNAL,           500, "internal",              "Internal error")                          \
    X(NOT_IMPLEMENTED,    501, "not-implemented",       "Not implemented")                         \
    X(UNAVAILABLE,        503, "unavailable",           "Service unavailable")                     \
    X(BUSY,               503, "busy",                  "Too busy")                                \
    X(THROTTLED,          503, "throttled",             "Throttled")                               \
    X(TIMEOUT,            504, "timeout",               "Timeout")                                 \
    X(NOT_CAUGHT_UP,      504, "not-caught-up",         "The read model has not caught up")        \
    X(OUTCOME_UNKNOWN,    504, "outcome-unknown",       "The outcome of the command is unknown")   \
    X(HTTP_VERSION,       505, "http-version",          "HTTP version not supported")
// clang-format on

enum problem {
#define PROBLEM_ENUM(name, code, slug, title) PROBLEM_##name,
    PROBLEMS(PROBLEM_ENUM)
#undef PROBLEM_ENUM
    PROBLEM_COUNT
};

int problem_code(enum problem problem);

/* The first problem of that HTTP code; PROBLEM_INTERNAL when there is none. */
enum problem problem_by_code(int code);

/* What a status of a lower layer means to a client when nothing more is known. */
enum problem problem_of_status(enum status status);

/* What a lookup that was not ANSWERED means to a client. detail is static. */
enum problem problem_of_lookup(enum lookup_outcome outcome, const char **detail_out);

/* What a body says beside the table. All but the first may be empty. */
struct problem_details {
    enum problem problem;
    int code;           /* 0: the table's; a model's `require` may declare another */
    struct slice title; /* empty: the table's; a model's `require` declares its own */
    const char *detail; /* NULL: none */
    const struct schema_errors *errors; /* NULL: none */
    unsigned int retry_after_s;         /* 0: not said, but for 503, which always says 1 or more */
    uint64_t version;                   /* of the aggregate now; 0: not said */
};

/* Writes the JSON body into BODY, which is empty. */
void problem_write(struct buf *body, const struct problem_details *details);

#endif
