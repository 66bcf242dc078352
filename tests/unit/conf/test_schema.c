/*
 * JSON Schema: a table of instances with their errors, a table of schemas that are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/schema.h"
#include "lib/json.h"
#include "tests/unit/unit.h"

static const struct value *parse(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

static const struct schema *compile(struct arena *arena, const char *text, struct diag *diag)
{
    const struct schema_source source = {diag, SLICE_LITERAL("s.json"), slice_str(text),
                                         SLICE_EMPTY};

    return schema_compile(arena, parse(arena, text), &source);
}

#define THING                                                                   \
    "{\"type\":\"object\",\"required\":[\"n\"],\"additionalProperties\":false," \
    "\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":1},\"s\":{\"type\":\"string\"}}}"
#define PRICE                                                                     \
    "{\"type\":\"number\",\"minimum\":0,\"maximum\":99999999999999999999.999999," \
    "\"multipleOf\":0.000001}"

// clang-format off
static const struct {
    const char *schema, *instance;
    const char *errors; /* "pointer detail" in lines; empty: valid */
} cases[] = {
    {"true", "1", ""},
    {"false", "1", " is not allowed"},
    {"{}", "[1,{\"a\":null}]", ""},
    {"{\"type\":\"string\"}", "1", " must be of type string"},
    {"{\"type\":[\"string\",\"null\"]}", "1", " must be of type null or string"},
    {"{\"type\":[\"string\",\"null\"]}", "null", ""},
    {"{\"type\":\"integer\"}", "1.0", ""},
    {"{\"type\":\"integer\"}", "1e2", ""},
    {"{\"type\":\"integer\"}", "1.5", " must be of type integer"},
    {"{\"type\":\"integer\"}", "9007199254740993", ""},
    {"{\"type\":\"number\"}", "true", " must be of type number"},
    {THING, "{\"n\":1}", ""},
    {THING, "{\"n\":0}", "/n must be at least 1"},
    {THING, "{}", " lacks the required member 'n'"},
    {THING, "{\"n\":1,\"x\":2}", "/x is not allowed"},
    {THING, "{\"n\":1,\"a/b~c\":2}", "/a~1b~0c is not allowed"},
    {THING, "{\"s\":3,\"x\":2}", " lacks the required member 'n'\n/x is not allowed\n/s must be of type string"},
    {THING, "[]", " must be of type object"},
    {PRICE, "12345678901234567890.123456", ""},
    {PRICE, "99999999999999999999.999999", ""},
    {PRICE, "100000000000000000000", " must be at most 99999999999999999999.999999"},
    {PRICE, "0.0000001", " must be a multiple of 0.000001"},
    {PRICE, "1.50", ""},
    {PRICE, "-0", ""},
    {PRICE, "-1", " must be at least 0"},
    {"{\"minLength\":2,\"maxLength\":3}", "\"\\u00e9\\u00e9\"", ""},
    {"{\"minLength\":2}", "\"\\ud83d\\ude00\"", " must have at least 2 characters"},
    {"{\"maxLength\":3}", "\"abcd\"", " must have at most 3 characters"},
    {"{\"maxLength\":3}", "12345", ""},
    {"{\"enum\":[1,\"a\",{\"x\":[1]}]}", "1.0", ""},
    {"{\"enum\":[1,\"a\",{\"x\":[1]}]}", "{\"x\":[1.0]}", ""},
    {"{\"enum\":[1,\"a\"]}", "\"1\"", " must be one of [1,\"a\"]"},
    {"{\"additionalProperties\":{\"type\":\"string\"}}", "{\"a\":1}", "/a must be of type string"},
    {"{}", "\"a\\u0000b\"", " a string must not contain U+0000"},
    {"{}", "{\"a\":[{\"b\\u0000\":1}]}", "/a/0/b"},
    {"{}", "[1e999999999]", "/0 must be a number of at most 38 digits"},
    {"{}", "[123456789012345678901234567890123456789]", "/0 must be a number of at most 38 digits"},
    {"{\"title\":\"x\",\"description\":\"x\",\"default\":1,\"$comment\":\"x\",\"examples\":[]}", "1", ""},
};

