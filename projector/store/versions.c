/*
 * A hash table of aggregates with open addressing, at most half full, so a probe ends soon.
 */
#include "projector/store/versions.h"

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
