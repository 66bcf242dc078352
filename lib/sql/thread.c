/*
 * A thread of the pool: one query at a time, on a connection per node that it opens when it first
 * needs it, and keeps.
 *
 *     idle --> connect (if needed) --> run --> answer --> next work (a call, or victims), or idle
 *
 * - A kept connection may have died of old age, or be to a primary that was demoted: when it is
 *   lost with nothing applied, the query runs once more on a new one. A new one that is lost breaks
 *   the node.
 * - After a deadline the server still works on the query: it becomes a victim (kill.c).
 */
#include <mysql.h>

#include "lib/base/clock.h"
#include "lib/sql/pool.h"

static void connection_close(struct sql_thread *thread, unsigned int node)
{
    struct sql *sql = thread->sql;

    (void)pthread_mutex_lock(&sql->mutex);
    sql->nodes[node].connections--;
    node_gauges(&sql->nodes[node]);
    (void)pthread_mutex_unlock(&sql->mutex);
    sql_close(thread->conns[node]);
    thread->conns[node] = NULL;
}

static enum status connection_open(struct sql_thread *thread, unsigned int node,
                                   struct sql_error *error_out)
{
    struct sql *sql = thread->sql;
    struct sql_login login = sql->config.login;
    enum status status;

    login.primary = node == SQL_PRIMARY;
    thread->lives[node] = atomic_load(&sql->nodes[node].life);
    status =
        sql_open(&sql->nodes[node].address, &login, SLICE_EMPTY, &thread->conns[node], error_out);
    if (status != STATUS_OK) {
        node_failed(sql, node, error_out);
        if (error_out->demoted) { /* so are the other threads' connections */
            sql_node_leave(sql, node, error_out->text);
        }
        return status;
    }
    node_worked(sql, node);
    (void)pthread_mutex_lock(&sql->mutex);
    sql->nodes[node].connections++;
    node_gauges(&sql->nodes[node]);
    (void)pthread_mutex_unlock(&sql->mutex);
    return STATUS_OK;
}

/*
 * From here on the statement may be read, and the watcher may shut the socket down. False: the
 * watcher has answered already.
 */
static bool run_begin(struct sql_thread *thread, struct sql_conn *conn)
{
    bool ours;

    (void)pthread_mutex_lock(&thread->sql->mutex);
    ours = thread->call != NULL;
    if (ours) {
        thread->call->step = SQL_RUNNING;
        thread->running = conn;
    }
    (void)pthread_mutex_unlock(&thread->sql->mutex);
    return ours;
}

/* The call is ours alone from here; whether its socket was shut down. */
static bool run_end(struct sql_thread *thread, struct sql_call *call)
{
    bool late;

    (void)pthread_mutex_lock(&thread->sql->mutex);
    late = call->late;
    call->step = SQL_ENDING;
    thread->running = NULL;
    (void)pthread_mutex_unlock(&thread->sql->mutex);
    return late;
}

/* The call waits for a connection again; the watcher may take it. */
static void run_again(struct sql_thread *thread, struct sql_call *call)
{
    arena_reset(&call->answer->arena);
    (void)pthread_mutex_lock(&thread->sql->mutex);
    call->step = SQL_CONNECTING;
    (void)pthread_mutex_unlock(&thread->sql->mutex);
}

static void answer(struct sql_thread *thread, enum status status, const struct sql_error *error)
{
    struct sql_call *call;

    (void)pthread_mutex_lock(&thread->sql->mutex);
    call = thread->call;
    thread->call = NULL;
    (void)pthread_mutex_unlock(&thread->sql->mutex);
    if (call) {
        call->answer->result.error = *error;
        sql_call_answer(call, status);
    }
}

/* ------------------------------------------------------------------ one query */

enum outcome {
    OUTCOME_DONE,  /* answered */
    OUTCOME_AGAIN, /* an old connection was lost before anything was applied */
    OUTCOME_KILL,  /* answered; the server still works on it */
};

static void judge(struct sql *sql, unsigned int node, const struct sql_conn *conn, bool fresh)
{
    if (sql_demoted(conn)) { /* so are the other threads' connections */
        sql_node_leave(sql, node, sql_error(conn)->text);
    }
    if (sql_lost(conn) && fresh) {
        node_failed(sql, node, sql_error(conn));
    } else if (!sql_lost(conn)) {
        node_worked(sql, node);
    }
}

/* The end of a query whose socket was shut down: a read has changed nothing. */
static enum status late_status(enum status status)
{
    return status == STATUS_OK || status == STATUS_UNCERTAIN ? status : STATUS_TIMEOUT;
}

/* CALL is looked at only between run_begin and the answer. */
static enum outcome run(struct sql_thread *thread, unsigned int node, bool fresh,
                        struct sql_session *victim_out)
{
    struct sql_conn *conn = thread->conns[node];
    struct sql_call *call;
    enum status status;

