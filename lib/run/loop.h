/*
 * One thread's world: an event base, a mailbox for other threads, and deferred calls.
 *
 * A deferred call runs after the callback that asked for it has returned and before the loop sleeps
 * again: a callback never runs inside the call that starts it, and all writes of one turn go out
 * together.
 */
#ifndef LIB_RUN_LOOP_H
#define LIB_RUN_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

struct loop;

typedef void loop_fn(void *ctx);

/* Embedded in what it serves; zeroed before its first use. */
struct loop_task {
    struct loop_task *next;
    loop_fn *fn;
    void *ctx;
    bool queued;
};

struct loop *loop_create(const char *name);
/* After loop_run has returned; runs what is still in the mailbox. */
void loop_destroy(struct loop *loop);
void loop_run(struct loop *loop);  /* until loop_stop */
void loop_stop(struct loop *loop); /* any thread */
/*
 * One turn of loop_run, for programs that step a loop: waits for something to happen, or takes only
 * what is there already.
 */
void loop_turn(struct loop *loop, bool wait);
struct event_base *loop_base(struct loop *loop);

/* The loop that runs on this thread, or NULL. */
struct loop *loop_current(void);

/* Any thread: FN(ctx) runs on the loop's thread. Order of one sender is kept. */
void loop_post(struct loop *loop, loop_fn *fn, void *ctx);

/*
 * This loop's thread only: the task runs once in this turn. A task that is queued already stays
 * where it is.
 */
void loop_later(struct loop *loop, struct loop_task *task, loop_fn *fn, void *ctx);
void loop_later_cancel(struct loop *loop, struct loop_task *task);

/* Time of this turn, microseconds of clock_us(), read once a turn. */
uint64_t loop_now_us(struct loop *loop);

/*
 * A timer that is started and stopped often; embedded; zeroed before its first use. Precision:
 * about 1 ms, never early.
 */
struct loop_timer {
    struct loop *loop;
    loop_fn *fn;
    void *ctx;
    uint64_t due_us;
    size_t place; /* 1-based place in the loop's heap; 0: not running */
};
void loop_timer_start(struct loop *loop, struct loop_timer *timer, uint64_t due_us, loop_fn *fn,
                      void *ctx);
void loop_timer_stop(struct loop_timer *timer);

#endif
