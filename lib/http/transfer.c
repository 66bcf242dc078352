/*
 * A libcurl handle, set up once and used for many requests.
 *
 * Invariant: a request is sent once. libcurl sends a POST again by itself when a kept-alive
 * connection died before any byte of the answer, though the server may have done the work: the
 * pre-request callback forbids the second try once bytes of the first have left, and the caller is
 * told UNCERTAIN.
 *
 * What was sent is judged by CURLINFO_REQUEST_SIZE, the count of request bytes that the socket
 * took: 0 means that no server has seen the request.
 */
#include "lib/http/transfer.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

/* An idle connection is not used again after that long: below the idle limits of DynamoDB's and
 * usual proxies' front ends (60 s). */
#define IDLE_MAX_S 20L

static size_t take(struct http_transfer *transfer, struct buf *buf, const char *bytes, size_t len)
{
    if (transfer->body.len + transfer->headers.len + len > transfer->answer_max) {
        transfer->too_large = true;
        return 0;
    }
    buf_append(buf, slice_of(bytes, len));
    return len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct http_transfer *transfer = ctx;

    return take(transfer, &transfer->body, bytes, size * count);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct http_transfer *transfer = ctx;

    if (slice_starts(slice_of(bytes, size * count), "HTTP/")) {
        buf_clear(&transfer->headers); /* of a 100 or another interim answer */
    }
    return take(transfer, &transfer->headers, bytes, size * count);
}

static long request_bytes(const struct http_transfer *transfer)
{
    long bytes = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
    return bytes;
}

/* A connection is ready and the request would be sent now. */
// NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's
static int on_request(void *ctx, char *peer, char *local, int peer_port, int local_port)
{
    struct http_transfer *transfer = ctx;

    (void)peer;
    (void)local;
    (void)peer_port;
    (void)local_port;
    transfer->repeated = request_bytes(transfer) > 0;
    return transfer->repeated ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

#define SET(option, value) (void)curl_easy_setopt(transfer->easy, option, value)

/* What is the same for all requests. */
static void configure(struct http_transfer *transfer, const struct http_config *config)
{
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_PROXY, ""); /* none, whatever the environment says */
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
    SET(CURLOPT_MAXCONNECTS, (long)config->connections_max);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(config->connect_timeout_us / 1000) + 1);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_PREREQFUNCTION, on_request);
    SET(CURLOPT_PREREQDATA, transfer);
}

struct http_transfer *http_transfer_create(const struct http_config *config)
{
    struct http_transfer *transfer = XNEW(struct http_transfer);

    transfer->easy = curl_easy_init();
    if (!transfer->easy) {
        xfree(transfer);
        return NULL;
    }
    configure(transfer, config);
    return transfer;
}

void http_transfer_destroy(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    arena_fini(&transfer->arena);
    buf_fini(&transfer->body);
    buf_fini(&transfer->headers);
    xfree(transfer->url);
    xfree(transfer);
}

static struct curl_slist *push(struct http_transfer *transfer, struct curl_slist *list,
                               struct slice line)
{
    struct curl_slist *node = ARENA_NEW(&transfer->arena, struct curl_slist);

    node->data = arena_cstr(&transfer->arena, line);
    node->next = list;
    return node;
}

static bool is_type(struct slice line)
{
    struct slice name, value;

    return slice_cut(line, ':', &name, &value) && slice_eq_nocase(name, slice_str("Content-Type"));
}

/*
 * libcurl only reads the list, so its nodes may be ours. An empty value removes a header that
 * libcurl would add.
 */
static struct curl_slist *header_list(struct http_transfer *transfer, const struct http_call *call)
{
    struct curl_slist *list = NULL;
    bool typed = false;

    for (size_t i = call->header_count; i-- > 0;) {
        typed = typed || is_type(call->headers[i]);
        list = push(transfer, list, call->headers[i]);
    }
    if (!typed) {
        list = push(transfer, list, slice_str("Content-Type:"));
    }
    list = push(transfer, list, slice_str("Accept:"));
    return push(transfer, list, slice_str("Expect:"));
}

static void set_url(struct http_transfer *transfer, const char *url)
{
    if (transfer->url && strcmp(transfer->url, url) == 0) {
        return;
    }
    xfree(transfer->url);
    transfer->url = xstrdup(slice_str(url));
    SET(CURLOPT_URL, url);
}

static void set_method(struct http_transfer *transfer, const struct http_call *call)
{
    if (strcmp(call->method, "GET") == 0) {
        SET(CURLOPT_HTTPGET, 1L);
        SET(CURLOPT_CUSTOMREQUEST, NULL);
        return;
    }
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS, call->body.ptr ? call->body.ptr : "");
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    SET(CURLOPT_CUSTOMREQUEST, strcmp(call->method, "POST") == 0 ? NULL : call->method);
}

enum status http_transfer_prepare(struct http_transfer *transfer, const struct http_call *call)
{
    uint64_t left_us = clock_left_us(call->deadline_us);

    if (left_us == 0) {
        return STATUS_TIMEOUT;
    }
    transfer->answer_max = call->answer_max;
    transfer->deadline_us = call->deadline_us;
    transfer->too_large = transfer->repeated = false;
    transfer->error[0] = '\0';
    set_url(transfer, call->url);
    set_method(transfer, call);
    SET(CURLOPT_HTTPHEADER, header_list(transfer, call));
    /* 0 would mean none; a day is as good as never. */
    SET(CURLOPT_TIMEOUT_MS, left_us > 86400000000 ? 86400000L : (long)((left_us + 999) / 1000));
    return STATUS_OK;
}

static void log_failure(const struct http_transfer *transfer, CURLcode code)
{
    log_warn_every("http request failed", "url=\"%s\" code=%d reason=\"%s\"", transfer->url,
                   (int)code, transfer->error[0] ? transfer->error : curl_easy_strerror(code));
}

enum status http_transfer_verdict(struct http_transfer *transfer, CURLcode code,
                                  struct http_answer *answer_out)
{
    long http_code = 0;

    if (code == CURLE_OK) {
        (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http_code);
        answer_out->code = (int)http_code;
        answer_out->body = buf_slice(&transfer->body);
        answer_out->headers = buf_slice(&transfer->headers);
        return STATUS_OK;
    }
    if (transfer->too_large) {
        return STATUS_TOO_LARGE;
    }
    log_failure(transfer, code);
    if (transfer->repeated || request_bytes(transfer) > 0) {
        return STATUS_UNCERTAIN;
    }
    if (code == CURLE_OPERATION_TIMEDOUT && clock_left_us(transfer->deadline_us) == 0) {
        return STATUS_TIMEOUT;
    }
    return STATUS_UNAVAILABLE;
}

void http_transfer_clear(struct http_transfer *transfer)
{
    arena_reset(&transfer->arena);
    buf_clear(&transfer->body);
    buf_clear(&transfer->headers);
}

struct slice http_answer_header(const struct http_answer *answer, const char *name)
{
    struct slice rest = answer->headers, line, field, value;

    while (rest.len > 0) {
        (void)slice_cut(rest, '\n', &line, &rest);
        if (slice_cut(line, ':', &field, &value) && slice_eq_nocase(field, slice_str(name))) {
            return slice_trim(value);
        }
    }
    return SLICE_EMPTY;
}
