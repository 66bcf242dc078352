/*
 * The admin port's pages. Its loop is no worker's: a slow scrape delays no client.
 */
#include "gateway/admin.h"

#include "gateway/dashboard.html.h"
#include "gateway/health.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/metric.h"

struct admin {
    const struct gateway *gateway;
    struct loop *loop;
    struct httpd *httpd;
    struct health *health;
    pthread_t thread;
    struct buf body;
};

#define TYPE_TEXT    "Content-Type: text/plain; charset=utf-8\r\n"
#define TYPE_JSON    "Content-Type: application/json\r\nCache-Control: no-store\r\n"
#define TYPE_HTML    "Content-Type: text/html; charset=utf-8\r\n"
#define TYPE_METRICS "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"

static int page_metrics(struct admin *admin)
{
    metric_render(&admin->body);
    return 200;
}

static int page_livez(struct admin *admin)
{
    buf_append_str(&admin->body, "ok\n");
    return 200;
}

static int page_readyz(struct admin *admin)
{
    struct buf missing = {0};
    bool ready = health_report(admin->health, &missing);

    buf_printf(&admin->body, "{\"ready\":%s,\"missing\":%.*s}\n", ready ? "true" : "false",
               SLICE_ARG(buf_slice(&missing)));
    buf_fini(&missing);
    return ready ? 200 : 503;
}

static int page_dashboard(struct admin *admin)
{
    buf_append_str(&admin->body, dashboard_html);
    return 200;
}

static const struct page {
    const char *path, *headers;
    int (*make)(struct admin *admin);
} pages[] = {
    {"/metrics", TYPE_METRICS, page_metrics  },
    {"/livez",   TYPE_TEXT,    page_livez    },
    {"/readyz",  TYPE_JSON,    page_readyz   },
    {"/",        TYPE_HTML,    page_dashboard},
};

static void on_request(void *ctx, struct httpd_exchange *exchange)
{
    struct admin *admin = ctx;
    const struct http_request *request = &exchange->request;

    buf_clear(&admin->body);
    if (request->method != HTTP_GET && request->method != HTTP_HEAD) {
        httpd_reply(exchange, 405, SLICE_LITERAL("Allow: GET, HEAD\r\n"), SLICE_EMPTY);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(pages); i++) {
        if (slice_is(request->path, pages[i].path)) {
            int code = pages[i].make(admin);

            httpd_reply(exchange, code, slice_str(pages[i].headers), buf_slice(&admin->body));
            return;
        }
    }
    httpd_reply(exchange, 404, SLICE_LITERAL(TYPE_TEXT),
                SLICE_LITERAL("pages: / /metrics /livez /readyz\n"));
}

static void on_refuse(void *ctx, int code, const char *detail, struct buf *headers,
                      struct buf *body)
{
    (void)ctx;
    buf_append_str(headers, TYPE_TEXT);
    buf_printf(body, "%d %s\n", code, detail);
}

static struct httpd *open_httpd(struct admin *admin, int fd)
{
    const struct settings *settings = admin->gateway->settings;
    const struct httpd_config config = {
        .line_max = settings->line_max,
        .header_max = settings->header_max,
        .body_max = 1024,
        .header_timeout_us = settings->header_timeout,
        .body_timeout_us = settings->body_timeout,
        .write_timeout_us = settings->write_timeout,
        .idle_timeout_us = settings->idle_timeout,
        .linger_us = settings->linger,
        .connections_max = 200,
        .inflight_max = 100,
        .pipeline_max = 4,
        .request = on_request,
        .refuse = on_refuse,
        .ctx = admin,
        .metrics = "admin",
    };

    return httpd_create(admin->loop, &config, fd);
}

static void *admin_main(void *ctx)
{
    struct admin *admin = ctx;

    loop_run(admin->loop);
    return NULL;
}

enum status admin_start(const struct gateway *gateway)
{
    static struct admin admin; /* one a process; it ends with it */
    enum status status;
    int fd = -1;

    status = httpd_listen(gateway->settings->admin_listen, true, &fd);
    if (status != STATUS_OK) {
        return status;
    }
    admin.gateway = gateway;
    admin.loop = loop_create("admin");
    admin.httpd = open_httpd(&admin, fd);
    status = health_create(admin.loop, gateway, &admin.health);
    if (status != STATUS_OK) {
        return status;
    }
    if (pthread_create(&admin.thread, NULL, admin_main, &admin) != 0) {
        log_error("thread not made", "what=admin hint=raise_the_limit_of_processes");
        return STATUS_INTERNAL;
    }
    return STATUS_OK;
}
