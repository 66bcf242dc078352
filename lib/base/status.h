/*
 * How an operation ended. One table: name, what the caller may do, one line of text.
 *
 *   FINAL  the same call will end the same way
 *   RETRY  nothing was applied; the same call may succeed later
 *   ASK    it is not known whether it was applied; ask before doing it again
 *
 * HTTP codes are the gateway's affair (gateway/problem.h).
 */
#ifndef LIB_BASE_STATUS_H
#define LIB_BASE_STATUS_H

#include "lib/base/compiler.h"

// clang-format off
#define STATUS(X)                                                                           \
    X(OK,           FINAL, "done")                                                          \
    X(NOT_FOUND,    FINAL, "there is no such thing")                                        \
    X(INVALID,      FINAL, "the input is malformed")                                        \
    X(SCHEMA,       FINAL, "the input does not satisfy its schema")                         \
    X(REFUSED,      FINAL, "a declared requirement does not hold")                          \
    X(CONFLICT,     FINAL, "another writer came first")                                     \
    X(PRECONDITION, FINAL, "the version is not the expected one")                           \
    X(DENIED,       FINAL, "the credentials do not allow this")                             \
    X(TOO_LARGE,    FINAL, "beyond a limit of size")                                        \
    X(CORRUPT,      FINAL, "stored or received bytes do not make sense")                    \
    X(FENCED,       FINAL, "the lease is lost; another owner has it")                       \
    X(TRIMMED,      FINAL, "the stream no longer holds this position")                      \
    X(INTERNAL,     FINAL, "a bug or a refused resource; see the log")                      \
    X(UNAVAILABLE,  RETRY, "the server cannot be reached or refuses to serve")              \
    X(THROTTLED,    RETRY, "the server asks us to slow down")                               \
    X(BUSY,         RETRY, "a limit on concurrent work is reached")                         \
    X(TIMEOUT,      RETRY, "the deadline passed and nothing was applied")                   \
    X(UNCERTAIN,    ASK,   "the answer was lost; it may have been applied or not")
// clang-format on

enum status {
#define STATUS_ENUM(name, advice, text) STATUS_##name,
    STATUS(STATUS_ENUM)
#undef STATUS_ENUM
    STATUS_COUNT
};

enum status_advice {
    ADVICE_FINAL,
    ADVICE_RETRY,
    ADVICE_ASK
};

/* Lower-case name as it is in logs and metric labels: "not_found". Static storage. */
const char *status_name(enum status status);
const char *status_text(enum status status);
enum status_advice status_advice(enum status status);

#endif
