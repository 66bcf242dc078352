/*
 * Making and ending a worker's side of an edition.
 */
#include "gateway/service.h"

#include "gateway/request.h"
#include "lib/base/memory.h"

struct service *service_create(struct worker *worker, struct edition *edition)
{
    struct service *service = XNEW(struct service);
    const struct settings *settings = worker->gateway->settings;

    service->worker = worker;
    service->edition = edition_get(edition);
    service->references = 1;
    service->metrics = route_metrics_create(edition->plan);
    service->cache =
        cache_create(worker->loop, edition->plan, settings, worker->redis, worker->gateway->sql);
    service->commander = commander_create(worker->loop, edition->plan, settings, worker->dynamodb,
                                          worker->gateway->aggregates);
    return service;
}

struct service *service_get(struct service *service)
{
    service->references++;
    return service;
}

static void service_end(void *ctx)
{
    struct service *service = ctx;

    commander_destroy(service->commander);
    cache_destroy(service->cache);
    route_metrics_destroy(service->metrics);
    edition_put(service->edition);
    xfree(service);
}

void service_put(struct service *service)
{
    if (--service->references == 0) {
        loop_later(service->worker->loop, &service->end, service_end, service);
    }
}
