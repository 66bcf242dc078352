/*
 * "Are these floors current?" What own, the page and the primary say of it. cache/PROTOCOL.md
 * "Answering a query", 1 and 2.
 */
#ifndef CACHE_FLOORS_H
#define CACHE_FLOORS_H

#include "cache/page.h"
#include "lib/redis/redis.h"

/* What a request may use. */
struct floors {
    /* entries may be used and stored; else none may be, and label_min is the primary's revision */
    bool current;
    char epoch[EPOCH_TEXT + 1]; /* own's, or the primary's */
    uint64_t label_min;         /* the highest of the floors: "label >= every floor" */
};

/*
 * The GETRANGE of one slot in the page KEY_PAGE for each of SLOTS, into COMMANDS. Arguments in
 * ARENA.
 */
void floors_ask(struct arena *arena, struct slice key_page, const uint32_t *slots, size_t count,
                struct redis_command *commands);

/*
 * The highest floor among the replies. NOT_FOUND: one of them has no 8 bytes: the page is not
 * there.
 */
MUST_CHECK enum status floors_read(const struct redis_reply *replies, size_t count,
                                   uint64_t *label_min_out);

/*
 * For the suspect path, the floors with what proves that they were never another server's: the
 * master_replid of the page's header, the floors, and last INFO replication, so that what it says
 * of the server was true of what was read before it. COMMANDS has room for count +
 * FLOORS_PROOF.
 */
#define FLOORS_PROOF 2
void floors_ask_proof(struct arena *arena, struct slice key_page, const uint32_t *slots,
                      size_t count, struct redis_command *commands);

/*
 * The replies to floors_ask_proof. OK: the server is a master, and has been no replica since the
 * page was made on it; label_min_out. NOT_FOUND: the page is not there. PRECONDITION: the server is
 * a replica, or was one. DENIED: it does not say.
 */
MUST_CHECK enum status floors_read_proof(const struct redis_reply *replies, size_t count,
                                         uint64_t *label_min_out);

/* own names this very server and this plan's touches. */
bool own_is_trusted(const struct own *own, struct slice run_id, const char *touches);

/* An answer that was read at LABEL of EPOCH (16 bytes) may be given. */
bool floors_accept(const struct floors *floors, const char *epoch, uint64_t label);

/*
 * The primary can have given it: label_min, if it was published, may belong to a transaction that
 * was aborted or is not committed yet, and then the label is one less.
 */
bool floors_allow_primary(const struct floors *floors, const char *epoch, uint64_t label);

#endif
