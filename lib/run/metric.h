/*
 * Counters, gauges and histograms in Prometheus' text format (version 0.0.4).
 *
 * A series is made once, found again by family and labels, and lives for the process; its pointer
 * may be kept. Adding is lock-free: each thread adds to a slot of its own, a scrape sums the slots.
 * The families of a folder are in one table there:
 *
 *     #define CACHE_METRICS(X) \
 *         X(lookups, COUNTER, "twofold_cache_lookups_total", "cache lookups by result")
 */
#ifndef LIB_RUN_METRIC_H
#define LIB_RUN_METRIC_H

#include <stdint.h>

#include "lib/base/buf.h"

enum metric_type {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_HISTOGRAM
};

struct metric;

/*
 * FAMILY, HELP  static strings; one family has one type and one help (else the process ends: a bug)
 * LABELS        "", or as they are shown: `result="hit"`
 * Any thread; takes a lock: not for the hot path.
 */
struct metric *metric_series(enum metric_type type, const char *family, const char *help,
                             const char *labels);

struct metric_label {
    const char *name;
    struct slice value;
};

/*
 * The same with values that are not known before: escaped here. The first label without a name ends
 * LABELS.
 */
struct metric *metric_labelled(enum metric_type type, const char *family, const char *help,
                               const struct metric_label *labels);

/* Declares a family that shall be shown with its HELP and TYPE even while it has no series. */
void metric_family(enum metric_type type, const char *family, const char *help);

void metric_add(struct metric *metric, uint64_t count);
void metric_set(struct metric *gauge, double value);
/* Counts a gauge up and down from several threads (connections); added to what was set. */
void metric_move(struct metric *gauge, int64_t change);
/* Histograms of seconds: buckets 0.0001 .. 10 s. */
void metric_observe_us(struct metric *histogram, uint64_t duration_us);
/* Sum of a counter, value of a gauge. */
double metric_get(const struct metric *metric);

/* Removes a gauge's series from what is shown (a lane that ended) until it is set again. */
void metric_hide(struct metric *gauge);

/* Runs before each scrape, on the scraping thread: sets gauges that are computed. */
void metric_on_scrape(void (*fn)(void *ctx), void *ctx);

/* The whole exposition, process_* and twofold_build_info included. Any thread. */
void metric_render(struct buf *buf);

#endif
