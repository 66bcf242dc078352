/*
 * The HTTP client: one request is sent once, whatever happens, and the caller is told truly what
 * may have reached the server.
 */
#include "lib/base/clock.h"
#include "lib/http/http.h"
#include "tests/unit/lib/http/tiny_server.h"
#include "tests/unit/unit.h"

#define DEADLINE_US ((uint64_t)3000000)
#define OK_ANSWER   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Token:  abc \r\n\r\n{}"

static struct bench {
    struct tiny_server server;
    struct loop *loop;
    struct http *http;
    char url[64];
    unsigned int fail_at; /* this request, from 1, gets no answer; 0: none */
    unsigned int waiting;
    enum status status;
    int code;
    struct slice token;
} bench;

static const char *answer(struct tiny_server *server, const char *request)
{
    (void)request;
    return server->requests == bench.fail_at ? NULL : OK_ANSWER;
}

static const char *answer_large(struct tiny_server *server, const char *request)
{
    (void)server;
    (void)request;
    return "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789";
}

static const char *answer_half(struct tiny_server *server, const char *request)
{
    (void)request;
    return server->requests == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123" : OK_ANSWER;
}

static int setup_with(tiny_answer_fn *fn, unsigned int connections_max)
{
    const struct http_config config = {
        .connections_max = connections_max, .pending_max = 8, .connect_timeout_us = 1000000};

    memset(&bench, 0, sizeof(bench));
    tiny_start(&bench.server, fn);
    (void)snprintf(bench.url, sizeof(bench.url), "http://127.0.0.1:%u/", bench.server.port);
    bench.loop = loop_create("test");
    bench.http = http_create(bench.loop, &config);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return setup_with(answer, 1);
}

static int teardown(void **state)
{
    (void)state;
    http_destroy(bench.http);
    tiny_stop(&bench.server);
    loop_destroy(bench.loop);
    return 0;
}

static void on_done(void *ctx, enum status status, const struct http_answer *got)
{
    (void)ctx;
    bench.status = status;
    bench.code = got ? got->code : 0;
    bench.token = got && slice_eq_nocase(http_answer_header(got, "x-token"), SLICE_LITERAL("abc"))
                      ? SLICE_LITERAL("abc")
                      : SLICE_EMPTY;
    bench.waiting--;
    if (bench.waiting == 0) {
        loop_stop(bench.loop);
    }
}

static void start(const char *url, size_t answer_max, uint64_t deadline_us)
{
    static const struct slice headers[] = {SLICE_LITERAL("X-Amz-Target: T.PutItem")};
    const struct http_call call = {.url = url,
                                   .method = "POST",
                                   .headers = headers,
                                   .header_count = 1,
                                   .body = SLICE_LITERAL("{\"a\":1}"),
                                   .deadline_us = deadline_us,
                                   .answer_max = answer_max};

    bench.waiting++;
    http_start(bench.http, &call, on_done, NULL);
    assert_true(bench.waiting > 0); /* not from inside */
}

static enum status post_to(const char *url, size_t answer_max)
{
    start(url, answer_max, clock_deadline(DEADLINE_US));
    loop_run(bench.loop);
    return bench.status;
}

static void test_answer_comes_with_code_headers_and_body(void **state)
{
    (void)state;
    assert_status(post_to(bench.url, 1000), STATUS_OK);
    assert_int_equal(bench.code, 200);
    assert_slice(bench.token, "abc");
}

static void test_request_carries_what_was_given_and_no_more(void **state)
{
    (void)state;
    assert_status(post_to(bench.url, 1000), STATUS_OK);
    assert_non_null(strstr(bench.server.last, "POST / HTTP/1.1\r\n"));
    assert_non_null(strstr(bench.server.last, "\r\nX-Amz-Target: T.PutItem\r\n"));
    assert_non_null(strstr(bench.server.last, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(bench.server.last, "Expect"));
    assert_null(strstr(bench.server.last, "Accept"));
    assert_null(strstr(bench.server.last, "User-Agent"));
    assert_null(strstr(bench.server.last, "Content-Type"));
}

static void test_connection_is_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_status(post_to(bench.url, 1000), STATUS_OK);
    }
    assert_int_equal(bench.server.connections, 1);
    assert_int_equal(bench.server.requests, 5);
}

static void test_calls_beyond_the_connections_wait_their_turn(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        start(bench.url, 1000, clock_deadline(DEADLINE_US));
    }
    loop_run(bench.loop);
    assert_status(bench.status, STATUS_OK);
    assert_int_equal(bench.server.connections, 1);
    assert_int_equal(bench.server.requests, 6);
}

static void test_calls_beyond_the_limit_are_busy(void **state)
{
    (void)state;
    for (int i = 0; i < 9; i++) {
        start(bench.url, 1000, clock_deadline(DEADLINE_US));
    }
    while (bench.server.requests == 0 && bench.waiting == 9) {
        loop_run(bench.loop);
    }
    assert_int_equal(bench.waiting, 0);
    assert_int_equal(bench.server.requests, 8);
}

