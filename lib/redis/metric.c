/*
 * twofold_redis_commands_total{result}, twofold_redis_up, twofold_redis_connections.
 */
#include "lib/redis/metric.h"

#include <pthread.h>

#include "lib/run/metric.h"

// clang-format off
#define RESULTS(X)                                                                                 \
    X(OK, "ok") X(ERROR, "error") X(UNAVAILABLE, "unavailable") X(TIMEOUT, "timeout")              \
    X(BUSY, "busy")
// clang-format on

enum result {
#define RESULT_ENUM(name, text) RESULT_##name,
    RESULTS(RESULT_ENUM)
#undef RESULT_ENUM
    RESULT_COUNT
};

static struct metric *results[RESULT_COUNT];
static struct metric *up_gauge, *connections_gauge, *pending_gauge;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned int connections; /* under the mutex, so that the gauges never go back */

static void setup(void)
{
#define RESULT_SERIES(name, text)                                     \
    results[RESULT_##name] =                                          \
        metric_series(METRIC_COUNTER, "twofold_redis_commands_total", \
                      "commands sent to Redis by result", "result=\"" text "\"");
    RESULTS(RESULT_SERIES)
#undef RESULT_SERIES
    up_gauge = metric_series(METRIC_GAUGE, "twofold_redis_up",
                             "1 while a connection to a Redis master is there", "");
    connections_gauge = metric_series(METRIC_GAUGE, "twofold_redis_connections",
                                      "connections to a Redis master", "");
    pending_gauge = metric_series(METRIC_GAUGE, "twofold_redis_pending",
                                  "commands that Redis has not answered yet", "");
    metric_set(up_gauge, 0);
    metric_set(connections_gauge, 0);
}

void redis_metric_setup(void)
{
    (void)pthread_once(&once, setup);
}

void redis_metric_up(bool up)
{
    (void)pthread_mutex_lock(&mutex);
    connections = up ? connections + 1 : connections - 1;
    metric_set(connections_gauge, connections);
    metric_set(up_gauge, connections > 0);
    (void)pthread_mutex_unlock(&mutex);
}

void redis_metric_pending(int64_t change)
{
    metric_move(pending_gauge, change);
}

static enum result result_of(enum status status)
{
    if (status == STATUS_BUSY) {
        return RESULT_BUSY;
    }
    return status == STATUS_TIMEOUT ? RESULT_TIMEOUT : RESULT_UNAVAILABLE;
}

void redis_metric_commands(enum status status, const struct redis_reply *replies, size_t count)
{
    size_t errors = 0;

    if (status != STATUS_OK) {
        metric_add(results[result_of(status)], count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        errors += replies[i].type == REDIS_ERROR;
    }
    if (errors > 0) {
        metric_add(results[RESULT_ERROR], errors);
    }
    metric_add(results[RESULT_OK], count - errors);
}
