/*
 *     aws_service_request --> http --> aws_answer_read --> done
 */
#include "lib/aws/call.h"

#include "lib/base/log.h"

static enum status make(struct aws_service *service, const struct aws_request *request,
                        struct http_call *out)
{
    enum status status = aws_service_request(service, request, out);

    if (status != STATUS_OK) {
        log_warn_every("cannot make a request", "service=%s target=%.*s status=%s",
                       service->kind->name, SLICE_ARG(request->target), status_name(status));
        return STATUS_INTERNAL;
    }
    return STATUS_OK;
}

static enum status read_answer(const struct aws_service *service, enum status status,
                               const struct http_answer *http, struct arena *arena,
                               struct aws_answer *out)
{
    if (status == STATUS_OK) {
        return aws_answer_read(service->kind->protocol, http, arena, out);
    }
    *out = (struct aws_answer){0};
    /* It is the answer that was too large, not what was sent. */
    return status == STATUS_TOO_LARGE ? STATUS_UNCERTAIN : status;
}

static void on_answer(void *ctx, enum status status, const struct http_answer *http)
{
    struct aws_call *call = ctx;
    struct aws_answer answer;

    status = read_answer(call->service, status, http, call->arena, &answer);
    call->done(call->ctx, status, &answer);
}

static void on_not_made(void *ctx)
{
    struct aws_call *call = ctx;
    const struct aws_answer answer = {0};

    call->done(call->ctx, STATUS_INTERNAL, &answer);
}

void aws_call_start(struct aws_call *call, struct loop *loop, struct http *http,
                    struct aws_service *service, const struct aws_request *request,
                    aws_done_fn *done, void *ctx)
{
    struct http_call http_call;

    *call =
        (struct aws_call){.service = service, .arena = request->arena, .done = done, .ctx = ctx};
    if (make(service, request, &http_call) != STATUS_OK) {
        loop_later(loop, &call->task, on_not_made, call);
        return;
    }
    http_start(http, &http_call, on_answer, call);
}

enum status aws_call_sync(struct aws_service *service, struct http_sync *http,
                          const struct aws_request *request, struct aws_answer *out)
{
    struct http_answer answer;
    struct http_call call;
    enum status status = make(service, request, &call);

    if (status != STATUS_OK) {
        *out = (struct aws_answer){0};
        return status;
    }
    status = http_sync_perform(http, &call, request->arena, &answer);
    return read_answer(service, status, &answer, request->arena, out);
}
