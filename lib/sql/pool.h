/*
 * The inside of sql.c's pool, for lib/sql/ only.
 *
 *     sql.c     contract, queues, who runs next     thread.c  threads, their connections
 *     node.c    health of nodes                     watch.c   deadlines
 *     kill.c    KILL of what was given up
 */
#ifndef LIB_SQL_POOL_H
#define LIB_SQL_POOL_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/base/arena.h"
#include "lib/run/metric.h"
#include "lib/sql/sql.h"

struct sql_victim;

enum sql_call_step {
    SQL_QUEUED,     /* in the queue: the statement is not touched */
    SQL_HANDED,     /* its thread is being woken, and must find it */
    SQL_CONNECTING, /* its thread opens a connection: the statement is not touched */
    SQL_RUNNING,    /* its thread reads the statement and waits for the server */
    SQL_ENDING,     /* its thread alone touches it */
};

/*
 * One query. The thread that runs it answers it; before SQL_RUNNING the watcher may take it away
 * (but for SQL_HANDED) and answer TIMEOUT.
 */
struct sql_call {
    struct sql_call *next, *before; /* in its node's queue */
    struct sql *sql;
    struct loop *loop;
    unsigned int node;
    const struct sql_statement *statement;
    uint64_t deadline_us, started_us;
    sql_done_fn *done;
    void *ctx;
    enum sql_call_step step;
    bool limited; /* its deadline is that of a try at a replica */
    bool late;    /* the watcher has shut its socket down */
    enum status status;
    struct sql_answer *answer;
};

/* What done gets, with its memory. */
struct sql_answer {
    struct sql_result result; /* first: sql_result_free finds the whole by it */
    struct arena arena;
};

struct sql_node {
    struct sql_address address;
    _Atomic uint64_t rest_until_us;   /* is not chosen before */
    _Atomic uint64_t broken_until_us; /* is not even tried before */
    atomic_uint life; /* connections of an earlier one are closed before they are used again */
    uint64_t failed_until_us;      /* what fails before is the same failure; under the mutex */
    atomic_uint failures;          /* in a row */
    struct sql_call *first, *last; /* the queue; under the mutex */
    unsigned int running, waiting, connections; /* likewise; running: those to be KILLed too */
    struct sql_victim *victims;                 /* likewise: to be KILLed */
    bool killing;                               /* likewise: a thread serves the victims */
    struct metric *busy_gauge, *idle_gauge, *duration;
    struct metric *results[STATUS_COUNT]; /* made when first needed */
};

struct sql_thread {
    struct sql *sql;
    pthread_t id;
    pthread_cond_t wake;
    struct sql_thread
        *idle_next;        /* the last that fell idle is woken first: its connections are warm */
    struct sql_call *call; /* NULL: idle, or it KILLs */
    int kill;              /* the node whose victims it serves; -1: none */
    struct sql_conn *conns
        [SQL_NODES_MAX]; /* touched by the thread; the running one's socket also by the watcher */
    unsigned int lives[SQL_NODES_MAX]; /* of conns */
    struct sql_conn *running;          /* under the mutex */
};

struct sql {
    struct sql_config config; /* its slices live in memory */
    struct arena memory;
    struct sql_node nodes[SQL_NODES_MAX];
    pthread_mutex_t mutex;
    struct sql_thread *threads, *idle;
    unsigned int queued;
    unsigned int share; /* threads on one replica, at most: the others are free for other nodes */
    atomic_uint turn;   /* of the round robin */
    bool stop;
    pthread_t watcher;
    pthread_cond_t watch;
    uint64_t watch_us; /* when the watcher wakes by itself */
    struct metric *queue_gauge;
};

/* sql.c, under the mutex */
/* The oldest that may run, out of the queue; NULL: none. */
struct sql_call *sql_next_call(struct sql *sql);
void sql_queue_remove(struct sql *sql, struct sql_call *call);
/* UNAVAILABLE for all that wait for NODE. */
void sql_queue_refuse(struct sql *sql, unsigned int node);
void sql_hand_out(struct sql *sql);                            /* work to idle threads */
bool sql_work_for(struct sql *sql, struct sql_thread *thread); /* false: there is none */
/* Any time: done runs on the call's loop. */
void sql_call_answer(struct sql_call *call, enum status status);

/* node.c */
void node_setup(struct sql *sql, unsigned int node);
bool node_broken(const struct sql_node *node);
void node_gauges(const struct sql_node *node);        /* under the mutex */
void node_trying(struct sql *sql, unsigned int node); /* it is about to be asked */
void node_failed(struct sql *sql, unsigned int node, const struct sql_error *error);
void node_late(struct sql *sql, unsigned int node); /* under the mutex: a try took too long */
void node_worked(struct sql *sql, unsigned int node);
void node_count(struct sql_node *node, enum status status, uint64_t duration_us);

/* kill.c */
/* Under the mutex. The query keeps its place at the node until it is KILLed. */
void sql_victim_add(struct sql *sql, unsigned int node, struct sql_session session);
/*
 * Under the mutex: a node whose victims nobody serves, which the caller then does by sql_kill;
 * -1: none.
 */
int sql_victims_next(struct sql *sql);
void sql_kill(struct sql *sql, unsigned int node); /* on a thread */

/* thread.c, watch.c */
void *sql_thread_run(void *thread);
void *sql_watch_run(void *sql);
/* Under the mutex. */
void sql_watch_for(struct sql *sql, uint64_t deadline_us);
void sql_interrupt(struct sql_thread *thread); /* what it runs ends as late */

#endif
