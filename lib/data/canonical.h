/*
 * The one text of a value that has several: a UUID in capitals, IPv6 with zeros, a time with an
 * offset. What is compared by bytes (tags, keys, names of aggregates) is compared by these.
 *
 *     uuid        RFC 9562 4           lower case
 *     IPv6        RFC 4291 2.2         RFC 5952: lower case, the longest run of zeros is "::"
 *     date-time   RFC 3339 5.6         UTC with milliseconds, 2026-03-29T01:30:00.000Z
 *
 * Pure functions, any thread.
 */
#ifndef LIB_DATA_CANONICAL_H
#define LIB_DATA_CANONICAL_H

#include "lib/base/slice.h"

#define CANONICAL_MAX 48 /* bytes of the longest, IPv6's INET6_ADDRSTRLEN (46), with its NUL */

/*
 * *out is TEXT itself if it is canonical already, else in SCRATCH. INVALID: TEXT is none; *out is
 * as it was.
 */
MUST_CHECK enum status canonical_uuid(struct slice text, char scratch[CANONICAL_MAX],
                                      struct slice *out);
MUST_CHECK enum status canonical_ip6(struct slice text, char scratch[CANONICAL_MAX],
                                     struct slice *out);
/*
 * Digits beyond milliseconds are cut, a second 60 is the next one. INVALID also outside of the
 * years 0001 to 9999 in UTC, which SQL's DATETIME does not hold.
 */
MUST_CHECK enum status canonical_date_time(struct slice text, char scratch[CANONICAL_MAX],
                                           struct slice *out);
/* "2026-03-29 01:30:00.000": the same as SQL writes it, in a session whose time zone is UTC. */
MUST_CHECK enum status canonical_sql_time(struct slice text, char scratch[CANONICAL_MAX],
                                          struct slice *out);

#endif
