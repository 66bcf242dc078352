/*
 * The steps of a query: params -> lookup ... answer. What the cache protocol asks is in
 * cache/lookup.c; here is its HTTP side.
 */
#include "gateway/condition.h"
#include "gateway/param.h"
#include "gateway/reply.h"
#include "lib/base/clock.h"

static enum next step_params(struct request *request)
{
    struct lookup_input *input = &request->lookup;
    const char *detail = NULL;

    input->query = request->match.route->query;
    if (params_of_query(request, input, &detail) != STATUS_OK) {
        return reply_problem(request, PROBLEM_BAD_PARAMETER, detail);
    }
    input->tokens = request_header(request, "Consistency-Token");
    input->claims = request->claims;
    input->deadline_us = request->deadline_us;
    input->arena = request->arena;
    return NEXT_STEP;
}

static void on_lookup(void *ctx, enum lookup_outcome outcome, const struct answer *answer)
{
    struct request *request = ctx;

    request->outcome = outcome;
    if (answer) {
        request->answer = *answer;
    }
    request_resume(request);
}

static enum next step_lookup(struct request *request)
{
    lookup_start(request->service->cache, &request->lookup, on_lookup, request);
    return NEXT_WAIT;
}

/* RFC 9211: "twofold; hit; detail=redis", "twofold; fwd=miss; stored; detail=replica1" */
static struct slice cache_status(struct request *request)
{
    static const char *const forwards[] = {[FORWARD_NONE] = "",
                                           [FORWARD_MISS] = "miss",
                                           [FORWARD_STALE] = "stale",
                                           [FORWARD_BYPASS] = "bypass"};
    const struct answer *answer = &request->answer;

    switch (answer->from) {
    case FROM_NEAR:
        return SLICE_LITERAL("twofold; hit; detail=near");
    case FROM_REDIS:
        return SLICE_LITERAL("twofold; hit; detail=redis");
    case FROM_SQL:
        break;
    }
    return arena_printf(request->arena, "twofold; fwd=%s%s; detail=%.*s", forwards[answer->forward],
                        answer->stored ? "; stored" : "", SLICE_ARG(answer->node));
}

static void add_freshness(struct request *request)
{
    const struct answer *answer = &request->answer;
    uint64_t now_ms = clock_wall_ms();
    uint64_t age_s = now_ms > answer->created_ms ? (now_ms - answer->created_ms) / 1000 : 0;
    char text[U64_DIGITS];

    reply_header(request, "Age", slice_of(text, (size_t)(u64_put(text, age_s) - text)));
    reply_header(request, "Cache-Control",
                 request->claims.len > 0 ? SLICE_LITERAL("private, no-cache")
                                         : SLICE_LITERAL("no-cache"));
    reply_header(request, "Cache-Status", cache_status(request));
    reply_header(request, "Consistency-Token",
                 token_of_answer(request->arena, request->lookup.query->model, answer));
}

static enum next answer_rows(struct request *request)
{
    const struct answer *answer = &request->answer;
    int code = condition_of_query(request, answer->etag);

    if (code == 412) {
        (void)reply_problem(request, PROBLEM_PRECONDITION, "If-Match names another entity tag");
        reply_header(request, "ETag", answer->etag);
        return NEXT_REPLY;
    }
    reply_begin(request, code);
    reply_header(request, "ETag", answer->etag);
    add_freshness(request);
    if (answer->link.len > 0) {
        reply_header(request, "Link", answer->link);
    }
    if (code == 200) {
        reply_header(request, "Content-Type", SLICE_LITERAL("application/json"));
        request->body = answer->body;
    }
    return NEXT_REPLY;
}

static enum next step_answer(struct request *request)
{
    if (request->outcome != LOOKUP_ANSWERED) {
        const char *detail;
        enum problem problem = problem_of_lookup(request->outcome, &detail);

        return reply_problem(request, problem, detail);
    }
    if (request->answer.kind == ANSWER_ROWS) {
        return answer_rows(request);
    }
    (void)reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    add_freshness(request);
    return NEXT_REPLY;
}

const struct step query_steps[] = {
    {"params", step_params},
    {"lookup", step_lookup},
    {"answer", step_answer},
    {NULL,     NULL       },
};
