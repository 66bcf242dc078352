/*
 * JSON Schema: a table of instances with their errors, a table of schemas that are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/schema/schema.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

static const struct value *parse(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

static const struct schema *compile(struct arena *arena, const char *text, struct diag *diag)
{
    const struct json_source source = {diag, SLICE_LITERAL("s.json"), slice_str(text), SLICE_EMPTY};

    return schema_compile(arena, parse(arena, text), &source);
}

#define THING                                                                   \
    "{\"type\":\"object\",\"required\":[\"n\"],\"additionalProperties\":false," \
    "\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":1},\"s\":{\"type\":\"string\"}}}"
#define PRICE                                                                     \
    "{\"type\":\"number\",\"minimum\":0,\"maximum\":99999999999999999999.999999," \
    "\"multipleOf\":0.000001}"

#define LIST                                                                                \
    "{\"$ref\":\"#/$defs/node\",\"$defs\":{\"node\":{\"required\":[\"v\"],\"properties\":{" \
    "\"v\":{\"type\":\"integer\"},\"next\":{\"$ref\":\"#/$defs/node\"}}}}}"
/* Each level of the instance doubles the work. */
#define TREE                                                                               \
    "{\"anyOf\":[{\"items\":{\"$ref\":\"#\"},\"minItems\":2},{\"items\":{\"$ref\":\"#\"}," \
    "\"minItems\":2}]}"
