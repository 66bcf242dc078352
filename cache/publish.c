/*
 * The writers' half of the cache protocol: four scripts, and who may run them.
 *
 *     lane     lock row -> publish_revision -> COMMIT -> publish_tell
 *     keeper   renew_look -> (reads home on the primary) -> renew_own
 *              lock row -> assert_page -> COMMIT
 *
 * Invariants:
 *   - a script changes only the page of the HOME it was called for, and only on HOME's own server:
 *     a copy of the page on a promoted replica has the same name, so the run_id behind the
 *     connection is compared before the script and after it
 *   - floors only rise; only assert_page makes a page, under a name that nobody has used
 *   - an error reply may come from the middle of a script: UNCERTAIN
 */
#include "cache/publish.h"

#include <inttypes.h>

#include "cache/assert.lua.h"
#include "cache/publish.lua.h"
#include "cache/renew.lua.h"
#include "cache/tell.lua.h"
#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/data/hash.h"
#include "lib/redis/reply.h"

/* a:<aggregate>, for read-your-writes only. cache/PROTOCOL.md "Where things live" */
#define SEEN_TTL_MS "600000"

#define SCRIPT(text_)                         \
    {                                         \
        .text = {(text_), sizeof(text_) - 1 } \
    }

/* What the script said. */
static enum status status_of_word(struct slice word)
{
    if (slice_is(word, "ok")) {
        return STATUS_OK;
    }
    if (slice_is(word, "missing")) {
        return STATUS_NOT_FOUND;
    }
    if (slice_is(word, "behind")) {
        return STATUS_CONFLICT;
    }
    if (slice_is(word, "late")) {
        return STATUS_TIMEOUT;
    }
    return STATUS_UNCERTAIN;
}

static struct slice slice_of_u64(struct arena *arena, uint64_t number)
{
    return arena_printf(arena, "%" PRIu64, number);
}

struct script_call {
    const char *name;
    struct redis_script *script;
    const struct home *home; /* on whose server it must run; NULL: any */
    size_t keys;
    const struct slice *args;
    size_t count;
    uint64_t deadline_us;
};

static enum status script_run(struct redis_sync *redis, const struct script_call *call,
                              struct arena *arena)
{
    struct redis_reply *reply = NULL;
    enum status status = redis_sync_connect(redis, call->deadline_us);

    if (status != STATUS_OK) {
        return STATUS_UNAVAILABLE;
    }
    if (call->home && !home_is_on(call->home, redis_sync_run_id(redis))) {
        return STATUS_NOT_FOUND;
    }
    status = redis_sync_eval(redis, call->script, call->keys, call->args, call->count,
                             call->deadline_us, arena, &reply);
    if (status != STATUS_OK) {
        return status;
    }
    if (call->home && !home_is_on(call->home, redis_sync_run_id(redis))) {
        return STATUS_UNCERTAIN; /* it connected anew in between: another server has run it */
    }
    if (reply->type == REDIS_ERROR) {
        log_warn_every("redis refused a script", "script=%s error=\"%.*s\"", call->name,
                       SLICE_ARG(reply->text));
    }
    return status_of_word(reply->text);
}

/* ------------------------------------------------------------------ PUBLISH */

static struct slice slots_pack(struct arena *arena, const uint32_t *slots, size_t count)
{
    char *packed = arena_bytes(arena, 4 * count);

    for (size_t i = 0; i < count; i++) {
        packed[4 * i] = (char)(slots[i] >> 24);
        packed[4 * i + 1] = (char)(slots[i] >> 16);
        packed[4 * i + 2] = (char)(slots[i] >> 8);
        packed[4 * i + 3] = (char)slots[i];
    }
    return slice_of(packed, 4 * count);
}

/*
 * "PUBLISH, one script: page:<nonce> must be there; r < published is refused (see Epoch);
 *  page[slot] = max(page[slot], r); published = r"
 */
enum status publish_revision(struct redis_sync *redis, struct slice database,
                             const struct home *home, uint64_t revision, const uint32_t *slots,
                             size_t slot_count, uint64_t deadline_us)
{
    static _Thread_local struct redis_script script = SCRIPT(publish_lua);
    struct arena arena = {0};
    char number[PAGE_SLOT_BYTES];
    enum status status;

    page_number_write(revision, number);
    const struct slice args[] = {
        key_page(&arena, database, home_nonce(home)),
        slice_of(number, sizeof(number)),
        slots_pack(&arena, slots, slot_count),
        slice_of_u64(&arena, PAGE_BYTES),
    };
    status = script_run(redis,
                        &(struct script_call){.name = "publish",
                                              .script = &script,
                                              .home = home,
                                              .keys = 1,
                                              .args = args,
                                              .count = ARRAY_COUNT(args),
                                              .deadline_us = deadline_us},
                        &arena);
    arena_fini(&arena);
    return status;
}