    *victim_out = sql_session_of(conn);
    if (!run_begin(thread, conn)) {
        return OUTCOME_DONE;
    }
    call = thread->call;
    status = sql_run(conn, call->statement, &call->answer->arena, &call->answer->result.rows);
    if (run_end(thread, call)) {
        answer(thread, late_status(status), sql_error(conn));
        return status == STATUS_OK ? OUTCOME_DONE : OUTCOME_KILL;
    }
    judge(thread->sql, node, conn, fresh);
    if (sql_lost(conn) && status == STATUS_UNAVAILABLE && !fresh) {
        run_again(thread, call);
        return OUTCOME_AGAIN;
    }
    answer(thread, status, sql_error(conn));
    return OUTCOME_DONE;
}

/* One of the node's life as it is: sql_node_leave ends all before it. */
static bool has_connection(struct sql_thread *thread, unsigned int node)
{
    if (thread->conns[node] && thread->lives[node] != atomic_load(&thread->sql->nodes[node].life)) {
        connection_close(thread, node);
    }
    return thread->conns[node] != NULL;
}

/* The session to KILL at the server; of the id 0: none. */
static struct sql_session serve(struct sql_thread *thread, unsigned int node)
{
    enum outcome outcome = OUTCOME_AGAIN;
    const struct sql_session none = {0};
    struct sql_session victim = none;

    while (outcome == OUTCOME_AGAIN) {
        struct sql_error error = {.state = "00000"};
        bool fresh = !has_connection(thread, node);
        enum status status = STATUS_OK;

        if (fresh && node_broken(&thread->sql->nodes[node])) {
            status = STATUS_UNAVAILABLE;
        } else {
            if (fresh || node != SQL_PRIMARY) {
                node_trying(thread->sql, node);
            }
            status = fresh ? connection_open(thread, node, &error) : STATUS_OK;
        }
        if (status != STATUS_OK) {
            answer(thread, status, &error);
            return none;
        }
        outcome = run(thread, node, fresh, &victim);
        if (outcome == OUTCOME_KILL || sql_lost(thread->conns[node])) {
            connection_close(thread, node);
        }
    }
    return outcome == OUTCOME_KILL ? victim : none;
}

/* ------------------------------------------------------------------ the thread */

bool sql_work_for(struct sql *sql, struct sql_thread *thread)
{
    thread->kill = sql_victims_next(sql);
    if (thread->kill < 0 && !sql->stop) {
        thread->call = sql_next_call(sql);
    }
    return thread->call || thread->kill >= 0;
}

/* False: the pool ends. Under the mutex. */
static bool wait_for_work(struct sql_thread *thread)
{
    struct sql *sql = thread->sql;

    if (sql_work_for(sql, thread)) {
        return true;
    }
    if (!sql->stop) {
        thread->idle_next = sql->idle;
        sql->idle = thread;
    }
    while (!thread->call && thread->kill < 0 && !sql->stop) {
        (void)pthread_cond_wait(&thread->wake, &sql->mutex);
    }
    return thread->call || thread->kill >= 0;
}

/* Under the mutex, but not while it serves. */
static void serve_call(struct sql_thread *thread)
{
    struct sql *sql = thread->sql;
    unsigned int node = thread->call->node;
    struct sql_session victim;

    thread->call->step = SQL_CONNECTING;
    (void)pthread_mutex_unlock(&sql->mutex);
    victim = serve(thread, node);
    (void)pthread_mutex_lock(&sql->mutex);
    if (victim.id != 0) {
        sql_victim_add(sql, node, victim);
    } else {
        sql->nodes[node].running--;
        node_gauges(&sql->nodes[node]);
    }
    sql_hand_out(sql); /* a place at the node may have become free for somebody else's call */
}

static void serve_victims(struct sql_thread *thread)
{
    struct sql *sql = thread->sql;

    (void)pthread_mutex_unlock(&sql->mutex);
    sql_kill(sql, (unsigned int)thread->kill);
    (void)pthread_mutex_lock(&sql->mutex);
    thread->kill = -1;
}

void *sql_thread_run(void *ctx)
{
    struct sql_thread *thread = ctx;
    struct sql *sql = thread->sql;

    (void)pthread_setname_np(pthread_self(), "sql");
    (void)mysql_thread_init();
    (void)pthread_mutex_lock(&sql->mutex);
    while (wait_for_work(thread)) {
        if (thread->call) {
            serve_call(thread);
        } else {
            serve_victims(thread);
        }
    }
    (void)pthread_mutex_unlock(&sql->mutex);
    for (unsigned int i = 0; i < sql->config.node_count; i++) {
        if (thread->conns[i]) {
            connection_close(thread, i);
        }
    }
    mysql_thread_end();
    return NULL;
}
