/*
 * What an answer of DynamoDB means, and whether it may be asked again.
 */
#include "lib/aws/dynamodb_error.h"
#include "tests/unit/unit.h"

struct error_case {
    int code;
    const char *body;
    enum status status;
    bool not_applied;
    bool condition_failed;
};

#define CANCELLED(reasons)                                              \
    "{\"__type\":\"x#TransactionCanceledException\",\"message\":\"m\"," \
    "\"CancellationReasons\":[" reasons "]}"
#define REASON(code) "{\"Code\":\"" code "\",\"Message\":\"Item size has exceeded\"}"
#define ERROR(name)  "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" name "\",\"message\":\"m\"}"

// clang-format off
static const struct error_case cases[] = {
    {200, "{}",                                                   STATUS_OK,        false, false},
    {200, "not JSON",                                             STATUS_UNCERTAIN, false, false},
    {400, ERROR("ConditionalCheckFailedException"),               STATUS_CONFLICT,  false, true},
    {400, ERROR("TransactionConflictException"),                  STATUS_CONFLICT,  true, false},
    {400, ERROR("TransactionCanceledException"),                  STATUS_CONFLICT,  false, false},
    {400, CANCELLED(REASON("None") "," REASON("ConditionalCheckFailed")),                STATUS_CONFLICT,  false, false},
    {400, CANCELLED(REASON("TransactionConflict") "," REASON("None")),                   STATUS_CONFLICT,  true, false},
    {400, CANCELLED(REASON("TransactionConflict") "," REASON("ConditionalCheckFailed")), STATUS_CONFLICT,  false, false},
    {400, CANCELLED(REASON("ThrottlingError") "," REASON("TransactionConflict")),        STATUS_CONFLICT,  true, false},
    {400, CANCELLED(REASON("ThrottlingError")),                                          STATUS_THROTTLED, true, false},
    {400, CANCELLED(REASON("ProvisionedThroughputExceeded")),                            STATUS_THROTTLED, true, false},
    {400, CANCELLED(REASON("ValidationError")),                                          STATUS_TOO_LARGE, false, false},
    {400, CANCELLED("{\"Code\":\"ValidationError\",\"Message\":\"no\"}"),              STATUS_INVALID,   false, false},
    {400, CANCELLED(REASON("ItemCollectionSizeLimitExceeded")),                          STATUS_TOO_LARGE, false, false},
    {400, ERROR("TransactionInProgressException"),                STATUS_CONFLICT,  true, false},
    {400, ERROR("ProvisionedThroughputExceededException"),        STATUS_THROTTLED, true, false},
    {400, "{\"__type\":\"com.amazon.coral.availability#ThrottlingException\"}", STATUS_THROTTLED, true, false},
    {400, ERROR("RequestLimitExceeded"),                          STATUS_THROTTLED, true, false},
    {400, ERROR("ResourceNotFoundException"),                     STATUS_NOT_FOUND, false, false},
    {400, ERROR("TrimmedDataAccessException"),                    STATUS_TRIMMED,   false, false},
    {400, ERROR("ValidationException"),                           STATUS_INVALID,   false, false},
    {400, "{\"__type\":\"x#ValidationException\",\"message\":\"Item size has exceeded the maximum allowed size\"}",   STATUS_TOO_LARGE, false, false},
    {400, "{\"__type\":\"x#ValidationException\",\"Message\":\"Item size to update has exceeded the maximum\"}",      STATUS_TOO_LARGE, false, false},
    {400, ERROR("AccessDeniedException"),                         STATUS_DENIED,    false, false},
    {400, "{\"__type\":\"ExpiredTokenException\"}",               STATUS_DENIED,    false, false},
    {400, ERROR("SomethingNewException"),                         STATUS_INVALID,   false, false},
    {400, "not JSON",                                             STATUS_INVALID,   false, false},
    {403, "",                                                     STATUS_DENIED,    false, false},
    {413, "<html>",                                               STATUS_TOO_LARGE, false, false},
    {500, ERROR("InternalServerError"),                           STATUS_UNCERTAIN, false, false},
    {503, ERROR("ServiceUnavailable"),                            STATUS_UNCERTAIN, false, false},
    {503, ERROR("ThrottlingException"),                           STATUS_THROTTLED, true, false},
    {502, "<html>",                                               STATUS_UNCERTAIN, false, false},
};
// clang-format on

static enum status translate(const struct http_answer *http, struct arena *arena,
                             struct dynamodb_answer *out)
{
    struct aws_answer answer;
    enum status status = aws_answer_read(AWS_JSON_1_0, http, arena, &answer);

    return dynamodb_translate(status, &answer, out);
}

static void test_answers_by_table(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct http_answer http = {.code = cases[i].code,
                                         .body = slice_str(cases[i].body),
                                         .headers = SLICE_LITERAL("x-amzn-requestid: R1\r\n")};
        struct dynamodb_answer answer = {0};
        enum status status = translate(&http, &arena, &answer);

        assert_status(status, cases[i].status);
        assert_int_equal(dynamodb_not_applied(status, &answer), cases[i].not_applied);
        assert_int_equal(answer.condition_failed, cases[i].condition_failed);
        assert_slice(answer.request_id, "R1");
    }
    arena_fini(&arena);
}

static void test_failed_condition_brings_its_item(void **state)
{
    const struct http_answer http = {
        .code = 400,
        .body = SLICE_LITERAL(
            "{\"__type\":\"a#ConditionalCheckFailedException\",\"message\":\"m\",\"Item\":{\"a\":{\"N\":\"1\"}}}")};
    struct dynamodb_answer answer = {0};
    struct arena arena = {0};

    (void)state;
    assert_status(translate(&http, &arena, &answer), STATUS_CONFLICT);
    assert_slice(answer.error, "ConditionalCheckFailedException");
    assert_slice(answer.message, "m");
    assert_non_null(value_get(value_get(answer.body, slice_str("Item")), slice_str("a")));
    arena_fini(&arena);
}

