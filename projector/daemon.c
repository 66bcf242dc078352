/*
 * Threads of the projector.
 *
 *     main        waits for SIGTERM
 *     loop        admin pages, pokes from gateways
 *     keeper      RENEW, CLEAR, ASSERT
 *     dispatcher  shards, leases
 *     lanes       one for each leased shard
 *
 *     start: pid file -> admin pages -> preflight (waits for servers, refuses without `setup`)
 *            -> keeper -> dispatcher
 *     stop:  lanes finish the batch in hand and give their leases back -> dispatcher -> keeper
 *            -> loop
 */
#include "projector/daemon.h"

#include <errno.h>
#include <signal.h>

#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/run/backoff.h"
#include "lib/run/process.h"
#include "projector/admin.h"
#include "projector/apply/kill_point.h"
#include "projector/dispatcher.h"
#include "projector/keeper.h"
#include "projector/poke.h"
#include "projector/preflight.h"

#define WAIT_BASE_US 100000
#define WAIT_CAP_US  2000000

struct daemon {
    const struct settings *settings;
    const struct plan *plan;
    struct credential_provider *credentials;
    char owner[OWNER_TEXT];
    struct wake keeper_wake, dispatcher_wake;
    struct follower *followers;
    size_t count;
    struct loop *loop;
    struct admin *admin;
    struct poke *poke;
    pthread_t loop_thread;
    bool loop_runs;
    struct keeper *keeper;
    struct dispatcher *dispatcher;
    sigset_t signals;
};

/* True: a signal to stop came within SPAN_US. */
static bool told_to_stop(const struct daemon *daemon, uint64_t span_us)
{
    const struct timespec span = {.tv_sec = (time_t)(span_us / 1000000),
                                  .tv_nsec = (long)(span_us % 1000000 * 1000)};

    return sigtimedwait(&daemon->signals, NULL, &span) > 0;
}

/* ------------------------------------------------------------------ start */

/* One model. BUSY: told to stop while waiting. */
static enum status preflight_wait(struct daemon *daemon, const struct plan_model *model,
                                  struct dynamodb_sync *dynamodb)
{
    unsigned int attempt = 0;
    enum status status = preflight_check(daemon->settings, model, dynamodb);

    while (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        if (told_to_stop(daemon, WAIT_BASE_US / 2 +
                                     backoff_full_jitter(WAIT_BASE_US, WAIT_CAP_US, attempt++))) {
            return STATUS_BUSY;
        }
        status = preflight_check(daemon->settings, model, dynamodb);
    }
    return status;
}

static enum status preflight(struct daemon *daemon)
{
    struct dynamodb_sync *dynamodb = NULL;
    const struct dynamodb_config config = clients_dynamodb(daemon->settings);
    enum status status = dynamodb_sync_create(&config, daemon->credentials, &dynamodb);
    size_t i;

    if (status != STATUS_OK) {
        return status;
    }
    for (i = 0; status == STATUS_OK && i < daemon->count; i++) {
        status = preflight_wait(daemon, daemon->followers[i].model, dynamodb);
    }
    dynamodb_sync_destroy(dynamodb);
    return status;
}

static void *run_loop(void *ctx)
{
    loop_run(ctx);
    return NULL;
}

static enum status start_loop(struct daemon *daemon)
{
    enum status status;

    daemon->loop = loop_create("admin");
    status = admin_create(daemon->loop, daemon->settings, daemon->followers, daemon->count,
                          &daemon->admin);
    if (status != STATUS_OK) {
        return status;
    }
    daemon->poke = poke_create(daemon->loop, daemon->settings, daemon->followers, daemon->count);
    daemon->loop_runs = pthread_create(&daemon->loop_thread, NULL, run_loop, daemon->loop) == 0;
    return daemon->loop_runs ? STATUS_OK : STATUS_INTERNAL;
}

static enum status start_threads(struct daemon *daemon)
{
    daemon->keeper = keeper_start(daemon->settings, daemon->followers, daemon->count);
    if (!daemon->keeper) {
        return STATUS_INTERNAL;
    }
    daemon->dispatcher = dispatcher_start(daemon->settings, daemon->followers, daemon->count);
    return daemon->dispatcher ? STATUS_OK : STATUS_INTERNAL;
}

/* Before there are threads, so that none of them is interrupted. */
static void block_signals(struct daemon *daemon)
{
    (void)sigemptyset(&daemon->signals);
    (void)sigaddset(&daemon->signals, SIGTERM);
    (void)sigaddset(&daemon->signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &daemon->signals, NULL);
}

static void init(struct daemon *daemon)
{
    size_t i;

    kill_point_init();
    owner_self(daemon->owner);
    wake_init(&daemon->keeper_wake);
    wake_init(&daemon->dispatcher_wake);
    daemon->count = daemon->plan->model_count;
    daemon->followers = XARRAY(struct follower, daemon->count);
    for (i = 0; i < daemon->count; i++) {
        follower_init(&daemon->followers[i], daemon->settings, &daemon->plan->models[i],
                      daemon->credentials, daemon->owner, &daemon->keeper_wake,
                      &daemon->dispatcher_wake);
    }
}

/* ------------------------------------------------------------------ stop */

static void stop_loop(struct daemon *daemon)
{
    if (daemon->loop_runs) {
        loop_stop(daemon->loop);
        (void)pthread_join(daemon->loop_thread, NULL);
    }
    if (daemon->poke) {
        poke_destroy(daemon->poke);
    }
    if (daemon->admin) {
        admin_destroy(daemon->admin);
    }
    if (daemon->loop) {
        loop_destroy(daemon->loop);
    }
}

static void stop(struct daemon *daemon)
{
    size_t i;

    for (i = 0; i < daemon->count; i++) {
        daemon->followers[i].stopping = true;
        wake_up(&daemon->followers[i].lanes);
    }
    if (daemon->dispatcher) {
        dispatcher_stop(daemon->dispatcher);
    }
    if (daemon->keeper) {
        keeper_stop(daemon->keeper);
    }
    stop_loop(daemon);
    for (i = 0; i < daemon->count; i++) {
        follower_fini(&daemon->followers[i]);
    }
    xfree(daemon->followers);
    wake_fini(&daemon->keeper_wake);
    wake_fini(&daemon->dispatcher_wake);
}

/* ------------------------------------------------------------------ the whole */

static enum status start(struct daemon *daemon)
{
    enum status status = start_loop(daemon);

    if (status == STATUS_OK) {
        status = preflight(daemon);
    }
    if (status == STATUS_OK) {
        status = start_threads(daemon);
    }
    return status;
}

enum status daemon_run(const struct settings *settings, const struct plan *plan)
{
    struct daemon daemon = {.settings = settings, .plan = plan};
    enum status status;
    int number = 0;

    if (plan->model_count == 0) {
        log_error("no models", "models=\"%.*s\"", SLICE_ARG(settings->models));
        return STATUS_NOT_FOUND;
    }
    block_signals(&daemon);
    status = process_pid_file(settings->pid_file);
    if (status == STATUS_OK) {
        status = credential_provider_create(&daemon.credentials);
    }
    if (status != STATUS_OK) {
        return status;
    }
    init(&daemon);
    status = start(&daemon);
    if (status == STATUS_OK) {
        log_info("projector started", "models=%zu owner=%s", daemon.count, daemon.owner);
        while (sigwait(&daemon.signals, &number) != 0) {
        }
    }
    log_info("projector stops", "status=%s", status_name(status));
    stop(&daemon);
    credential_provider_destroy(daemon.credentials);
    return status == STATUS_BUSY ? STATUS_OK : status;
}
