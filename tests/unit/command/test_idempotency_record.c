/*
 * Which commands are the same request, and what is stored of them.
 */
#include "command/idempotency_record.h"
#include "lib/data/json.h"
#include "tests/unit/command/widgets.h"
#include "tests/unit/unit.h"

struct request_case {
    enum widget_command command;
    const char *id, *payload;
    bool expected, any;
    uint64_t version;
};

#define BASE    WIDGET_UPDATE, "7"
#define PAYLOAD "{\"Name\":\"a\",\"Price\":1.5}"

#define OLD_KEY     "af933b62650d045f4df869152e91baeed9bda67fe73e026167ff1ad5b66bbf6f"
#define OLD_REQUEST "538a38b55922fb6b23cf4c7e93f8773a2560f5d5995e3e0feee00f717bbdc90c"

static const struct request_case base = {BASE, PAYLOAD, false, false, 0};

// clang-format off
static const struct request_case same[] = {
    {BASE, "{\"Price\":1.5,\"Name\":\"a\"}",                 false, false, 0},
    {BASE, "{ \"Name\" : \"\\u0061\", \"Price\" : 150e-2 }", false, false, 0},
};

static const struct request_case others[] = {
    {WIDGET_REPLACE, "7", PAYLOAD,                           false, false, 0},
    {WIDGET_UPDATE, "8", PAYLOAD,                            false, false, 0},
    {WIDGET_UPDATE, "", PAYLOAD,                             false, false, 0},
    {BASE, "{\"Name\":\"a\",\"Price\":\"1.5\"}",             false, false, 0},
    {BASE, "{\"Name\":\"a\",\"Price\":1.6}",                 false, false, 0},
    {BASE, "{\"Name\":\"a\",\"Price\":1.5,\"Gone\":null}",   false, false, 0},
    {BASE, NULL,                                             false, false, 0},
    {BASE, PAYLOAD,                                          true,  false, 0},
    {BASE, PAYLOAD,                                          true,  false, 1},
    {BASE, PAYLOAD,                                          true,  true,  0},
};
// clang-format on

static struct widgets widgets;

static struct command_input input_of(const struct request_case *given)
{
    return (struct command_input){
        .command = &widgets.commands[given->command],
        .payload = given->payload ? widgets_json(&widgets.arena, given->payload) : NULL,
        .precondition = {.has_expected = given->expected,
                         .expected_any = given->any,
                         .expected = given->version}
    };
}

static struct slice hash_of(const struct request_case *given)
{
    const struct command_input input = input_of(given);

    return record_request(&widgets.arena, RECORD_FORM, &input, slice_str(given->id));
}

static void test_same_request_by_table(void **state)
{
    struct slice first = hash_of(&base);

    (void)state;
    assert_int_equal(first.len, 64);
    for (size_t i = 0; i < ARRAY_COUNT(same); i++) {
        assert_true(slice_eq(hash_of(&same[i]), first));
    }
}

static void test_another_request_by_table(void **state)
{
    struct slice first = hash_of(&base);

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        assert_false(slice_eq(hash_of(&others[i]), first));
        for (size_t j = 0; j < i; j++) {
            assert_false(slice_eq(hash_of(&others[i]), hash_of(&others[j])));
        }
    }
}

/* The same command of another deployment's model, or of somebody else, is another request. */
static void test_table_and_principal_are_part_of_the_request(void **state)
{
    struct command_input input = input_of(&base), other = input_of(&base);
    struct plan_command command = *input.command;
    struct plan_model model = *command.model;
    struct slice first = record_request(&widgets.arena, RECORD_FORM, &input, SLICE_LITERAL("7"));

    (void)state;
    other.principal = SLICE_LITERAL("me");
    assert_false(
        slice_eq(record_request(&widgets.arena, RECORD_FORM, &other, SLICE_LITERAL("7")), first));
    other.principal = SLICE_EMPTY;
    model.aggregate.table = SLICE_LITERAL("Others");
    command.model = &model;
    other.command = &command;
    assert_false(
        slice_eq(record_request(&widgets.arena, RECORD_FORM, &other, SLICE_LITERAL("7")), first));
}

static void test_keys_of_tables_and_principals_do_not_meet(void **state)
{
    static const struct {
        const char *table, *principal, *key;
    } keys[] = {
        {"T",  "",    "abc" },
        {"T",  "a",   "bc"  },
        {"T",  "ab",  "c"   },
        {"T",  "",    "1:a" },
        {"T",  "1",   ":a"  },
        {"U",  "",    "abc" },
        {"T0", ":",   "abc" },
        {"",   "T0:", "abc" },
        {"T",  "",    "0:bc"},
    };
    struct slice texts[2 * ARRAY_COUNT(keys)];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        struct plan_model model = *widgets.commands[0].model;
        struct plan_command command = widgets.commands[0];
        struct command_input input = {.command = &command,
                                      .principal = slice_str(keys[i].principal),
                                      .idempotency_key = slice_str(keys[i].key)};

        model.aggregate.table = slice_str(keys[i].table);
        command.model = &model;
        texts[i] = record_key(&widgets.arena, RECORD_FORM, &input);
        for (size_t j = 0; j < i; j++) {
            assert_false(slice_eq(texts[i], texts[j]));
        }
    }
}

