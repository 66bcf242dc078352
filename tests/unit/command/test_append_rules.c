/*
 * What an answer to an append means: by table.
 */
#include "command/append_rules.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

#define CANCELLED(reasons) \
    "{\"__type\":\"x#TransactionCanceledException\",\"CancellationReasons\":[" reasons "]}"
#define NONE          "{\"Code\":\"None\"}"
#define BUSY          "{\"Code\":\"TransactionConflict\"}"
#define FAILED        "{\"Code\":\"ConditionalCheckFailed\"}"
#define ITEM(id)      "\"Item\":{\"eventId\":{\"S\":\"" id "\"}}"
#define FAILED_BY(id) "{\"Code\":\"ConditionalCheckFailed\"," ITEM(id) "}"

#define FAILED_ONE "ConditionalCheckFailedException"
#define CANCELED   "TransactionCanceledException"

/* Two events, "one" and "two"; records: of a key, from the third action. */
// clang-format off
static const struct {
    enum status status;
    const char *error, *body;
    size_t records;
    enum append_outcome outcome;
    bool item;
} cases[] = {
    {STATUS_OK,        "", "{}", 0, APPEND_DONE, false},
    {STATUS_OK,        "", "{}", 1, APPEND_DONE, false},
    {STATUS_UNCERTAIN, "", "{}", 0, APPEND_VERIFY, false},
    {STATUS_THROTTLED, "ThrottlingException", "{}", 0, APPEND_FAILED, false},
    {STATUS_TIMEOUT,   "", "{}", 0, APPEND_FAILED, false},
    {STATUS_TOO_LARGE, "ValidationException", "{}", 0, APPEND_FAILED, false},
    {STATUS_CONFLICT,  "TransactionConflictException", "{}", 0, APPEND_FAILED, false},
    {STATUS_CONFLICT,  FAILED_ONE, "{" ITEM("one") "}", 0, APPEND_DONE, false},
    {STATUS_CONFLICT,  FAILED_ONE, "{" ITEM("else") "}", 0, APPEND_RACE, false},
    {STATUS_CONFLICT,  FAILED_ONE, "{}", 0, APPEND_VERIFY, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(FAILED_BY("one") "," FAILED_BY("two")),
     false, APPEND_DONE, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(FAILED_BY("else") "," NONE), 0, APPEND_RACE, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(NONE "," FAILED_BY("else")), 0, APPEND_RACE, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(FAILED "," NONE), 0, APPEND_VERIFY, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(BUSY "," NONE), 0, APPEND_FAILED, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(FAILED_BY("else") "," NONE "," FAILED_BY("r")),
     true, APPEND_MET, true},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(NONE "," NONE "," FAILED), 1, APPEND_MET, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(FAILED_BY("else") "," NONE "," BUSY),
     true, APPEND_RACE, false},
    {STATUS_CONFLICT,  CANCELED, CANCELLED(BUSY "," BUSY "," BUSY), 1, APPEND_FAILED, false},
};
// clang-format on

static void test_answers_by_table(void **state)
{
    static const struct event events[] = {{.id = {"one", 3}}, {.id = {"two", 3}}};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct dynamodb_answer answer = {
            .error = slice_str(cases[i].error),
            .condition_failed = strcmp(cases[i].error, "ConditionalCheckFailedException") == 0};
        const struct value *item;

        assert_status(json_parse(&arena, slice_str(cases[i].body), &answer.body, NULL), STATUS_OK);
        assert_int_equal(append_judge(cases[i].status, &answer, events, 2, cases[i].records, &item),
                         cases[i].outcome);
        assert_int_equal(item != NULL, cases[i].item);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_by_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
