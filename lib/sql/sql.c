/*
 * SQL for loops.
 *
 *     loop: sql_query --> queue --> thread: connection --> node
 *       ^                  |          |
 *       +---- loop_post ---+----------+        watcher: deadlines
 *
 * - A query costs two switches of thread: it is handed to an idle thread (the one that was busy
 *   last), and its answer is posted to the loop. While all threads are busy it waits in its node's
 *   queue; a thread that is done takes the oldest that may run itself.
 * - At most primary_max run on the primary at once and primary_queue wait; they do not keep threads
 *   from the replicas' queries. Nor does a replica that hangs: a quarter of the threads is always
 *   left to other nodes, a try ends after replica_us, and then all that wait for it are told.
 * - The statement is read by the thread only between SQL_RUNNING and the answer, so what ends
 *   before that can be answered by anybody at once.
 */
#include "lib/sql/sql.h"

#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/sql/pool.h"

/* ------------------------------------------------------------------ answers */

static void on_loop(void *ctx)
{
    struct sql_call *call = ctx;
    struct sql_answer *answer = call->answer;
    sql_done_fn *done = call->done;
    void *done_ctx = call->ctx;
    enum status status = call->status;

    xfree(call);
    done(done_ctx, status, &answer->result);
}

void sql_call_answer(struct sql_call *call, enum status status)
{
    call->status = status;
    node_count(&call->sql->nodes[call->node], status, clock_us() - call->started_us);
    loop_post(call->loop, on_loop, call);
}

void sql_result_free(struct sql_result *result)
{
    struct sql_answer *answer = (struct sql_answer *)result;

    if (answer) {
        arena_fini(&answer->arena);
        xfree(answer);
    }
}

/* ------------------------------------------------------------------ the queue */

static void queue_append(struct sql *sql, struct sql_call *call)
{
    struct sql_node *node = &sql->nodes[call->node];

    call->before = node->last;
    *(node->last ? &node->last->next : &node->first) = call;
    node->last = call;
    node->waiting++;
    metric_set(sql->queue_gauge, ++sql->queued);
}

void sql_queue_remove(struct sql *sql, struct sql_call *call)
{
    struct sql_node *node = &sql->nodes[call->node];

    *(call->before ? &call->before->next : &node->first) = call->next;
    *(call->next ? &call->next->before : &node->last) = call->before;
    call->next = call->before = NULL;
    node->waiting--;
    metric_set(sql->queue_gauge, --sql->queued);
}

void sql_queue_refuse(struct sql *sql, unsigned int node)
{
    struct sql_call *call;

    while ((call = sql->nodes[node].first) != NULL) {
        sql_queue_remove(sql, call);
        sql_call_answer(call, STATUS_UNAVAILABLE);
    }
}

static bool may_run(const struct sql *sql, unsigned int node)
{
    return sql->nodes[node].running < (node == SQL_PRIMARY ? sql->config.primary_max : sql->share);
}

/* The oldest that may run; NULL: none. */
static struct sql_call *oldest(const struct sql *sql)
{
    struct sql_call *found = NULL;

    for (unsigned int i = 0; i < sql->config.node_count; i++) {
        struct sql_call *first = sql->nodes[i].first;

        if (first && may_run(sql, i) && (!found || first->started_us < found->started_us)) {
            found = first;
        }
    }
    return found;
}

/* A try at a replica may take less than the query as a whole. */
static void limit(struct sql *sql, struct sql_call *call)
{
    uint64_t until_us = clock_deadline(sql->config.replica_us);

    if (call->node != SQL_PRIMARY && sql->config.replica_us > 0 && until_us <= call->deadline_us) {
        call->deadline_us = until_us;
        call->limited = true;
        sql_watch_for(sql, until_us);
    }
}

struct sql_call *sql_next_call(struct sql *sql)
{
    struct sql_call *call = oldest(sql);

    if (call) {
        sql_queue_remove(sql, call);
        call->step = SQL_HANDED;
        limit(sql, call);
        sql->nodes[call->node].running++;
        node_gauges(&sql->nodes[call->node]);
    }
    return call;
}

void sql_hand_out(struct sql *sql)
{
    struct sql_thread *thread;

    while ((thread = sql->idle) != NULL && sql_work_for(sql, thread)) {
        sql->idle = thread->idle_next;
        (void)pthread_cond_signal(&thread->wake);
    }
}

/* OK: it may wait for a thread. */
static enum status admit(const struct sql *sql, const struct sql_call *call)
{
    const struct sql_node *primary = &sql->nodes[SQL_PRIMARY];

    if (call->deadline_us <= call->started_us) {
        return STATUS_TIMEOUT;
    }
    if (node_broken(&sql->nodes[call->node])) {
        return STATUS_UNAVAILABLE;
    }
    if (call->node == SQL_PRIMARY && primary->running + primary->waiting >=
                                         sql->config.primary_max + sql->config.primary_queue) {
        return STATUS_BUSY;
    }
    return sql->queued >= sql->config.queue_max && !sql->idle ? STATUS_BUSY : STATUS_OK;
}