static void test_each_action_has_its_reason(void **state)
{
    static const char text[] =
        "{\"__type\":\"a#TransactionCanceledException\",\"CancellationReasons\":["
        "{\"Code\":\"None\"},"
        "{\"Code\":\"ConditionalCheckFailed\",\"Item\":{\"a\":{\"N\":\"1\"}}},"
        "{\"Code\":\"ConditionalCheckFailed\"},"
        "{\"Code\":\"TransactionConflict\"},{\"Code\":\"ThrottlingError\"},"
        "{\"Code\":\"ProvisionedThroughputExceeded\"},{\"Code\":\"ValidationError\"},"
        "{\"Code\":\"SomethingNew\"},{}]}";
    static const enum dynamodb_reason reasons[] = {
        DYNAMODB_REASON_NONE,
        DYNAMODB_REASON_CONDITION_FAILED,
        DYNAMODB_REASON_CONDITION_FAILED,
        DYNAMODB_REASON_CONFLICT,
        DYNAMODB_REASON_THROTTLED,
        DYNAMODB_REASON_THROTTLED,
        DYNAMODB_REASON_OTHER,
        DYNAMODB_REASON_NONE,
        DYNAMODB_REASON_NONE,
        DYNAMODB_REASON_NONE, /* there is no such action */
    };
    const struct http_answer http = {.code = 400, .body = slice_str(text)};
    struct dynamodb_answer answer = {0};
    struct arena arena = {0};
    const struct value *item;

    (void)state;
    assert_status(translate(&http, &arena, &answer), STATUS_CONFLICT);
    for (size_t i = 0; i < ARRAY_COUNT(reasons); i++) {
        assert_int_equal(dynamodb_reason_of(&answer, i, &item), reasons[i]);
        assert_int_equal(item != NULL, i == 1);
    }
    answer.body = NULL;
    assert_int_equal(dynamodb_reason_of(&answer, 0, &item), DYNAMODB_REASON_NONE);
    arena_fini(&arena);
}

#define TYPE(name) "x-amzn-ErrorType: " name "\r\n"

/* DynamoDB names its errors in bodies; what is in front of it may cut a body and keep a header. */
static void test_name_without_a_body_is_no_answer_of_a_condition(void **state)
{
    static const struct {
        int code;
        const char *headers, *body;
        enum status status;
    } unreadable[] = {
        {400, TYPE("ConditionalCheckFailedException"),             "",        STATUS_INVALID  },
        {400, TYPE("a#ConditionalCheckFailedException:http://b/"), "{\"__ty", STATUS_INVALID  },
        {400, TYPE("TransactionCanceledException"),                "<",       STATUS_INVALID  },
        {400, TYPE("TransactionConflictException"),                "",        STATUS_INVALID  },
        {500, TYPE("ConditionalCheckFailedException"),             "",        STATUS_UNCERTAIN},
        {503, TYPE("ThrottlingException"),                         "<p>",     STATUS_UNCERTAIN},
        {502, TYPE("AccessDeniedException"),                       "",        STATUS_UNCERTAIN},
        {400, TYPE("ThrottlingException"),                         "",        STATUS_THROTTLED},
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(unreadable); i++) {
        const struct http_answer http = {.code = unreadable[i].code,
                                         .body = slice_str(unreadable[i].body),
                                         .headers = slice_str(unreadable[i].headers)};
        struct dynamodb_answer answer;
        enum status status = translate(&http, &arena, &answer);

        assert_status(status, unreadable[i].status);
        assert_false(answer.condition_failed);
        assert_int_equal(dynamodb_not_applied(status, &answer), status == STATUS_THROTTLED);
    }
    arena_fini(&arena);
}

static void test_errors_that_callers_tell_apart(void **state)
{
    static const struct {
        const char *body;
        enum status status;
        bool exists_already, iterator_expired;
    } kinds[] = {
        {ERROR("ResourceInUseException"),   STATUS_CONFLICT, true,  false},
        {ERROR("ExpiredIteratorException"), STATUS_INVALID,  false, true },
        {ERROR("ValidationException"),      STATUS_INVALID,  false, false},
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        const struct http_answer http = {.code = 400, .body = slice_str(kinds[i].body)};
        struct dynamodb_answer answer;

        assert_status(translate(&http, &arena, &answer), kinds[i].status);
        assert_int_equal(answer.exists_already, kinds[i].exists_already);
        assert_int_equal(answer.iterator_expired, kinds[i].iterator_expired);
        assert_false(answer.condition_failed);
    }
    arena_fini(&arena);
}

static void test_status_without_an_answer_stays(void **state)
{
    const struct aws_answer none = {0};
    struct dynamodb_answer answer;

    (void)state;
    assert_status(dynamodb_translate(STATUS_UNAVAILABLE, &none, &answer), STATUS_UNAVAILABLE);
    assert_true(dynamodb_not_applied(STATUS_UNAVAILABLE, &answer));
    assert_status(dynamodb_translate(STATUS_UNCERTAIN, &none, &answer), STATUS_UNCERTAIN);
    assert_false(dynamodb_not_applied(STATUS_UNCERTAIN, &answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_by_table),
        cmocka_unit_test(test_failed_condition_brings_its_item),
        cmocka_unit_test(test_each_action_has_its_reason),
        cmocka_unit_test(test_name_without_a_body_is_no_answer_of_a_condition),
        cmocka_unit_test(test_errors_that_callers_tell_apart),
        cmocka_unit_test(test_status_without_an_answer_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
