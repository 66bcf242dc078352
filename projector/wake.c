/*
 * A counter under a condition variable, on the monotonic clock.
 */
#include "projector/wake.h"

#include <time.h>

void wake_init(struct wake *wake)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&wake->lock, NULL);
    pthread_cond_init(&wake->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    wake->count = 0;
}

void wake_fini(struct wake *wake)
{
    pthread_cond_destroy(&wake->changed);
    pthread_mutex_destroy(&wake->lock);
}

void wake_up(struct wake *wake)
{
    pthread_mutex_lock(&wake->lock);
    wake->count++;
    pthread_cond_broadcast(&wake->changed);
    pthread_mutex_unlock(&wake->lock);
}

void wake_wait(struct wake *wake, uint64_t *seen, uint64_t span_us)
{
    struct timespec until;
    uint64_t ns;

    clock_gettime(CLOCK_MONOTONIC, &until);
    ns = (uint64_t)until.tv_nsec + span_us % 1000000 * 1000;
    until.tv_sec += (time_t)(span_us / 1000000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&wake->lock);
    while (wake->count == *seen &&
           pthread_cond_timedwait(&wake->changed, &wake->lock, &until) == 0) {
    }
    *seen = wake->count;
    pthread_mutex_unlock(&wake->lock);
}
