/*
 * twofold-gateway: one HTTP entry point for commands and queries.
 *
 *     settings -> plan -> what is shared (router, SQL threads, credentials)
 *              -> workers, admin port -> signals
 *
 * SIGTERM and SIGINT: no new requests, those in flight end, the process ends with 0.
 *
 * SIGHUP: the models are loaded again; a fault in them, a query that SQL refuses, or a change that
 * needs a restart, leaves the old ones in force.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf/plan/check.h"
#include "conf/settings/clients.h"
#include "gateway/admin.h"
#include "gateway/filter.h"
#include "gateway/nodes.h"
#include "gateway/worker.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/run/address.h"
#include "lib/run/process.h"
#include "lib/run/version.h"

#define EXIT_USAGE 2

static const char *const own_flags[] = {"check", "print-settings", "plan", "validate",
                                        "eval",  "version",        "help", NULL};

// clang-format off
static const char usage_text[] =
    "usage: twofold-gateway [--config=FILE] [--KEY=VALUE ...] [ACTION]\n"
    "  --check           load the models and prepare every statement on the primary; print\n"
    "                    all complaints\n"
    "  --plan            print what the models compile to\n"
    "  --validate        JSON Schema as a filter: lines {\"schema\":..., \"instance\":...} in,\n"
    "                    valid, invalid or unsupported out\n"
    "  --eval            expressions as a filter: lines {\"expr\":..., \"bindings\":{...}} in,\n"
    "                    {\"value\":...}, {\"error\":...} or {\"unsupported\":...} out\n"
    "  --print-settings  print every setting with its value, allowed range and meaning\n"
    "  --version, --help\n"
    "Without an action it serves.\n";
// clang-format on

static int usage(FILE *out)
{
    fputs(usage_text, out);
    return out == stdout ? EXIT_SUCCESS : EXIT_USAGE;
}

/* ------------------------------------------------------------------ actions */

/* What is wrong is printed. */
static bool plan_is_accepted(const struct plan *plan, const struct sql_address *primary,
                             const struct sql_login *login, enum check_scope scope)
{
    struct diag diag = {0};
    enum status status = plan_check(plan, primary, login, scope, &diag);
    bool good = status == STATUS_OK && diag.count == 0;

    diag_print(&diag, stderr);
    if (!good) {
        fprintf(stderr, "%u complaints%s\n", diag.count,
                status == STATUS_UNAVAILABLE ? "; the primary could not be asked" : "");
    }
    diag_fini(&diag);
    return good;
}

/* Projections write: the gateway's own user could not prepare them. */
static int check_plan(const struct settings *settings, const struct plan *plan,
                      const struct sql_address *primary)
{
    const struct sql_login login = clients_sql_check(settings);

    if (!plan_is_accepted(plan, primary, &login, CHECK_ALL)) {
        return EXIT_FAILURE;
    }
    printf("%zu model%s, %zu routes: no complaint\n", plan->model_count,
           plan->model_count == 1 ? "" : "s", plan->route_count);
    return EXIT_SUCCESS;
}

static int action_check(const struct settings *settings)
{
    struct sql_config config;
    struct edition *edition;
    int code;

    if (clients_sql_pool(settings, &config) != STATUS_OK) {
        return EXIT_FAILURE;
    }
    edition = edition_load(settings, ROLE_ALL);
    if (!edition) {
        return EXIT_FAILURE;
    }
    code = check_plan(settings, edition->plan, &config.nodes[SQL_PRIMARY]);
    edition_put(edition);
    return code;
}

static int action_plan(const struct settings *settings)
{
    struct edition *edition = edition_load(settings, ROLE_ALL);

    if (!edition) {
        return EXIT_FAILURE;
    }
    plan_print(edition->plan, stdout);
    edition_put(edition);
    return EXIT_SUCCESS;
}