/* ------------------------------------------------------------------ RENEW */

static enum status view_time(const struct redis_reply *reply, struct renew_view *view)
{
    uint64_t seconds, micros;

    if (reply->type != REDIS_ARRAY || reply->count != 2 ||
        slice_parse_u64(reply->items[0].text, &seconds) != STATUS_OK ||
        slice_parse_u64(reply->items[1].text, &micros) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    view->time_us = seconds * 1000000 + micros;
    return STATUS_OK;
}

static void view_role(struct slice info, struct renew_view *view)
{
    struct slice replid = redis_info_value(info, "master_replid");

    view->master = slice_is(redis_info_value(info, "role"), "master");
    if (replid.len == REDIS_RUN_ID) {
        memcpy(view->replid, replid.ptr, REDIS_RUN_ID);
    }
}

static uint64_t number_of_hex(struct slice text)
{
    unsigned char bytes[8];

    if (hex_decode(text, bytes, sizeof(bytes)) != STATUS_OK) {
        return 0;
    }
    return page_number((const char *)bytes);
}

static void view_header(struct slice header, struct renew_view *view)
{
    if (header.len != PAGE_HEADER_BYTES ||
        home_parse(slice_of(header.ptr, HOME_TEXT), &view->page_home) != STATUS_OK) {
        return;
    }
    view->page = true;
    memcpy(view->page_epoch, header.ptr + PAGE_EPOCH_AT, EPOCH_TEXT);
    memcpy(view->page_replid, header.ptr + PAGE_REPLID_AT, REDIS_RUN_ID);
    view->page_server_id = number_of_hex(slice_of(header.ptr + PAGE_SERVER_AT, 16));
    view->published = page_number(header.ptr + PAGE_PUBLISHED_AT);
}

/*
 * "(1) one round trip: t0 = the server's TIME, role and master_replid (INFO replication), p = the
 * page's published" TIME is asked first: what follows is not older than it.
 */
enum status renew_look(struct redis_sync *redis, struct slice database, const struct home *home,
                       uint64_t deadline_us, struct renew_view *view_out)
{
    struct arena arena = {0};
    struct redis_reply *replies = NULL;
    struct slice page = key_page(&arena, database, home_nonce(home));
    const struct slice time[] = {SLICE_LITERAL("TIME")};
    const struct slice info[] = {SLICE_LITERAL("INFO"), SLICE_LITERAL("replication")};
    const struct slice length[] = {SLICE_LITERAL("STRLEN"), page};
    const struct slice header[] = {SLICE_LITERAL("GETRANGE"), page, SLICE_LITERAL("0"),
                                   slice_of_u64(&arena, PAGE_HEADER_BYTES - 1)};
    const struct redis_command commands[] = {
        {time,   ARRAY_COUNT(time)  },
        {info,   ARRAY_COUNT(info)  },
        {length, ARRAY_COUNT(length)},
        {header, ARRAY_COUNT(header)},
    };
    enum status status;

    *view_out = (struct renew_view){0};
    status = redis_sync_send(redis, commands, ARRAY_COUNT(commands), deadline_us, &arena, &replies);
    if (status == STATUS_OK) {
        status = view_time(&replies[0], view_out);
    }
    if (status == STATUS_OK) {
        view_role(replies[1].text, view_out);
        if (replies[2].type == REDIS_INTEGER && replies[2].integer == (int64_t)PAGE_BYTES) {
            view_header(replies[3].text, view_out);
        }
    }
    arena_fini(&arena);
    return status;
}

/* "(3) one script: if TIME - t0 < D/2 and the page is there: SET own PX D, PERSIST page." */
enum status renew_own(struct redis_sync *redis, struct slice database, const struct own *own,
                      uint64_t time_us, uint64_t lease_ms, uint64_t deadline_us)
{
    static _Thread_local struct redis_script script = SCRIPT(renew_lua);
    struct arena arena = {0};
    enum status status;
    const struct slice args[] = {
        key_own(&arena, database),
        key_page(&arena, database, home_nonce(&own->home)),
        slice_of_u64(&arena, time_us),
        slice_of_u64(&arena, lease_ms * 1000 / 2),
        own_text(&arena, own),
        slice_of_u64(&arena, lease_ms),
        slice_of_u64(&arena, PAGE_BYTES),
    };

    status = script_run(redis,
                        &(struct script_call){.name = "renew",
                                              .script = &script,
                                              .home = &own->home,
                                              .keys = 2,
                                              .args = args,
                                              .count = ARRAY_COUNT(args),
                                              .deadline_us = deadline_us},
                        &arena);
    arena_fini(&arena);
    return status;
}

/* ------------------------------------------------------------------ ASSERT */

static struct slice header_make(struct arena *arena, const struct assertion *assertion)
{
    char *header = arena_alloc(arena, PAGE_HEADER_BYTES);
    unsigned char server[8];
    char server_hex[17];

