/*
 * The admin port's server: a table of pages.
 */
#include "lib/httpd/pages.h"

#include "lib/base/memory.h"
#include "lib/httpd/dashboard.html.h"
#include "lib/run/metric.h"

#define CONNECTIONS_MAX 200 /* a few scrapers and operators */
#define TYPE_METRICS    "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"

struct pages {
    struct httpd *httpd;
    const struct page *own;
    size_t count;
    void *ctx;
    struct buf body;
};

static int make_metrics(void *ctx, struct buf *body)
{
    (void)ctx;
    metric_render(body);
    return 200;
}

static int make_livez(void *ctx, struct buf *body)
{
    (void)ctx;
    buf_append_str(body, "ok\n");
    return 200;
}

/* It needs nothing but this server, so the browser shall fetch nothing from anywhere else. */
#define HTML                                                                              \
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-cache\r\n"               \
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src " \
    "'unsafe-inline'; img-src data:; connect-src 'self'; frame-ancestors 'none'\r\n"

static int make_dashboard(void *ctx, struct buf *body)
{
    (void)ctx;
    buf_append_str(body, dashboard_html);
    return 200;
}

static const struct page common[] = {
    {"/metrics", TYPE_METRICS, make_metrics  },
    {"/livez",   PAGE_TEXT,    make_livez    },
    {"/",        HTML,         make_dashboard},
};

static const struct page *find(const struct page *pages, size_t count, struct slice path)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(path, pages[i].path)) {
            return &pages[i];
        }
    }
    return NULL;
}

static void on_request(void *ctx, struct httpd_exchange *exchange)
{
    struct pages *pages = ctx;
    const struct http_request *request = &exchange->request;
    const struct page *page = find(common, ARRAY_COUNT(common), request->path);
    int code;

    if (request->method != HTTP_GET && request->method != HTTP_HEAD) {
        httpd_reply(exchange, 405, SLICE_LITERAL("Allow: GET, HEAD\r\n"), SLICE_EMPTY);
        return;
    }
    if (!page) {
        page = find(pages->own, pages->count, request->path);
    }
    if (!page) {
        httpd_reply(exchange, 404, SLICE_LITERAL(PAGE_TEXT), SLICE_LITERAL("no such page\n"));
        return;
    }
    buf_clear(&pages->body);
    code = page->make(pages->ctx, &pages->body);
    httpd_reply(exchange, code, slice_str(page->headers), buf_slice(&pages->body));
}

static void on_refuse(void *ctx, int code, const char *detail, struct buf *headers,
                      struct buf *body)
{
    (void)ctx;
    buf_append_str(headers, PAGE_TEXT);
    buf_printf(body, "%d %s\n", code, detail);
}

enum status pages_create(struct loop *loop, struct slice address, const struct httpd_config *config,
                         const struct page *pages, size_t count, void *ctx, struct pages **out)
{
    struct httpd_config own = *config;
    struct pages *made;
    int fd = -1;
    enum status status = httpd_listen(address, true, &fd);

    if (status != STATUS_OK) {
        return status;
    }
    made = XNEW(struct pages);
    made->own = pages;
    made->count = count;
    made->ctx = ctx;
    own.connections_max = own.inflight_max = CONNECTIONS_MAX;
    own.request = on_request;
    own.refuse = on_refuse;
    own.ctx = made;
    own.metrics = "admin";
    made->httpd = httpd_create(loop, &own, fd);
    *out = made;
    return STATUS_OK;
}

void pages_destroy(struct pages *pages)
{
    httpd_destroy(pages->httpd);
    buf_fini(&pages->body);
    xfree(pages);
}
