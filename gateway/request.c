/*
 * The life of a request: from the httpd's exchange through the row of steps to the one exit.
 */
#include "gateway/request.h"

#include "gateway/envelope.h"
#include "gateway/problem.h"
#include "gateway/reply.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/run/metric.h"

#define REQUEST_ID_MAX 128

/* ------------------------------------------------------------------ counters */

#define CODES_KEPT 8

/* The pairs of method and code that a route has answered with. More than are kept are looked up
 * each time. */
struct route_metrics {
    struct route_codes {
        enum http_method method[CODES_KEPT];
        int code[CODES_KEPT];
        struct metric *requests[CODES_KEPT];
        unsigned int count;
        struct metric *duration;
        struct slice path;
    } * routes;
    size_t count;
};

static void name_route(struct route_codes *codes, struct slice path)
{
    const struct metric_label labels[] = {
        {"route", path       },
        {NULL,    SLICE_EMPTY}
    };

    codes->path = path;
    codes->duration = metric_labelled(METRIC_HISTOGRAM, "twofold_http_request_duration_seconds",
                                      "time from a request's first byte to its answer", labels);
}

struct route_metrics *route_metrics_create(const struct plan *plan)
{
    struct route_metrics *metrics = XNEW(struct route_metrics);

    metrics->count = plan->route_count + 2;
    metrics->routes = XARRAY(struct route_codes, metrics->count);
    for (size_t i = 0; i < plan->route_count; i++) {
        struct slice method, path;

        slice_cut(plan->routes[i]->text, ' ', &method, &path);
        name_route(&metrics->routes[plan->routes[i]->index], path);
    }
    name_route(&metrics->routes[plan->route_count], SLICE_LITERAL("/" ENVELOPE_PATH));
    name_route(&metrics->routes[plan->route_count + 1], SLICE_LITERAL("none"));
    return metrics;
}

void route_metrics_destroy(struct route_metrics *metrics)
{
    xfree(metrics->routes);
    xfree(metrics);
}

static struct metric *requests_series(struct slice path, enum http_method method, int code)
{
    char digits[U64_DIGITS];
    struct slice text = slice_of(digits, (size_t)(u64_put(digits, (uint64_t)code) - digits));
    const struct metric_label labels[] = {
        {"route",  path                               },
        {"method", slice_str(http_method_name(method))},
        {"code",   text                               },
        {NULL,     SLICE_EMPTY                        }
    };

    return metric_labelled(METRIC_COUNTER, "twofold_http_requests_total",
                           "requests by route, method and answer", labels);
}

static struct metric *requests_metric(struct route_codes *codes, enum http_method method, int code)
{
    struct metric *series;

    for (unsigned int i = 0; i < codes->count; i++) {
        if (codes->code[i] == code && codes->method[i] == method) {
            return codes->requests[i];
        }
    }
    series = requests_series(codes->path, method, code);
    if (codes->count < CODES_KEPT) {
        codes->method[codes->count] = method;
        codes->code[codes->count] = code;
        codes->requests[codes->count++] = series;
    }
    return series;
}

static void count_request(const struct request *request)
{
    struct route_metrics *metrics = request->service->metrics;
    const struct plan_route *route = request->match.route;
    struct route_codes *codes = &metrics->routes[route ? route->index : metrics->count - 1];

    metric_add(requests_metric(codes, request->exchange->request.method, request->code), 1);
    metric_observe_us(codes->duration, clock_us() - request->exchange->started_us);
}

/* ------------------------------------------------------------------ the loop of steps */

/* The one exit. */
static void request_end(struct request *request)
{
    struct worker *worker = request->worker;

    count_request(request);
    service_put(request->service);
    httpd_reply(request->exchange, request->code, buf_slice(&worker->headers), request->body);
}

static void request_run(struct request *request)
{
    enum next next = NEXT_STEP;

    while (next == NEXT_STEP) {
        next = request->step->run(request);
        if (next == NEXT_STEP) {
            request->step++;
        }
    }
    if (next == NEXT_REPLY) {
        request_end(request);
    }
}

