/*
 * A blocking connection to the master of a Redis address list, for threads that may wait (the
 * projector's). Not thread-safe: one thread each. It connects when it is first needed and after
 * an error, no sooner than its back-off allows (until then UNAVAILABLE at once). A server that is
 * no master any more is left within a second, when it is next used, for the next address.
 */
#ifndef LIB_REDIS_SYNC_H
#define LIB_REDIS_SYNC_H

#include "lib/base/arena.h"
#include "lib/redis/redis.h"

struct redis_sync;

struct redis_sync *redis_sync_create(const struct redis_config *config);
void redis_sync_destroy(struct redis_sync *redis);

/*
 * Connects if needed. OK: connected. run_id of the server behind the connection (40 hex digits)
 * once OK.
 */
MUST_CHECK enum status redis_sync_connect(struct redis_sync *redis, uint64_t deadline_us);
struct slice redis_sync_run_id(const struct redis_sync *redis);
/* Not connected, and a server that was asked last said that it is no master. */
bool redis_sync_demoted(const struct redis_sync *redis);

/*
 * A pipeline of COUNT commands and their replies, in ARENA.
 *
 * OK; UNAVAILABLE (not connected: nothing was sent); UNCERTAIN (sent, no answer: the connection is
 * dropped)
 */
MUST_CHECK enum status redis_sync_send(struct redis_sync *redis,
                                       const struct redis_command *commands, size_t count,
                                       uint64_t deadline_us, struct arena *arena,
                                       struct redis_reply **replies_out);

/*
 * EVALSHA, and once more as EVAL when the server does not know the script. args: after the keys'
 * count, keys first.
 */
struct redis_script {
    struct slice text;
    char sha1[41]; /* filled at the first use */
};
MUST_CHECK enum status redis_sync_eval(struct redis_sync *redis, struct redis_script *script,
                                       size_t keys, const struct slice *args, size_t count,
                                       uint64_t deadline_us, struct arena *arena,
                                       struct redis_reply **reply_out);

#endif
