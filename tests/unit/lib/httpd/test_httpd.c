/*
 * The server over loopback, its loop stepped by the test: a client sends, the loop turns until the
 * client has got what the test waits for. The handler answers "METHOD path body", except that paths
 * with "hold" are kept until the test answers them.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/httpd/httpd.h"
#include "lib/run/metric.h"
#include "tests/unit/unit.h"

#define PATIENCE_US 10000000 /* then what was waited for will not come */
#define HELD_MAX    64

struct server {
    struct loop *loop;
    struct httpd *httpd;
    uint16_t port;
    struct httpd_exchange *held[HELD_MAX];
    unsigned int held_count, requests;
    bool drained;
};

static struct server server;

struct client {
    int fd;
    struct buf got;
    bool ended; /* by the server's FIN */
    bool reset;
};

static void answer(struct httpd_exchange *exchange)
{
    const struct http_request *request = &exchange->request;
    struct slice body =
        arena_printf(&exchange->arena, "%s %.*s %.*s;", http_method_name(request->method),
                     SLICE_ARG(request->target), SLICE_ARG(request->body));

    httpd_reply(exchange, 200, SLICE_LITERAL("X-Test: yes\r\n"), body);
}

static void on_request(void *ctx, struct httpd_exchange *exchange)
{
    struct slice path = exchange->request.path;

    (void)ctx;
    server.requests++;
    if (slice_starts(path, "/hold")) {
        assert_true(server.held_count < HELD_MAX);
        server.held[server.held_count++] = exchange;
    } else if (slice_starts(path, "/large")) {
        char *large = xalloc(1 << 23);

        httpd_reply(exchange, 200, SLICE_EMPTY, slice_of(large, 1 << 23));
        xfree(large);
    } else if (slice_starts(path, "/204")) {
        httpd_reply(exchange, 204, SLICE_EMPTY, SLICE_LITERAL("never sent"));
    } else if (slice_starts(path, "/304")) {
        httpd_reply(exchange, 304, SLICE_EMPTY, SLICE_LITERAL("never sent"));
    } else {
        answer(exchange);
    }
}

static void on_refuse(void *ctx, int code, const char *detail, struct buf *headers,
                      struct buf *body)
{
    (void)ctx;
    (void)code;
    buf_append_str(headers, "Content-Type: text/plain\r\n");
    buf_append_str(body, detail);
}

static const struct httpd_config defaults = {
    .line_max = 1024,
    .header_max = 4096,
    .body_max = 100000,
    .header_timeout_us = PATIENCE_US,
    .body_timeout_us = PATIENCE_US,
    .write_timeout_us = PATIENCE_US,
    .idle_timeout_us = PATIENCE_US,
    .linger_us = PATIENCE_US,
    .connections_max = 100,
    .inflight_max = 100,
    .pipeline_max = 16,
    .request = on_request,
    .refuse = on_refuse,
    .metrics = "test",
};

static void serve(const struct httpd_config *config)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    int fd = -1;

    server = (struct server){.loop = loop_create("test")};
    assert_status(httpd_listen(SLICE_LITERAL("127.0.0.1:0"), false, &fd), STATUS_OK);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    server.port = ntohs(address.sin_port);
    server.httpd = httpd_create(server.loop, config, fd);
}

static int setup(void **state)
{
    (void)state;
    serve(&defaults);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    httpd_destroy(server.httpd);
    while (server.held_count > 0) { /* a handler may answer late */
        answer(server.held[--server.held_count]);
    }
    loop_destroy(server.loop);
    return 0;
}

static void serve_again(const struct httpd_config *config)
{
    void *state = NULL;

    (void)teardown(&state);
    serve(config);
}

/* ------------------------------------------------------------------ clients */

static struct client client_open(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server.port)};
    struct client client = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(client.fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(fcntl(client.fd, F_SETFL, O_NONBLOCK), 0);
    return client;
}

static void client_close(struct client *client)
{
    buf_fini(&client->got);
    close(client->fd);
}

