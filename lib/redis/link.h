/*
 * A connection to the master of an address list on a loop, that is made again whenever it is lost.
 * It carries batches: redis.c's calls, feed.c's messages. hiredis connects, reads and parses;
 * what its async.c would do on top is done here: async.c mallocs per command, has no timeouts, and
 * takes our replies for its own.
 */
#ifndef LIB_REDIS_LINK_H
#define LIB_REDIS_LINK_H

#include "lib/redis/redis.h"
#include "lib/run/loop.h"

struct redis_link;

/*
 * Called from the loop, never from inside redis_link_write. The link must not be destroyed in them;
 * it may be dropped.
 */
struct redis_link_handler {
    void (*up)(void *ctx);
    /* after up: what was written and not answered never will be */
    void (*down)(void *ctx);
    /*
     * Replies of the next batch; 0: none is awaited. The texts of its STRINGs go into *strings: at
     * first an arena that ends with the batch; the handler may name another. It is asked before
     * each piece of a batch is read, so what it names need not outlive the turn.
     */
    size_t (*expect)(void *ctx, struct arena **strings);
    void (*batch)(void *ctx, const struct redis_reply *replies, size_t count);
};

/* HANDLER is borrowed, CONFIG is copied. */
struct redis_link *redis_link_create(struct loop *loop, const struct redis_config *config,
                                     const struct redis_link_handler *handler, void *ctx);
void redis_link_destroy(struct redis_link *link); /* says down if it was up */

bool redis_link_up(const struct redis_link *link);
struct slice redis_link_peer(const struct redis_link *link); /* the address in use */
struct slice redis_link_run_id(const struct redis_link *link);
const struct redis_config *redis_link_config(const struct redis_link *link);

/* While up: leaves with all else of this turn in one write. */
void redis_link_write(struct redis_link *link, const struct redis_command *command);

/* Reads what has arrived now, without waiting. */
void redis_link_poll(struct redis_link *link);

/* loop_now_us() when the server was last heard. */
uint64_t redis_link_heard_us(const struct redis_link *link);

/* Leaves this server and connects anew. WHY is a static word for the log. */
void redis_link_drop(struct redis_link *link, const char *why);

#endif
