/*
 * The first words on a connection: [AUTH,] INFO server, ROLE, PING. INFO names the run_id; ROLE
 * says master; PING is refused while a server loads its data, which INFO and ROLE are not.
 */
#include "lib/redis/hello.h"

#include <string.h>

#include "lib/redis/reply.h"

#define WITHOUT_AUTH 3

static void append(struct buf *out, const struct slice *args, size_t count)
{
    struct redis_command command = {.args = args, .count = count};

    redis_command_append(out, &command);
}

size_t redis_hello_append(struct buf *out, const struct redis_config *config)
{
    const struct slice info[] = {SLICE_LITERAL("INFO"), SLICE_LITERAL("server")};
    const struct slice role = SLICE_LITERAL("ROLE");
    const struct slice ping = SLICE_LITERAL("PING");
    const struct slice named[] = {SLICE_LITERAL("AUTH"), config->username, config->password};
    const struct slice unnamed[] = {SLICE_LITERAL("AUTH"), config->password};
    bool auth = config->password.len > 0;

    if (auth && config->username.len > 0) {
        append(out, named, 3);
    } else if (auth) {
        append(out, unnamed, 2);
    }
    append(out, info, 2);
    append(out, &role, 1);
    append(out, &ping, 1);
    return auth ? WITHOUT_AUTH + 1 : WITHOUT_AUTH;
}

static enum status run_id_of(struct slice info, char run_id_out[REDIS_RUN_ID + 1])
{
    struct slice run_id = redis_info_value(info, "run_id");

    if (run_id.len != REDIS_RUN_ID) {
        return STATUS_CORRUPT;
    }
    memcpy(run_id_out, run_id.ptr, REDIS_RUN_ID);
    run_id_out[REDIS_RUN_ID] = '\0';
    return STATUS_OK;
}

bool redis_role_is_master(const struct redis_reply *reply)
{
    return reply->type == REDIS_ARRAY && reply->count > 0 &&
           slice_is(reply->items[0].text, "master");
}

enum status redis_hello_check(const struct redis_reply *replies, size_t count,
                              char run_id_out[REDIS_RUN_ID + 1], const char **why_out)
{
    const struct redis_reply *info = &replies[count - 3], *role = &replies[count - 2],
                             *ping = &replies[count - 1];

    *why_out = "";
    if (count > WITHOUT_AUTH && replies[0].type == REDIS_ERROR) {
        *why_out = "AUTH_refused";
        return STATUS_DENIED;
    }
    if (info->type != REDIS_STRING) {
        *why_out = redis_reply_is_error(info, "NO") ? "NOAUTH_or_NOPERM" : "INFO_refused";
        return redis_reply_is_error(info, "NO") ? STATUS_DENIED : STATUS_UNAVAILABLE;
    }
    if (run_id_of(info->text, run_id_out) != STATUS_OK) {
        *why_out = "no_run_id";
        return STATUS_UNAVAILABLE;
    }
    if (redis_reply_is_error(role, "NOPERM")) {
        *why_out = "ROLE_refused";
        return STATUS_DENIED;
    }
    if (!redis_role_is_master(role)) {
        *why_out = REDIS_NO_MASTER;
        return STATUS_UNAVAILABLE;
    }
    if (ping->type != REDIS_STATUS) {
        *why_out = "not_ready";
        return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

struct redis_config redis_config_copy(struct arena *arena, const struct redis_config *config)
{
    struct redis_config copy = *config;

    copy.addresses = arena_copy(arena, config->addresses);
    copy.username = arena_copy(arena, config->username);
    copy.password = arena_copy(arena, config->password);
    return copy;
}

size_t redis_address_count(const struct redis_config *config)
{
    struct slice head, rest = config->addresses;
    size_t count = 1;

    while (slice_cut(rest, ',', &head, &rest)) {
        count++;
    }
    return count;
}

struct slice redis_address_text(const struct redis_config *config, size_t index)
{
    struct slice head = SLICE_EMPTY, rest = config->addresses;

    do {
        (void)slice_cut(rest, ',', &head, &rest);
    } while (index-- > 0);
    return slice_trim(head);
}
