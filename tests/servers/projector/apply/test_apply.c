/*
 * projector/apply/apply.c against a real server: what a failure is taken for. Things have a column
 * n, TINYINT UNSIGNED, and a text of three characters.
 */
#include "projector/apply/apply.h"
#include "tests/servers/projector/store/store.h"
#include "tests/unit/projector/source/thing.h"

static const struct plan_model model = {
    .database = {DATABASE, sizeof(DATABASE) - 1}
};

/* A failure, by the model's SQL and by what the image says of N. */
struct failure {
    const char *sql;
    const char *image;
    enum {
        PLAIN,
        READS,
        READS_TIME, /* :N is bound to a DATETIME */
        RECALLS
    } how;
    enum status status;
    bool final;
};

static void check(struct sql_conn *sql, const struct failure *failure)
{
    struct session session = {.model = &model, .connection = {.sql = sql}};
    struct arena arena = {0};
    struct slots slots = {0};
    const struct plan_bind bind = {
        .name = {"N", 1},
          .form = failure->how == READS_TIME ? FORM_TIME : FORM_PLAIN
    };
    const struct plan_sql statement = {
        .text = slice_str(failure->sql), .binds = &bind, .bind_count = 1};
    const struct plan_change nothing = {.touch_count = 0};
    const struct plan_projection projection = {.statements = &statement,
                                               .statement_count = 1,
                                               .changes = &nothing,
                                               .reads = failure->how == READS ||
                                                        failure->how == READS_TIME,
                                               .recalls = failure->how == RECALLS};
    const struct value *image = thing_json(&arena, failure->image);
    const struct record record = {.raw = image, .projection = &projection, .image = image};

    assert_status(sql_begin(sql), STATUS_OK);
    assert_status(apply_rows(&session, &record, 1, &arena, &slots), failure->status);
    print_message("%s: %s\n", failure->sql, session.error);
    assert_int_equal(session.final, failure->final);
    sql_rollback(sql);
    slots_fini(&slots);
    arena_fini(&arena);
}

static void check_all(const struct failure *failures, size_t count)
{
    struct sql_conn *sql = store_fresh();
    size_t i;

    fixture_exec(sql, "CREATE TABLE things (id INT PRIMARY KEY, n TINYINT UNSIGNED NOT NULL,"
                      " name VARCHAR(3), price DECIMAL(4,1));"
                      "INSERT INTO things VALUES (1, 5, 'abc', 1);"
                      "CREATE TABLE limits (id INT PRIMARY KEY, low INT, high INT, twice INT,"
                      " sum TINYINT GENERATED ALWAYS AS (high + twice) STORED,"
                      " CHECK (low <= high));"
                      "INSERT INTO limits (id, low, high, twice) VALUES (1, 5, 5, 1)");
    for (i = 0; i < count; i++) {
        check(sql, &failures[i]);
    }
    sql_close(sql);
}

#define THINGS    "UPDATE things SET "
#define SET_N     THINGS "n = ? WHERE id = 1"
#define ADD_N     THINGS "n = n + ? WHERE id = 1"
#define SET_PRICE THINGS "price = ? WHERE id = 1"
#define LIMITS    "UPDATE limits SET "
#define LONG      "1234567890123456789012345678901234567890123"

// clang-format off
static const struct failure unprepared[] = {
    {"INSERT INTO things (id, id) VALUES (?, 1)", "{\"N\":2}",   PLAIN, STATUS_NOT_FOUND, false},
    {"UPDATE things SET n = NO_SUCH(?)",          "{\"N\":2}",   PLAIN, STATUS_NOT_FOUND, false},
    {"UPDATE things SET n = SIN(?, 2)",           "{\"N\":2}",   PLAIN, STATUS_NOT_FOUND, false},
    /* the table was altered */
    {"INSERT INTO things (id) VALUES (?)",        "{\"N\":2}",   PLAIN, STATUS_NOT_FOUND, false},
    {"INSERT INTO things VALUES (?, 1, 'a')",     "{\"N\":2}",   PLAIN, STATUS_NOT_FOUND, false},
    /* this record */
    {SET_N,                                       "{\"N\":256}", PLAIN, STATUS_INVALID, true},
};

static const struct failure refused[] = {
    {SET_N,     "{\"N\":256}",      PLAIN, STATUS_INVALID, true},
    {SET_N,     "{\"N\":256}",      READS, STATUS_INVALID, false},
    /* a warning: a digit is cut */
    {SET_PRICE, "{\"N\":1.55}",     PLAIN, STATUS_INVALID, true},
    {SET_PRICE, "{\"N\":1.55}",     READS, STATUS_INVALID, false},
    /* refused before it is sent: too many digits, no time */
    {SET_N,     "{\"N\":" LONG "}", READS, STATUS_INVALID, true},
    {SET_N,     "{\"N\":\"x\"}",    READS_TIME, STATUS_INVALID, true},
};

static const struct failure computed[] = {
    {ADD_N,                     "{\"N\":251}",      RECALLS, STATUS_INVALID, false},
    {THINGS "name = CONCAT(name, ?) WHERE id = 1", "{\"N\":1}", RECALLS, STATUS_INVALID, false},
    {SET_N " AND name = 5",     "{\"N\":2}",        RECALLS, STATUS_INVALID, false},
    {SET_N " AND 1 / (n - 5)",  "{\"N\":2}",        RECALLS, STATUS_INVALID, false},
    {LIMITS "low = ?",          "{\"N\":6}",        RECALLS, STATUS_INVALID, false},
    {LIMITS "twice = ?",        "{\"N\":300}",      RECALLS, STATUS_INVALID, false},
    /* refused before it is sent */
    {ADD_N,                     "{\"N\":" LONG "}", RECALLS, STATUS_INVALID, true},
};
// clang-format on

static void test_what_fails_before_it_has_values_is_no_records_fault(void **state)
{
    (void)state;
    check_all(unprepared, ARRAY_COUNT(unprepared));
}

static void test_only_what_sql_refuses_may_be_the_fault_of_rows_that_are_read(void **state)
{
    (void)state;
    check_all(refused, ARRAY_COUNT(refused));
}

static void test_what_a_row_held_before_may_be_the_fault(void **state)
{
    (void)state;
    check_all(computed, ARRAY_COUNT(computed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fails_before_it_has_values_is_no_records_fault),
        cmocka_unit_test(test_only_what_sql_refuses_may_be_the_fault_of_rows_that_are_read),
        cmocka_unit_test(test_what_a_row_held_before_may_be_the_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
