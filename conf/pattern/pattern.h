/*
 * Regular expressions in two dialects: ECMA-262 (JSON Schema's "pattern") and RE2 (CEL's
 * matches()). Both are translated to PCRE2, which runs them with limits: no input makes a match run
 * away. Read-only once compiled; any thread.
 */
#ifndef CONF_PATTERN_PATTERN_H
#define CONF_PATTERN_PATTERN_H

#include "lib/base/arena.h"

#define PATTERN_BYTES_MAX   4096
#define PATTERN_EFFORTS_MAX 4

enum pattern_dialect {
    PATTERN_ECMA,
    PATTERN_RE2
};

struct pattern;

/*
 * NULL with *ERROR_OUT (in ARENA). Its memory goes with ARENA. HOT: many matches will follow, so it
 * is worth machine code.
 */
const struct pattern *pattern_compile(struct arena *arena, struct slice text,
                                      enum pattern_dialect dialect, bool hot,
                                      const char **error_out);

/*
 * Does SUBJECT (UTF-8) contain a match?
 *
 *     efforts  how many matches may still be tried with the large limit; counted down. One piece
 *              of work shares a count that starts with PATTERN_EFFORTS_MAX at most
 *     status   OK with *out; TOO_LARGE: a limit was hit, the answer is not known; INVALID: SUBJECT
 *              is not UTF-8
 */
MUST_CHECK enum status pattern_match(const struct pattern *pattern, struct slice subject,
                                     unsigned int *efforts, bool *out);

#endif
