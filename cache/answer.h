/*
 * Rows -> the answer as clients see it: body, ETag, links to the neighbouring pages.
 */
#ifndef CACHE_ANSWER_H
#define CACHE_ANSWER_H

#include "cache/cursor.h"
#include "cache/lookup.h"

/*
 * OK with kind, body, etag and link in ARENA; CORRUPT: a :one query with two rows; TOO_LARGE: an
 * unpaged :many with more than its "max". seal is used by paged queries only.
 */
MUST_CHECK enum status answer_build(struct arena *arena, const struct lookup_input *input,
                                    const struct cursor *cursor, const struct cursor_seal *seal,
                                    const struct sql_rows *rows, struct answer *out);

#endif
