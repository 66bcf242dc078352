/*
 * A cached answer as it is in Redis: "at revision LABEL of epoch EPOCH the answer was BODY". A fact
 * that never becomes false. All numbers are big-endian.
 *
 *     magic 4 | kind 1 | etag length 1 | link length 2 | epoch 16 | label 8 | created 8
 *     | body length 4 | etag | link | body
 */
#ifndef CACHE_ENTRY_H
#define CACHE_ENTRY_H

#include "cache/lookup.h"
#include "lib/base/buf.h"

#define ENTRY_HEADER_BYTES 44

struct entry {
    enum answer_kind kind;
    const char *epoch; /* EPOCH_TEXT bytes, no NUL */
    uint64_t label, created_ms;
    struct slice etag, link, body;
};

/*
 * Views into BYTES. CORRUPT: anything that entry_encode did not make; such an entry counts as none.
 */
MUST_CHECK enum status entry_decode(struct slice bytes, struct entry *out);

/* TOO_LARGE: a part does not fit its length field. */
MUST_CHECK enum status entry_encode(struct buf *buf, const struct entry *entry);

#endif
