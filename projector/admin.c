/*
 * Pages for operators and their tools.
 *
 *     /livez    200 while the process serves at all
 *     /readyz   200 when every model can be projected, else 503; the body names what is missing
 *     /metrics  Prometheus' text format
 *     /         both for human eyes
 */
#include "projector/admin.h"

#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/data/json_add.h"
#include "lib/httpd/pages.h"

#define SILENCE_US 2000000 /* beyond a keeper's turn */

struct admin {
    struct pages *pages;
    struct follower *followers;
    size_t count;
};

struct fault {
    bool is, needed; /* needed: nothing is projected without it */
    const char *text;
};

/*
 * A primary that hangs fails no statement for as long as apply_timeout: the keeper's silence says
 * it earlier. Its turn visits all models, and a Redis that hangs keeps it waiting at each.
 */
static bool sql_answers(const struct follower *follower, size_t models)
{
    const struct settings *settings = follower->settings;
    uint64_t turn_us =
        settings->lease + models * (settings->redis_connect_timeout + settings->redis_timeout);
    uint64_t heard_us = follower->sql_heard_us;

    return heard_us > 0 && clock_us() - heard_us < turn_us + SILENCE_US;
}

/* A server that answers but was demoted: the address leads to the wrong one. */
static const char *sql_fault(const struct follower *follower)
{
    return follower->sql_heard_us == 0 && follower->sql_read_only
               ? "the SQL primary is read-only"
               : "the SQL primary does not answer";
}

static const char *redis_fault(const struct follower *follower)
{
    return follower->redis_no_master ? "Redis is no master" : "Redis does not answer";
}

/* Redis is missed but not needed: two leases later the projection goes on without it. */
static bool list_faults(const struct follower *follower, size_t models, struct buf *list)
{
    // clang-format off
    const struct fault faults[] = {
        {!sql_answers(follower, models), true,  sql_fault(follower)},
        {!follower->stream_up,           true,  "the stream cannot be read"},
        {follower->superseded,           true,  "superseded by a projector of another plan"},
        {follower->gap,                  true,  "the stream was trimmed: rebuild the model"},
        {!follower->redis_up,            false, redis_fault(follower)},
    };
    // clang-format on
    struct arena arena = {0};
    bool ready = true;
    size_t i;

    for (i = 0; i < ARRAY_COUNT(faults); i++) {
        if (faults[i].is) {
            json_add_string(
                list, NULL,
                arena_printf(&arena, "%.*s: %s", SLICE_ARG(follower->model->name), faults[i].text));
            ready = ready && !faults[i].needed;
        }
    }
    arena_fini(&arena);
    return ready;
}

bool admin_ready(const struct follower *followers, size_t count, struct buf *body)
{
    struct buf list = {0};
    bool ready = true;
    size_t i;

    json_add_array(&list, NULL);
    for (i = 0; i < count; i++) {
        ready = list_faults(&followers[i], count, &list) && ready;
    }
    json_add_end(&list, ']');
    json_add_object(body, NULL);
    json_add_bool(body, "ready", ready);
    json_add_raw(body, "missing", buf_slice(&list));
    json_add_end(body, '}');
    buf_append_char(body, '\n');
    buf_fini(&list);
    return ready;
}

static int make_readyz(void *ctx, struct buf *body)
{
    const struct admin *admin = ctx;

    return admin_ready(admin->followers, admin->count, body) ? 200 : 503;
}

static const struct page own_pages[] = {
    {"/readyz", PAGE_JSON, make_readyz}
};

enum status admin_create(struct loop *loop, const struct settings *settings,
                         struct follower *followers, size_t count, struct admin **out)
{
    const struct httpd_config config = clients_httpd(settings);
    struct admin *admin = XNEW(struct admin);
    enum status status;

    admin->followers = followers;
    admin->count = count;
    status = pages_create(loop, settings->projector_admin_listen, &config, own_pages,
                          ARRAY_COUNT(own_pages), admin, &admin->pages);
    if (status != STATUS_OK) {
        xfree(admin);
        return status;
    }
    *out = admin;
    return STATUS_OK;
}

void admin_destroy(struct admin *admin)
{
    pages_destroy(admin->pages);
    xfree(admin);
}
