/*
 * A stream's record, in the table of a state store and in that of an event store: it says its
 * fault, or it is ignored, or it has all that a projection needs. Each is found by its aggregate as
 * far as that can be read.
 */
#include <stdlib.h>

#include "lib/data/json.h"
#include "projector/source/record.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/projector/source/thing.h"

static void decode(const struct plan_model *model, const struct value *raw)
{
    struct arena arena = {0};
    struct record record;

    record_decode(model, raw, &arena, &record);
    if (record.raw != raw) {
        abort();
    }
    if (!record.fault && record.kind != RECORD_IGNORED &&
        (!record.id || !record.image || record.aggregate.len == 0)) {
        abort();
    }
    if (!record.fault && record.kind == RECORD_EVENT && !record.has_version) {
        abort();
    }
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct arena arena = {0};
    const struct value *raw = NULL;

    if (json_parse(&arena, slice_of(bytes, count), &raw, NULL) == STATUS_OK) {
        decode(thing_model(), raw);
        decode(deed_model(), raw);
    }
    arena_fini(&arena);
    return 0;
}
