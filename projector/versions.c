/*
 * A hash table of aggregates with open addressing, at most half full, so a probe ends soon.
 */
#include "projector/versions.h"

#include "lib/hash.h"

void versions_init(struct versions *versions, struct arena *arena, size_t max)
{
    size_t size = 4;

    while (size < 2 * max) {
        size *= 2;
    }
    *versions = (struct versions){
        .items = ARENA_ARRAY(arena, struct told, max),
        .known = ARENA_ARRAY(arena, bool, max),
        .table = ARENA_ARRAY(arena, uint32_t, size),
        .mask = size - 1,
    };
}

size_t versions_place(struct versions *versions, struct slice aggregate)
{
    size_t at = hash_xxh64(aggregate) & versions->mask;

    while (versions->table[at] != 0) {
        size_t place = versions->table[at] - 1;

        if (slice_eq(versions->items[place].aggregate, aggregate)) {
            return place;
        }
        at = (at + 1) & versions->mask;
    }
    versions->items[versions->count] = (struct told){.aggregate = aggregate};
    versions->table[at] = (uint32_t)++versions->count;
    return versions->count - 1;
}
