/*
 * The admin port's pages. Its loop is no worker's: a slow scrape delays no client.
 */
#include "gateway/admin.h"

#include "conf/settings/clients.h"
#include "gateway/health.h"
#include "lib/base/log.h"
#include "lib/data/json_add.h"
#include "lib/httpd/pages.h"

struct admin {
    struct loop *loop;
    struct pages *pages;
    struct health *health;
    pthread_t thread;
};

static int make_readyz(void *ctx, struct buf *body)
{
    const struct admin *admin = ctx;
    struct buf missing = {0};
    bool ready = health_report(admin->health, &missing);

    json_add_object(body, NULL);
    json_add_bool(body, "ready", ready);
    json_add_raw(body, "missing", buf_slice(&missing));
    json_add_end(body, '}');
    buf_append_char(body, '\n');
    buf_fini(&missing);
    return ready ? 200 : 503;
}

static const struct page own_pages[] = {
    {"/readyz", PAGE_JSON, make_readyz}
};

static void *admin_main(void *ctx)
{
    struct admin *admin = ctx;

    loop_run(admin->loop);
    return NULL;
}

enum status admin_start(const struct gateway *gateway)
{
    static struct admin admin; /* one a process; it ends with it */
    const struct httpd_config config = clients_httpd(gateway->settings);
    enum status status;

    admin.loop = loop_create("admin");
    status = health_create(admin.loop, gateway, &admin.health);
    if (status == STATUS_OK) {
        status = pages_create(admin.loop, gateway->settings->admin_listen, &config, own_pages,
                              ARRAY_COUNT(own_pages), &admin, &admin.pages);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (pthread_create(&admin.thread, NULL, admin_main, &admin) != 0) {
        log_error("thread not made", "what=admin hint=\"raise the limit of processes\"");
        return STATUS_INTERNAL;
    }
    return STATUS_OK;
}