static void test_request_on_a_new_connection_without_answer_is_uncertain_and_sent_once(void **state)
{
    (void)state;
    bench.fail_at = 1;
    assert_status(post_to(bench.url, 1000), STATUS_UNCERTAIN);
    assert_int_equal(bench.server.requests, 1);
    assert_status(post_to(bench.url, 1000), STATUS_OK);
}

/* libcurl would send it again by itself. */
static void
test_request_on_a_kept_connection_without_answer_is_uncertain_and_sent_once(void **state)
{
    (void)state;
    bench.fail_at = 2;
    assert_status(post_to(bench.url, 1000), STATUS_OK);
    assert_status(post_to(bench.url, 1000), STATUS_UNCERTAIN);
    assert_int_equal(bench.server.requests, 2);
    assert_status(post_to(bench.url, 1000), STATUS_OK);
}

static void test_half_an_answer_is_uncertain(void **state)
{
    (void)state;
    (void)teardown(NULL);
    (void)setup_with(answer_half, 1);
    start(bench.url, 1000, clock_deadline(200000));
    loop_run(bench.loop);
    assert_status(bench.status, STATUS_UNCERTAIN);
}

static void test_answer_beyond_the_limit_is_too_large(void **state)
{
    (void)state;
    (void)teardown(NULL);
    (void)setup_with(answer_large, 1);
    assert_status(post_to(bench.url, 30), STATUS_TOO_LARGE);
}

static void test_refused_connection_is_unavailable(void **state)
{
    (void)state;
    assert_status(post_to("http://127.0.0.1:9/", 1000), STATUS_UNAVAILABLE);
}

static void test_unknown_host_is_unavailable(void **state)
{
    (void)state;
    assert_status(post_to("http://no-such-host.invalid/", 1000), STATUS_UNAVAILABLE);
}

static void test_deadline_that_has_passed_is_a_timeout(void **state)
{
    (void)state;
    start(bench.url, 1000, 1);
    loop_run(bench.loop);
    assert_status(bench.status, STATUS_TIMEOUT);
    assert_int_equal(bench.server.requests, 0);
}

static void test_call_in_flight_ends_uncertain_with_its_client(void **state)
{
    const struct http_config config = {
        .connections_max = 1, .pending_max = 8, .connect_timeout_us = 1000000};

    (void)state;
    start(bench.url, 1000, clock_deadline(DEADLINE_US));
    http_destroy(bench.http);
    assert_int_equal(bench.waiting, 0);
    assert_status(bench.status, STATUS_UNCERTAIN);
    bench.http = http_create(bench.loop, &config);
}

static enum status sync_post(struct http_sync *http, struct arena *arena, struct http_answer *got)
{
    const struct http_call call = {.url = bench.url,
                                   .method = "POST",
                                   .body = SLICE_LITERAL("x"),
                                   .deadline_us = clock_deadline(DEADLINE_US),
                                   .answer_max = 1000};

    return http_sync_perform(http, &call, arena, got);
}

static void test_blocking_twin_keeps_its_connection_and_sends_once(void **state)
{
    const struct http_config config = {
        .connections_max = 1, .pending_max = 1, .connect_timeout_us = 1000000};
    struct http_sync *http = http_sync_create(&config);
    struct arena arena = {0};
    struct http_answer got = {0};

    (void)state;
    bench.fail_at = 3;
    assert_status(sync_post(http, &arena, &got), STATUS_OK);
    assert_slice(got.body, "{}");
    assert_status(sync_post(http, &arena, &got), STATUS_OK);
    assert_int_equal(bench.server.connections, 1);
    assert_status(sync_post(http, &arena, &got), STATUS_UNCERTAIN);
    assert_int_equal(bench.server.requests, 3);
    http_sync_destroy(http);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(test_answer_comes_with_code_headers_and_body),
        TEST(test_request_carries_what_was_given_and_no_more),
        TEST(test_connection_is_kept),
        TEST(test_calls_beyond_the_connections_wait_their_turn),
        TEST(test_calls_beyond_the_limit_are_busy),
        TEST(test_request_on_a_new_connection_without_answer_is_uncertain_and_sent_once),
        TEST(test_request_on_a_kept_connection_without_answer_is_uncertain_and_sent_once),
        TEST(test_half_an_answer_is_uncertain),
        TEST(test_answer_beyond_the_limit_is_too_large),
        TEST(test_refused_connection_is_unavailable),
        TEST(test_unknown_host_is_unavailable),
        TEST(test_deadline_that_has_passed_is_a_timeout),
        TEST(test_call_in_flight_ends_uncertain_with_its_client),
        TEST(test_blocking_twin_keeps_its_connection_and_sends_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