static const struct {
    const char *schema, *path, *complaint;
} refused[] = {
    {"3", "", "must be an object, true or false"},
    {"{\"type\":\"text\"}", "/type", "not a type"},
    {"{\"type\":[]}", "/type", "empty"},
    {"{\"pattern\":\"a\"}", "/pattern", "unsupported keyword 'pattern'"},
    {"{\"maxlength\":1}", "/maxlength", "unsupported keyword 'maxlength'"},
    {"{\"properties\":{\"a\":{\"minimum\":\"1\"}}}", "/properties/a/minimum", "must be a number"},
    {"{\"properties\":[]}", "/properties", "must be an object"},
    {"{\"required\":\"a\"}", "/required", "must be an array of names"},
    {"{\"required\":[1]}", "/required", "must be a string"},
    {"{\"required\":[\"a\"],\"additionalProperties\":false}", "", "additionalProperties forbids"},
    {"{\"multipleOf\":0}", "/multipleOf", "greater than 0"},
    {"{\"minLength\":-1}", "/minLength", "at least 0"},
    {"{\"maxLength\":1.5}", "/maxLength", "whole number"},
    {"{\"enum\":[]}", "/enum", "at least one value"},
};
// clang-format on

static void test_instances_get_all_their_errors_with_pointers(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct diag diag = {0};
        struct schema_errors errors;
        struct buf text = {0};
        const struct schema *schema = compile(&arena, cases[i].schema, &diag);
        enum status status;
        unsigned int n;

        assert_non_null(schema);
        status = schema_validate(schema, parse(&arena, cases[i].instance), &arena, &errors);
        for (n = 0; n < errors.count; n++) {
            buf_printf(&text, "%s%.*s %.*s", n ? "\n" : "", SLICE_ARG(errors.items[n].pointer),
                       SLICE_ARG(errors.items[n].detail));
        }
        buf_append_char(&text, '\0');
        if ((status == STATUS_OK) != (cases[i].errors[0] == '\0') ||
            strncmp(text.ptr, cases[i].errors, strlen(cases[i].errors)) != 0) {
            fail_msg("%s on %s: %s", cases[i].schema, cases[i].instance, text.ptr);
        }
        buf_fini(&text);
        diag_fini(&diag);
        arena_fini(&arena);
    }
}

static void test_errors_end_at_their_maximum(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct schema_errors errors;
    struct buf text = {0};
    int i;

    (void)state;
    for (i = 0; i < 100; i++) {
        buf_printf(&text, "%s\"m%d\":1", i ? "," : "{", i);
    }
    buf_append_str(&text, "}");
    assert_status(schema_validate(compile(&arena, "{\"additionalProperties\":false}", &diag),
                                  parse(&arena, arena_cstr(&arena, buf_slice(&text))), &arena,
                                  &errors),
                  STATUS_SCHEMA);
    assert_int_equal(errors.count, SCHEMA_ERRORS_MAX);
    buf_fini(&text);
    arena_fini(&arena);
}

static void test_schemas_that_are_not_understood_are_refused(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(refused); i++) {
        struct arena arena = {0};
        struct diag diag = {0};

        assert_null(compile(&arena, refused[i].schema, &diag));
        assert_int_equal(diag.count, 1);
        assert_slice(diag.first->path, refused[i].path);
        if (!memmem(diag.first->text.ptr, diag.first->text.len, refused[i].complaint,
                    strlen(refused[i].complaint))) {
            fail_msg("%s: %.*s", refused[i].schema, SLICE_ARG(diag.first->text));
        }
        diag_fini(&diag);
        arena_fini(&arena);
    }
}

static void test_the_plan_can_ask_what_a_schema_knows(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    const struct schema *schema = compile(&arena, THING, &diag);
    bool integer;

    (void)state;
    assert_int_equal(schema_type(schema, &integer), VALUE_MAP);
    assert_int_equal(schema_type(schema_property(schema, slice_str("n")), &integer), VALUE_NUMBER);
    assert_true(integer);
    assert_int_equal(schema_type(compile(&arena, "{}", &diag), &integer), VALUE_NULL);
    assert_int_equal(
        schema_type(compile(&arena, "{\"type\":[\"string\",\"null\"]}", &diag), &integer),
        VALUE_NULL);
    assert_null(schema_property(schema, slice_str("x")));
    assert_true(schema_requires(schema, slice_str("n")) &&
                !schema_requires(schema, slice_str("s")));
    assert_true(schema_is_closed(schema));
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instances_get_all_their_errors_with_pointers),
        cmocka_unit_test(test_errors_end_at_their_maximum),
        cmocka_unit_test(test_schemas_that_are_not_understood_are_refused),
        cmocka_unit_test(test_the_plan_can_ask_what_a_schema_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
