/*
 * Redis' wire format (RESP2): commands from slices into a buffer, replies from hiredis' reader into
 * an arena. For link.c and sync.c.
 */
#ifndef LIB_REDIS_REPLY_H
#define LIB_REDIS_REPLY_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/redis/redis.h"

struct redisContext;

/* The replies of one batch as they come: neighbours in one array. */
struct redis_intake {
    struct arena *arena;   /* of the array, of arrays in it, of the texts of STATUS and ERROR */
    struct arena *strings; /* of the texts of STRINGs; set for the time of a parse */
    struct redis_reply *replies;
    size_t wanted, done; /* replies; done counts whole ones */
};

void redis_command_append(struct buf *out, const struct redis_command *command);

/* CONTEXT's reader builds replies in INTAKE from now on. */
void redis_intake_attach(struct redis_intake *intake, struct redisContext *context);

/* Room in ARENA for a batch of COUNT replies. */
void redis_intake_start(struct redis_intake *intake, struct arena *arena, size_t count);

/*
 * Parses what was read until the batch is whole (true) or the bytes end (false). The texts of
 * STRINGs are copied into STRINGS, which may be another arena for the next piece of the batch: what
 * was read before is not looked at again. CORRUPT: not RESP2, or a reply that nobody awaits.
 */
MUST_CHECK enum status redis_intake_parse(struct redis_intake *intake, struct arena *strings,
                                          struct redisContext *context, bool *whole_out);

/* An error reply whose server must be left: it is no master any more, or not ready. */
bool redis_reply_is_foreign(const struct redis_reply *reply);
/* The value of "NAME:value" in INFO's answer, a view; empty: it is not there. */
struct slice redis_info_value(struct slice info, const char *name);

/* An error reply that begins with CODE ("NOSCRIPT"). */
bool redis_reply_is_error(const struct redis_reply *reply, const char *code);

#endif