    memcpy(header + PAGE_HOME_AT, assertion->home->text, assertion->home->len);
    memcpy(header + PAGE_EPOCH_AT, assertion->epoch.ptr, EPOCH_TEXT);
    memcpy(header + PAGE_REPLID_AT, assertion->replid.ptr, REDIS_RUN_ID);
    page_number_write(assertion->server_id, (char *)server);
    hex_encode(server, sizeof(server), server_hex);
    memcpy(header + PAGE_SERVER_AT, server_hex, 16);
    page_number_write(assertion->revision, header + PAGE_PUBLISHED_AT);
    return slice_of(header, PAGE_HEADER_BYTES);
}

/*
 * "one script: DEL own and every page in `pages`, SET page:<new nonce> PX 60000 with every slot and
 * published = the committed revision
 *  (`string.rep`; it holds Redis for some 20 ms), pages = {new nonce}"
 */
enum status assert_page(struct redis_sync *redis, struct slice database,
                        const struct assertion *assertion, uint64_t deadline_us)
{
    static _Thread_local struct redis_script script = SCRIPT(assert_lua);
    struct arena arena = {0};
    char number[PAGE_SLOT_BYTES];
    const struct home *home = assertion->home;
    enum status status;

    if (home->len != HOME_TEXT || assertion->epoch.len != EPOCH_TEXT ||
        assertion->replid.len != REDIS_RUN_ID) {
        return STATUS_INVALID;
    }
    page_number_write(assertion->revision, number);
    const struct slice args[] = {
        key_own(&arena, database),
        key_pages(&arena, database),
        key_page(&arena, database, home_nonce(home)),
        header_make(&arena, assertion),
        slice_of(number, sizeof(number)),
        slice_of_u64(&arena, PAGE_SLOTS),
        home_nonce(home),
        key_page(&arena, database, SLICE_EMPTY),
    };
    status = script_run(redis,
                        &(struct script_call){.name = "assert",
                                              .script = &script,
                                              .home = home,
                                              .keys = 3,
                                              .args = args,
                                              .count = ARRAY_COUNT(args),
                                              .deadline_us = deadline_us},
                        &arena);
    arena_fini(&arena);
    return status;
}

/* ------------------------------------------------------------------ after the commit */

static struct slice feed_message(struct arena *arena, const struct news *news)
{
    struct buf buf = {0};
    struct slice message;

    buf_append(&buf, news->epoch);
    buf_append_char(&buf, '|');
    buf_append_u64(&buf, news->revision);
    buf_append_char(&buf, '|');
    for (size_t i = 0; i < news->slot_count; i++) {
        buf_append_str(&buf, i == 0 ? "" : ",");
        buf_append_u64(&buf, news->slots[i]);
    }
    buf_append_char(&buf, '|');
    for (size_t i = 0; i < news->told_count; i++) {
        buf_append_str(&buf, i == 0 ? "" : ",");
        buf_append(&buf, news->told[i].aggregate);
        buf_append_char(&buf, '@');
        buf_append_u64(&buf, news->told[i].version);
    }
    message = arena_copy(arena, buf_slice(&buf));
    buf_fini(&buf);
    return message;
}

/* "then, without waiting: a:<aggregate> = epoch|version|r, feed" */
void publish_tell(struct redis_sync *redis, struct slice database, const struct news *news,
                  uint64_t deadline_us)
{
    static _Thread_local struct redis_script script = SCRIPT(tell_lua);
    struct arena arena = {0};
    size_t fixed = 5, count = 2 * news->told_count + fixed;
    struct slice *args = ARENA_ARRAY(&arena, struct slice, count);
    struct slice *rest = args + news->told_count;

    for (size_t i = 0; i < news->told_count; i++) {
        args[i] = key_aggregate(&arena, database, news->told[i].aggregate);
        rest[fixed + i] = slice_of_u64(&arena, news->told[i].version);
    }
    rest[0] = news->epoch;
    rest[1] = slice_of_u64(&arena, news->revision);
    rest[2] = SLICE_LITERAL(SEEN_TTL_MS);
    rest[3] = key_feed(&arena, database);
    rest[4] = feed_message(&arena, news);
    if (script_run(redis,
                   &(struct script_call){.name = "tell",
                                         .script = &script,
                                         .keys = news->told_count,
                                         .args = args,
                                         .count = count,
                                         .deadline_us = deadline_us},
                   &arena) != STATUS_OK) {
        log_warn_every("commit not told", "revision=%" PRIu64, news->revision);
    }
    arena_fini(&arena);
}
