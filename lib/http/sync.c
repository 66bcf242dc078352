/*
 * The blocking twin: one handle, which keeps its connection.
 */
#include "lib/base/memory.h"
#include "lib/http/http.h"
#include "lib/http/transfer.h"

struct http_sync {
    struct http_transfer *transfer;
};

struct http_sync *http_sync_create(const struct http_config *config)
{
    struct http_sync *http = XNEW(struct http_sync);

    http->transfer = http_transfer_create(config);
    return http;
}

void http_sync_destroy(struct http_sync *http)
{
    if (!http) {
        return;
    }
    if (http->transfer) {
        http_transfer_destroy(http->transfer);
    }
    xfree(http);
}

enum status http_sync_perform(struct http_sync *http, const struct http_call *call,
                              struct arena *arena, struct http_answer *out)
{
    struct http_answer answer = {0};
    enum status status;

    if (!http->transfer) {
        return STATUS_INTERNAL;
    }
    status = http_transfer_prepare(http->transfer, call);
    if (status == STATUS_OK) {
        status =
            http_transfer_verdict(http->transfer, curl_easy_perform(http->transfer->easy), &answer);
    }
    if (status == STATUS_OK) {
        out->code = answer.code;
        out->body = arena_copy(arena, answer.body);
        out->headers = arena_copy(arena, answer.headers);
    }
    http_transfer_clear(http->transfer);
    return status;
}
