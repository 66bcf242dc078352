/*
 * A worker: one thread, one loop, and everything that its requests use. Workers share what is
 * read-only (plan, router, settings), the SQL threads, the cache of aggregates and the credentials.
 */
#ifndef GATEWAY_WORKER_H
#define GATEWAY_WORKER_H

#include <pthread.h>

#include "cache/lookup.h"
#include "command/command.h"
#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "gateway/edition.h"
#include "lib/httpd/httpd.h"

struct service;

/* What the workers share. */
struct gateway {
    const struct settings *settings;
    /* that the first requests are served by; a reload gives workers another */
    struct edition *edition;
    enum role role;
    struct sql *sql;
    struct aggregate_cache *aggregates;
    struct credential_provider *credentials;
};

struct worker {
    const struct gateway *gateway;
    unsigned int number;
    pthread_t thread;
    struct loop *loop;
    struct httpd *httpd;
    struct redis *redis;
    struct dynamodb *dynamodb;
    struct service *service;  /* of the current edition */
    struct buf headers, body; /* scratch of the answer at hand; body: of a problem */
    char id_prefix[17];       /* of the request ids that we make */
    uint64_t id_count;
};

/* Opens what the worker needs and starts its thread; the first one probes the port. */
MUST_CHECK enum status worker_start(struct worker *worker, const struct gateway *gateway,
                                    unsigned int number);

/*
 * Any thread: requests that begin from now on are served by EDITION; those in flight end as they
 * began.
 */
void worker_adopt(struct worker *worker, struct edition *edition);

/* Any thread: no new requests; those in flight end; then the loop ends. */
void worker_drain(struct worker *worker);

/* Waits for the thread's end. */
void worker_join(struct worker *worker);

#endif
