/*
 * What any service's answer says, in both protocols.
 */
#include "lib/aws/answer.h"
#include "tests/unit/unit.h"

#define XML_ERROR(code)                                                             \
    "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\n<Error>\n" \
    "<Type>Sender</Type>\n<Code>" code "</Code>\n<Message>a &lt;b&gt;</Message>\n"  \
    "</Error>\n<RequestId>R1</RequestId>\n</ErrorResponse>"

// clang-format off
static const struct {
    enum aws_protocol protocol;
    int code;
    const char *headers, *body;
    enum status status;
    const char *error, *message;
} cases[] = {
    {AWS_JSON_1_0, 200, "", "{}",        STATUS_OK,        "", ""},
    {AWS_JSON_1_1, 200, "", "{\"__type\":\"x\"}", STATUS_OK, "", ""},
    {AWS_JSON_1_0, 200, "", "<html>",    STATUS_UNCERTAIN, "", ""},
    {AWS_JSON_1_0, 200, "", "",          STATUS_UNCERTAIN, "", ""},
    {AWS_JSON_1_0, 400, "", "{\"__type\":\"ThrottlingException\"}",
        STATUS_THROTTLED, "ThrottlingException", ""},
    {AWS_JSON_1_0, 400, "",
        "{\"__type\":\"com.amazon.coral.availability#ThrottlingException\",\"message\":\"slow\"}",
        STATUS_THROTTLED, "ThrottlingException", "slow"},
    {AWS_JSON_1_1, 400, "",
        "{\"__type\":\"a#AccessDeniedException:http://b/\",\"Message\":\"no\"}",
        STATUS_DENIED, "AccessDeniedException", "no"},
    {AWS_JSON_1_1, 400, "x-amzn-ErrorType: ExpiredTokenException:http://b/c#d\r\n",
        "{\"message\":\"old\"}", STATUS_DENIED, "ExpiredTokenException", "old"},
    {AWS_JSON_1_1, 503, "X-Amzn-Errortype: ThrottledException\r\n", "<html>",
        STATUS_THROTTLED, "ThrottledException", ""},
    {AWS_JSON_1_0, 400, "", "{\"__type\":\"a#QueueDoesNotExist\"}",
        STATUS_INVALID, "QueueDoesNotExist", ""},
    {AWS_JSON_1_0, 500, "", "{\"__type\":\"InternalFailure\"}",
        STATUS_UNCERTAIN, "InternalFailure", ""},
    {AWS_JSON_1_0, 400, "", "{\"__type\":1}", STATUS_INVALID,   "", ""},
    {AWS_JSON_1_0, 400, "", "[]",             STATUS_INVALID,   "", ""},
    {AWS_JSON_1_0, 403, "", "",               STATUS_DENIED,    "", ""},
    {AWS_JSON_1_0, 413, "", "<html>",         STATUS_TOO_LARGE, "", ""},
    {AWS_JSON_1_0, 429, "", "<html>",         STATUS_THROTTLED, "", ""},
    {AWS_JSON_1_0, 502, "", "<html>",         STATUS_UNCERTAIN, "", ""},

    {AWS_QUERY, 200, "", "<PublishResponse/>",             STATUS_OK,        "", ""},
    {AWS_QUERY, 400, "", XML_ERROR("Throttling"),
        STATUS_THROTTLED, "Throttling", "a &lt;b&gt;"},
    {AWS_QUERY, 403, "", XML_ERROR("InvalidClientTokenId"),
        STATUS_DENIED, "InvalidClientTokenId", "a &lt;b&gt;"},
    {AWS_QUERY, 403, "", XML_ERROR("SignatureDoesNotMatch"),
        STATUS_DENIED, "SignatureDoesNotMatch", "a &lt;b&gt;"},
    {AWS_QUERY, 400, "", XML_ERROR("ExpiredToken"),
        STATUS_DENIED, "ExpiredToken", "a &lt;b&gt;"},
    {AWS_QUERY, 400, "", XML_ERROR("InvalidParameter"),
        STATUS_INVALID, "InvalidParameter", "a &lt;b&gt;"},
    {AWS_QUERY, 500, "", XML_ERROR("InternalFailure"),
        STATUS_UNCERTAIN, "InternalFailure", "a &lt;b&gt;"},
    {AWS_QUERY, 503, "", "",                               STATUS_UNCERTAIN, "", ""},
    {AWS_QUERY, 400, "", "<Code",                          STATUS_INVALID,   "", ""},
    {AWS_QUERY, 400, "", "<CodeOf>x</CodeOf>",             STATUS_INVALID,   "", ""},
    {AWS_QUERY, 400, "", "<Code>Throttling",               STATUS_THROTTLED, "Throttling", ""},
};
// clang-format on

static void test_answers_of_both_protocols_by_table(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct http_answer http = {.code = cases[i].code,
                                         .headers = slice_str(cases[i].headers),
                                         .body = slice_str(cases[i].body)};
        struct aws_answer answer;

        assert_status(aws_answer_read(cases[i].protocol, &http, &arena, &answer), cases[i].status);
        assert_slice(answer.error, cases[i].error);
        assert_slice(answer.message, cases[i].message);
        assert_slice(answer.text, cases[i].body);
        assert_int_equal(answer.code, cases[i].code);
    }
    arena_fini(&arena);
}

static void test_elements_of_an_answer_are_found_by_their_name(void **state)
{
    const struct slice xml =
        SLICE_LITERAL("<R><MessageIds>no</MessageIds><MessageId> m-1 </MessageId>"
                      "<MessageId>m-2</MessageId><Empty></Empty></R>");

    (void)state;
    assert_slice(aws_answer_element(xml, "MessageId"), "m-1");
    assert_slice(aws_answer_element(xml, "Empty"), "");
    assert_slice(aws_answer_element(xml, "Other"), "");
    assert_slice(aws_answer_element(SLICE_EMPTY, "Other"), "");
}

static void test_only_throttling_may_be_sent_again(void **state)
{
    (void)state;
    assert_true(aws_error_common(slice_str("ThrottlingException"))->again);
    assert_false(aws_error_common(slice_str("AccessDenied"))->again);
    assert_null(aws_error_common(slice_str("ValidationException")));
    assert_null(aws_error_common(SLICE_EMPTY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_of_both_protocols_by_table),
        cmocka_unit_test(test_elements_of_an_answer_are_found_by_their_name),
        cmocka_unit_test(test_only_throttling_may_be_sent_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
