/*
 * One thread's world.
 *
 *     other threads --loop_post--> mailbox --eventfd--+
 *     sockets ----------------------------------------+--> callbacks --loop_later--> queue
 *     heap of timers --timerfd------------------------+              (one turn, then sleep)
 *
 * Invariants:
 *   - the eventfd is written only by who finds the mailbox empty; whoever takes it takes all of it
 *   - the timerfd is armed for the earliest timer or for a moment before it: stopping a timer costs
 *     no system call, and starting one costs one only when it becomes the earliest
 *   - heap[i]->place == i for each running timer (from 1)
 *
 * The base has no locks (evthread is not used): only this thread touches it. libevent's own timers
 * would do, but their clock is CLOCK_MONOTONIC_COARSE (4 ms steps) or a system call in each turn
 * (EVENT_BASE_FLAG_PRECISE_TIMER).
 */
#include "lib/run/loop.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

#define TASKS_PER_TURN \
    4096                  /* then sockets and timers get their turn, however many tasks are left */
#define NAME_MAX_BYTES 16 /* pthread_setname_np(3) */

struct letter {
    struct letter *next;
    loop_fn *fn;
    void *ctx;
};

struct loop {
    struct event_base *base;
    char name[NAME_MAX_BYTES];
    uint64_t now_us; /* 0: not read in this turn */

    struct loop_task *first, *last; /* deferred calls */

    _Atomic(struct letter *) mailbox; /* newest first */
    atomic_bool stop;
    struct event *mailbox_event;
    int mailbox_fd;

    struct loop_timer **heap; /* from 1 */
    size_t timer_count, timer_room;
    uint64_t armed_us; /* what the timerfd is set to */
    struct event *timer_event;
    int timer_fd;
};

static _Thread_local struct loop *current;

static void fail(const char *what)
{
    log_error("cannot make an event loop", "step=\"%s\"", what);
    abort();
}

/* ------------------------------------------------------------------ mailbox */

static void wake(struct loop *loop)
{
    uint64_t one = 1;

    if (write(loop->mailbox_fd, &one, sizeof(one)) != sizeof(one)) {
        fail("wake-up"); /* cannot happen: the counter is far from its end */
    }
}

/*
 * Once it is in the mailbox the letter is no longer ours: the loop may have read and freed it
 * already.
 */
void loop_post(struct loop *loop, loop_fn *fn, void *ctx)
{
    struct letter *letter = XNEW(struct letter);
    struct letter *newest = atomic_load(&loop->mailbox);

    letter->fn = fn;
    letter->ctx = ctx;
    do {
        letter->next = newest;
    } while (!atomic_compare_exchange_weak(&loop->mailbox, &newest, letter));
    if (!newest) {
        wake(loop);
    }
}

/* The whole mailbox, oldest first. */
static struct letter *mailbox_take(struct loop *loop)
{
    struct letter *newest = atomic_exchange(&loop->mailbox, NULL);
    struct letter *oldest = NULL;

    while (newest) {
        struct letter *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

static void mailbox_run(struct loop *loop)
{
    struct letter *letter = mailbox_take(loop);

    while (letter) {
        struct letter *next = letter->next;

        letter->fn(letter->ctx);
        xfree(letter);
        letter = next;
    }
}

/* The event is edge-triggered, so the counter need not be read. */
static void on_mailbox(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    mailbox_run(ctx);
}

/* ------------------------------------------------------------------ deferred calls */

void loop_later(struct loop *loop, struct loop_task *task, loop_fn *fn, void *ctx)
{
    if (task->queued) {
        return;
    }
    *task = (struct loop_task){.fn = fn, .ctx = ctx, .queued = true};
    if (loop->last) {
        loop->last->next = task;
    } else {
        loop->first = task;
    }
    loop->last = task;
}

void loop_later_cancel(struct loop *loop, struct loop_task *task)
{
    struct loop_task *before = NULL;

    if (!task->queued) {
        return;
    }
    for (struct loop_task *at = loop->first; at != task; at = at->next) {
        before = at;
    }
    if (before) {
        before->next = task->next;
    } else {
        loop->first = task->next;
    }
    if (loop->last == task) {
        loop->last = before;
    }
    task->queued = false;
}

static void tasks_run(struct loop *loop)
{
    for (unsigned int ran = 0; loop->first && ran < TASKS_PER_TURN; ran++) {
        struct loop_task *task = loop->first;

        loop->first = task->next;
        if (!loop->first) {
            loop->last = NULL;
        }
        task->queued = false;
        task->fn(task->ctx); /* may free the task, or queue it again */
    }
}

/* ------------------------------------------------------------------ timers */

static void heap_put(struct loop *loop, size_t place, struct loop_timer *timer)
{
    loop->heap[place] = timer;
    timer->place = place;
}

static void heap_rise(struct loop *loop, size_t place, struct loop_timer *timer)
{
    while (place > 1 && loop->heap[place / 2]->due_us > timer->due_us) {
        heap_put(loop, place, loop->heap[place / 2]);
        place /= 2;
    }
    heap_put(loop, place, timer);
}

static void heap_sink(struct loop *loop, size_t place, struct loop_timer *timer)
{
    for (;;) {
        size_t child = place * 2;

        if (child < loop->timer_count &&
            loop->heap[child + 1]->due_us < loop->heap[child]->due_us) {
            child++;
        }
        if (child > loop->timer_count || loop->heap[child]->due_us >= timer->due_us) {
            break;
        }
        heap_put(loop, place, loop->heap[child]);
        place = child;
    }
    heap_put(loop, place, timer);
}

static void heap_remove(struct loop *loop, struct loop_timer *timer)
{
    size_t place = timer->place;
    struct loop_timer *moved = loop->heap[loop->timer_count--];

    timer->place = 0;
    if (moved == timer) {
        return;
    }
    if (place > 1 && loop->heap[place / 2]->due_us > moved->due_us) {
        heap_rise(loop, place, moved);
    } else {
        heap_sink(loop, place, moved);
    }
}

/* Sets the timerfd; this also makes it unreadable until then. */
static void arm(struct loop *loop, uint64_t due_us)
{
    struct itimerspec spec = {0};

    loop->armed_us = due_us;
    if (due_us != CLOCK_NEVER) {
        spec.it_value.tv_sec = (time_t)(due_us / 1000000);
        spec.it_value.tv_nsec = (long)(due_us % 1000000) * 1000 + 1; /* 0 would disarm */
    }
    if (timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) != 0) {
        fail("timerfd_settime");
    }
}

void loop_timer_start(struct loop *loop, struct loop_timer *timer, uint64_t due_us, loop_fn *fn,
                      void *ctx)
{
    loop_timer_stop(timer);
    timer->loop = loop;
    timer->fn = fn;
    timer->ctx = ctx;
    timer->due_us = due_us;
    if (loop->timer_count + 1 >= loop->timer_room) {
        loop->timer_room = loop->timer_room ? loop->timer_room * 2 : 64;
        loop->heap = xrealloc(loop->heap, loop->timer_room * sizeof(void *));
    }
    heap_rise(loop, ++loop->timer_count, timer);
    if (due_us < loop->armed_us) {
        arm(loop, due_us);
    }
}

void loop_timer_stop(struct loop_timer *timer)
{
    if (timer->place > 0) {
        heap_remove(timer->loop, timer);
    }
}

/* As many as run now at most: timers that start each other for now must not keep the turn from its
 * end. */
static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct loop *loop = ctx;
    uint64_t now = loop_now_us(loop);
    size_t most = loop->timer_count;

