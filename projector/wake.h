/*
 * Waiting that another thread can cut short. A wake-up that comes between looking and waiting is
 * not lost: it counts.
 */
#ifndef PROJECTOR_WAKE_H
#define PROJECTOR_WAKE_H

#include <pthread.h>
#include <stdint.h>

struct wake {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t count;
};

void wake_init(struct wake *wake);
void wake_fini(struct wake *wake);
void wake_up(struct wake *wake); /* all that wait; any thread */

/* Until a wake-up since *seen (updated) or SPAN is over. */
void wake_wait(struct wake *wake, uint64_t *seen, uint64_t span_us);

#endif