void request_resume(struct request *request)
{
    request->step++;
    request_run(request);
}

struct slice request_header(const struct request *request, const char *name)
{
    const struct http_request *http = &request->exchange->request;
    struct slice wanted = slice_str(name), list = {NULL, 0};

    for (unsigned int i = 0; i < http->header_count; i++) {
        const struct http_header *header = &http->headers[i];

        if (header->name.len != wanted.len || !slice_eq_nocase(header->name, wanted)) {
            continue;
        }
        list = list.ptr ? arena_printf(request->arena, "%.*s, %.*s", SLICE_ARG(list),
                                       SLICE_ARG(header->value))
                        : header->value;
    }
    return list;
}

/* ------------------------------------------------------------------ its first step: the route */

/* A client's id is taken over when it is short and visible: it is logged. */
static bool is_sane_id(struct slice id)
{
    if (id.len == 0 || id.len > REQUEST_ID_MAX) {
        return false;
    }
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] <= ' ' || id.ptr[i] > '~') {
            return false;
        }
    }
    return true;
}

static struct slice make_id(struct worker *worker, struct arena *arena)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_bytes(arena, 32);
    uint64_t count = worker->id_count++;

    memcpy(text, worker->id_prefix, 16);
    for (size_t i = 32; i > 16; i--, count >>= 4) {
        text[i - 1] = digits[count & 15];
    }
    return slice_of(text, 32);
}

static enum next answer_options(struct request *request, unsigned int methods)
{
    reply_begin(request, 204);
    reply_header(request, "Allow", reply_allow(request->arena, methods | 1u << HTTP_OPTIONS));
    return NEXT_REPLY;
}

static enum next step_route(struct request *request)
{
    const struct http_request *http = &request->exchange->request;
    struct route_match *match = &request->match;

    if (slice_is(http->path, "*")) {
        return answer_options(request, (1u << HTTP_METHOD_COUNT) - 1);
    }
    if (router_match(request->service->edition->router, http->path, http->method, request->arena,
                     match) != STATUS_OK) {
        return reply_problem(request, PROBLEM_MALFORMED,
                             "the path has a bad escape or is not UTF-8");
    }
    if (match->route) {
        request->step = match->route->query     ? query_steps
                        : match->route->command ? command_steps
                                                : envelope_steps;
        return request->step->run(request);
    }
    if (match->allowed == 0) {
        return reply_problem(request, PROBLEM_NO_ROUTE, NULL);
    }
    if (http->method == HTTP_OPTIONS) {
        return answer_options(request, match->allowed);
    }
    (void)reply_problem(request, PROBLEM_METHOD, NULL);
    reply_header(request, "Allow",
                 reply_allow(request->arena, match->allowed | 1u << HTTP_OPTIONS));
    return NEXT_REPLY;
}

static const struct step first_steps[] = {
    {"route", step_route},
    {NULL,    NULL      }
};

void request_begin(void *ctx, struct httpd_exchange *exchange)
{
    struct worker *worker = ctx;
    struct request *request = ARENA_NEW(&exchange->arena, struct request);
    struct slice id;

    request->worker = worker;
    request->service = service_get(worker->service);
    request->exchange = exchange;
    request->arena = &exchange->arena;
    request->deadline_us = loop_now_us(worker->loop) + worker->gateway->settings->request_timeout;
    id = request_header(request, "X-Request-Id");
    request->id = is_sane_id(id) ? id : make_id(worker, request->arena);
    request->step = first_steps;
    request_run(request);
}

void request_refuse(void *ctx, int code, const char *detail, struct buf *headers, struct buf *body)
{
    struct problem_details details = {.problem = problem_by_code(code), .detail = detail};

    (void)ctx;
    buf_append_str(headers, "Content-Type: application/problem+json\r\n");
    if (code == 503) {
        details.problem = PROBLEM_BUSY;
        buf_append_str(headers, "Retry-After: 1\r\n");
    }
    problem_write(body, &details);
}
