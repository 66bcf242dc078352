/*
 * The blocking twin of redis.c: hiredis' blocking connection, our formatting and reply building.
 *
 *     send: connect if needed -> is it still open, and a master? -> write all -> read COUNT replies
 *
 * - After any error the connection is dropped. The next one may reach another server: its run_id
 *   tells.
 * - ROLE is asked once in ROLE_CHECK_US, when something is to be sent.
 * - A connection that the server closed while it lay idle is noticed before anything is written, so
 *   that is not UNCERTAIN.
 */
#include "lib/redis/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/socket.h>

#include <hiredis/hiredis.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/data/hash.h"
#include "lib/redis/hello.h"
#include "lib/redis/metric.h"
#include "lib/redis/reply.h"
#include "lib/run/address.h"
#include "lib/run/backoff.h"

#define ROLE_CHECK_US 1000000 /* a master that was demoted is left within this time */

struct redis_sync {
    struct arena memory; /* of the configuration */
    struct redis_config config;
    redisContext *context; /* NULL: not connected */
    struct redis_intake intake;
    struct buf out;
    struct arena hello;
    size_t address;       /* where the next try begins */
    unsigned int attempt; /* rounds that failed since it was connected */
    uint64_t retry_us;    /* not before */
    uint64_t role_us;     /* its role is asked again then */
    bool demoted;         /* one that was asked last is no master */
    char run_id[REDIS_RUN_ID + 1];
};

struct redis_sync *redis_sync_create(const struct redis_config *config)
{
    struct redis_sync *redis = XNEW(struct redis_sync);

    redis->config = redis_config_copy(&redis->memory, config);
    redis_metric_setup();
    return redis;
}

static void drop(struct redis_sync *redis)
{
    if (redis->run_id[0] != '\0') {
        redis_metric_up(false);
    }
    redis->run_id[0] = '\0';
    if (redis->context) {
        redisFree(redis->context);
        redis->context = NULL;
    }
}

void redis_sync_destroy(struct redis_sync *redis)
{
    drop(redis);
    buf_fini(&redis->out);
    arena_fini(&redis->hello);
    arena_fini(&redis->memory);
    xfree(redis);
}

struct slice redis_sync_run_id(const struct redis_sync *redis)
{
    return slice_str(redis->run_id);
}

bool redis_sync_demoted(const struct redis_sync *redis)
{
    return redis->demoted;
}

/* ------------------------------------------------------------------ bytes */

static struct timeval timeval_of(uint64_t span_us)
{
    return (struct timeval){.tv_sec = (time_t)(span_us / 1000000),
                            .tv_usec = (suseconds_t)(span_us % 1000000)};
}

/* The socket's calls end when DEADLINE_US has come. False: it has. */
static bool limit(struct redis_sync *redis, uint64_t deadline_us)
{
    uint64_t left_us = clock_left_us(deadline_us);

    return left_us > 0 && redisSetTimeout(redis->context, timeval_of(left_us)) == REDIS_OK;
}

