/*
 * A view of bytes that somebody else owns. Never NUL-terminated by promise.
 */
#ifndef LIB_BASE_SLICE_H
#define LIB_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/compiler.h"
#include "lib/base/status.h"

struct slice {
    const char *ptr;
    size_t len;
};

/* For printf-like functions: "%.*s" with SLICE_ARG(s). */
#define SLICE_ARG(s)     (int)(s).len, (s).ptr
#define SLICE_LITERAL(s) ((struct slice){(s), sizeof(s) - 1})
#define SLICE_EMPTY      ((struct slice){"", 0})

static inline struct slice slice_of(const void *ptr, size_t len)
{
    return (struct slice){(const char *)ptr, len};
}

static inline struct slice slice_str(const char *text)
{
    return (struct slice){text, strlen(text)};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
    return slice_eq(a, slice_str(text));
}

static inline bool slice_starts(struct slice a, const char *prefix)
{
    size_t len = strlen(prefix);

    return a.len >= len && memcmp(a.ptr, prefix, len) == 0;
}

/* From offset FROM to the end; empty when FROM is beyond it. */
static inline struct slice slice_from(struct slice a, size_t from)
{
    return from >= a.len ? SLICE_EMPTY : slice_of(a.ptr + from, a.len - from);
}

/* ASCII case is ignored (names of HTTP headers). */
bool slice_eq_nocase(struct slice a, struct slice b);

/* Order of bytes, shorter first when one begins the other: <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);

/*
 * Splits at the first SEPARATOR: head gets what is before it, rest what is after. False when it is
 * absent (then head = a, rest = empty). head_out may not alias rest_out.
 */
bool slice_cut(struct slice a, char separator, struct slice *head_out, struct slice *rest_out);

/* Without spaces and tabs (and CR, LF) at both ends. */
struct slice slice_trim(struct slice a);

/* Writes NUMBER in decimal, at most U64_DIGITS bytes; returns the end. */
#define U64_DIGITS 20
char *u64_put(char *at, uint64_t number);

/* Digits only, no sign, no blanks, at least one, no overflow: else INVALID. */
MUST_CHECK enum status slice_parse_u64(struct slice a, uint64_t *out);

/* An optional '-' and digits, in the range of int64_t: else INVALID. */
MUST_CHECK enum status slice_parse_i64(struct slice a, int64_t *out);

#endif
