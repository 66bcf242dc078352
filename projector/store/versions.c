/*
 * A hash table of aggregates with open addressing, at most half full, so a probe ends soon.
 */
#include "projector/store/versions.h"

#include "lib/base/buf.h"
#include "lib/data/hash.h"

void versions_init(struct versions *versions, struct arena *arena, size_t max)
{
    size_t size = 4;

    while (size < 2 * max) {
        size *= 2;
    }
    *versions = (struct versions){
        .items = ARENA_ARRAY(arena, struct told, max),
        .events = ARENA_ARRAY(arena, struct slice, max),
        .table = ARENA_ARRAY(arena, uint32_t, size),
        .mask = size - 1,
    };
}

/* The aggregate's entry of the table, or the free one where it belongs. */
static size_t probe(const struct versions *versions, struct slice aggregate)
{
    size_t at = hash_xxh64(aggregate) & versions->mask;

    while (versions->table[at] != 0 &&
           !slice_eq(versions->items[versions->table[at] - 1].aggregate, aggregate)) {
        at = (at + 1) & versions->mask;
    }
    return at;
}

size_t versions_place(struct versions *versions, struct slice aggregate)
{
    size_t at = probe(versions, aggregate);

    if (versions->table[at] == 0) {
        versions->items[versions->count] = (struct told){.aggregate = aggregate};
        versions->table[at] = (uint32_t)++versions->count;
    }
    return versions->table[at] - 1;
}

bool versions_has(const struct versions *versions, struct slice aggregate)
{
    return versions->count > 0 && versions->table[probe(versions, aggregate)] != 0;
}

struct slice event_stored(struct arena *arena, uint64_t version, struct slice event)
{
    struct buf buf = {0};
    struct slice stored;

    if (event.len == 0) {
        return SLICE_EMPTY;
    }
    buf_append_u64(&buf, version);
    buf_append_char(&buf, ':');
    buf_append(&buf, event); /* whatever bytes other software gave it */
    stored = arena_copy(arena, buf_slice(&buf));
    buf_fini(&buf);
    return stored;
}

struct slice event_of_version(struct slice stored, uint64_t version)
{
    struct slice head, event;
    uint64_t of;

    return slice_cut(stored, ':', &head, &event) && slice_parse_u64(head, &of) == STATUS_OK &&
                   of == version
               ? event
               : SLICE_EMPTY;
}
