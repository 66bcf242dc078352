/*
 * What is said to a Redis server first, and whether its answers make it one that we use: a master,
 * ready, that knows us. Pure.
 */
#ifndef LIB_REDIS_HELLO_H
#define LIB_REDIS_HELLO_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/redis/redis.h"

/* Appends the commands; returns how many replies they have. */
size_t redis_hello_append(struct buf *out, const struct redis_config *config);

#define REDIS_NO_MASTER "not_a_master" /* why a replica is refused */

/*
 * OK: run_id_out has 40 hex digits and a NUL. DENIED: AUTH, INFO or ROLE refused. UNAVAILABLE: a
 * replica, still loading, or not Redis. why_out is static.
 */
MUST_CHECK enum status redis_hello_check(const struct redis_reply *replies, size_t count,
                                         char run_id_out[REDIS_RUN_ID + 1], const char **why_out);

/* The reply to ROLE. */
bool redis_role_is_master(const struct redis_reply *reply);

/* A deep copy whose slices live in ARENA. */
struct redis_config redis_config_copy(struct arena *arena, const struct redis_config *config);

/* Number of addresses in config->addresses; the text of one of them. */
size_t redis_address_count(const struct redis_config *config);
struct slice redis_address_text(const struct redis_config *config, size_t index);

#endif