    (void)fd;
    (void)what;
    loop->armed_us = 0; /* meanwhile nobody arms: it is done below */
    while (most-- > 0 && loop->timer_count > 0 && loop->heap[1]->due_us <= now) {
        struct loop_timer *timer = loop->heap[1];

        heap_remove(loop, timer);
        timer->fn(timer->ctx); /* may free the timer */
    }
    arm(loop, loop->timer_count > 0 ? loop->heap[1]->due_us : CLOCK_NEVER);
}

/* ------------------------------------------------------------------ turns */

uint64_t loop_now_us(struct loop *loop)
{
    if (loop->now_us == 0) {
        loop->now_us = clock_us();
    }
    return loop->now_us;
}

void loop_turn(struct loop *loop, bool wait)
{
    struct loop *outer = current;
    int flags = EVLOOP_ONCE;

    current = loop;
    if (loop->first || !wait) {
        flags |= EVLOOP_NONBLOCK;
    }
    loop->now_us = 0;
    if (event_base_loop(loop->base, flags) < 0) {
        fail("event_base_loop");
    }
    tasks_run(loop);
    loop->now_us = 0;
    current = outer;
}

void loop_run(struct loop *loop)
{
    if (getpid() != gettid()) { /* the first thread's name is the program's */
        (void)pthread_setname_np(pthread_self(), loop->name);
    }
    while (!atomic_load_explicit(&loop->stop, memory_order_relaxed)) {
        loop_turn(loop, true);
    }
    atomic_store(&loop->stop, false);
}

void loop_stop(struct loop *loop)
{
    atomic_store(&loop->stop, true);
    wake(loop);
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

struct loop *loop_current(void)
{
    return current;
}

static struct event_base *base_create(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base;

    if (!config || event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) != 0) {
        fail("event_config");
    }
    base = event_base_new_with_config(config);
    event_config_free(config);
    if (!base) {
        fail("event_base");
    }
    return base;
}

static struct event *watch(struct loop *loop, int fd, short flags, event_callback_fn fn)
{
    struct event *event =
        event_new(loop->base, fd, (short)(EV_READ | EV_PERSIST | flags), fn, loop);

    if (!event || event_add(event, NULL) != 0) {
        fail("event");
    }
    return event;
}

struct loop *loop_create(const char *name)
{
    struct loop *loop = XNEW(struct loop);

    strncpy(loop->name, name, sizeof(loop->name) - 1);
    loop->base = base_create();
    loop->mailbox_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop->mailbox_fd < 0 || loop->timer_fd < 0) {
        fail("file descriptors");
    }
    loop->armed_us = CLOCK_NEVER;
    loop->mailbox_event = watch(loop, loop->mailbox_fd, EV_ET, on_mailbox);
    loop->timer_event = watch(loop, loop->timer_fd, 0, on_timer);
    return loop;
}

void loop_destroy(struct loop *loop)
{
    struct loop *outer = current;

    if (!loop) {
        return;
    }
    current = loop;
    do {
        mailbox_run(loop);
        tasks_run(loop);
    } while (atomic_load(&loop->mailbox) || loop->first);
    current = outer;
    event_free(loop->mailbox_event);
    event_free(loop->timer_event);
    event_base_free(loop->base);
    close(loop->mailbox_fd);
    close(loop->timer_fd);
    xfree(loop->heap);
    xfree(loop);
}
