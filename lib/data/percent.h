/*
 * Percent-encoding (RFC 3986 2.1), both ways.
 */
#ifndef LIB_DATA_PERCENT_H
#define LIB_DATA_PERCENT_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"

/* Everything but unreserved characters (letters, digits, "-._~") becomes %XX, upper-case hex. */
void percent_append(struct buf *buf, struct slice text);
struct slice percent_encode(struct arena *arena, struct slice text);

/*
 * PLUS_IS_SPACE: of a query string's part. Into ARENA, unless TEXT means itself: then it is
 * TEXT. INVALID: a bad escape, U+0000, or a result that is not UTF-8.
 */
MUST_CHECK enum status percent_decode(struct arena *arena, struct slice text, bool plus_is_space,
                                      struct slice *out);

#endif
