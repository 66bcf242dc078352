/*
 * A worker: one thread, one loop, and everything that its requests use. Workers share what is
 * read-only (plan, router, settings), the SQL threads and the credentials.
 */
#ifndef GATEWAY_WORKER_H
#define GATEWAY_WORKER_H

#include <pthread.h>

#include "cache/lookup.h"
#include "command/command.h"
#include "conf/plan.h"
#include "conf/settings.h"
#include "gateway/route.h"
#include "lib/httpd.h"

struct route_metrics;

/* What the workers share. */
struct gateway {
    const struct settings *settings;
    struct plan *plan;
    struct router *router;
    enum role role;
    struct sql *sql;
    struct credential_provider *credentials;
};

struct worker {
    const struct gateway *gateway;
    unsigned int number;
    pthread_t thread;
    struct loop *loop;
    struct httpd *httpd;
    struct redis *redis;
    struct cache *cache;
    struct dynamodb *dynamodb;
    struct commander *commander;
    struct route_metrics *metrics; /* of each route, and one more for no route */
    struct buf headers, body;      /* scratch of the answer at hand */
    char id_prefix[17];            /* of the request ids that we make */
    uint64_t id_count;
};

/* Opens what the worker needs and starts its thread; the first one probes the port. */
MUST_CHECK enum status worker_start(struct worker *worker, const struct gateway *gateway,
                                    unsigned int number);

/* Any thread: no new requests; those in flight end; then the loop ends. */
void worker_drain(struct worker *worker);

/* Waits for the thread's end. */
void worker_join(struct worker *worker);

#endif
