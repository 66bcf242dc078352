/*
 * A list and a bit for each slot of a page (32 KB a lane): adding, and taking back what was added
 * last, cost nothing to speak of.
 */
#include "projector/apply/slots.h"

#include "lib/base/memory.h"

#define WORD_BITS 64

void slots_fini(struct slots *slots)
{
    xfree(slots->items);
    xfree(slots->bits);
    *slots = (struct slots){.count = 0};
}

void slots_clear(struct slots *slots)
{
    slots_cut(slots, 0);
}

void slots_add(struct slots *slots, uint32_t slot)
{
    uint64_t bit = 1ull << (slot % WORD_BITS);

    if (!slots->bits) {
        slots->bits = XARRAY(uint64_t, PAGE_SLOTS / WORD_BITS);
    }
    if (slots->bits[slot / WORD_BITS] & bit) {
        return;
    }
    if (slots->count == slots->cap) {
        slots->cap = slots->cap > 0 ? 2 * slots->cap : WORD_BITS;
        slots->items = xrealloc(slots->items, slots->cap * sizeof(*slots->items));
    }
    slots->bits[slot / WORD_BITS] |= bit;
    slots->items[slots->count++] = slot;
}

void slots_cut(struct slots *slots, size_t count)
{
    while (slots->count > count) {
        uint32_t slot = slots->items[--slots->count];

        slots->bits[slot / WORD_BITS] &= ~(1ull << (slot % WORD_BITS));
    }
}
