/*
 * The credential chain and its keeper.
 *
 *     environment, web identity, profile, container, instance --first that answers--> current
 *                                                                                        ^
 *                  the same one, asked by a thread 5 minutes before the end -------------'
 *
 * Invariants: the source is chosen once; what expires is asked of it again; a failed refresh keeps
 * the old credentials and tries again with full jitter. The lock is held for copies only.
 */
#include "lib/aws/credentials.h"

#include <pthread.h>
#include <time.h>

#include "lib/aws/credentials_source.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/run/backoff.h"

#define REFRESH_BEFORE_MS ((uint64_t)300000) /* as the AWS SDKs do */
#define REFRESH_JITTER_MS 60000u
#define RETRY_BASE_MS     1000u
#define RETRY_CAP_MS      60000u

static const struct {
    const char *name;
    credential_source_fn *find;
} sources[] = {
    {"environment",       credentials_from_environment },
    {"web identity",      credentials_from_web_identity},
    {"profile",           credentials_from_profile     },
    {"container",         credentials_from_container   },
    {"instance metadata", credentials_from_instance    },
};

struct credential_provider {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* stop */
    pthread_t thread;
    bool refreshing, stop;
    size_t source;
    struct arena arena; /* holds current */
    struct credentials current;
    char *region;
};

/* Under the lock, or before there are other threads. */
static void keep(struct credential_provider *provider, const struct credentials *found)
{
    arena_reset(&provider->arena);
    provider->current =
        (struct credentials){.access_key = arena_copy(&provider->arena, found->access_key),
                             .secret_key = arena_copy(&provider->arena, found->secret_key),
                             .token = arena_copy(&provider->arena, found->token),
                             .expires_ms = found->expires_ms};
}

static enum status find(struct credential_provider *provider)
{
    struct arena arena = {0};
    struct credentials found = {0};
    enum status status = STATUS_NOT_FOUND;

    for (size_t i = 0; status != STATUS_OK && i < ARRAY_COUNT(sources); i++) {
        status = sources[i].find(&arena, &found);
        if (status == STATUS_OK) {
            provider->source = i;
            keep(provider, &found);
            log_info("credentials found", "source=\"%s\"", sources[i].name);
        } else if (status != STATUS_NOT_FOUND) {
            log_warn("credentials not given", "source=\"%s\" status=%s", sources[i].name,
                     status_name(status));
        }
    }
    arena_fini(&arena);
    if (status != STATUS_OK) {
        log_error("no AWS credentials",
                  "tried=\"environment, web identity, profile, container, instance metadata\"");
        return STATUS_NOT_FOUND;
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------------ refreshing */

/* When to ask again: 5 minutes before the end, or half-way to it when it is nearer. */
static uint64_t pause_ms(uint64_t expires_ms)
{
    uint64_t now_ms = clock_wall_ms(), left_ms = expires_ms > now_ms ? expires_ms - now_ms : 0;

    if (left_ms > 2 * REFRESH_BEFORE_MS) {
        return left_ms - REFRESH_BEFORE_MS -
               backoff_full_jitter(REFRESH_JITTER_MS, REFRESH_JITTER_MS, 0);
    }
    return left_ms / 2 > RETRY_BASE_MS ? left_ms / 2 : RETRY_BASE_MS;
}

static void wait_ms(struct credential_provider *provider, uint64_t span_ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(span_ms / 1000);
    until.tv_nsec += (long)(span_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (!provider->stop &&
           pthread_cond_timedwait(&provider->changed, &provider->lock, &until) == 0) {
    }
}

static enum status refresh(struct credential_provider *provider)
{
    struct arena arena = {0};
    struct credentials found = {0};
    enum status status;

    (void)pthread_mutex_unlock(&provider->lock);
    status = sources[provider->source].find(&arena, &found);
    (void)pthread_mutex_lock(&provider->lock);
    if (status == STATUS_OK) {
        keep(provider, &found);
    } else {
        log_warn("credentials not refreshed", "source=\"%s\" status=%s",
                 sources[provider->source].name, status_name(status));
    }
    arena_fini(&arena);
    return status;
}

static void *refresh_run(void *ctx)
{
    struct credential_provider *provider = ctx;
    unsigned int failures = 0;

    (void)pthread_mutex_lock(&provider->lock);
    while (!provider->stop) {
        wait_ms(provider,
                failures == 0
                    ? pause_ms(provider->current.expires_ms)
                    : RETRY_BASE_MS + backoff_full_jitter(RETRY_BASE_MS, RETRY_CAP_MS, failures));
        if (!provider->stop) {
            failures = refresh(provider) == STATUS_OK ? 0 : failures + 1;
        }
    }
    (void)pthread_mutex_unlock(&provider->lock);
    return NULL;
}

/* ------------------------------------------------------------------ the provider */

static void locks_init(struct credential_provider *provider)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&provider->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&provider->lock, NULL);
}

static void region_init(struct credential_provider *provider)
{
    struct arena arena = {0};

    provider->region = xstrdup(credentials_find_region(&arena));
    arena_fini(&arena);
}

enum status credential_provider_create(struct credential_provider **out)
{
    struct credential_provider *provider = XNEW(struct credential_provider);
    enum status status;

    locks_init(provider);
    region_init(provider);
    status = find(provider);
    if (status != STATUS_OK) {
        credential_provider_destroy(provider);
        return status;
    }
    if (provider->current.expires_ms != CLOCK_NEVER) {
        provider->refreshing = pthread_create(&provider->thread, NULL, refresh_run, provider) == 0;
    }
    *out = provider;
    return STATUS_OK;
}

void credential_provider_destroy(struct credential_provider *provider)
{
    if (!provider) {
        return;
    }
    if (provider->refreshing) {
        (void)pthread_mutex_lock(&provider->lock);
        provider->stop = true;
        (void)pthread_cond_signal(&provider->changed);
        (void)pthread_mutex_unlock(&provider->lock);
        (void)pthread_join(provider->thread, NULL);
    }
    (void)pthread_cond_destroy(&provider->changed);
    (void)pthread_mutex_destroy(&provider->lock);
    arena_fini(&provider->arena);
    xfree(provider->region);
    xfree(provider);
}

struct credentials credentials_now(struct credential_provider *provider, struct arena *arena)
{
    struct credentials copy;

    (void)pthread_mutex_lock(&provider->lock);
    copy = (struct credentials){.access_key = arena_copy(arena, provider->current.access_key),
                                .secret_key = arena_copy(arena, provider->current.secret_key),
                                .token = arena_copy(arena, provider->current.token),
                                .expires_ms = provider->current.expires_ms};
    (void)pthread_mutex_unlock(&provider->lock);
    return copy;
}

struct slice credentials_region(struct credential_provider *provider)
{
    return slice_str(provider->region);
}
