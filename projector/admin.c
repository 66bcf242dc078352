/*
 * Three pages for operators and their tools.
 *
 *     /livez    200 while the process serves at all
 *     /readyz   200 when every model can be projected, else 503; the body names what is missing
 *     /metrics  Prometheus' text format
 */
#include "projector/admin.h"

#include "lib/httpd.h"
#include "lib/memory.h"

#define JSON_HEADERS SLICE_LITERAL("Content-Type: application/json\r\nCache-Control: no-store\r\n")

struct admin {
    struct httpd *httpd;
    struct follower *followers;
    size_t count;
};

struct fault {
    bool is, needed; /* needed: nothing is projected without it */
    const char *text;
};

/* Redis is missed but not needed: two leases later the projection goes on without it. */
static bool list_faults(const struct follower *follower, struct buf *list)
{
    const struct fault faults[] = {
        {!follower->sql_up,    true,  "the SQL primary does not answer"          },
        {!follower->stream_up, true,  "the stream cannot be read"                },
        {follower->superseded, true,  "superseded by a projector of another plan"},
        {follower->gap,        true,  "the stream was trimmed: rebuild the model"},
        {!follower->redis_up,  false, "Redis does not answer"                    },
    };
    bool ready = true;
    size_t i;

    for (i = 0; i < ARRAY_COUNT(faults); i++) {
        if (faults[i].is) {
            buf_printf(list, "%s\"%.*s: %s\"", list->len > 0 ? "," : "",
                       SLICE_ARG(follower->model->name), faults[i].text);
            ready = ready && !faults[i].needed;
        }
    }
    return ready;
}

bool admin_ready(const struct follower *followers, size_t count, struct buf *body)
{
    struct buf list = {0};
    bool ready = true;
    size_t i;

    for (i = 0; i < count; i++) {
        ready = list_faults(&followers[i], &list) && ready;
    }
    buf_printf(body, "{\"ready\":%s,\"missing\":[%.*s]}\n", ready ? "true" : "false",
               SLICE_ARG(buf_slice(&list)));
    buf_fini(&list);
    return ready;
}

static void on_request(void *ctx, struct httpd_exchange *exchange)
{
    const struct admin *admin = ctx;
    struct slice path = exchange->request.path;
    struct buf body = {0};

    if (exchange->request.method != HTTP_GET && exchange->request.method != HTTP_HEAD) {
        httpd_reply(exchange, 405, SLICE_LITERAL("Allow: GET, HEAD\r\n"), SLICE_EMPTY);
    } else if (slice_is(path, "/metrics")) {
        metric_render(&body);
        httpd_reply(exchange, 200,
                    SLICE_LITERAL("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
                    buf_slice(&body));
    } else if (slice_is(path, "/livez")) {
        httpd_reply(exchange, 200, JSON_HEADERS, SLICE_LITERAL("{\"live\":true}\n"));
    } else if (slice_is(path, "/readyz")) {
        bool ready = admin_ready(admin->followers, admin->count, &body);

        httpd_reply(exchange, ready ? 200 : 503, JSON_HEADERS, buf_slice(&body));
    } else {
        httpd_reply(exchange, 404, JSON_HEADERS, SLICE_LITERAL("{\"title\":\"no such page\"}\n"));
    }
    buf_fini(&body);
}

static void on_refuse(void *ctx, int code, const char *detail, struct buf *headers,
                      struct buf *body)
{
    (void)ctx;
    buf_append(headers, JSON_HEADERS);
    buf_printf(body, "{\"status\":%d,\"detail\":\"%s\"}\n", code, detail);
}

enum status admin_create(struct loop *loop, const struct settings *settings,
                         struct follower *followers, size_t count, struct admin **out)
{
    struct httpd_config config = {
        .line_max = settings->line_max,
        .header_max = settings->header_max,
        .body_max = settings->body_max,
        .header_timeout_us = settings->header_timeout,
        .body_timeout_us = settings->body_timeout,
        .write_timeout_us = settings->write_timeout,
        .idle_timeout_us = settings->idle_timeout,
        .linger_us = settings->linger,
        .connections_max = 100, /* a few scrapers and operators */
        .inflight_max = 100,
        .pipeline_max = settings->pipeline_max,
        .request = on_request,
        .refuse = on_refuse,
        .metrics = "admin",
    };
    struct admin *admin;
    enum status status;
    int fd = -1;

    status = httpd_listen(settings->projector_admin_listen, true, &fd);
    if (status != STATUS_OK) {
        return status;
    }
    admin = XNEW(struct admin);
    admin->followers = followers;
    admin->count = count;
    config.ctx = admin;
    admin->httpd = httpd_create(loop, &config, fd);
    *out = admin;
    return STATUS_OK;
}

void admin_destroy(struct admin *admin)
{
    httpd_destroy(admin->httpd);
    xfree(admin);
}
