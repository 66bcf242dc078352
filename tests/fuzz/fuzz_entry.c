/*
 * A cache entry's bytes, as Redis may give them: CORRUPT, or what entry_encode makes of it is these
 * bytes again.
 */
#include <stdlib.h>

#include "cache/entry.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct slice stored = slice_of(bytes, count);
    struct buf buf = {0};
    struct entry entry;

    if (entry_decode(stored, &entry) == STATUS_OK &&
        (entry_encode(&buf, &entry) != STATUS_OK || !slice_eq(buf_slice(&buf), stored) ||
         ENTRY_HEADER_BYTES + entry.etag.len + entry.link.len + entry.body.len != count)) {
        abort();
    }
    buf_fini(&buf);
    return 0;
}
