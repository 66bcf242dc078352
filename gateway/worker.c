/*
 * A worker's thread: opens what its requests use and runs the loop until the last answer has left.
 *
 *     worker_start -> [loop: httpd -> request -> cache | commander] ...
 *     worker_drain -> httpd_drain -> loop_stop -> worker_join
 *
 * What it opened ends with the process: at the drain's deadline calls may still be in flight, and
 * their memory must not go before them.
 */
#include "gateway/worker.h"

#include <unistd.h>

#include "conf/settings/clients.h"
#include "gateway/request.h"
#include "gateway/service.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/data/hash.h"

static struct redis *open_redis(struct worker *worker)
{
    const struct redis_config config = clients_redis(worker->gateway->settings);

    return redis_create(worker->loop, &config);
}

static struct httpd *open_httpd(struct worker *worker, int fd)
{
    struct httpd_config config = clients_httpd(worker->gateway->settings);

    config.request = request_begin;
    config.refuse = request_refuse;
    config.ctx = worker;
    config.metrics = "clients";
    return httpd_create(worker->loop, &config, fd);
}

static void *worker_main(void *ctx)
{
    struct worker *worker = ctx;

    loop_run(worker->loop);
    return NULL;
}

enum status worker_start(struct worker *worker, const struct gateway *gateway, unsigned int number)
{
    const struct dynamodb_config dynamodb = clients_dynamodb(gateway->settings);
    uint64_t id = random_u64();
    enum status status;
    int fd = -1;

    *worker = (struct worker){.gateway = gateway, .number = number};
    status = httpd_listen(gateway->settings->listen, number == 0, &fd);
    if (status != STATUS_OK) {
        return status;
    }
    hex_encode(&id, sizeof(id), worker->id_prefix);
    worker->loop = loop_create("worker");
    status = dynamodb_create(worker->loop, &dynamodb, gateway->credentials, &worker->dynamodb);
    if (status != STATUS_OK) {
        loop_destroy(worker->loop);
        close(fd);
        return status;
    }
    worker->redis = open_redis(worker);
    worker->service = service_create(worker, gateway->edition);
    worker->httpd = open_httpd(worker, fd);
    if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0) {
        log_error("thread not made", "what=worker number=%u hint=\"raise the limit of processes\"",
                  number);
        return STATUS_INTERNAL;
    }
    return STATUS_OK;
}

struct adoption {
    struct worker *worker;
    struct edition *edition;
};

static void adopt_here(void *ctx)
{
    struct adoption *adoption = ctx;
    struct worker *worker = adoption->worker;
    struct service *old = worker->service;

    worker->service = service_create(worker, adoption->edition);
    service_put(old);
    edition_put(adoption->edition);
    xfree(adoption);
}

void worker_adopt(struct worker *worker, struct edition *edition)
{
    struct adoption *adoption = XNEW(struct adoption);

    adoption->worker = worker;
    adoption->edition = edition_get(edition);
    loop_post(worker->loop, adopt_here, adoption);
}

static void on_drained(void *ctx)
{
    struct worker *worker = ctx;

    loop_stop(worker->loop);
}

static void drain_here(void *ctx)
{
    struct worker *worker = ctx;

    httpd_drain(worker->httpd, clock_deadline(worker->gateway->settings->drain_timeout), on_drained,
                worker);
}

void worker_drain(struct worker *worker)
{
    loop_post(worker->loop, drain_here, worker);
}

void worker_join(struct worker *worker)
{
    (void)pthread_join(worker->thread, NULL);
}