#define DEEP "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"

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
    {THING, "{\"s\":3,\"x\":2}", " lacks the required member 'n'\n/s must be of type string\n/x is not allowed"},
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
    {"{}", "{\"a\":{\"\":1}}", "/a/ a member's name must not be empty"},
    {"{}", "[1e999999999]", "/0 must be a number of at most 38 digits"},
    {"{}", "[123456789012345678901234567890123456789]", "/0 must be a number of at most 38 digits"},
    {"{\"title\":\"x\",\"description\":\"x\",\"default\":1,\"$comment\":\"x\",\"examples\":[]}", "1", ""},
    {"{\"const\":{\"a\":1}}", "{\"a\":1.0}", ""},
    {"{\"const\":\"x\"}", "\"y\"", " must be \"x\""},
    {"{\"exclusiveMinimum\":1}", "1.0", " must be greater than 1"},
    {"{\"exclusiveMinimum\":1}", "1.000000000000000000000000000000000001", ""},
    {"{\"exclusiveMaximum\":1}", "1", " must be less than 1"},
    {"{\"pattern\":\"^a+$\"}", "\"aa\"", ""},
    {"{\"pattern\":\"^a+$\"}", "\"aa\\n\"", " must match the pattern ^a+$"},
    {"{\"pattern\":\"b\"}", "\"abc\"", ""},
    {"{\"pattern\":\"b\"}", "3", ""},
    {"{\"format\":\"email\"}", "\"a@b.example\"", ""},
    {"{\"format\":\"email\"}", "\"a@b@c\"", " must be an e-mail address"},
    {"{\"format\":\"date\"}", "\"2026-02-29\"", " must be a date such as 2026-11-21"},
    {"{\"format\":\"date\"}", "20260229", ""},
    {"{\"minItems\":1,\"maxItems\":2}", "[]", " must have at least 1 element"},
    {"{\"minItems\":1,\"maxItems\":2}", "[1,2,3]", " must have at most 2 elements"},
    {"{\"uniqueItems\":true}", "[1,{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]", " must not hold equal elements"},
    {"{\"uniqueItems\":true}", "[1,true,\"1\",[1],{\"a\":1},{\"a\":\"1\"}]", ""},
    {"{\"uniqueItems\":false}", "[1,1]", ""},
    {"{\"items\":{\"type\":\"string\"}}", "[\"a\",1,2]", "/1 must be of type string\n/2 must be of type string"},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[1,2]", "/0 must be of type string\n/1 is not allowed"},
    {"{\"contains\":{\"minimum\":5}}", "[1,6]", ""},
    {"{\"contains\":{\"minimum\":5}}", "[1]", " must have at least 1 of the elements"},
    {"{\"contains\":{\"minimum\":5},\"minContains\":0}", "[1]", ""},
    {"{\"contains\":{\"minimum\":5},\"maxContains\":1}", "[7,8]", " must have at most 1 of the elements"},
    {"{\"minContains\":3}", "[1]", ""},
    {"{\"minProperties\":1}", "{}", " must have at least 1 member"},
    {"{\"maxProperties\":1}", "{\"a\":1,\"b\":2}", " must have at most 1 member"},
    {"{\"propertyNames\":{\"maxLength\":1}}", "{\"a\":1,\"bc\":2}", "/bc must have at most 1 character"},
    {"{\"patternProperties\":{\"^n\":{\"type\":\"number\"}},\"additionalProperties\":false}", "{\"n1\":\"x\",\"m\":1}",
     "/n1 must be of type number\n/m is not allowed"},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", " lacks the required member 'b'"},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"c\":1}", ""},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":0}]}", "0.5", " must be at least 1\n must be at most 0"},
    {"{\"anyOf\":[{\"minimum\":5},{\"type\":\"string\"}]}", "1", " must satisfy at least one of 2 alternatives"},
    {"{\"anyOf\":[{\"minimum\":5},{\"type\":\"string\"}]}", "\"a\"", ""},
    {"{\"oneOf\":[{\"minimum\":5},{\"minimum\":7}]}", "6", ""},
    {"{\"oneOf\":[{\"minimum\":5},{\"minimum\":7}]}", "8", " must satisfy exactly one of 2 alternatives, not several"},
    {"{\"oneOf\":[{\"minimum\":5},{\"minimum\":7}]}", "1", " must satisfy exactly one of 2 alternatives, not none"},
    {"{\"not\":{\"type\":\"null\"}}", "null", " must not satisfy the schema of \"not\""},
    {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":1},\"else\":{\"minimum\":1}}", "\"\"", " must have at least 1 character"},
    {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":1},\"else\":{\"minimum\":1}}", "0", " must be at least 1"},
    {"{\"then\":false}", "0", ""},
    {LIST, "{\"v\":1,\"next\":{\"v\":2}}", ""},
    {LIST, "{\"v\":1,\"next\":{\"v\":\"2\"}}", "/next/v must be of type integer"},
    {"{\"$ref\":\"#/$defs/a~1b%25\",\"$defs\":{\"a/b%\":{\"type\":\"null\"}}}", "1", " must be of type null"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"additionalProperties\":false}", "{\"a\":{\"a\":{\"b\":1}}}", "/a/a/b is not allowed"},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":5}],\"items\":{\"$ref\":\"#/allOf/1\"}}", "[7]", "/0 must be at most 5"},
    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"}", "1", ""},
    {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"", " takes too long to be matched"},
    {TREE, DEEP, " is too deep or too large to be validated"},
};