static void client_receive(struct client *client)
{
    ssize_t count;

    do {
        count = recv(client->fd, buf_reserve(&client->got, 65536), 65536, 0);
        if (count > 0) {
            client->got.len += (size_t)count;
        }
    } while (count > 0);
    client->ended |= count == 0;
    client->reset |= count < 0 && errno != EAGAIN;
}

/* One turn of the server, then of the client. */
static void turn(struct client *client)
{
    struct pollfd poll_fd = {.fd = client->fd, .events = POLLIN};

    loop_turn(server.loop, false);
    (void)poll(&poll_fd, 1, 1);
    client_receive(client);
}

static void client_send(struct client *client, const char *text)
{
    size_t size = strlen(text);
    size_t sent = 0;

    while (sent < size && !client->reset) {
        ssize_t count = send(client->fd, text + sent, size - sent, MSG_NOSIGNAL);

        if (count > 0) {
            sent += (size_t)count;
        } else {
            client->reset |= errno != EAGAIN;
            turn(client);
        }
    }
}

static bool client_has(const struct client *client, const char *text)
{
    return client->got.len > 0 && memmem(client->got.ptr, client->got.len, text, strlen(text));
}

#define wait_until(client, condition)                            \
    do {                                                         \
        uint64_t until_ = clock_deadline(PATIENCE_US);           \
        while (!(condition)) {                                   \
            if (clock_us() > until_) {                           \
                fail_msg("%s never came; got: %.*s", #condition, \
                         SLICE_ARG(buf_slice(&(client)->got)));  \
            }                                                    \
            turn(client);                                        \
        }                                                        \
    } while (0)

static void expect(struct client *client, const char *text)
{
    wait_until(client, client_has(client, text));
}

static void expect_end(struct client *client)
{
    wait_until(client, client->ended || client->reset);
    assert_false(client->reset);
}

/* Turns enough for whatever is going to happen at once. */
static void settle(struct client *client)
{
    for (int i = 0; i < 5; i++) {
        turn(client);
    }
}

/* ------------------------------------------------------------------ answers */

static void test_an_answer_has_the_servers_headers_and_the_handlers(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&client, "GET /a ;");
    assert_true(client_has(&client, "HTTP/1.1 200 OK\r\nDate: "));
    assert_true(client_has(&client, " GMT\r\nContent-Length: 8\r\nX-Test: yes\r\n\r\nGET /a ;"));
    assert_false(client_has(&client, "Connection"));
    client_send(&client, "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&client, "GET /b ;");
    client_close(&client);
}

static void test_bodies_come_counted_or_in_chunks_and_in_pieces(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    settle(&client);
    assert_int_equal(server.requests, 0);
    client_send(&client,
                "lloPOST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    expect(&client, "POST /a hello;");
    client_send(&client, "3\r\ndef\r\n0\r\n\r\n");
    expect(&client, "POST /b abcdef;");
    client_close(&client);
}

static void test_a_request_may_come_byte_by_byte(void **state)
{
    static const char text[] =
        "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    struct client client = client_open();

    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        char one[2] = {text[i], '\0'};

        client_send(&client, one);
        loop_turn(server.loop, false);
    }
    expect(&client, "PUT /x hi;");
    client_close(&client);
}

static void test_head_has_the_length_without_the_body(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&client, "GET /b ;");
    assert_true(client_has(&client, "Content-Length: 9\r\nX-Test: yes\r\n\r\nHTTP/1.1 200"));
    client_close(&client);
}

static void test_204_and_304_have_no_body(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client,
                "GET /204 HTTP/1.1\r\nHost: a\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&client, "HTTP/1.1 304 Not Modified");
    settle(&client);
    assert_false(client_has(&client, "Content-Length"));
    assert_false(client_has(&client, "never sent"));
    client_close(&client);
}

