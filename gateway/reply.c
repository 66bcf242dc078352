/*
 * Answers, in the worker's scratch buffers. Each is complete within one step, so one pair of
 * buffers serves all requests of a worker. A body in the request's arena is sent from there.
 */
#include "gateway/reply.h"

#include "lib/data/json.h"

void reply_begin(struct request *request, int code)
{
    struct worker *worker = request->worker;

    buf_clear(&worker->headers);
    request->code = code;
    request->body = SLICE_EMPTY;
    reply_header(request, "X-Request-Id", request->id);
}

void reply_header(struct request *request, const char *name, struct slice value)
{
    struct buf *headers = &request->worker->headers;
    size_t name_len = strlen(name);
    char *to = buf_reserve(headers, name_len + value.len + 4);

    memcpy(to, name, name_len);
    memcpy(to + name_len, ": ", 2);
    memcpy(to + name_len + 2, value.ptr, value.len);
    memcpy(to + name_len + 2 + value.len, "\r\n", 2);
    headers->len += name_len + value.len + 4;
}

static void reply_number(struct request *request, const char *name, unsigned int number)
{
    reply_header(request, name, arena_printf(request->arena, "%u", number));
}

enum next reply_problem_details(struct request *request, const struct problem_details *details)
{
    struct buf *body = &request->worker->body;
    int code = details->code != 0 ? details->code : problem_code(details->problem);

    reply_begin(request, code);
    reply_header(request, "Content-Type", SLICE_LITERAL("application/problem+json"));
    if (code == 503 || details->retry_after_s > 0) {
        reply_number(request, "Retry-After",
                     details->retry_after_s > 0 ? details->retry_after_s : 1);
    }
    buf_clear(body);
    problem_write(body, details);
    request->body = buf_slice(body);
    return NEXT_REPLY;
}

enum next reply_problem(struct request *request, enum problem problem, const char *detail)
{
    struct problem_details details = {.problem = problem, .detail = detail};

    return reply_problem_details(request, &details);
}

struct slice reply_allow(struct arena *arena, unsigned int methods)
{
    struct slice list = SLICE_EMPTY;

    for (int method = 0; method < HTTP_METHOD_COUNT; method++) {
        if (methods & (1u << method)) {
            list = arena_printf(arena, "%.*s%s%s", SLICE_ARG(list), list.len > 0 ? ", " : "",
                                http_method_name((enum http_method)method));
        }
    }
    return list;
}