static const struct {
    const char *schema, *path, *complaint;
} refused[] = {
    {"3", "", "must be an object, true or false"},
    {"{\"type\":\"text\"}", "/type", "not a type"},
    {"{\"type\":[]}", "/type", "empty"},
    {"{\"unevaluatedItems\":false}", "/unevaluatedItems", "unsupported keyword 'unevaluatedItems'"},
    {"{\"$id\":\"http://a.example\"}", "/$id", "unsupported keyword '$id'"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "/$schema", "unsupported dialect"},
    {"{\"pattern\":\"(\"}", "/pattern", "not a pattern"},
    {"{\"pattern\":1}", "/pattern", "must be a string"},
    {"{\"patternProperties\":{\"a**\":{}}}", "/patternProperties", "nothing to repeat"},
    {"{\"format\":\"e-mail\"}", "/format", "unsupported format"},
    {"{\"items\":[{}]}", "/items", "must be an object, true or false"},
    {"{\"allOf\":[]}", "/allOf", "at least one schema"},
    {"{\"allOf\":{}}", "/allOf", "at least one schema"},
    {"{\"allOf\":[{\"a\":1}]}", "/allOf/0/a", "unsupported keyword 'a'"},
    {"{\"uniqueItems\":1}", "/uniqueItems", "true or false"},
    {"{\"dependentRequired\":{\"a\":\"b\"}}", "/dependentRequired", "array of names"},
    {"{\"$defs\":{\"a\":{\"a\":1}}}", "/$defs/a/a", "unsupported keyword 'a'"},
    {"{\"$ref\":\"#/$defs/b\",\"$defs\":{\"a\":true}}", "/$ref", "nothing at this pointer"},
    {"{\"$ref\":\"other.json\"}", "/$ref", "another document"},
    {"{\"$ref\":\"#name\"}", "/$ref", "anchor"},
    {"{\"$ref\":\"#\"}", "/$ref", "without end"},
    {"{\"anyOf\":[{\"not\":{\"$ref\":\"#\"}}]}", "/anyOf/0/not/$ref", "without end"},
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
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct diag diag = {0};
        struct schema_errors errors;
        struct buf text = {0};
        const struct schema *schema = compile(&arena, cases[i].schema, &diag);
        enum status status;

        assert_non_null(schema);
        status = schema_validate(schema, parse(&arena, cases[i].instance), &arena, &errors);
        for (unsigned int n = 0; n < errors.count; n++) {
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

static void test_instances_of_the_filter_may_hold_what_payloads_may_not(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct schema_errors errors;
    const struct schema *schema = compile(&arena, "{\"type\":[\"integer\",\"string\"]}", &diag);
    const char *const instances[] = {"\"\\u0000\"", "1e999",
                                     "12345678901234567890123456789012345678901"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(instances); i++) {
        const struct value *instance = parse(&arena, instances[i]);

        assert_status(schema_validate(schema, instance, &arena, &errors), STATUS_SCHEMA);
        assert_status(schema_validate_keywords(schema, instance, &arena, &errors), STATUS_OK);
    }
    arena_fini(&arena);
}

static void test_errors_end_at_their_maximum(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    struct schema_errors errors;
    struct buf text = {0};

    (void)state;
    for (int i = 0; i < 100; i++) {
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
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
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

static void test_the_plan_sees_through_references_and_all_of(void **state)
{
    struct arena arena = {0};
    struct diag diag = {0};
    const struct schema *schema = compile(
        &arena,
        "{\"$ref\":\"#/$defs/base\",\"properties\":{\"c\":{\"const\":\"x\"}},\"$defs\":{\"base\":{\"type\":"
        "\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"allOf\":[{\"type\":\"integer\"},{"
        "\"minimum\":1}]}},\"additionalProperties\":false}}}",
        &diag);
    bool integer;

    (void)state;
    assert_int_equal(schema_type(schema, &integer), VALUE_MAP);
    assert_int_equal(schema_type(schema_property(schema, slice_str("a")), &integer), VALUE_NUMBER);
    assert_true(integer);
    assert_int_equal(schema_type(schema_property(schema, slice_str("c")), &integer), VALUE_STRING);
    assert_true(schema_requires(schema, slice_str("a")) && schema_is_closed(schema));
    assert_int_equal(schema_property_count(schema), 2);
    assert_slice(schema_property_name(schema, 0), "c");
    assert_slice(schema_property_name(schema, 1), "a");
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instances_get_all_their_errors_with_pointers),
        cmocka_unit_test(test_instances_of_the_filter_may_hold_what_payloads_may_not),
        cmocka_unit_test(test_errors_end_at_their_maximum),
        cmocka_unit_test(test_the_plan_sees_through_references_and_all_of),
        cmocka_unit_test(test_schemas_that_are_not_understood_are_refused),
        cmocka_unit_test(test_the_plan_can_ask_what_a_schema_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
