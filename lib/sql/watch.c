/*
 * The watcher: ends what has passed its deadline.
 *
 * It sleeps until the earliest deadline that it has heard of, and is woken only for an earlier one;
 * so a stream of queries with like deadlines wakes it once per span of theirs, not once per query.
 * A call that has not begun to run is answered by it; one that runs has its socket shut down, which
 * ends the thread's read at once, and the thread answers.
 */
#include <sys/socket.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/sql/pool.h"

#define STEP_US 1000 /* the least time between two looks */

void sql_watch_for(struct sql *sql, uint64_t deadline_us)
{
    if (deadline_us < sql->watch_us) {
        sql->watch_us = deadline_us;
        (void)pthread_cond_signal(&sql->watch);
    }
}

void sql_interrupt(struct sql_thread *thread)
{
    thread->call->late = true;
    (void)shutdown(sql_socket(thread->running), SHUT_RDWR);
}

static void look_at_queue(struct sql *sql, const struct sql_node *node, uint64_t now)
{
    struct sql_call *next;

    for (struct sql_call *call = node->first; call; call = next) {
        next = call->next;
        if (call->deadline_us > now) {
            sql->watch_us = call->deadline_us < sql->watch_us ? call->deadline_us : sql->watch_us;
            continue;
        }
        sql_queue_remove(sql, call);
        sql_call_answer(call, STATUS_TIMEOUT);
    }
}

static void look_at_thread(struct sql *sql, struct sql_thread *thread, uint64_t now)
{
    struct sql_call *call = thread->call;

    if (!call || call->late || call->step == SQL_ENDING) {
        return;
    }
    if (call->deadline_us > now || call->step == SQL_HANDED) {
        sql->watch_us = call->deadline_us < sql->watch_us ? call->deadline_us : sql->watch_us;
        return;
    }
    if (call->limited) {
        node_late(sql, call->node);
    }
    if (call->step == SQL_RUNNING) {
        sql_interrupt(thread);
    } else {
        thread->call = NULL; /* the thread sees it when it has its connection */
        sql_call_answer(call, STATUS_TIMEOUT);
    }
}

static void sleep_until(struct sql *sql, uint64_t due_us)
{
    struct timespec due = {.tv_sec = (time_t)(due_us / 1000000),
                           .tv_nsec = (long)(due_us % 1000000) * 1000};

    if (due_us == CLOCK_NEVER) {
        (void)pthread_cond_wait(&sql->watch, &sql->mutex);
    } else {
        (void)pthread_cond_timedwait(&sql->watch, &sql->mutex, &due);
    }
}

void *sql_watch_run(void *ctx)
{
    struct sql *sql = ctx;
    uint64_t looked_us = 0;

    (void)pthread_setname_np(pthread_self(), "sql-watch");
    (void)pthread_mutex_lock(&sql->mutex);
    while (!sql->stop) {
        uint64_t now = clock_us();

        if (now < sql->watch_us || now < looked_us + STEP_US) {
            uint64_t earliest_us = looked_us + STEP_US;

            sleep_until(sql, sql->watch_us > earliest_us ? sql->watch_us : earliest_us);
            continue;
        }
        looked_us = now;
        sql->watch_us = CLOCK_NEVER;
        for (unsigned int i = 0; i < sql->config.node_count; i++) {
            look_at_queue(sql, &sql->nodes[i], now);
        }
        for (unsigned int i = 0; i < sql->config.threads; i++) {
            look_at_thread(sql, &sql->threads[i], now);
        }
    }
    (void)pthread_mutex_unlock(&sql->mutex);
    return NULL;
}