void sql_query(struct sql *sql, struct loop *loop, unsigned int node,
               const struct sql_statement *statement, uint64_t deadline_us, sql_done_fn *done,
               void *ctx)
{
    struct sql_call *call = XNEW(struct sql_call);
    enum status status;

    *call = (struct sql_call){.sql = sql,
                              .loop = loop,
                              .node = node,
                              .statement = statement,
                              .deadline_us = deadline_us,
                              .started_us = clock_us(),
                              .done = done,
                              .ctx = ctx,
                              .answer = XNEW(struct sql_answer)};
    (void)pthread_mutex_lock(&sql->mutex);
    status = admit(sql, call);
    if (status == STATUS_OK) {
        queue_append(sql, call);
        sql_watch_for(sql, deadline_us);
        sql_hand_out(sql);
    }
    (void)pthread_mutex_unlock(&sql->mutex);
    if (status != STATUS_OK) {
        sql_call_answer(call, status);
    }
}

/* ------------------------------------------------------------------ choice */

unsigned int sql_node_count(const struct sql *sql)
{
    return sql->config.node_count;
}

struct slice sql_node_name(const struct sql *sql, unsigned int node)
{
    return sql->nodes[node].address.name;
}

bool sql_node_up(const struct sql *sql, unsigned int node)
{
    uint64_t now = clock_us();

    return atomic_load(&sql->nodes[node].rest_until_us) <= now && !node_broken(&sql->nodes[node]);
}

void sql_node_rest(struct sql *sql, unsigned int node, uint64_t span_us)
{
    uint64_t until_us = clock_deadline(span_us);

    if (until_us > atomic_load(&sql->nodes[node].rest_until_us)) {
        atomic_store(&sql->nodes[node].rest_until_us, until_us);
    }
}

int sql_node_pick(struct sql *sql, unsigned int tried)
{
    unsigned int replicas = sql->config.node_count - 1;
    unsigned int turn = atomic_fetch_add_explicit(&sql->turn, 1, memory_order_relaxed);

    for (unsigned int i = 0; i < replicas; i++) {
        unsigned int node = 1 + (turn + i) % replicas;

        if ((tried & 1u << node) == 0 && sql_node_up(sql, node)) {
            return (int)node;
        }
    }
    return (tried & 1u << SQL_PRIMARY) == 0 ? SQL_PRIMARY : -1;
}

/* ------------------------------------------------------------------ the pool's life */

static void config_copy(struct sql *sql, const struct sql_config *config)
{
    sql->config = *config;
    sql->config.login.user = arena_copy(&sql->memory, config->login.user);
    sql->config.login.password = arena_copy(&sql->memory, config->login.password);
    for (unsigned int i = 0; i < config->node_count; i++) {
        sql->nodes[i].address = config->nodes[i];
        sql->nodes[i].address.name = arena_copy(&sql->memory, config->nodes[i].name);
        sql->nodes[i].address.host = arena_copy(&sql->memory, config->nodes[i].host);
    }
}

/* Waits by the monotonic clock, as deadlines are. */
static void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

/* At least one; of two and more one is left, of eight two. */
static unsigned int share_of(unsigned int threads)
{
    unsigned int left = threads / 4 > 0 ? threads / 4 : 1;

    return threads > left ? threads - left : 1;
}

struct sql *sql_create(const struct sql_config *config)
{
    struct sql *sql = XNEW(struct sql);

    config_copy(sql, config);
    sql->share = share_of(config->threads);
    sql->queue_gauge =
        metric_series(METRIC_GAUGE, "twofold_sql_queue", "queries that wait for a thread", "");
    for (unsigned int i = 0; i < config->node_count; i++) {
        node_setup(sql, i);
    }
    (void)pthread_mutex_init(&sql->mutex, NULL);
    cond_init(&sql->watch);
    sql->watch_us = CLOCK_NEVER;
    sql->threads = XARRAY(struct sql_thread, config->threads);
    for (unsigned int i = 0; i < config->threads; i++) {
        sql->threads[i].sql = sql;
        sql->threads[i].kill = -1;
        cond_init(&sql->threads[i].wake);
        (void)pthread_create(&sql->threads[i].id, NULL, sql_thread_run, &sql->threads[i]);
    }
    (void)pthread_create(&sql->watcher, NULL, sql_watch_run, sql);
    return sql;
}

/* Everything that waits ends now; everything that runs ends as if its deadline had come. */
static void stop_all(struct sql *sql)
{
    (void)pthread_mutex_lock(&sql->mutex);
    sql->stop = true;
    for (unsigned int i = 0; i < sql->config.node_count; i++) {
        sql_queue_refuse(sql, i);
    }
    sql->idle = NULL; /* they leave: who runs a query that is interrupted now KILLs it, too */
    for (unsigned int i = 0; i < sql->config.threads; i++) {
        if (sql->threads[i].running) {
            sql_interrupt(&sql->threads[i]);
        }
        (void)pthread_cond_signal(&sql->threads[i].wake);
    }
    (void)pthread_cond_signal(&sql->watch);
    (void)pthread_mutex_unlock(&sql->mutex);
}

void sql_destroy(struct sql *sql)
{
    stop_all(sql);
    (void)pthread_join(sql->watcher, NULL);
    for (unsigned int i = 0; i < sql->config.threads; i++) {
        (void)pthread_join(sql->threads[i].id, NULL);
        (void)pthread_cond_destroy(&sql->threads[i].wake);
    }
    (void)pthread_cond_destroy(&sql->watch);
    (void)pthread_mutex_destroy(&sql->mutex);
    xfree(sql->threads);
    arena_fini(&sql->memory);
    xfree(sql);
}
