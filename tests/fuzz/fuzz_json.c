/*
 * Any bytes are refused or become a tree that is written, read again and equal. Canonical text is a
 * fixed point.
 */
#include <stdlib.h>

#include "lib/data/json.h"
#include "tests/fuzz/fuzz.h"

/* Reads what the buffer holds, which a parser of that very text wrote. */
static const struct value *read_back(struct arena *arena, const struct buf *buf)
{
    const struct value *value;

    if (json_parse(arena, buf_slice(buf), &value, NULL) != STATUS_OK) {
        abort();
    }
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct arena arena = {0};
    struct buf text = {0}, canonical = {0}, again = {0};
    const struct value *value;
    struct json_error error = {SIZE_MAX, NULL};

    if (json_parse(&arena, slice_of(bytes, count), &value, &error) == STATUS_OK) {
        json_write(&text, value);
        json_write_canonical(&canonical, value);
        json_write_canonical(&again, read_back(&arena, &canonical));
        if (!value_equal(value, read_back(&arena, &text)) ||
            !slice_eq(buf_slice(&canonical), buf_slice(&again))) {
            abort();
        }
    } else if (error.offset > count || !error.text) {
        abort();
    }
    arena_fini(&arena);
    buf_fini(&text);
    buf_fini(&canonical);
    buf_fini(&again);
    return 0;
}
