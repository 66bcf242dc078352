/*
 * What an answer to an append means, and which versions are expected: by table.
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

/* Two events, "one" and "two"; keyed: the record is the third action. */
static const struct {
    enum status status;
    const char *error, *body;
    bool keyed;
    enum append_outcome outcome;
    bool item;
} cases[] = {
    {STATUS_OK,        "",                                "{}",                                  false, APPEND_DONE,   false},
    {STATUS_OK,        "",                                "{}",                                  true,  APPEND_DONE,   false},
    {STATUS_UNCERTAIN, "",                                "{}",                                  false, APPEND_VERIFY, false},
    {STATUS_THROTTLED, "ThrottlingException",             "{}",                                  false, APPEND_FAILED, false},
    {STATUS_TIMEOUT,   "",                                "{}",                                  false, APPEND_FAILED, false},
    {STATUS_TOO_LARGE, "ValidationException",             "{}",                                  false, APPEND_FAILED, false},
    {STATUS_CONFLICT,  "TransactionConflictException",    "{}",                                  false, APPEND_FAILED, false},
    {STATUS_CONFLICT,  "ConditionalCheckFailedException", "{" ITEM("one") "}",                   false, APPEND_DONE,
     false                                                                                                                  },
    {STATUS_CONFLICT,  "ConditionalCheckFailedException", "{" ITEM("else") "}",                  false, APPEND_RACE,
     false                                                                                                                  },
    {STATUS_CONFLICT,  "ConditionalCheckFailedException", "{}",                                  false, APPEND_VERIFY, false},
    {STATUS_CONFLICT,  "TransactionCanceledException",
     CANCELLED(FAILED_BY("one") "," FAILED_BY("two")),                                           false, APPEND_DONE,   false},
    {STATUS_CONFLICT,  "TransactionCanceledException",    CANCELLED(FAILED_BY("else") "," NONE), false,
     APPEND_RACE,                                                                                                      false},
    {STATUS_CONFLICT,  "TransactionCanceledException",    CANCELLED(NONE "," FAILED_BY("else")), false,
     APPEND_RACE,                                                                                                      false},
    {STATUS_CONFLICT,  "TransactionCanceledException",    CANCELLED(FAILED "," NONE),            false,
     APPEND_VERIFY,                                                                                                    false},
    {STATUS_CONFLICT,  "TransactionCanceledException",    CANCELLED(BUSY "," NONE),              false,
     APPEND_FAILED,                                                                                                    false},
    {STATUS_CONFLICT,  "TransactionCanceledException",
     CANCELLED(FAILED_BY("else") "," NONE "," FAILED_BY("r")),                                   true,  APPEND_MET,    true },
    {STATUS_CONFLICT,  "TransactionCanceledException",    CANCELLED(NONE "," NONE "," FAILED),   true,
     APPEND_MET,                                                                                                       false},
    {STATUS_CONFLICT,  "TransactionCanceledException",
     CANCELLED(FAILED_BY("else") "," NONE "," BUSY),                                             true,  APPEND_RACE,   false},
    {STATUS_CONFLICT,  "TransactionCanceledException",    CANCELLED(BUSY "," BUSY "," BUSY),     true,
     APPEND_FAILED,                                                                                                    false},
};

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
        assert_int_equal(append_judge(cases[i].status, &answer, events, 2, cases[i].keyed, &item),
                         cases[i].outcome);
        assert_int_equal(item != NULL, cases[i].item);
        arena_fini(&arena);
    }
}

static void test_expected_versions_by_table(void **state)
{
    static const struct {
        bool given, by_header, any;
        uint64_t expected, version;
        bool exists, good;
    } expectations[] = {
        {false, false, false, 0, 3, true,  true },
        {true,  false, false, 3, 3, true,  true },
        {true,  false, false, 2, 3, true,  false},
        {true,  false, false, 4, 3, true,  false},
        {true,  false, false, 0, 0, false, true },
        {true,  false, false, 0, 1, true,  false},
        {true,  false, false, 3, 3, false, true },
        {true,  true,  false, 3, 3, true,  true },
        {true,  true,  false, 3, 3, false, false},
        {true,  true,  false, 0, 0, false, false},
        {true,  true,  true,  0, 3, true,  true },
        {true,  true,  true,  0, 3, false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(expectations); i++) {
        const struct command_input input = {.has_expected = expectations[i].given,
                                            .expected_by_header = expectations[i].by_header,
                                            .expected_any = expectations[i].any,
                                            .expected = expectations[i].expected};
        const struct aggregate aggregate = {.version = expectations[i].version,
                                            .exists = expectations[i].exists};

        assert_int_equal(append_is_expected(&input, &aggregate), expectations[i].good);
    }
}

static void test_listed_versions_by_table(void **state)
{
    static const struct version_list absent =
                                         {
                                             .given = false
    },
                                     any = {.given = true, .any = true},
                                     listed = {.given = true, .count = 2, .versions = {3, 5}};
    static const struct {
        const struct version_list *one_of, *none_of;
        uint64_t version;
        bool exists, good;
    } lists[] = {
        {&listed, &absent, 5, true,  true },
        {&listed, &absent, 4, true,  false},
        {&listed, &absent, 5, false, false},
        {&absent, &listed, 5, true,  false},
        {&absent, &listed, 4, true,  true },
        {&absent, &listed, 5, false, true },
        {&absent, &any,    4, true,  false},
        {&absent, &any,    4, false, true },
        {&listed, &any,    5, true,  false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(lists); i++) {
        const struct command_input input = {.one_of = *lists[i].one_of,
                                            .none_of = *lists[i].none_of};
        const struct aggregate aggregate = {.version = lists[i].version, .exists = lists[i].exists};

        assert_int_equal(append_is_expected(&input, &aggregate), lists[i].good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_by_table),
        cmocka_unit_test(test_expected_versions_by_table),
        cmocka_unit_test(test_listed_versions_by_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