static int run_action(const struct settings *settings, const char *action)
{
    if (strcmp(action, "--check") == 0) {
        return action_check(settings);
    }
    if (strcmp(action, "--plan") == 0) {
        return action_plan(settings);
    }
    if (strcmp(action, "--validate") == 0) {
        return filter_validate();
    }
    if (strcmp(action, "--eval") == 0) {
        return filter_eval();
    }
    if (strcmp(action, "--print-settings") == 0) {
        settings_print(settings, stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(action, "--version") == 0) {
        printf("twofold-gateway %s\n", version_text());
        return EXIT_SUCCESS;
    }
    return usage(strcmp(action, "--help") == 0 ? stdout : stderr);
}

/* ------------------------------------------------------------------ serving */

/* What the workers share. Each step says by itself what is wrong. */
static enum status prepare(struct gateway *gateway, const struct settings *settings)
{
    struct sql_config config;

    gateway->settings = settings;
    if (!address_is_loopback(address_host(settings->listen))) {
        log_error("not on loopback",
                  "listen=%.*s hint=\"without authentication only loopback is served\"",
                  SLICE_ARG(settings->listen));
        return STATUS_DENIED;
    }
    gateway->role = settings->role;
    gateway->edition = edition_load(settings, gateway->role);
    if (!gateway->edition || clients_sql_pool(settings, &config) != STATUS_OK ||
        (gateway->role != ROLE_COMMAND &&
         nodes_verify(&config, gateway->edition->plan) != STATUS_OK)) {
        return STATUS_INVALID;
    }
    gateway->sql = sql_create(&config);
    gateway->aggregates = aggregate_cache_create(settings->aggregate_cache);
    return credential_provider_create(&gateway->credentials);
}

static enum status start_workers(struct gateway *gateway, struct worker *workers,
                                 unsigned int count)
{
    for (unsigned int i = 0; i < count; i++) {
        enum status status = worker_start(&workers[i], gateway, i);

        if (status != STATUS_OK) {
            return status;
        }
    }
    return admin_start(gateway);
}

/* The signals that end us are taken by the main thread alone: every other thread is made after
 * this. */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
}

/* A query that SQL refuses would be answered by 503 from now on. */
static bool queries_are_accepted(const struct gateway *gateway, const struct plan *plan)
{
    struct sql_config config;

    return gateway->role == ROLE_COMMAND ||
           (clients_sql_pool(gateway->settings, &config) == STATUS_OK &&
            plan_is_accepted(plan, &config.nodes[SQL_PRIMARY], &config.login, CHECK_QUERIES));
}

/*
 * Workers hold the edition that they serve; ours is for those that are made and for the comparison
 * with the next.
 */
static void reload(struct gateway *gateway, struct worker *workers, unsigned int count)
{
    struct edition *next = edition_load(gateway->settings, gateway->role);

    if (!next || !edition_may_follow(gateway->edition, next) ||
        !queries_are_accepted(gateway, next->plan)) {
        log_warn("models not reloaded", "hint=\"the old ones stay in force\"");
        if (next) {
            edition_put(next);
        }
        return;
    }
    for (unsigned int i = 0; i < count; i++) {
        worker_adopt(&workers[i], next);
    }
    log_info("models reloaded", "models=%zu routes=%zu", next->plan->model_count,
             next->plan->route_count);
    edition_put(next);
}

static int wait_for_end(struct gateway *gateway, struct worker *workers, unsigned int count,
                        const sigset_t *signals)
{
    int signal_number = 0;

    while (sigwait(signals, &signal_number) != 0 || signal_number == SIGHUP) {
        reload(gateway, workers, count);
    }
    return signal_number;
}

static unsigned int worker_count(const struct settings *settings)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (settings->workers > 0) {
        return settings->workers;
    }
    return cores > 0 ? (unsigned int)cores : 1;
}

static int serve(const struct settings *settings)
{
    static struct gateway gateway; /* lives as long as the process */
    unsigned int count = worker_count(settings);
    struct worker *workers = XARRAY(struct worker, count);
    sigset_t signals;
    int signal_number;

    block_signals(&signals);
    process_prepare();
    log_level_set(settings->log_level);
    if (process_pid_file(settings->pid_file) != STATUS_OK ||
        prepare(&gateway, settings) != STATUS_OK ||
        start_workers(&gateway, workers, count) != STATUS_OK) {
        _exit(EXIT_FAILURE);
    }
    log_info("serving", "listen=%.*s admin=%.*s workers=%u models=%zu version=%s",
             SLICE_ARG(settings->listen), SLICE_ARG(settings->admin_listen), count,
             gateway.edition->plan->model_count, version_text());
    signal_number = wait_for_end(&gateway, workers, count, &signals);
    log_info("draining", "signal=%d limit_ms=%llu", signal_number,
             (unsigned long long)(settings->drain_timeout / 1000));
    for (unsigned int i = 0; i < count; i++) {
        worker_drain(&workers[i]);
    }
    for (unsigned int i = 0; i < count; i++) {
        worker_join(&workers[i]);
    }
    log_info("ended", NULL);
    _exit(EXIT_SUCCESS); /* SQL threads may still be in a call: nothing is torn down under them */
}

int main(int argc, char **argv)
{
    static struct settings settings;

    if (settings_load(&settings, &argc, argv, own_flags) != STATUS_OK) {
        return EXIT_USAGE;
    }
    if (argc > 2) {
        return usage(stderr);
    }
    return argc == 2 ? run_action(&settings, argv[1]) : serve(&settings);
}
