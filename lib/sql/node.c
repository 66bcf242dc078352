/*
 * How a node is: resting (found lagging: not chosen), broken (could not be reached: not even
 * tried), and what /metrics says of it.
 *
 * A node breaks when a connection cannot be made (also to a primary that is read-only), when a new
 * one is lost, or when a replica lets a
 * query wait for replica_us. It is then left alone for eject_us, doubling up to eject_cap_us; the
 * primary, which nothing replaces, always for eject_us only. When its time is over one thread tries
 * it; meanwhile it stays broken for the others, who would wait in vain too. A replica that was only
 * slow is back as soon as the slow query is KILLed, since that takes a new connection.
 */
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/sql/pool.h"

#define EJECT_DOUBLINGS 20

static struct metric *series(const struct sql_node *node, enum metric_type type, const char *family,
                             const char *help, const char *label, const char *value)
{
    const struct metric_label labels[] = {
        {"node", node->address.name},
        {label,  slice_str(value)  },
        {NULL,   SLICE_EMPTY       }
    };

    return metric_labelled(type, family, help, labels);
}

static struct metric *gauge(const struct sql_node *node, const char *state)
{
    return series(node, METRIC_GAUGE, "twofold_sql_connections", "SQL connections by state",
                  "state", state);
}

void node_setup(struct sql *sql, unsigned int node)
{
    struct sql_node *it = &sql->nodes[node];

    it->busy_gauge = gauge(it, "busy");
    it->idle_gauge = gauge(it, "idle");
    it->duration = series(it, METRIC_HISTOGRAM, "twofold_sql_query_duration_seconds",
                          "from asking to the answer, waiting for a thread included", NULL, "");
    for (enum status status = 0; status < STATUS_COUNT; status++) {
        it->results[status] =
            series(it, METRIC_COUNTER, "twofold_sql_queries_total",
                   "SQL queries by node and result", "result", status_name(status));
    }
    node_gauges(it);
}

void node_gauges(const struct sql_node *node)
{
    unsigned int busy = node->running < node->connections ? node->running : node->connections;

    metric_set(node->busy_gauge, busy);
    metric_set(node->idle_gauge, node->connections - busy);
}

void node_count(struct sql_node *node, enum status status, uint64_t duration_us)
{
    metric_add(node->results[status], 1);
    metric_observe_us(node->duration, duration_us);
}

bool node_broken(const struct sql_node *node)
{
    uint64_t until_us = atomic_load(&node->broken_until_us);

    return until_us > 0 && until_us > clock_us();
}

void node_trying(struct sql *sql, unsigned int node)
{
    struct sql_node *it = &sql->nodes[node];

    if (atomic_load(&it->failures) > 0) {
        atomic_store(&it->broken_until_us, clock_deadline(sql->config.login.connect_timeout_us));
    }
}

static uint64_t rest_of(const struct sql *sql, unsigned int node, unsigned int failures)
{
    uint64_t rest_us = sql->config.eject_us;

    if (node == SQL_PRIMARY) {
        return rest_us;
    }
    for (unsigned int i = 1; i < failures && i < EJECT_DOUBLINGS; i++) {
        rest_us *= 2;
    }
    return rest_us < sql->config.eject_cap_us ? rest_us : sql->config.eject_cap_us;
}

/*
 * Under the mutex. Those who wait for a replica had better ask another node; the primary's have
 * none.
 */
static void leave_alone(struct sql *sql, unsigned int node, const struct sql_error *error)
{
    struct sql_node *it = &sql->nodes[node];
    bool same = atomic_load(&it->failures) > 0 && clock_us() < it->failed_until_us;
    uint64_t rest_us = rest_of(sql, node, atomic_fetch_add(&it->failures, same ? 0 : 1) + !same);

    atomic_store(&it->broken_until_us, clock_deadline(rest_us));
    it->failed_until_us = same ? it->failed_until_us : clock_deadline(rest_us);
    log_warn_every("sql node left alone", "node=%.*s rest_ms=%llu error=%u text=\"%s\"",
                   SLICE_ARG(it->address.name), (unsigned long long)rest_us / 1000, error->number,
                   error->text);
    if (node != SQL_PRIMARY) {
        sql_queue_refuse(sql, node);
    }
}

void node_failed(struct sql *sql, unsigned int node, const struct sql_error *error)
{
    (void)pthread_mutex_lock(&sql->mutex);
    leave_alone(sql, node, error);
    (void)pthread_mutex_unlock(&sql->mutex);
}

void node_late(struct sql *sql, unsigned int node)
{
    static const struct sql_error error = {.state = "00000", .text = "no answer in time"};

    leave_alone(sql, node, &error);
}

void node_worked(struct sql *sql, unsigned int node)
{
    struct sql_node *it = &sql->nodes[node];

    if (atomic_load(&it->failures) > 0 && atomic_exchange(&it->failures, 0) > 0) {
        atomic_store(&it->broken_until_us, 0);
        log_info("sql node is back", "node=%.*s", SLICE_ARG(it->address.name));
    }
}

void sql_node_leave(struct sql *sql, unsigned int node, const char *why)
{
    struct sql_node *it = &sql->nodes[node];

    atomic_fetch_add(&it->life, 1);
    log_warn_every("sql node's connections closed",
                   "node=%.*s reason=\"%s\" hint=\"its name is resolved anew: let it name the "
                   "primary\"",
                   SLICE_ARG(it->address.name), why);
}
