/*
 * A set of slots: each once, in the order in which they came.
 */
#ifndef PROJECTOR_APPLY_SLOTS_H
#define PROJECTOR_APPLY_SLOTS_H

#include "cache/page.h"

struct slots {
    uint32_t *items;
    size_t count, cap;
    uint64_t *bits; /* PAGE_SLOTS of them */
};

/* {0} is empty. */
void slots_fini(struct slots *slots);
void slots_clear(struct slots *slots);
void slots_add(struct slots *slots, uint32_t slot);
/* Forgets those that came after the first COUNT. */
void slots_cut(struct slots *slots, size_t count);

#endif
