/*
 * What is where in Redis: the one place for the names and layouts that readers (floors, lookup,
 * wait) and writers (publish) share. cache/PROTOCOL.md "Where things live".
 */
#ifndef CACHE_PAGE_H
#define CACHE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/slice.h"
#include "lib/redis/redis.h"

#define PAGE_SLOTS        (1u << 18)
#define PAGE_HEADER_BYTES 160
#define PAGE_SLOT_BYTES   8
#define PAGE_BYTES        (PAGE_HEADER_BYTES + (size_t)PAGE_SLOTS * PAGE_SLOT_BYTES)

/*
 * The header, all fields fixed: home (run_id 40, '.', nonce 32: 73 bytes, then 7 NULs), epoch (16
 * hex), master_replid (40 hex), server_id (16 hex), published (8 bytes, big-endian).
 */
#define PAGE_HOME_AT      0
#define PAGE_EPOCH_AT     80
#define PAGE_REPLID_AT    96
#define PAGE_SERVER_AT    136
#define PAGE_PUBLISHED_AT 152

#define NONCE_TEXT 32                              /* 128 random bits in hex */
#define HOME_TEXT  (REDIS_RUN_ID + 1 + NONCE_TEXT) /* "<run_id>.<nonce>" */
#define EPOCH_TEXT 16                              /* 64 random bits in hex */

/* home as twofold_revision and `own` have it; len 0: NULL in SQL, nobody's. */
struct home {
    char text[HOME_TEXT + 1];
    unsigned char len;
};

/* Empty text: nobody's. CORRUPT: not "<run_id>.<nonce>" in lower-case hex. */
MUST_CHECK enum status home_parse(struct slice text, struct home *out);
struct home home_make(struct slice run_id, struct slice nonce);
bool home_eq(const struct home *a, const struct home *b);
bool home_is_on(const struct home *home, struct slice run_id); /* this very server */
struct slice home_nonce(const struct home *home);

/* twofold:<database>:page:<nonce> and so on; into ARENA. */
struct slice key_page(struct arena *arena, struct slice database, struct slice nonce);
struct slice key_pages(struct arena *arena, struct slice database);
struct slice key_own(struct arena *arena, struct slice database);
struct slice key_feed(struct arena *arena, struct slice database);
struct slice key_aggregate(struct arena *arena, struct slice database, struct slice aggregate);

/* own = "<home>|<epoch>|<touches>" */
struct own {
    struct home home;
    char epoch[EPOCH_TEXT + 1], touches[17];
};
MUST_CHECK enum status own_parse(struct slice text, struct own *out);
struct slice own_text(struct arena *arena, const struct own *own);

/* a:<aggregate> = "<epoch>|<version>|<revision>" */
struct seen {
    char epoch[EPOCH_TEXT + 1];
    uint64_t version, revision;
};
MUST_CHECK enum status seen_parse(struct slice text, struct seen *out);

/* Copies TEXT to AT; returns the place behind it. */
static inline char *slice_put(char *at, struct slice text)
{
    if (text.len > 0) {
        memcpy(at, text.ptr, text.len);
    }
    return at + text.len;
}

/* A slot, or published, as it is in the page: big-endian. */
uint64_t page_number(const char bytes[PAGE_SLOT_BYTES]);
void page_number_write(uint64_t number, char out[PAGE_SLOT_BYTES]);

/* A message of the feed = "<epoch>|<revision>|<slot>,<slot>,...|<aggregate>@<version>,..." */
struct feed {
    char epoch[EPOCH_TEXT + 1];
    uint64_t revision;
    struct slice slots;      /* decimal, separated by commas; for the near cache */
    struct slice aggregates; /* what feed_next has not given yet */
};
MUST_CHECK enum status feed_parse(struct slice message, struct feed *out);
bool feed_next(struct feed *feed, struct slice *aggregate_out, uint64_t *version_out);

/* The slot of a tag (blanks do not count), and the offset of a slot in its page. */
uint32_t tag_slot(struct slice tag);
static inline size_t slot_offset(uint32_t slot)
{
    return PAGE_HEADER_BYTES + (size_t)slot * PAGE_SLOT_BYTES;
}

/* An aggregate in twofold_aggregate, a: and tokens: "<Aggregate>:<id, percent-encoded>". */
struct slice aggregate_name(struct arena *arena, struct slice aggregate, struct slice id_text);

#endif