static void test_http_1_0_closes_unless_asked(void **state)
{
    struct client client = client_open();
    struct client kept = client_open();

    (void)state;
    client_send(&client, "GET /a HTTP/1.0\r\n\r\n");
    expect_end(&client);
    assert_true(client_has(&client, "Connection: close\r\n"));
    client_send(&kept, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    expect(&kept, "Connection: keep-alive\r\n");
    client_send(&kept, "GET /b HTTP/1.0\r\n\r\n");
    expect_end(&kept);
    assert_true(client_has(&kept, "GET /b ;"));
    client_close(&client);
    client_close(&kept);
}

static void test_connection_close_ends_after_the_answer(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "GET /hold HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                         "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_until(&client, server.held_count == 1);
    answer(server.held[--server.held_count]);
    expect_end(&client);
    assert_true(client_has(&client, "Connection: close\r\n"));
    assert_false(client_has(&client, "/b"));
    client_close(&client);
}

/* ------------------------------------------------------------------ order */

static void test_answers_leave_in_the_order_of_their_requests(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client,
                "GET /hold1 HTTP/1.1\r\nHost: a\r\n\r\nGET /hold2 HTTP/1.1\r\nHost: a\r\n\r\n"
                "GET /c HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_until(&client, server.requests == 3);
    answer(server.held[1]);
    settle(&client);
    assert_int_equal(client.got.len, 0);
    answer(server.held[0]);
    server.held_count = 0;
    expect(&client, "GET /c ;");
    assert_true(memmem(client.got.ptr, client.got.len, "/hold1", 6) <
                memmem(client.got.ptr, client.got.len, "/hold2", 6));
    assert_true(memmem(client.got.ptr, client.got.len, "/hold2", 6) <
                memmem(client.got.ptr, client.got.len, "/c", 2));
    client_close(&client);
}

static void test_an_unsafe_request_runs_alone(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "GET /hold1 HTTP/1.1\r\nHost: a\r\n\r\n"
                         "POST /hold2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                         "GET /c HTTP/1.1\r\nHost: a\r\n\r\n");
    settle(&client);
    assert_int_equal(server.requests, 1);
    answer(server.held[0]);
    wait_until(&client, server.requests == 2);
    settle(&client);
    assert_int_equal(server.requests, 2);
    answer(server.held[1]);
    server.held_count = 0;
    expect(&client, "POST /hold2 hi;");
    expect(&client, "GET /c ;");
    client_close(&client);
}

static void test_a_thousand_pipelined_requests_are_answered(void **state)
{
    struct client client = client_open();
    struct buf text = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        buf_printf(&text, "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i);
    }
    buf_append_char(&text, '\0');
    client_send(&client, text.ptr);
    expect(&client, "GET /999 ;");
    assert_int_equal(server.requests, 1000);
    buf_fini(&text);
    client_close(&client);
}

static void test_no_more_than_pipeline_max_run_at_once(void **state)
{
    struct client client = client_open();

    (void)state;
    for (int i = 0; i < 20; i++) {
        client_send(&client, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    wait_until(&client, server.requests == 16);
    settle(&client);
    assert_int_equal(server.requests, 16);
    for (int i = 0; i < 16; i++) {
        answer(server.held[i]);
    }
    server.held_count = 0;
    wait_until(&client, server.requests == 20);
    client_close(&client);
}

/* ------------------------------------------------------------------ refusals */

static void test_a_malformed_request_is_answered_in_its_turn_and_ends_the_connection(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n"
                         "GET / HTTP/1.1\r\nHost : a\r\n\r\nGET /c HTTP/1.1\r\n");
    wait_until(&client, server.held_count == 1);
    settle(&client);
    assert_int_equal(client.got.len, 0);
    answer(server.held[--server.held_count]);
    expect_end(&client);
    assert_true(client_has(&client, "HTTP/1.1 400 Bad Request\r\n"));
    assert_true(client_has(&client, "RFC 9112 5.1"));
    assert_true(client_has(&client, "Connection: close\r\n"));
    assert_int_equal(server.requests, 1);
    client_close(&client);
}

static void test_a_client_that_goes_on_sending_gets_its_refusal(void **state)
{
    static char body[2000001];
    struct client client = client_open();

    (void)state;
    memset(body, 'x', sizeof(body) - 1);
    client_send(&client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
    expect(&client, "HTTP/1.1 413 Content Too Large");
    client_send(&client, body);
    expect_end(&client);
    client_close(&client);
}

static void test_chunks_beyond_the_limit_are_refused(void **state)
{
    struct client client = client_open();
    struct client many = client_open();

    (void)state;
    client_send(&client,
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n186A1\r\n");
    expect(&client, "HTTP/1.1 413 ");
    client_send(&many, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 10001 && !client_has(&many, "413"); i++) {
        client_send(&many, "a\r\n0123456789\r\n");
        loop_turn(server.loop, false);
        client_receive(&many);
    }
    expect(&many, "HTTP/1.1 413 ");
    client_close(&client);
    client_close(&many);
}

static void test_continue_is_sent_when_it_is_expected_and_its_turn(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client,
                "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n"
                "PUT /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    settle(&client);
    assert_int_equal(client.got.len, 0);
    answer(server.held[--server.held_count]);
    expect(&client, "GET /hold ;HTTP/1.1 100 Continue\r\n\r\n");
    client_send(&client, "hi");
    expect(&client, "PUT /b hi;");
    client_close(&client);
}

static void test_a_body_that_is_too_large_gets_no_continue(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(
        &client,
        "PUT /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 200000\r\n\r\n");
    expect(&client, "HTTP/1.1 413 ");
    assert_false(client_has(&client, "100 Continue"));
    client_close(&client);
}

static void test_too_many_connections_are_told_so(void **state)
{
    struct httpd_config config = defaults;
    struct client first, second;

    (void)state;
    config.connections_max = 1;
    serve_again(&config);
    first = client_open();
    client_send(&first, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&first, "GET /a ;");
    second = client_open();
    client_send(&second, "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_end(&second);
    assert_true(client_has(&second, "HTTP/1.1 503 Service Unavailable"));
    client_close(&second);
    client_send(&first, "GET /c HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&first, "GET /c ;");
    client_close(&first);
}

static void test_too_many_requests_in_flight_get_503_and_keep_the_connection(void **state)
{
    struct httpd_config config = defaults;
    struct client client;

    (void)state;
    config.inflight_max = 1;
    serve_again(&config);
    client = client_open();
    client_send(&client, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_until(&client, server.held_count == 1);
    settle(&client);
    answer(server.held[--server.held_count]);
    expect(&client, "HTTP/1.1 503 Service Unavailable");
    client_send(&client, "GET /c HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&client, "GET /c ;");
    client_close(&client);
}

/* ------------------------------------------------------------------ slow clients */

static void test_a_slow_head_gets_408_and_silence_is_closed_in_silence(void **state)
{
    struct httpd_config config = defaults;
    struct client slow, idle, served;

    (void)state;
    config.header_timeout_us = config.idle_timeout_us = 20000;
    serve_again(&config);
    slow = client_open();
    idle = client_open();
    served = client_open();
    client_send(&slow, "GET / HTTP/1.1\r\n");
    client_send(&served,
                "GET /a HTTP/1.1\r\nHost: a\r\n\r\n\r\n"); /* the stray empty line is no head */
    expect(&slow, "HTTP/1.1 408 Request Timeout");
    expect_end(&slow);
    expect_end(&idle);
    assert_int_equal(idle.got.len, 0);
    expect_end(&served);
    assert_true(client_has(&served, "GET /a ;"));
    assert_false(client_has(&served, "408"));
    client_close(&slow);
    client_close(&idle);
    client_close(&served);
}

static void test_a_slow_body_gets_408(void **state)
{
    struct httpd_config config = defaults;
    struct client client;

    (void)state;
    config.body_timeout_us = 20000;
    serve_again(&config);
    client = client_open();
    client_send(&client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    expect(&client, "HTTP/1.1 408 Request Timeout");
    expect_end(&client);
    assert_int_equal(server.requests, 0);
    client_close(&client);
}

static double connections(void)
{
    return metric_get(metric_series(METRIC_GAUGE, "twofold_http_connections",
                                    "open client connections", "server=\"test\""));
}

static void test_a_client_that_does_not_read_is_closed(void **state)
{
    struct httpd_config config = defaults;
    struct client stalled, other;

    (void)state;
    config.write_timeout_us = 50000;
    serve_again(&config);
    stalled = client_open();
    other = client_open();
    client_send(&stalled, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    client_send(&other, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&other, "GET /a ;");
    wait_until(&other, connections() < 2);
    client_close(&stalled);
    client_close(&other);
}

static void test_a_client_that_reads_slowly_gets_everything(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client,
                "GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&client, "GET /b ;");
    assert_true(client.got.len > 1 << 23);
    client_close(&client);
}

/* ------------------------------------------------------------------ ends */

static void test_a_half_closed_client_gets_its_answers(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
    wait_until(&client, server.held_count == 1);
    settle(&client);
    assert_false(client.ended);
    answer(server.held[--server.held_count]);
    expect_end(&client);
    assert_true(client_has(&client, "GET /hold ;"));
    assert_true(client_has(&client, "GET /b ;"));
    client_close(&client);
}

static void test_a_request_that_will_never_be_whole_gets_400(void **state)
{
    static const char *const texts[] = {
        "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct client client = client_open();

        client_send(&client, texts[i]);
        assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
        expect_end(&client);
        assert_true(client_has(&client, "HTTP/1.1 400 Bad Request"));
        client_close(&client);
    }
}

static void test_the_refusal_of_a_head_that_is_not_whole_has_no_body(void **state)
{
    struct client client = client_open();

    (void)state;
    client_send(&client, "HEAD / HTTP/1.1\r\nHost: a\r\n");
    assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
    expect_end(&client);
    assert_true(client_has(&client, "HTTP/1.1 400 Bad Request"));
    assert_memory_equal(client.got.ptr + client.got.len - 4, "\r\n\r\n", 4);
    client_close(&client);
}

static void test_an_answer_to_a_client_that_has_gone_is_dropped(void **state)
{
    const struct linger abort_it = {.l_onoff = 1, .l_linger = 0};
    struct client gone = client_open();
    struct client other = client_open();

    (void)state;
    client_send(&gone, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n"
                       "GET /hold HTTP/1.1\r\nHost: a\r\n\r\nPOST /x HTTP/1.1\r\n");
    wait_until(&gone, server.held_count == 2);
    answer(server.held[1]); /* waits for its turn */
    assert_int_equal(setsockopt(gone.fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it)), 0);
    client_close(&gone);
    client_send(&other, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&other, "GET /a ;");
    wait_until(&other, connections() < 2);
    assert_null(server.held[0]->conn);
    answer(server.held[0]);
    server.held_count = 0;
    client_close(&other);
}

static void on_drained(void *ctx)
{
    (void)ctx;
    server.drained = true;
}

static void test_draining_answers_what_is_in_flight_and_closes_the_idle(void **state)
{
    struct client idle = client_open();
    struct client busy = client_open();
    struct client late = client_open();

    (void)state;
    client_send(&idle, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(&idle, "GET /a ;");
    client_send(&busy, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_until(&busy, server.held_count == 1);
    settle(&late);
    client_send(&late,
                "GET /late HTTP/1.1\r\nHost: a\r\n\r\n"); /* sent before the drain, not read yet */
    httpd_drain(server.httpd, clock_deadline(PATIENCE_US), on_drained, NULL);
    expect_end(&idle);
    expect_end(&late);
    assert_true(client_has(&late, "GET /late ;"));
    assert_true(client_has(&late, "Connection: close\r\n"));
    assert_false(server.drained);
    answer(server.held[--server.held_count]);
    expect_end(&busy);
    assert_true(client_has(&busy, "Connection: close\r\n"));
    client_close(&busy);
    client_close(&late);
    wait_until(&idle, server.drained);
    client_close(&idle);
}

static void test_draining_ends_at_its_deadline(void **state)
{
    struct client busy = client_open();

    (void)state;
    client_send(&busy, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_until(&busy, server.held_count == 1);
    httpd_drain(server.httpd, clock_deadline(10000), on_drained, NULL);
    wait_until(&busy, server.drained);
    assert_null(server.held[0]->conn);
    client_close(&busy);
}

static void test_without_descriptors_accepting_pauses_and_goes_on(void **state)
{
    struct rlimit before, tight;
    struct client client = client_open();
    int probe = dup(0);

    (void)state;
    close(probe);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)probe;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    client_send(&client, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    settle(&client);
    assert_int_equal(client.got.len, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    expect(&client, "GET /a ;");
    client_close(&client);
}

static void test_a_second_server_on_the_port_is_noticed(void **state)
{
    char address[32];
    int fd = -1;

    (void)state;
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", server.port);
    assert_status(httpd_listen(slice_str(address), true, &fd), STATUS_UNAVAILABLE);
    assert_status(httpd_listen(slice_str(address), false, &fd), STATUS_OK); /* a further worker */
    close(fd);
    assert_status(httpd_listen(SLICE_LITERAL("nonsense"), true, &fd), STATUS_INVALID);
    assert_status(httpd_listen(SLICE_LITERAL("127.0.0.1:"), true, &fd), STATUS_INVALID);
    assert_status(httpd_listen(SLICE_LITERAL("127.0.0.1:65536"), true, &fd), STATUS_INVALID);
}

static void test_reasons_of_codes(void **state)
{
    (void)state;
    assert_string_equal(http_reason(404), "Not Found");
    assert_string_equal(http_reason(299), "Unknown");
    assert_string_equal(http_reason(-1), "Unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_answer_has_the_servers_headers_and_the_handlers),
        TEST(test_bodies_come_counted_or_in_chunks_and_in_pieces),
        TEST(test_a_request_may_come_byte_by_byte),
        TEST(test_head_has_the_length_without_the_body),
        TEST(test_204_and_304_have_no_body),
        TEST(test_http_1_0_closes_unless_asked),
        TEST(test_connection_close_ends_after_the_answer),
        TEST(test_answers_leave_in_the_order_of_their_requests),
        TEST(test_an_unsafe_request_runs_alone),
        TEST(test_a_thousand_pipelined_requests_are_answered),
        TEST(test_no_more_than_pipeline_max_run_at_once),
        TEST(test_a_malformed_request_is_answered_in_its_turn_and_ends_the_connection),
        TEST(test_a_client_that_goes_on_sending_gets_its_refusal),
        TEST(test_chunks_beyond_the_limit_are_refused),
        TEST(test_continue_is_sent_when_it_is_expected_and_its_turn),
        TEST(test_a_body_that_is_too_large_gets_no_continue),
        TEST(test_too_many_connections_are_told_so),
        TEST(test_too_many_requests_in_flight_get_503_and_keep_the_connection),
        TEST(test_a_slow_head_gets_408_and_silence_is_closed_in_silence),
        TEST(test_a_slow_body_gets_408),
        TEST(test_a_client_that_does_not_read_is_closed),
        TEST(test_a_client_that_reads_slowly_gets_everything),
        TEST(test_a_half_closed_client_gets_its_answers),
        TEST(test_a_request_that_will_never_be_whole_gets_400),
        TEST(test_the_refusal_of_a_head_that_is_not_whole_has_no_body),
        TEST(test_an_answer_to_a_client_that_has_gone_is_dropped),
        TEST(test_draining_answers_what_is_in_flight_and_closes_the_idle),
        TEST(test_draining_ends_at_its_deadline),
        TEST(test_without_descriptors_accepting_pauses_and_goes_on),
        TEST(test_a_second_server_on_the_port_is_noticed),
        cmocka_unit_test(test_reasons_of_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
