/*
 * What every Prometheus client says of its own process: CPU, memory, file descriptors, start time.
 * For metric.c.
 */
#ifndef LIB_RUN_METRIC_PROCESS_H
#define LIB_RUN_METRIC_PROCESS_H

#include "lib/base/buf.h"

/* Appends the process_* families, read from /proc now. */
void metric_process_render(struct buf *buf);

#endif
