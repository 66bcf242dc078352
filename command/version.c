/*
 * One counter for all workers, so that an item deleted on one and created again on another gets a higher version within the same millisecond.
 */
#include "command/version.h"

#include <stdatomic.h>

#include "lib/clock.h"

static _Atomic uint64_t last_issued;

uint64_t version_issue(void)
{
    uint64_t last = atomic_load(&last_issued), next;

    do {
        uint64_t now = clock_wall_ms();

        next = now > last ? now : last + 1;
    } while (!atomic_compare_exchange_weak(&last_issued, &last, next));
    return next;
}
