/*
 * libcurl's multi interface on a loop.
 *
 *     http_start --> transfer (pooled handle) --> curl_multi --sockets, timer--> loop
 *                                                     |
 *     done <-- finish_all <-- curl_multi_socket_action <-- event, timer or task
 *
 * Events are kept: libcurl asks to stop watching a connection after each answer and to watch it
 * again with the next request. We leave the event as it is until the socket closes, which saves two
 * epoll_ctl a request; if an idle connection becomes readable (its server closed it) the event is
 * put to rest then. Only sockets that we opened are treated so: others (the resolver's pair) close
 * behind our back.
 *
 * Invariant: libcurl is entered from http_start, from the loop's callbacks and from http_destroy;
 * done runs from the loop's callbacks only.
 */
#include "lib/http/http.h"

#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/http/transfer.h"

/* What the loop knows of one descriptor. */
struct watch {
    struct event *event;
    short mask;  /* what the event waits for */
    bool ours;   /* opened by on_open: closed by on_close */
    bool wanted; /* libcurl is interested at present */
};

struct http {
    struct loop *loop;
    struct http_config config;
    CURLM *multi;
    struct loop_timer timer;
    struct loop_task kick;
    struct watch *watches; /* by descriptor */
    size_t watch_count;
    struct http_transfer *idle;  /* list by next */
    struct http_transfer active; /* ring */
    unsigned int pending;
};

static void finish_all(struct http *http);

/* ------------------------------------------------------------------ sockets */

static struct watch *watch_of(struct http *http, curl_socket_t fd)
{
    size_t count = http->watch_count;

    if ((size_t)fd >= count) {
        http->watch_count = (size_t)fd + 64;
        http->watches = xrealloc(http->watches, http->watch_count * sizeof(struct watch));
        memset(http->watches + count, 0, (http->watch_count - count) * sizeof(struct watch));
    }
    return &http->watches[fd];
}

static void watch_rest(struct watch *watch)
{
    if (watch->mask != 0) {
        (void)event_del(watch->event);
        watch->mask = 0;
    }
}

static void watch_end(struct watch *watch)
{
    if (watch->event) {
        event_free(watch->event);
    }
    *watch = (struct watch){0};
}

static void on_event(evutil_socket_t fd, short what, void *ctx)
{
    struct http *http = ctx;
    struct watch *watch = watch_of(http, fd);
    int running = 0, mask = 0;

    if (!watch->wanted) {
        watch_rest(watch);
        return;
    }
    mask |= (what & EV_READ) ? CURL_CSELECT_IN : 0;
    mask |= (what & EV_WRITE) ? CURL_CSELECT_OUT : 0;
    (void)curl_multi_socket_action(http->multi, fd, mask, &running);
    finish_all(http);
}

static void watch_set(struct http *http, struct watch *watch, curl_socket_t fd, short mask)
{
    if (watch->mask == mask) {
        return;
    }
    if (!watch->event) {
        watch->event = event_new(loop_base(http->loop), fd, mask, on_event, http);
    } else {
        watch_rest(watch);
        (void)event_assign(watch->event, loop_base(http->loop), fd, mask, on_event, http);
    }
    if (watch->event && event_add(watch->event, NULL) == 0) {
        watch->mask = mask;
    }
}

/* libcurl says what it wants to know of FD. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct http *http = ctx;
    struct watch *watch = watch_of(http, fd);

    (void)easy;
    (void)socket_ctx;
    watch->wanted = what != CURL_POLL_REMOVE;
    if (what == CURL_POLL_REMOVE) {
        if (!watch->ours) {
            watch_rest(watch);
            watch_end(watch);
        }
        return 0;
    }
    watch_set(http, watch, fd,
              (short)(EV_PERSIST | ((what & CURL_POLL_IN) ? EV_READ : 0) |
                      ((what & CURL_POLL_OUT) ? EV_WRITE : 0)));
    return 0;
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http *http = ctx;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    address->protocol);

    (void)purpose;
    if (fd >= 0) {
        watch_of(http, fd)->ours = true;
    }
    return fd;
}

static int on_close(void *ctx, curl_socket_t fd)
{
    struct http *http = ctx;
    struct watch *watch = watch_of(http, fd);

    watch_rest(watch);
    watch_end(watch);
    return close(fd);
}

/* ------------------------------------------------------------------ time */

static void on_time(void *ctx)
{
    struct http *http = ctx;
    int running = 0;

    (void)curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    finish_all(http);
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct http *http = ctx;

    (void)multi;
    loop_timer_stop(&http->timer);
    if (timeout_ms == 0) {
        loop_later(http->loop, &http->kick, on_time, http);
    } else if (timeout_ms > 0) {
        loop_timer_start(http->loop, &http->timer, clock_deadline((uint64_t)timeout_ms * 1000),
                         on_time, http);
    }
    return 0;
}

