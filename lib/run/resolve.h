/*
 * The address of a host name, found on a thread of its own: getaddrinfo waits, and a loop must not.
 */
#ifndef LIB_RUN_RESOLVE_H
#define LIB_RUN_RESOLVE_H

#include "lib/base/slice.h"
#include "lib/run/loop.h"

struct resolve;

/*
 * address: numeric, of the first answer; NULL: there is none. On the loop, once, later; never from
 * inside resolve_start.
 */
typedef void resolve_done_fn(void *ctx, const char *address);

/*
 * Whether HOST is an IPv4 or IPv6 address already (or a socket's path), so that nothing need be
 * resolved.
 */
bool resolve_is_numeric(const char *host);

/*
 * HOST is copied. The answer frees what this returns; until then it may be cancelled. The loop must
 * live until the resolver has answered (its own time limits apply).
 */
struct resolve *resolve_start(struct loop *loop, const char *host, resolve_done_fn *done,
                              void *ctx);

/* done will not run. On the loop's thread; NULL is allowed. */
void resolve_cancel(struct resolve *resolve);

#endif
