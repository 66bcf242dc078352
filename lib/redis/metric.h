/*
 * What /metrics says of Redis; shared by the asynchronous and the blocking clients. Any thread.
 */
#ifndef LIB_REDIS_METRIC_H
#define LIB_REDIS_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/status.h"
#include "lib/redis/redis.h"

/* Registers the families; at each create. */
void redis_metric_setup(void);

/* Commands sent (above 0), or answered and given up (below). */
void redis_metric_pending(int64_t change);

/* A connection to a master is there, or gone. */
void redis_metric_up(bool up);

/* COUNT commands ended with STATUS; OK: each of REPLIES counts as ok or error. */
void redis_metric_commands(enum status status, const struct redis_reply *replies, size_t count);

#endif
