/*
 * Time. Monotonic microseconds for deadlines and durations, wall time for what is stored or shown.
 */
#ifndef LIB_BASE_CLOCK_H
#define LIB_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/slice.h"

#define CLOCK_NEVER UINT64_MAX

uint64_t clock_us(void);      /* CLOCK_MONOTONIC */
uint64_t clock_wall_us(void); /* CLOCK_REALTIME since 1970 */
uint64_t clock_wall_ms(void);

/* Deadlines: NOW + SPAN without overflow; what is left, 0 when it has passed. */
uint64_t clock_deadline(uint64_t span_us);
uint64_t clock_left_us(uint64_t deadline_us);

#define CLOCK_HTTP_TEXT 30
#define CLOCK_TEXT      25
/* "Sat, 21 Nov 2026 11:05:26 GMT" (RFC 9110 IMF-fixdate) with NUL */
void clock_http(uint64_t wall_ms, char out[CLOCK_HTTP_TEXT]);
/* "2026-11-21T11:05:26.123Z" (RFC 3339) with NUL */
void clock_rfc3339(uint64_t wall_ms, char out[CLOCK_TEXT]);
/* The same of milliseconds that may be below 0. INVALID: not of the years 0001 to 9999. */
MUST_CHECK enum status clock_date_time(int64_t ms, char out[CLOCK_TEXT]);
/* "20261121T110526Z" with NUL (SigV4) */
void clock_basic(uint64_t wall_ms, char out[17]);

/*
 * The one reader of RFC 3339 (5.6): 'T' and 'Z' in either case, always an offset, a leap second
 * (:60) only as the last one of a UTC day; it counts as the first of the next day. Digits of a
 * second's fraction beyond milliseconds are dropped. INVALID: anything else.
 */
/* A date-time of the years 0000 to 9999: milliseconds since 1970, below 0 before. */
MUST_CHECK enum status clock_parse_date_time(struct slice text, int64_t *ms_out);
/* The same, INVALID outside of what the functions above can write: 1970 to 9999, in UTC. */
MUST_CHECK enum status clock_parse_rfc3339(struct slice text, uint64_t *wall_ms_out);
/* A full-date, "2026-11-21". */
bool clock_is_date(struct slice text);

#endif
