/*
 * Names, layouts and texts that readers and writers of the cache share. Pure functions, any thread.
 *
 *     twofold:<database>:page:<nonce>   home 80 | epoch 16 | replid 40 | server_id 16 | published 8
 *                                       | slot 0 | slot 1 | ...
 *     twofold:<database>:own            <run_id>.<nonce>|<epoch>|<touches>
 *     twofold:<database>:a:<aggregate>  <epoch>|<version>|<revision>
 *
 * A text that is not exactly what a writer of ours makes is CORRUPT: readers then behave as if it
 * were not there.
 */
#include "cache/page.h"

#include <endian.h>

#include "cache/publish.h"
#include "lib/data/hash.h"
#include "lib/data/percent.h"

static bool is_hex(struct slice text, size_t len)
{
    if (text.len != len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        char c = text.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ home */

enum status home_parse(struct slice text, struct home *out)
{
    *out = (struct home){.len = 0};
    if (text.len == 0) {
        return STATUS_OK; /* NULL in SQL: nobody's */
    }
    if (text.len != HOME_TEXT || text.ptr[REDIS_RUN_ID] != '.' ||
        !is_hex(slice_of(text.ptr, REDIS_RUN_ID), REDIS_RUN_ID) ||
        !is_hex(slice_from(text, REDIS_RUN_ID + 1), NONCE_TEXT)) {
        return STATUS_CORRUPT;
    }
    memcpy(out->text, text.ptr, HOME_TEXT);
    out->len = HOME_TEXT;
    return STATUS_OK;
}

struct home home_make(struct slice run_id, struct slice nonce)
{
    struct home home = {.len = 0};

    if (run_id.len == REDIS_RUN_ID && nonce.len == NONCE_TEXT) {
        memcpy(home.text, run_id.ptr, REDIS_RUN_ID);
        home.text[REDIS_RUN_ID] = '.';
        memcpy(home.text + REDIS_RUN_ID + 1, nonce.ptr, NONCE_TEXT);
        home.len = HOME_TEXT;
    }
    return home;
}

bool home_eq(const struct home *a, const struct home *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

bool home_is_on(const struct home *home, struct slice run_id)
{
    return home->len == HOME_TEXT && run_id.len == REDIS_RUN_ID &&
           memcmp(home->text, run_id.ptr, REDIS_RUN_ID) == 0;
}

struct slice home_nonce(const struct home *home)
{
    return home->len == HOME_TEXT ? slice_of(home->text + REDIS_RUN_ID + 1, NONCE_TEXT)
                                  : SLICE_EMPTY;
}

/* ------------------------------------------------------------------ names */

static struct slice key_of(struct arena *arena, struct slice database, const char *kind,
                           struct slice name)
{
    const struct slice parts[] = {SLICE_LITERAL("twofold:"), database, slice_str(kind), name};
    char *key = arena_bytes(arena, parts[0].len + database.len + parts[2].len + name.len);
    char *at = key;

    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        at = slice_put(at, parts[i]);
    }
    return slice_of(key, (size_t)(at - key));
}

struct slice key_page(struct arena *arena, struct slice database, struct slice nonce)
{
    return key_of(arena, database, ":page:", nonce);
}

struct slice key_pages(struct arena *arena, struct slice database)
{
    return key_of(arena, database, ":pages", SLICE_EMPTY);
}

struct slice key_own(struct arena *arena, struct slice database)
{
    return key_of(arena, database, ":own", SLICE_EMPTY);
}

struct slice key_feed(struct arena *arena, struct slice database)
{
    return key_of(arena, database, ":feed", SLICE_EMPTY);
}

struct slice key_poke(struct arena *arena, struct slice database)
{
    return key_of(arena, database, ":poke", SLICE_EMPTY);
}

struct slice key_aggregate(struct arena *arena, struct slice database, struct slice aggregate)
{
    return key_of(arena, database, ":a:", aggregate);
}

struct slice aggregate_name(struct arena *arena, struct slice aggregate, struct slice id_text)
{
    struct slice id = percent_encode(arena, id_text);
    char *name = arena_bytes(arena, aggregate.len + 1 + id.len);
    char *end = slice_put(slice_put(slice_put(name, aggregate), SLICE_LITERAL(":")), id);

    return slice_of(name, (size_t)(end - name));
}

/* ------------------------------------------------------------------ values */

enum status own_parse(struct slice text, struct own *out)
{
    struct slice home, rest, epoch, touches;

    if (!slice_cut(text, '|', &home, &rest) || !slice_cut(rest, '|', &epoch, &touches) ||
        home.len == 0 || home_parse(home, &out->home) != STATUS_OK || !is_hex(epoch, EPOCH_TEXT) ||
        !is_hex(touches, sizeof(out->touches) - 1)) {
        return STATUS_CORRUPT;
    }
    memcpy(out->epoch, epoch.ptr, EPOCH_TEXT);
    out->epoch[EPOCH_TEXT] = '\0';
    memcpy(out->touches, touches.ptr, touches.len);
    out->touches[touches.len] = '\0';
    return STATUS_OK;
}

struct slice own_text(struct arena *arena, const struct own *own)
{
    return arena_printf(arena, "%.*s|%s|%s", (int)own->home.len, own->home.text, own->epoch,
                        own->touches);
}

enum status seen_parse(struct slice text, struct seen *out)
{
    struct slice epoch, rest, version, revision;

    if (!slice_cut(text, '|', &epoch, &rest) || !slice_cut(rest, '|', &version, &revision) ||
        !is_hex(epoch, EPOCH_TEXT) || slice_parse_u64(version, &out->version) != STATUS_OK ||
        slice_parse_u64(revision, &out->revision) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    memcpy(out->epoch, epoch.ptr, EPOCH_TEXT);
    out->epoch[EPOCH_TEXT] = '\0';
    return STATUS_OK;
}

uint64_t page_number(const char bytes[PAGE_SLOT_BYTES])
{
    uint64_t number;

    memcpy(&number, bytes, PAGE_SLOT_BYTES);
    return be64toh(number);
}

void page_number_write(uint64_t number, char out[PAGE_SLOT_BYTES])
{
    number = htobe64(number);
    memcpy(out, &number, PAGE_SLOT_BYTES);
}

/* ------------------------------------------------------------------ tags and the feed */

/*
 * SQL takes 'a' and 'a ' for one text (PAD SPACE), so what changes one changes the answers of the
 * other: blanks do not count.
 */
static uint64_t hash_without_blanks(struct slice tag)
{
    struct buf text = {0};
    struct slice word;
    uint64_t hash;

    while (tag.len > 0) {
        (void)slice_cut(tag, ' ', &word, &tag);
        buf_append(&text, word);
    }
    hash = hash_xxh64(buf_slice(&text));
    buf_fini(&text);
    return hash;
}

uint32_t tag_slot(struct slice tag)
{
    bool blanks = tag.len > 0 && memchr(tag.ptr, ' ', tag.len);

    return (uint32_t)((blanks ? hash_without_blanks(tag) : hash_xxh64(tag)) % PAGE_SLOTS);
}

enum status feed_parse(struct slice message, struct feed *out)
{
    struct slice epoch, revision, rest;

    if (!slice_cut(message, '|', &epoch, &rest) || !slice_cut(rest, '|', &revision, &rest) ||
        !slice_cut(rest, '|', &out->slots, &out->aggregates) || !is_hex(epoch, EPOCH_TEXT) ||
        slice_parse_u64(revision, &out->revision) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    memcpy(out->epoch, epoch.ptr, EPOCH_TEXT);
    out->epoch[EPOCH_TEXT] = '\0';
    return STATUS_OK;
}

bool feed_next(struct feed *feed, struct slice *aggregate_out, uint64_t *version_out)
{
    struct slice item, rest, version;

    while (feed->aggregates.len > 0) {
        (void)slice_cut(feed->aggregates, ',', &item, &rest);
        feed->aggregates = rest;
        if (slice_cut(item, '@', aggregate_out, &version) &&
            slice_parse_u64(version, version_out) == STATUS_OK) {
            return true;
        }
    }
    return false;
}
