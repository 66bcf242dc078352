/*
 * A worker's side of an edition: the cache and the commander that were made for its plan, and its
 * counters. On the worker's loop only; counted by the requests that it serves, so an old one ends
 * when its last request has.
 */
#ifndef GATEWAY_SERVICE_H
#define GATEWAY_SERVICE_H

#include "gateway/edition.h"
#include "gateway/worker.h"

struct service {
    struct worker *worker;
    struct edition *edition;
    struct cache *cache;
    struct commander *commander;
    struct route_metrics *metrics; /* of each route, and one more for no route */
    unsigned int references;
    struct loop_task end;
};

/* Takes a reference on EDITION. One reference is the caller's. */
struct service *service_create(struct worker *worker, struct edition *edition);

struct service *service_get(struct service *service);
/* The last one ends it later in this turn, never inside: its cache may be on the stack. */
void service_put(struct service *service);

#endif
