/*
 * One signed request for any service: its headers, its place, its signature.
 */
#include "lib/aws/form.h"
#include "lib/aws/service.h"
#include "lib/base/clock.h"
#include "tests/unit/unit.h"

static const struct credentials example = {
    .access_key = SLICE_LITERAL("AKIDEXAMPLE"),
    .secret_key = SLICE_LITERAL("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    .token = SLICE_LITERAL("")};

#define WALL_MS UINT64_C(1440938160000) /* 2015-08-30T12:36:00Z */

static void open_service(struct aws_service *service, const struct aws_service_kind *kind,
                         const char *endpoint, const char *region)
{
    const struct aws_service_config config = {
        .endpoint = slice_str(endpoint), .region = slice_str(region), .timeout_us = 1000000};

    assert_status(aws_service_init(service, kind, &config, NULL), STATUS_OK);
}

/*
 * "post-x-www-form-urlencoded" of AWS's Signature Version 4 test suite as it was published with the
 * description of the signature: content-type, host and x-amz-date are signed. The vectors of
 * test_sigv4.c sign further headers.
 */
static void test_query_request_has_the_published_signature(void **state)
{
    static const struct aws_service_kind kind = {"service", "service", AWS_QUERY};
    struct aws_service service;
    struct arena arena = {0};
    const struct aws_request request = {.body = SLICE_LITERAL("Param1=value1"), .arena = &arena};
    struct http_call call = {0};

    (void)state;
    open_service(&service, &kind, "https://example.amazonaws.com", "us-east-1");
    assert_status(aws_service_sign(&service, &example, &request, WALL_MS, &call), STATUS_OK);
    assert_int_equal(call.header_count, 4);
    assert_slice(call.headers[0], "Host: example.amazonaws.com");
    assert_slice(call.headers[1], "Content-Type: application/x-www-form-urlencoded");
    assert_slice(call.headers[2], "X-Amz-Date: 20150830T123600Z");
    assert_slice(call.headers[3],
                 "Authorization: AWS4-HMAC-SHA256 "
                 "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                 "SignedHeaders=content-type;host;x-amz-date, "
                 "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
    aws_service_fini(&service);
    arena_fini(&arena);
}

static void test_json_request_signs_its_target_and_token(void **state)
{
    static const struct aws_service_kind kind = {"events", "events", AWS_JSON_1_1};
    const struct sigv4_header headers[] = {
        {SLICE_LITERAL("content-type"), SLICE_LITERAL("application/x-amz-json-1.1")    },
        {SLICE_LITERAL("host"),         SLICE_LITERAL("events.eu-west-1.amazonaws.com")},
        {SLICE_LITERAL("x-amz-target"), SLICE_LITERAL("AWSEvents.PutEvents")           }
    };
    struct sigv4_input input = {.method = SLICE_LITERAL("POST"),
                                .path = SLICE_LITERAL("/"),
                                .headers = headers,
                                .header_count = ARRAY_COUNT(headers),
                                .body = SLICE_LITERAL("{\"Entries\":[]}"),
                                .region = SLICE_LITERAL("eu-west-1"),
                                .service = SLICE_LITERAL("events"),
                                .wall_ms = WALL_MS,
                                .normalize_path = true};
    struct credentials session = example;
    struct sigv4 *signer = sigv4_create();
    struct sigv4_output by_hand;
    struct aws_service service;
    struct arena arena = {0};
    const struct aws_request request = {
        .target = SLICE_LITERAL("AWSEvents.PutEvents"), .body = input.body, .arena = &arena};
    struct http_call call = {0};

    (void)state;
    session.token = SLICE_LITERAL("a token");
    assert_status(sigv4_sign(signer, &session, &input, &arena, &by_hand), STATUS_OK);
    open_service(&service, &kind, "", "eu-west-1");
    assert_status(aws_service_sign(&service, &session, &request, WALL_MS, &call), STATUS_OK);
    assert_int_equal(call.header_count, 6);
    assert_slice(call.headers[0], "Host: events.eu-west-1.amazonaws.com");
    assert_slice(call.headers[1], "Content-Type: application/x-amz-json-1.1");
    assert_slice(call.headers[2], "X-Amz-Target: AWSEvents.PutEvents");
    assert_slice(call.headers[3], "X-Amz-Date: 20150830T123600Z");
    assert_slice(slice_from(call.headers[4], strlen("Authorization: ")),
                 arena_cstr(&arena, by_hand.authorization));
    assert_slice(call.headers[5], "X-Amz-Security-Token: a token");
    aws_service_fini(&service);
    sigv4_destroy(signer);
    arena_fini(&arena);
}

static void test_place_is_the_endpoint_or_of_the_region(void **state)
{
    static const struct aws_service_kind kind = {"dynamodb", "streams.dynamodb", AWS_JSON_1_0};
    // clang-format off
    static const struct {
        const char *endpoint, *url, *host;
    } cases[] = {
        {"http://127.0.0.1:8000", "http://127.0.0.1:8000/", "127.0.0.1:8000"},
        {"https://localhost/", "https://localhost/", "localhost"},
        {"", "https://streams.dynamodb.eu-west-1.amazonaws.com/",
            "streams.dynamodb.eu-west-1.amazonaws.com"},
    };
    // clang-format on

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct aws_service service;

        open_service(&service, &kind, cases[i].endpoint, "eu-west-1");
        assert_string_equal(service.url, cases[i].url);
        assert_slice(service.host, cases[i].host);
        aws_service_fini(&service);
    }
}

static void test_what_is_no_endpoint_is_refused(void **state)
{
    static const char *const endpoints[] = {"127.0.0.1:8000", "ftp://127.0.0.1",
                                            "http://",        "http:///",
                                            "http://h/path",  "https://h/path?q"};
    static const struct aws_service_kind kind = {"sns", "sns", AWS_QUERY};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(endpoints); i++) {
        const struct aws_service_config config = {.endpoint = slice_str(endpoints[i]),
                                                  .region = SLICE_LITERAL("eu-west-1")};
        struct aws_service service;

        assert_status(aws_service_init(&service, &kind, &config, NULL), STATUS_INVALID);
        aws_service_fini(&service);
    }
}

static void test_form_has_action_and_version_and_escapes_values(void **state)
{
    struct buf form = {0};

    (void)state;
    aws_form_open(&form, "Publish", "2010-03-31");
    aws_form_add(&form, "TopicArn", slice_str("arn:aws:sns:eu-west-1:1:t"));
    aws_form_add(&form, "Message", slice_str("a b&c=\"\xc3\xa9\"+"));
    aws_form_add(&form, "Subject", SLICE_EMPTY);
    assert_slice(buf_slice(&form), "Action=Publish&Version=2010-03-31"
                                   "&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At"
                                   "&Message=a%20b%26c%3D%22%C3%A9%22%2B&Subject=");
    buf_fini(&form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_request_has_the_published_signature),
        cmocka_unit_test(test_json_request_signs_its_target_and_token),
        cmocka_unit_test(test_place_is_the_endpoint_or_of_the_region),
        cmocka_unit_test(test_what_is_no_endpoint_is_refused),
        cmocka_unit_test(test_form_has_action_and_version_and_escapes_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
