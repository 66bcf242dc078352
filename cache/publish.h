/*
 * The writers' half of the cache protocol: the scripts that change pages and own. The SQL that goes
 * with them is with those who run them (projector/keeper.c, projector/lane.c). Each function is one
 * rule of cache/PROTOCOL.md, named after it. Blocking; one thread per connection.
 */
#ifndef CACHE_PUBLISH_H
#define CACHE_PUBLISH_H

#include "cache/page.h"
#include "lib/redis/sync.h"

/*
 * PUBLISH, under the revision's row lock and before COMMIT: every slot becomes at least REVISION,
 * published = REVISION.
 *
 * OK; NOT_FOUND (the page is not there); CONFLICT (revision < published: the database went back);
 * UNAVAILABLE (surely not sent); UNCERTAIN (maybe done: roll back; a floor that is too high only
 * costs refills)
 */
MUST_CHECK enum status publish_revision(struct redis_sync *redis, struct slice database,
                                        const struct home *home, uint64_t revision,
                                        const uint32_t *slots, size_t slot_count,
                                        uint64_t deadline_us);

/* RENEW, its first step: what the server is and how far the page is. */
struct renew_view {
    uint64_t time_us; /* the server's TIME */
    bool master;
    char replid[REDIS_RUN_ID + 1];
    bool page; /* it is there, whole */
    struct home page_home;
    char page_epoch[EPOCH_TEXT + 1], page_replid[REDIS_RUN_ID + 1];
    uint64_t page_server_id, published;
};
MUST_CHECK enum status renew_look(struct redis_sync *redis, struct slice database,
                                  const struct home *home, uint64_t deadline_us,
                                  struct renew_view *view_out);

/*
 * RENEW, its third step: own = OWN for LEASE_MS if less than half a lease has passed on the server
 * since TIME_US and the page is there; PERSIST page.
 *
 * OK; TIMEOUT (too late); NOT_FOUND (no page); UNAVAILABLE; UNCERTAIN
 */
MUST_CHECK enum status renew_own(struct redis_sync *redis, struct slice database,
                                 const struct own *own, uint64_t time_us, uint64_t lease_ms,
                                 uint64_t deadline_us);

/*
 * ASSERT, the script: DEL own and all pages of `pages`, a new page under home's nonce with every
 * slot and published = revision, PX 60000, pages = {nonce}. The caller holds the row lock of
 * twofold_revision, made a fresh nonce, and writes home and touches, then COMMITs.
 *
 * CONFLICT: a page that was made here in this epoch has a published above revision + 1, so the
 * database went back; nothing was changed. NOT_FOUND, UNAVAILABLE, UNCERTAIN: see publish_revision.
 */
struct assertion {
    const struct home *home;
    struct slice epoch, replid;
    uint64_t server_id, revision;
};
MUST_CHECK enum status assert_page(struct redis_sync *redis, struct slice database,
                                   const struct assertion *assertion, uint64_t deadline_us);

/*
 * After the commit: a:<aggregate> of each (of one epoch the latest commit's stays, TTL 10 min) and
 * one message on the feed. Its loss costs time only.
 */
struct told {
    struct slice aggregate; /* aggregate_name() */
    uint64_t version;
};
struct news {
    struct slice epoch;
    uint64_t revision;
    const uint32_t *slots;
    size_t slot_count;
    const struct told *told;
    size_t told_count;
};
void publish_tell(struct redis_sync *redis, struct slice database, const struct news *news,
                  uint64_t deadline_us);

/*
 * A gateway's hint that a command was written: PUBLISH on twofold:<database>:poke. Nobody waits for
 * its answer. The projector hears it while it waits for the next poll of a stream.
 */
struct slice key_poke(struct arena *arena, struct slice database);

#endif
