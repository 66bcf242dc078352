/*
 * A worker's thread: opens what its requests use and runs the loop until the last answer has left.
 *
 *     worker_start -> [loop: httpd -> request -> cache | commander] ... worker_drain -> httpd_drain
 * -> loop_stop -> worker_join
 *
 * What it opened ends with the process: at the drain's deadline calls may still be in flight, and
 * their memory must not go before them.
 */
#include "gateway/worker.h"

#include <unistd.h>

#include "gateway/request.h"
#include "gateway/service.h"
#include "lib/clock.h"
#include "lib/hash.h"
#include "lib/log.h"
#include "lib/memory.h"

static struct redis *open_redis(struct worker *worker)
{
    const struct settings *settings = worker->gateway->settings;
    const struct redis_config config = {
        .addresses = settings->redis,
        .username = settings->redis_username,
        .password = settings->redis_password,
        .connect_timeout_us = settings->redis_connect_timeout,
        .command_timeout_us = settings->redis_timeout,
        .retry_base_us = 50000,
        .retry_cap_us = 1000000,
        .pending_max = settings->redis_pending,
    };

    return redis_create(worker->loop, &config);
}

static struct httpd *open_httpd(struct worker *worker, int fd)
{
    const struct settings *settings = worker->gateway->settings;
    const struct httpd_config config = {
        .line_max = settings->line_max,
        .header_max = settings->header_max,
        .body_max = settings->body_max,
        .header_timeout_us = settings->header_timeout,
        .body_timeout_us = settings->body_timeout,
        .write_timeout_us = settings->write_timeout,
        .idle_timeout_us = settings->idle_timeout,
        .linger_us = settings->linger,
        .connections_max = settings->connections_max,
        .inflight_max = settings->inflight_max,
        .pipeline_max = settings->pipeline_max,
        .request = request_begin,
        .refuse = request_refuse,
        .ctx = worker,
        .metrics = "clients",
    };

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
    status =
        dynamodb_create(worker->loop, gateway->settings, gateway->credentials, &worker->dynamodb);
    if (status != STATUS_OK) {
        loop_destroy(worker->loop);
        close(fd);
        return status;
    }
    worker->redis = open_redis(worker);
    worker->service = service_create(worker, gateway->edition);
    worker->httpd = open_httpd(worker, fd);
    if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0) {
        log_error("thread not made", "what=worker number=%u hint=raise_the_limit_of_processes",
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
