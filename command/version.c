/*
 * One counter of each kind for all workers, so that an item deleted on one and created again on
 * another gets a higher version.
 */
#include "command/version.h"

#include <stdatomic.h>

#include "lib/base/clock.h"

#define AHEAD_MAX_US UINT64_C(60000000)

static _Atomic uint64_t last_version, last_timestamp;

/* NOW, or one more than the last. */
static uint64_t issue(_Atomic uint64_t *last_issued, uint64_t now)
{
    uint64_t last = atomic_load(last_issued), next;

    do {
        next = now > last ? now : last + 1;
    } while (!atomic_compare_exchange_weak(last_issued, &last, next));
    return next;
}

uint64_t version_issue(void)
{
    return issue(&last_version, clock_wall_us());
}

uint64_t timestamp_issue(void)
{
    return issue(&last_timestamp, clock_wall_ms());
}

void version_retire(uint64_t version)
{
    uint64_t last = atomic_load(&last_version);

    if (version > clock_wall_us() + AHEAD_MAX_US) {
        return;
    }
    while (version > last && !atomic_compare_exchange_weak(&last_version, &last, version)) {
        /* last is what another thread made of it */
    }
}