/* False: the connection is of no use. sent_out: something may have reached the server. */
static bool write_all(struct redis_sync *redis, uint64_t deadline_us, bool *sent_out)
{
    *sent_out = false;
    while (redis->out.len > 0) {
        ssize_t sent;

        if (!limit(redis, deadline_us)) {
            return false;
        }
        sent = send(redis->context->fd, redis->out.ptr, redis->out.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        if (sent > 0) {
            *sent_out = true;
            buf_consume(&redis->out, (size_t)sent);
        }
    }
    return true;
}

/* False: no whole answer came in time. The first read has the limit of the write before it. */
static bool read_all(struct redis_sync *redis, uint64_t deadline_us)
{
    bool whole = false;

    for (unsigned int reads = 0;; reads++) {
        if (redis_intake_parse(&redis->intake, redis->intake.arena, redis->context, &whole) !=
            STATUS_OK) {
            return false;
        }
        if (whole) {
            return true;
        }
        if ((reads > 0 && !limit(redis, deadline_us)) ||
            redisBufferRead(redis->context) != REDIS_OK) {
            return false;
        }
    }
}

/* ------------------------------------------------------------------ connecting */

static redisContext *open_context(struct slice text, uint64_t timeout_us)
{
    struct address address;
    redisContext *context;
    char *host;

    if (address_parse(text, &address) != STATUS_OK) {
        return NULL;
    }
    host = xstrdup(address.host);
    context = host[0] == '/' ? redisConnectUnixWithTimeout(host, timeval_of(timeout_us))
                             : redisConnectWithTimeout(host, address.port, timeval_of(timeout_us));
    xfree(host);
    if (context && context->err) {
        redisFree(context);
        return NULL;
    }
    return context;
}

static const char *hello(struct redis_sync *redis, uint64_t deadline_us)
{
    const char *why = "no_answer";
    bool sent;

    buf_clear(&redis->out);
    redis_intake_start(&redis->intake, &redis->hello,
                       redis_hello_append(&redis->out, &redis->config));
    if (!write_all(redis, deadline_us, &sent) || !read_all(redis, deadline_us)) {
        return why;
    }
    if (redis_hello_check(redis->intake.replies, redis->intake.done, redis->run_id, &why) !=
        STATUS_OK) {
        redis->run_id[0] = '\0';
        return why;
    }
    return NULL;
}

/* NULL: connected; else why not. */
static const char *try_address(struct redis_sync *redis, struct slice text, uint64_t deadline_us)
{
    const char *why;

    redis->context = open_context(text, clock_left_us(deadline_us));
    if (!redis->context) {
        return "no_connection";
    }
    (void)fcntl(redis->context->fd, F_SETFD, FD_CLOEXEC);
    redis_intake_attach(&redis->intake, redis->context);
    why = hello(redis, deadline_us);
    arena_reset(&redis->hello);
    if (why) {
        drop(redis);
    }
    return why;
}

static enum status connect_round(struct redis_sync *redis, uint64_t deadline_us)
{
    size_t addresses = redis_address_count(&redis->config);
    bool demoted = false;

    for (size_t i = 0; i < addresses; i++) {
        struct slice peer = redis_address_text(&redis->config, redis->address);
        uint64_t limit_us = clock_deadline(redis->config.connect_timeout_us);
        const char *why;

        if (clock_left_us(deadline_us) == 0) {
            return STATUS_UNAVAILABLE;
        }
        why = try_address(redis, peer, limit_us < deadline_us ? limit_us : deadline_us);
        if (!why) {
            log_info("redis connected", "peer=%.*s run_id=%s", SLICE_ARG(peer), redis->run_id);
            redis->attempt = 0;
            redis->demoted = false;
            redis->role_us = clock_deadline(ROLE_CHECK_US);
            redis_metric_up(true);
            return STATUS_OK;
        }
        log_warn_every("redis refused", "peer=%.*s why=%s", SLICE_ARG(peer), why);
        demoted = demoted || strcmp(why, REDIS_NO_MASTER) == 0;
        redis->address = (redis->address + 1) % addresses;
    }
    redis->demoted = demoted;
    redis->retry_us = clock_deadline(backoff_full_jitter(
        redis->config.retry_base_us, redis->config.retry_cap_us, redis->attempt++));
    return STATUS_UNAVAILABLE;
}

/* ------------------------------------------------------------------ one exchange */

static void say_lost(const struct redis_sync *redis, const char *why)
{
    struct slice peer = redis_address_text(&redis->config, redis->address);

    log_warn("redis lost", "peer=%.*s why=%s", SLICE_ARG(peer), why);
}

static enum status lost(struct redis_sync *redis, bool sent)
{
    say_lost(redis, sent ? "no_answer" : "write_failed");
    drop(redis);
    return sent ? STATUS_UNCERTAIN : STATUS_UNAVAILABLE;
}

static enum status exchange(struct redis_sync *redis, const struct redis_command *commands,
                            size_t count, uint64_t deadline_us, struct arena *arena)
{
    uint64_t limit_us = clock_deadline(redis->config.command_timeout_us);
    bool sent;

    limit_us = limit_us < deadline_us ? limit_us : deadline_us;
    buf_clear(&redis->out);
    for (size_t i = 0; i < count; i++) {
        redis_command_append(&redis->out, &commands[i]);
    }
    redis_intake_start(&redis->intake, arena, count);
    if (!write_all(redis, limit_us, &sent)) {
        return lost(redis, sent);
    }
    return read_all(redis, limit_us) ? STATUS_OK : lost(redis, true);
}

/* ------------------------------------------------------------------ before each command */

/* The server closed it, or said what nobody awaits, while it lay idle. */
static void drop_if_closed(struct redis_sync *redis)
{
    char byte;
    ssize_t got = recv(redis->context->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    if (got >= 0 || (errno != EAGAIN && errno != EINTR)) {
        say_lost(redis, got == 0 ? "closed_by_server" : "unexpected_bytes");
        drop(redis);
    }
}

/* "A connection to a server that is no master is dropped, and the next address is asked." */
static void drop_if_demoted(struct redis_sync *redis, uint64_t deadline_us)
{
    const struct slice role = SLICE_LITERAL("ROLE");
    const struct redis_command command = {.args = &role, .count = 1};
    enum status status;

    if (clock_left_us(redis->role_us) > 0) {
        return;
    }
    status = exchange(redis, &command, 1, deadline_us, &redis->hello);
    if (status == STATUS_OK && !redis_role_is_master(&redis->intake.replies[0])) {
        say_lost(redis, "no_longer_a_master");
        redis->demoted = true;
        drop(redis);
    }
    redis->role_us = clock_deadline(ROLE_CHECK_US);
    arena_reset(&redis->hello);
}

enum status redis_sync_connect(struct redis_sync *redis, uint64_t deadline_us)
{
    if (redis->context) {
        drop_if_closed(redis);
    }
    if (redis->context) {
        drop_if_demoted(redis, deadline_us);
    }
    if (redis->context) {
        return STATUS_OK;
    }
    return clock_left_us(redis->retry_us) > 0 ? STATUS_UNAVAILABLE
                                              : connect_round(redis, deadline_us);
}

/* ------------------------------------------------------------------ commands */

enum status redis_sync_send(struct redis_sync *redis, const struct redis_command *commands,
                            size_t count, uint64_t deadline_us, struct arena *arena,
                            struct redis_reply **replies_out)
{
    enum status status = STATUS_UNAVAILABLE;

    *replies_out = NULL;
    if (clock_left_us(deadline_us) > 0) {
        status = redis_sync_connect(redis, deadline_us);
    }
    if (status == STATUS_OK) {
        status = exchange(redis, commands, count, deadline_us, arena);
    }
    if (status != STATUS_OK) {
        redis_metric_commands(status, NULL, count);
        return status;
    }
    *replies_out = redis->intake.replies;
    redis_metric_commands(STATUS_OK, *replies_out, count);
    for (size_t i = 0; i < count; i++) {
        if (redis_reply_is_foreign(&(*replies_out)[i])) {
            say_lost(redis, "\"no master or not ready\"");
            drop(redis);
            break;
        }
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------------ scripts */

/* A script's text is often shared by threads; its name is made once. */
static void script_name(struct redis_script *script)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;

    (void)pthread_mutex_lock(&mutex);
    if (script->sha1[0] == '\0' &&
        EVP_Digest(script->text.ptr, script->text.len, digest, &length, EVP_sha1(), NULL) == 1) {
        hex_encode(digest, length, script->sha1);
    }
    (void)pthread_mutex_unlock(&mutex);
}

static enum status eval(struct redis_sync *redis, const struct slice *args, size_t count,
                        uint64_t deadline_us, struct arena *arena, struct redis_reply **reply_out)
{
    const struct redis_command command = {.args = args, .count = count};

    return redis_sync_send(redis, &command, 1, deadline_us, arena, reply_out);
}

enum status redis_sync_eval(struct redis_sync *redis, struct redis_script *script, size_t keys,
                            const struct slice *args, size_t count, uint64_t deadline_us,
                            struct arena *arena, struct redis_reply **reply_out)
{
    struct slice *words = ARENA_ARRAY(arena, struct slice, count + 3);
    enum status status;

    script_name(script);
    words[0] = SLICE_LITERAL("EVALSHA");
    words[1] = slice_str(script->sha1);
    words[2] = arena_printf(arena, "%zu", keys);
    if (count > 0) {
        memcpy(&words[3], args, count * sizeof(args[0]));
    }
    status = eval(redis, words, count + 3, deadline_us, arena, reply_out);
    if (status != STATUS_OK || !redis_reply_is_error(*reply_out, "NOSCRIPT")) {
        return status;
    }
    words[0] = SLICE_LITERAL("EVAL");
    words[1] = script->text;
    return eval(redis, words, count + 3, deadline_us, arena, reply_out);
}
