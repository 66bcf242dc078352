/*
 * JSON -> attribute values -> JSON is identity: what can be written as an item is read back equal,
 * and its text reads back equal again. What is no item is refused without a crash.
 */
#include <stdlib.h>

#include "lib/aws/attribute.h"
#include "lib/data/json.h"
#include "tests/fuzz/fuzz.h"

/* Any JSON may come as an answer. */
static void read_any(struct arena *arena, const struct value *typed)
{
    const struct value *value = NULL;

    if (attribute_read(arena, typed, &value) == STATUS_OK && !value) {
        abort();
    }
    value = NULL;
    if (item_read(arena, typed, &value) == STATUS_OK && !value) {
        abort();
    }
}

static void round_trip(struct arena *arena, const struct value *value, struct buf *buf)
{
    const struct value *typed = NULL, *back = NULL, *again = NULL;

    if (attribute_write(buf, value) != STATUS_OK) {
        return; /* a number beyond DynamoDB's */
    }
    if (json_parse(arena, arena_copy(arena, buf_slice(buf)), &typed, NULL) != STATUS_OK) {
        return; /* typed JSON is twice as deep, beyond JSON_DEPTH_MAX */
    }
    if (attribute_read(arena, typed, &back) != STATUS_OK || !value_equal(value, back)) {
        abort();
    }
    buf_clear(buf);
    json_write(buf, back);
    if (json_parse(arena, buf_slice(buf), &again, NULL) != STATUS_OK ||
        !value_equal(value, again)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct buf buf = {0};
    const struct value *value = NULL;

    if (json_parse(&arena, slice_of(data, size), &value, NULL) == STATUS_OK) {
        read_any(&arena, value);
        round_trip(&arena, value, &buf);
    }
    buf_fini(&buf);
    arena_fini(&arena);
    return 0;
}
