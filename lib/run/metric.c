/*
 * Series are made under a lock and live for ever; counting is lock-free.
 *
 *     family --> series --> slots[0..63], each on a cache line of its own
 *                           |      one thread each, plain stores; made when it first counts
 *                           +-- the last one is shared by all further threads, atomic adds
 *
 * A scrape sums the slots: it may miss what is counted meanwhile, never counts twice, and a counter
 * never falls.
 */
#include "lib/run/metric.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/run/metric_process.h"
#include "lib/run/version.h"

#define SLOTS         64
#define SHARED        (SLOTS - 1)
#define CACHE_LINE    64
#define VERSION_LABEL 200 /* git describe: a tag, a count, a hash */

// clang-format off
static const uint32_t bucket_us[] = {
    100,    250,    500,    1000,    2500,    5000,    10000,   25000,
    50000,  100000, 250000, 500000,  1000000, 2500000, 5000000, 10000000,
};
static const char *const bucket_text[] = {
    "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025",
    "0.05",   "0.1",     "0.25",   "0.5",   "1",      "2.5",   "5",    "10",   "+Inf",
};
// clang-format on
#define BUCKETS ARRAY_COUNT(bucket_text)

/* A slot is an array of cells. COUNTER, GAUGE: one. HISTOGRAM: one for each bucket (not
 * cumulative), then the sum in microseconds. */
typedef _Atomic uint64_t cell;
#define SUM_CELL BUCKETS

struct metric {
    struct metric *next;
    struct family *family;
    char *labels;
    _Atomic double base; /* of gauges: what was set; the slots are added */
    atomic_bool hidden;
    _Atomic(cell *) slots[SLOTS];
};

struct family {
    struct family *next;
    enum metric_type type;
    const char *name, *help;
    struct metric *first, *last;
};

struct hook {
    struct hook *next;
    void (*fn)(void *ctx);
    void *ctx;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct family *first_family, *last_family;
static struct hook *hooks;
static _Atomic unsigned int threads;

/* ------------------------------------------------------------------ counting */

static unsigned int thread_slot(void)
{
    static _Thread_local unsigned int number; /* from 1 */

    if (number == 0) {
        number = atomic_fetch_add(&threads, 1) + 1;
    }
    return number <= SHARED ? number - 1 : SHARED;
}

static cell *slot_create(const struct metric *metric)
{
    size_t cells = metric->family->type == METRIC_HISTOGRAM ? BUCKETS + 1 : 1;
    size_t size = (cells * sizeof(cell) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    cell *slot = aligned_alloc(CACHE_LINE, size);

    if (!slot) {
        log_error("out of memory", "bytes=%zu", size);
        abort();
    }
    memset(slot, 0, size);
    return slot;
}

static cell *slot_of(struct metric *metric, unsigned int number)
{
    cell *slot = atomic_load_explicit(&metric->slots[number], memory_order_acquire);
    cell *expected = NULL;

    if (slot) {
        return slot;
    }
    slot = slot_create(metric);
    if (!atomic_compare_exchange_strong(&metric->slots[number], &expected, slot)) {
        free(slot);
        return expected;
    }
    return slot;
}

static void cell_add(cell *counted, unsigned int number, uint64_t count)
{
    if (number == SHARED) {
        atomic_fetch_add_explicit(counted, count, memory_order_relaxed);
        return;
    }
    atomic_store_explicit(counted, atomic_load_explicit(counted, memory_order_relaxed) + count,
                          memory_order_relaxed);
}

void metric_add(struct metric *metric, uint64_t count)
{
    unsigned int number = thread_slot();

    cell_add(slot_of(metric, number), number, count);
}

void metric_move(struct metric *gauge, int64_t change)
{
    metric_add(gauge, (uint64_t)change); /* modulo 2^64: the sum of all slots is right */
}

void metric_set(struct metric *gauge, double value)
{
    atomic_store(&gauge->base, value);
    atomic_store(&gauge->hidden, false);
}

void metric_hide(struct metric *gauge)
{
    atomic_store(&gauge->hidden, true);
}

void metric_observe_us(struct metric *histogram, uint64_t duration_us)
{
    unsigned int number = thread_slot();
    cell *slot = slot_of(histogram, number);
    size_t bucket = 0;

    while (bucket < ARRAY_COUNT(bucket_us) && duration_us > bucket_us[bucket]) {
        bucket++;
    }
    cell_add(slot + bucket, number, 1);
    cell_add(slot + SUM_CELL, number, duration_us);
}

static uint64_t cell_sum(const struct metric *metric, size_t which)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < SLOTS; i++) {
        const cell *slot = atomic_load_explicit(&metric->slots[i], memory_order_acquire);

        if (slot) {
            sum += atomic_load_explicit(slot + which, memory_order_relaxed);
        }
    }
    return sum;
}

double metric_get(const struct metric *metric)
{
    uint64_t sum = 0;

    switch (metric->family->type) {
    case METRIC_COUNTER:
        return (double)cell_sum(metric, 0);
    case METRIC_GAUGE:
        return metric->base + (double)(int64_t)cell_sum(metric, 0);
    case METRIC_HISTOGRAM:
        break;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        sum += cell_sum(metric, i);
    }
    return (double)sum;
}

/* ------------------------------------------------------------------ families and series */

static struct family *family_create(enum metric_type type, const char *name, const char *help)
{
    struct family *family = XNEW(struct family);

    family->type = type;
    family->name = name;
    family->help = help;
    if (last_family) {
        last_family->next = family;
    } else {
        first_family = family;
    }
    last_family = family;
    return family;
}