/* ------------------------------------------------------------------ transfers */

static struct http_transfer *transfer_take(struct http *http)
{
    struct http_transfer *transfer = http->idle;

    if (transfer) {
        http->idle = transfer->next;
        return transfer;
    }
    transfer = http_transfer_create(&http->config);
    if (transfer) {
        transfer->http = http;
        (void)curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
        (void)curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, http);
        (void)curl_easy_setopt(transfer->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
        (void)curl_easy_setopt(transfer->easy, CURLOPT_CLOSESOCKETDATA, http);
    }
    return transfer;
}

static void transfer_activate(struct http *http, struct http_transfer *transfer)
{
    transfer->next = &http->active;
    transfer->previous = http->active.previous;
    transfer->previous->next = transfer;
    http->active.previous = transfer;
}

static void transfer_finish(struct http_transfer *transfer, CURLcode code)
{
    struct http *http = transfer->http;
    struct http_answer answer = {0};
    enum status status = http_transfer_verdict(transfer, code, &answer);

    (void)curl_multi_remove_handle(http->multi, transfer->easy);
    transfer->previous->next = transfer->next;
    transfer->next->previous = transfer->previous;
    http->pending--;
    transfer->done(transfer->ctx, status, status == STATUS_OK ? &answer : NULL);
    http_transfer_clear(transfer);
    transfer->next = http->idle;
    http->idle = transfer;
}

static void finish_all(struct http *http)
{
    CURLMsg *message;
    int left = 0;

    while ((message = curl_multi_info_read(http->multi, &left))) {
        void *transfer = NULL;

        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result;

            (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
            transfer_finish(transfer, code);
        }
    }
}

/* ------------------------------------------------------------------ calls */

/* A call that ends before it began. */
struct refusal {
    struct loop_task task;
    http_done_fn *done;
    void *ctx;
    enum status status;
};

static void on_refusal(void *ctx)
{
    struct refusal *refusal = ctx;

    refusal->done(refusal->ctx, refusal->status, NULL);
    xfree(refusal);
}

static void refuse(struct http *http, enum status status, http_done_fn *done, void *ctx)
{
    struct refusal *refusal = XNEW(struct refusal);

    refusal->done = done;
    refusal->ctx = ctx;
    refusal->status = status;
    loop_later(http->loop, &refusal->task, on_refusal, refusal);
}

void http_start(struct http *http, const struct http_call *call, http_done_fn *done, void *ctx)
{
    struct http_transfer *transfer;
    enum status status;

    if (http->pending >= http->config.pending_max) {
        refuse(http, STATUS_BUSY, done, ctx);
        return;
    }
    transfer = transfer_take(http);
    if (!transfer) {
        refuse(http, STATUS_BUSY, done, ctx);
        return;
    }
    status = http_transfer_prepare(transfer, call);
    if (status == STATUS_OK && curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK) {
        status = STATUS_INTERNAL;
    }
    if (status != STATUS_OK) {
        http_transfer_clear(transfer);
        transfer->next = http->idle;
        http->idle = transfer;
        refuse(http, status, done, ctx);
        return;
    }
    transfer->done = done;
    transfer->ctx = ctx;
    transfer_activate(http, transfer);
    http->pending++;
}

struct http *http_create(struct loop *loop, const struct http_config *config)
{
    struct http *http = XNEW(struct http);

    http->loop = loop;
    http->config = *config;
    http->active.next = http->active.previous = &http->active;
    http->multi = curl_multi_init();
    if (!http->multi) {
        xfree(http);
        return NULL;
    }
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    (void)curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                            (long)config->connections_max);
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)config->connections_max);
    return http;
}

void http_destroy(struct http *http)
{
    if (!http) {
        return;
    }
    while (http->active.next != &http->active) {
        struct http_transfer *transfer = http->active.next;

        transfer->repeated = true; /* nobody waits for the answer: UNCERTAIN */
        transfer_finish(transfer, CURLE_ABORTED_BY_CALLBACK);
    }
    while (http->idle) {
        struct http_transfer *transfer = http->idle;

        http->idle = transfer->next;
        http_transfer_destroy(transfer);
    }
    (void)curl_multi_cleanup(http->multi);
    loop_timer_stop(&http->timer);
    loop_later_cancel(http->loop, &http->kick);
    for (size_t i = 0; i < http->watch_count; i++) {
        watch_end(&http->watches[i]);
    }
    xfree(http->watches);
    xfree(http);
}
