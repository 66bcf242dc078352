/*
 * The judgement over floors. Pure functions; who asks whom is lookup.c's.
 *
 *     own is there, names this server and these touches, every slot has 8 bytes -> current
 *     else the primary: home is on this server, a master with the page's master_replid, its page
 *                       is there, same touches -> current, and the projector is merely away
 *     else no entry counts                           -> the floor is the primary's revision
 *
 * A missing page reads as "", never as floor 0.
 */
#include "cache/floors.h"

#include "lib/redis/reply.h"

#define OFFSET_MAX 8 /* digits of an offset in a page */

static struct slice offset_text(char *out, size_t offset)
{
    char *at = out + OFFSET_MAX;

    do {
        *--at = (char)('0' + offset % 10);
        offset /= 10;
    } while (offset > 0);
    return slice_of(at, (size_t)(out + OFFSET_MAX - at));
}

void floors_ask(struct arena *arena, struct slice key_page, const uint32_t *slots, size_t count,
                struct redis_command *commands)
{
    struct slice *args = ARENA_ARRAY(arena, struct slice, 4 * count);
    char *digits = arena_bytes(arena, 2 * OFFSET_MAX * count);

    for (size_t i = 0; i < count; i++, args += 4, digits += 2 * OFFSET_MAX) {
        size_t offset = slot_offset(slots[i]);

        args[0] = SLICE_LITERAL("GETRANGE");
        args[1] = key_page;
        args[2] = offset_text(digits, offset);
        args[3] = offset_text(digits + OFFSET_MAX, offset + PAGE_SLOT_BYTES - 1);
        commands[i] = (struct redis_command){args, 4};
    }
}

enum status floors_read(const struct redis_reply *replies, size_t count, uint64_t *label_min_out)
{
    uint64_t highest = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t floor;

        if (replies[i].type != REDIS_STRING || replies[i].text.len != PAGE_SLOT_BYTES) {
            return STATUS_NOT_FOUND;
        }
        floor = page_number(replies[i].text.ptr);
        highest = floor > highest ? floor : highest;
    }
    *label_min_out = highest;
    return STATUS_OK;
}

void floors_ask_proof(struct arena *arena, struct slice key_page, const uint32_t *slots,
                      size_t count, struct redis_command *commands)
{
    static const struct slice info[] = {SLICE_LITERAL("INFO"), SLICE_LITERAL("replication")};
    struct slice *args = ARENA_ARRAY(arena, struct slice, 4);
    char *digits = arena_bytes(arena, 2 * OFFSET_MAX);

    args[0] = SLICE_LITERAL("GETRANGE");
    args[1] = key_page;
    args[2] = offset_text(digits, PAGE_REPLID_AT);
    args[3] = offset_text(digits + OFFSET_MAX, PAGE_REPLID_AT + REDIS_RUN_ID - 1);
    commands[0] = (struct redis_command){args, 4};
    floors_ask(arena, key_page, slots, count, commands + 1);
    commands[count + 1] = (struct redis_command){info, ARRAY_COUNT(info)};
}

/*
 * "a master with the master_replid of the page's header": a server that was demoted has another
 * one, even when it was promoted again.
 */
static enum status judge_server(const struct redis_reply *header, const struct redis_reply *info)
{
    struct slice replid;

    if (info->type != REDIS_STRING) {
        return STATUS_DENIED;
    }
    replid = redis_info_value(info->text, "master_replid");
    if (header->type != REDIS_STRING || header->text.len != REDIS_RUN_ID) {
        return STATUS_NOT_FOUND;
    }
    return slice_is(redis_info_value(info->text, "role"), "master") &&
                   slice_eq(replid, header->text)
               ? STATUS_OK
               : STATUS_PRECONDITION;
}

enum status floors_read_proof(const struct redis_reply *replies, size_t count,
                              uint64_t *label_min_out)
{
    enum status status = judge_server(&replies[0], &replies[count - 1]);

    return status == STATUS_OK ? floors_read(replies + 1, count - FLOORS_PROOF, label_min_out)
                               : status;
}

bool own_is_trusted(const struct own *own, struct slice run_id, const char *touches)
{
    return home_is_on(&own->home, run_id) &&
           memcmp(own->touches, touches, sizeof(own->touches)) == 0;
}

bool floors_accept(const struct floors *floors, const char *epoch, uint64_t label)
{
    return memcmp(floors->epoch, epoch, EPOCH_TEXT) == 0 && label >= floors->label_min;
}

bool floors_allow_primary(const struct floors *floors, const char *epoch, uint64_t label)
{
    return floors_accept(floors, epoch, floors->current ? label + 1 : label);
}
