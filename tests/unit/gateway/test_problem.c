/*
 * The table of problems and their bodies.
 */
#include "gateway/problem.h"
#include "tests/unit/unit.h"

static void check_body(const struct problem_details *details, const char *wanted)
{
    struct buf body = {0};

    problem_write(&body, details);
    buf_append_char(&body, '\0');
    assert_string_equal(body.ptr, wanted);
    buf_fini(&body);
}

static void test_a_problem_says_type_title_and_status(void **state)
{
    (void)state;
    check_body(&(struct problem_details){.problem = PROBLEM_NOT_FOUND},
               "{\"type\":\"urn:twofold:not-found\",\"title\":\"Not found\",\"status\":404}");
}

static void test_a_model_declares_its_own_code_and_title(void **state)
{
    (void)state;
    check_body(&(struct problem_details){.problem = PROBLEM_REFUSED,
                                         .code = 410,
                                         .title = slice_str("Gone \"away\""),
                                         .detail = "x\n"},
               "{\"type\":\"urn:twofold:refused\",\"title\":\"Gone \\\"away\\\"\",\"status\":410,"
               "\"detail\":\"x\\n\"}");
}

static void test_schema_errors_are_listed_with_pointers(void **state)
{
    struct schema_errors errors = {
        .count = 2,
        .items = {{slice_str("/Price"), slice_str("must be a number")},
                  {slice_str(""), slice_str("is missing Name")}}
    };

    (void)state;
    check_body(
        &(struct problem_details){.problem = PROBLEM_SCHEMA, .errors = &errors},
        "{\"type\":\"urn:twofold:schema\",\"title\":\"Does not satisfy the schema\",\"status\":422,"
        "\"errors\":[{\"pointer\":\"/Price\",\"detail\":\"must be a number\"},"
        "{\"pointer\":\"\",\"detail\":\"is missing Name\"}]}");
}

static void test_codes_find_their_problem(void **state)
{
    (void)state;
    assert_int_equal(problem_by_code(431), PROBLEM_HEADERS_TOO_LARGE);
    assert_int_equal(problem_by_code(299), PROBLEM_INTERNAL);
}

static void test_failed_lookups_have_their_problems(void **state)
{
    static const struct {
        enum lookup_outcome outcome;
        enum problem problem;
        const char *detail;
        // clang-format off
} cases[] = {
        {LOOKUP_BAD_CURSOR, PROBLEM_BAD_CURSOR,
         "the cursor was not made by this query with these parameters"},
        {LOOKUP_BAD_TOKEN, PROBLEM_BAD_TOKEN, "the Consistency-Token is malformed"},
        {LOOKUP_FUTURE_TOKEN, PROBLEM_FUTURE_TOKEN, "the token is of a revision not yet made"},
        {LOOKUP_NOT_CAUGHT_UP, PROBLEM_NOT_CAUGHT_UP,
         "the change that the token names is not visible yet"},
        {LOOKUP_BLOCKED, PROBLEM_PROJECTION_BLOCKED,
         "a change before the token's waits for repair"},
        {LOOKUP_MANY_WAIT, PROBLEM_BUSY, "too many requests wait for a Consistency-Token"},
        {LOOKUP_SECRET_UNREAD, PROBLEM_UNAVAILABLE, "the key of the cursors cannot be read"},
        {LOOKUP_PRIMARY_AWAY, PROBLEM_UNAVAILABLE,
         "the primary, which knows how fresh answers are, cannot be asked"},
        {LOOKUP_SQL_AWAY, PROBLEM_UNAVAILABLE, "the read model cannot be asked"},
        {LOOKUP_SQL_TIMEOUT, PROBLEM_TIMEOUT, "the read model cannot be asked"},
        {LOOKUP_SQL_REFUSED, PROBLEM_INTERNAL, "the read model cannot be asked"},
        {LOOKUP_TOO_MANY_ROWS, PROBLEM_INTERNAL, "the answer has too many rows"},
        {LOOKUP_DEADLINE, PROBLEM_TIMEOUT, "the deadline passed"},
    };
    // clang-format on
    const char *detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(problem_of_lookup(cases[i].outcome, &detail), cases[i].problem);
        assert_string_equal(detail, cases[i].detail);
    }
}

/* A status that falls through to 500 would hide what a client may do. */
static void test_statuses_that_clients_can_act_on_are_no_internal_errors(void **state)
{
    static const struct {
        enum status status;
        int code;
    } cases[] = {
        {STATUS_NOT_FOUND,    404},
        {STATUS_INVALID,      400},
        {STATUS_SCHEMA,       422},
        {STATUS_CONFLICT,     409},
        {STATUS_PRECONDITION, 412},
        {STATUS_UNAVAILABLE,  503},
        {STATUS_THROTTLED,    503},
        {STATUS_BUSY,         503},
        {STATUS_TIMEOUT,      504},
        {STATUS_UNCERTAIN,    504},
        {STATUS_TOO_LARGE,    422},
        {STATUS_INTERNAL,     500},
        {STATUS_CORRUPT,      500},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(problem_code(problem_of_status(cases[i].status)), cases[i].code);
    }
    assert_int_equal(problem_of_status(STATUS_UNCERTAIN), PROBLEM_OUTCOME_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_problem_says_type_title_and_status),
        cmocka_unit_test(test_a_model_declares_its_own_code_and_title),
        cmocka_unit_test(test_schema_errors_are_listed_with_pointers),
        cmocka_unit_test(test_codes_find_their_problem),
        cmocka_unit_test(test_failed_lookups_have_their_problems),
        cmocka_unit_test(test_statuses_that_clients_can_act_on_are_no_internal_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
