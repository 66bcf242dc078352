/*
 * One Redis server (of an address list, the one that is a master), asynchronously on a loop:
 * hiredis with deadlines, reconnect with back-off and jitter, a circuit that refuses at once while
 * the server is away, and the run_id of the server behind the connection.
 *
 * All commands of a turn leave in one write. A server that is silent for command_timeout while a
 * call waits, and one that stops being a master or says READONLY, LOADING or MASTERDOWN, is left.
 * sync.h is the blocking twin.
 */
#ifndef LIB_REDIS_REDIS_H
#define LIB_REDIS_REDIS_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"
#include "lib/run/loop.h"

#define REDIS_RUN_ID 40

struct redis;

struct redis_config {
    struct slice addresses;                          /* "127.0.0.1:6379,127.0.0.1:6380" */
    struct slice username, password;                 /* empty: none */
    uint64_t connect_timeout_us, command_timeout_us; /* upper bounds, whatever a call's deadline */
    uint64_t retry_base_us, retry_cap_us;
    unsigned int pending_max; /* commands in flight; beyond: BUSY */
};

enum redis_type {
    REDIS_NIL,
    REDIS_STRING,
    REDIS_INTEGER,
    REDIS_ARRAY,
    REDIS_STATUS,
    REDIS_ERROR
};

/* Lives until the callback returns; but see redis_send for the texts of STRINGs. */
struct redis_reply {
    enum redis_type type;
    struct slice text; /* STRING, STATUS, ERROR */
    int64_t integer;
    struct redis_reply *items; /* ARRAY */
    size_t count;
};

/* One command, its arguments; borrowed during the call only. */
struct redis_command {
    const struct slice *args;
    size_t count;
};

/* OK: replies[0..count-1], one for each command (each may be an ERROR); else replies is NULL.
 * UNAVAILABLE (not connected, or lost), TIMEOUT, BUSY. */
typedef void redis_done_fn(void *ctx, enum status status, const struct redis_reply *replies,
                           size_t count);

struct redis *redis_create(struct loop *loop, const struct redis_config *config);
/* Every call in flight ends with UNAVAILABLE, inside. Not from inside a done. */
void redis_destroy(struct redis *redis);

bool redis_up(const struct redis *redis);
/*
 * 40 hex digits of the server behind the connection, as it said after connecting; empty when there
 * is none.
 */
struct slice redis_run_id(const struct redis *redis);

/*
 * A pipeline; done runs once, later, never from inside this call. The commands of one call are
 * neighbours on the wire.
 *
 * strings  the texts of STRING replies are copied into this arena, once, and stay there; it must
 *          live until done has run. NULL: these texts too live until done returns.
 */
void redis_send(struct redis *redis, const struct redis_command *commands, size_t count,
                uint64_t deadline_us, struct arena *strings, redis_done_fn *done, void *ctx);

/*
 * A subscription on a connection of its own. up: (again) subscribed; message: borrowed; down: lost,
 * it reconnects by itself.
 */
struct redis_feed;
struct redis_feed_handler {
    void (*up)(void *ctx, struct slice run_id);
    void (*message)(void *ctx, struct slice message);
    void (*down)(void *ctx);
    void *ctx;
};
struct redis_feed *redis_subscribe(struct loop *loop, const struct redis_config *config,
                                   struct slice channel, const struct redis_feed_handler *handler);
void redis_feed_destroy(struct redis_feed *feed);

#endif