/* What gateways before stored is found by exactly these texts. */
static void test_old_form_is_as_it_was(void **state)
{
    struct command_input input = input_of(&base);

    (void)state;
    input.idempotency_key = SLICE_LITERAL("abc");
    assert_slice(record_key(&widgets.arena, RECORD_FORM_OLD, &input), OLD_KEY);
    assert_slice(record_request(&widgets.arena, RECORD_FORM_OLD, &input, SLICE_LITERAL("7")),
                 OLD_REQUEST);
    input.principal = SLICE_LITERAL("me");
    assert_slice(record_request(&widgets.arena, RECORD_FORM_OLD, &input, SLICE_LITERAL("7")),
                 OLD_REQUEST);
}

static void test_a_record_that_is_there_is_found_among_the_reasons(void **state)
{
#define FAILED(item) "{\"Code\":\"ConditionalCheckFailed\"" item "}"
#define FINE         "{\"Code\":\"None\"}"
#define ITEM         ",\"Item\":{\"PK\":{\"S\":\"k\"}}"
    static const struct {
        const char *reasons;
        size_t count;
        bool met, shown;
        // clang-format off
    } cases[] = {
        {FINE "," FINE "," FINE,                 2, false, false},
        {FAILED(ITEM) "," FINE "," FINE,         2, false, false}, /* the item's */
        {FINE "," FAILED(ITEM) "," FINE,         2, true,  true },
        {FINE "," FINE "," FAILED(ITEM),         2, true,  true },
        {FINE "," FAILED("") "," FAILED(ITEM),   2, true,  true },
        {FINE "," FAILED("") "," FINE,           2, true,  false},
        {FINE "," FINE "," FAILED(ITEM),         1, false, false}, /* a snapshot's */
        {FINE "," FAILED(ITEM),                  0, false, false},
    };
    // clang-format on

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct dynamodb_answer answer = {.error = SLICE_LITERAL("TransactionCanceledException")};
        struct slice text =
            arena_printf(&widgets.arena, "{\"CancellationReasons\":[%s]}", cases[i].reasons);
        const struct value *item;

        answer.body = widgets_json(&widgets.arena, text.ptr);
        assert_int_equal(record_met(&answer, 1, cases[i].count, &item), cases[i].met);
        assert_int_equal(item != NULL, cases[i].shown);
    }
}

static void test_record_is_read_as_it_was_put(void **state)
{
    const struct record record = {
        .table = SLICE_LITERAL("Answers"),
        .key = SLICE_LITERAL("k"),
        .request = SLICE_LITERAL("r"),
        .write = SLICE_LITERAL("w"),
        .command = SLICE_LITERAL("C"),
        .id = SLICE_LITERAL("\"7\""),
        .version = 12,
        .answer = {201, SLICE_LITERAL("A: b\r\nC: \"d\"\r\n"), SLICE_LITERAL("{\"a\":[]}")},
        .expires_s = 99
    };
    struct slice text = record_put(&widgets.arena, &record, 50);
    const struct value *body = widgets_json(&widgets.arena, arena_cstr(&widgets.arena, text));
    struct record read;

    (void)state;
    assert_slice(value_get(body, slice_str("TableName"))->text, "Answers");
    assert_slice(value_get(body, slice_str("ConditionExpression"))->text,
                 "attribute_not_exists(#key) OR #expiry < :now");
    assert_status(record_read(&widgets.arena, value_get(body, slice_str("Item")), &read),
                  STATUS_OK);
    assert_slice(read.key, "k");
    assert_slice(read.request, "r");
    assert_slice(read.write, "w");
    assert_slice(read.id, "\"7\"");
    assert_true(read.version == 12 && read.expires_s == 99 && read.answer.code == 201);
    assert_slice(read.answer.headers, "A: b\r\nC: \"d\"\r\n");
    assert_slice(read.answer.body, "{\"a\":[]}");
}

static void test_what_is_no_record_is_corrupt(void **state)
{
    static const char *const items[] = {
        "{}",
        "{\"PK\":{\"S\":\"k\"}}",
        "7",
        "{\"PK\":{\"S\":\"k\"},\"request\":{\"S\":\"r\"},\"write\":{\"S\":\"w\"},"
        "\"command\":{\"S\":\"c\"},\"aggregateId\":{\"S\":\"i\"},"
        "\"version\":{\"N\":\"1\"},\"expiresAt\":{\"N\":\"1\"},"
        "\"response\":{\"M\":{\"headers\":{\"S\":\"\"},\"body\":{\"S\":\"\"},"
        "\"status\":{\"N\":\"404\"}}}}",
    };
    struct record read;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(items); i++) {
        assert_status(record_read(&widgets.arena, widgets_json(&widgets.arena, items[i]), &read),
                      STATUS_CORRUPT);
    }
}

static int open_widgets(void **state)
{
    (void)state;
    widgets_init(&widgets);
    return 0;
}

static int close_widgets(void **state)
{
    (void)state;
    widgets_fini(&widgets);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_request_by_table),
        cmocka_unit_test(test_another_request_by_table),
        cmocka_unit_test(test_table_and_principal_are_part_of_the_request),
        cmocka_unit_test(test_keys_of_tables_and_principals_do_not_meet),
        cmocka_unit_test(test_old_form_is_as_it_was),
        cmocka_unit_test(test_a_record_that_is_there_is_found_among_the_reasons),
        cmocka_unit_test(test_record_is_read_as_it_was_put),
        cmocka_unit_test(test_what_is_no_record_is_corrupt),
    };

    return cmocka_run_group_tests(tests, open_widgets, close_widgets);
}