static struct family *family_find(enum metric_type type, const char *name, const char *help)
{
    for (struct family *family = first_family; family; family = family->next) {
        if (strcmp(family->name, name) != 0) {
            continue;
        }
        if (family->type != type || strcmp(family->help, help) != 0) {
            log_error("one metric declared in two ways", "family=%s", name);
            abort();
        }
        return family;
    }
    return family_create(type, name, help);
}

void metric_family(enum metric_type type, const char *family, const char *help)
{
    pthread_mutex_lock(&lock);
    (void)family_find(type, family, help);
    pthread_mutex_unlock(&lock);
}

static struct metric *series_create(struct family *family, const char *labels)
{
    struct metric *metric = XNEW(struct metric);

    metric->family = family;
    metric->labels = xstrdup(slice_str(labels));
    if (family->last) {
        family->last->next = metric;
    } else {
        family->first = metric;
    }
    family->last = metric;
    return metric;
}

struct metric *metric_series(enum metric_type type, const char *family, const char *help,
                             const char *labels)
{
    struct metric *metric;
    struct family *found;

    pthread_mutex_lock(&lock);
    found = family_find(type, family, help);
    for (metric = found->first; metric; metric = metric->next) {
        if (strcmp(metric->labels, labels) == 0) {
            break;
        }
    }
    if (!metric) {
        metric = series_create(found, labels);
    }
    pthread_mutex_unlock(&lock);
    return metric;
}

/* The text format's: \\ \" \n. */
static void append_escaped(struct buf *buf, struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (c == '\\' || c == '"' || c == '\n') {
            buf_append_char(buf, '\\');
            if (c == '\n') {
                c = 'n';
            }
        }
        buf_append_char(buf, c);
    }
}

struct metric *metric_labelled(enum metric_type type, const char *family, const char *help,
                               const struct metric_label *labels)
{
    struct buf text = {0};
    struct metric *metric;

    for (const struct metric_label *label = labels; label->name; label++) {
        buf_printf(&text, "%s%s=\"", label == labels ? "" : ",", label->name);
        append_escaped(&text, label->value);
        buf_append_char(&text, '"');
    }
    buf_append_char(&text, '\0');
    metric = metric_series(type, family, help, text.ptr);
    buf_fini(&text);
    return metric;
}

void metric_on_scrape(void (*fn)(void *ctx), void *ctx)
{
    struct hook *hook = XNEW(struct hook);

    hook->fn = fn;
    hook->ctx = ctx;
    pthread_mutex_lock(&lock);
    hook->next = hooks;
    hooks = hook;
    pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------ exposition */

static void render_number(struct buf *buf, double number)
{
    char text[32];

    if (isnan(number) || isinf(number)) {
        buf_append_str(buf, isnan(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
        return;
    }
    (void)snprintf(text, sizeof(text), "%.15g", number);
    if (strtod(text, NULL) != number) {
        (void)snprintf(text, sizeof(text), "%.17g", number);
    }
    buf_append_str(buf, text);
}

static void render_name(struct buf *buf, const struct metric *metric, const char *suffix)
{
    buf_printf(buf, metric->labels[0] ? "%s%s{%s} " : "%s%s%s ", metric->family->name, suffix,
               metric->labels);
}

static void render_histogram(struct buf *buf, const struct metric *metric)
{
    uint64_t count = 0;

    for (size_t i = 0; i < BUCKETS; i++) {
        count += cell_sum(metric, i);
        buf_printf(buf, "%s_bucket{%s%sle=\"%s\"} %llu\n", metric->family->name, metric->labels,
                   metric->labels[0] ? "," : "", bucket_text[i], (unsigned long long)count);
    }
    render_name(buf, metric, "_sum");
    render_number(buf, (double)cell_sum(metric, SUM_CELL) / 1e6);
    buf_append_char(buf, '\n');
    render_name(buf, metric, "_count");
    buf_printf(buf, "%llu\n", (unsigned long long)count);
}

static void render_series(struct buf *buf, const struct metric *metric)
{
    switch (metric->family->type) {
    case METRIC_COUNTER:
        render_name(buf, metric, "");
        buf_printf(buf, "%llu\n", (unsigned long long)cell_sum(metric, 0));
        break;
    case METRIC_GAUGE:
        if (!metric->hidden) {
            render_name(buf, metric, "");
            render_number(buf, metric_get(metric));
            buf_append_char(buf, '\n');
        }
        break;
    case METRIC_HISTOGRAM:
        render_histogram(buf, metric);
        break;
    }
}

static void render_family(struct buf *buf, const struct family *family)
{
    static const char *const types[] = {
        [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};

    buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name,
               types[family->type]);
    for (const struct metric *metric = family->first; metric; metric = metric->next) {
        render_series(buf, metric);
    }
}

void metric_render(struct buf *buf)
{
    char version[VERSION_LABEL];
    struct hook *hook;

    snprintf(version, sizeof(version), "version=\"%s\"", version_text());
    metric_set(metric_series(METRIC_GAUGE, "twofold_build_info",
                             "always 1; the label names the version", version),
               1);
    pthread_mutex_lock(&lock);
    hook = hooks;
    pthread_mutex_unlock(&lock);
    for (; hook;
         hook =
             hook->next) { /* without the lock: hooks make series. They are only ever prepended. */
        hook->fn(hook->ctx);
    }
    pthread_mutex_lock(&lock);
    for (const struct family *family = first_family; family; family = family->next) {
        render_family(buf, family);
    }
    pthread_mutex_unlock(&lock);
    metric_process_render(buf);
}
