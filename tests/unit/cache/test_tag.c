#include "cache/tag.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static const struct value *json(const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(&arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

static void test_same_value_has_the_same_text(void **state)
{
    static const struct {
        enum scalar type;
        const char *json, *text; /* NULL: refused */
    } cases[] = {
        {SCALAR_INTEGER,   "1",                                        "1"                       },
        {SCALAR_INTEGER,   "1.0",                                      "1"                       },
        {SCALAR_INTEGER,   "1e2",                                      "100"                     },
        {SCALAR_INTEGER,   "-0",                                       "0"                       },
        {SCALAR_INTEGER,   "9007199254740993",                         "9007199254740993"        },
        {SCALAR_INTEGER,   "1.5",                                      NULL                      },
        {SCALAR_INTEGER,   "\"1\"",                                    NULL                      },
        {SCALAR_INTEGER,   "true",                                     "1"                       },
        {SCALAR_INTEGER,   "false",                                    "0"                       },
        {SCALAR_NUMBER,    "true",                                     "1"                       },
        {SCALAR_INTEGER,   "1e999999999",                              NULL                      },
        {SCALAR_NUMBER,    "12345678901234567890.10",                  "12345678901234567890.1"  },
        {SCALAR_NUMBER,    "0.50",                                     "0.5"                     },
        {SCALAR_NUMBER,    "\"x\"",                                    NULL                      },
        {SCALAR_BOOLEAN,   "true",                                     "true"                    },
        {SCALAR_BOOLEAN,   "false",                                    "false"                   },
        {SCALAR_BOOLEAN,   "1",                                        "true"                    },
        {SCALAR_BOOLEAN,   "0.0",                                      "false"                   },
        {SCALAR_BOOLEAN,   "2",                                        NULL                      },
        {SCALAR_BOOLEAN,   "\"true\"",                                 NULL                      },
        {SCALAR_STRING,    "\"a b\"",                                  "a b"                     },
        {SCALAR_STRING,    "\"\"",                                     ""                        },
        {SCALAR_STRING,    "1",                                        NULL                      },
        {SCALAR_STRING,    "[]",                                       NULL                      },
        {SCALAR_UUID,      "\"0192ABCD-EF01-7AAA-8000-0123456789AB\"",
         "0192abcd-ef01-7aaa-8000-0123456789ab"                                                  },
        {SCALAR_UUID,      "\"NO-UUID\"",                              "NO-UUID"                 },
        {SCALAR_UUID,      "1",                                        NULL                      },
        {SCALAR_IPV6,      "\"2001:0DB8::0:1\"",                       "2001:db8::1"             },
        {SCALAR_DATE_TIME, "\"2026-03-29T03:30:00+02:00\"",            "2026-03-29T01:30:00.000Z"},
        {SCALAR_DATE_TIME, "\"2026-03-29t01:30:00.0000z\"",            "2026-03-29T01:30:00.000Z"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct slice text = SLICE_EMPTY;
        enum status status = canonical_text(&arena, cases[i].type, json(cases[i].json), &text);

        assert_status(status, cases[i].text ? STATUS_OK : STATUS_INVALID);
        assert_slice(text, cases[i].text ? cases[i].text : "");
    }
}

static void test_absent_and_null_are_left_out(void **state)
{
    struct slice text = SLICE_EMPTY;

    (void)state;
    assert_status(canonical_text(&arena, SCALAR_STRING, NULL, &text), STATUS_NOT_FOUND);
    assert_status(canonical_text(&arena, SCALAR_STRING, json("null"), &text), STATUS_NOT_FOUND);
    assert_int_equal(text.len, 0);
}

static const struct plan_param typed[] = {
    {.type = SCALAR_INTEGER}, {.type = SCALAR_BOOLEAN}, {.type = SCALAR_STRING}};
static const struct plan_query query = {.params = typed, .param_count = 3};

static const struct slice *texts_of(const char *a, const char *b, const char *c)
{
    const struct value *params[] = {json(a), json(b), json(c)};
    const struct slice *texts = NULL;

    assert_status(canonical_texts(&arena, &query, params, &texts), STATUS_OK);
    return texts;
}

static void test_parameters_have_texts_in_their_order(void **state)
{
    const struct slice *texts = texts_of("1e1", "true", "\"a b\"");

    (void)state;
    assert_slice(texts[0], "10");
    assert_slice(texts[1], "true");
    assert_slice(texts[2], "a b");
    texts = texts_of("7", "null", "\"\"");
    assert_slice(texts[0], "7");
    assert_null(texts[1].ptr);
    assert_non_null(texts[2].ptr);
    assert_int_equal(texts[2].len, 0);
}

static void test_parameter_of_another_type_is_refused(void **state)
{
    const struct value *params[] = {json("1"), json("true"), json("true")};
    const struct slice *texts;

    (void)state;
    assert_status(canonical_texts(&arena, &query, params, &texts), STATUS_INVALID);
}

// clang-format off
static struct plan_template_part parts[] = {
    {.literal = {"item:", 5}, .name = {"Id", 2}, .type = SCALAR_INTEGER, .param = 0},
    {.literal = {"/", 1}, .name = {"Sold", 4}, .type = SCALAR_BOOLEAN, .param = 1},
    {.literal = {"!", 1}, .param = -1},
};
// clang-format on
static const struct plan_template template = {.parts = parts, .part_count = 3};

/* Without this sentence an answer goes stale in silence. */
static void test_query_and_change_make_the_same_tag(void **state)
{
    struct slice of_query, of_change;

    (void)state;
    assert_status(tag_of_query(&arena, &template, texts_of("7.0", "true", "\"\""), &of_query),
                  STATUS_OK);
    assert_slice(of_query, "item:7/true!");
    assert_status(tag_of_change(&arena, &template, json("{\"Id\": 7.0, \"Sold\": 1}"), NULL, NULL,
                                &of_change),
                  STATUS_OK);
    assert_slice(of_change, "item:7/true!");
}

/* A boolean of a TINYINT(1) that a query asks by 0 and 1. */
static void test_a_boolean_has_the_tag_of_its_integer(void **state)
{
    struct slice of_query, of_change;

    (void)state;
    assert_status(tag_of_query(&arena, &template, texts_of("1", "true", "\"\""), &of_query),
                  STATUS_OK);
    assert_status(tag_of_change(&arena, &template, json("{\"Id\": true, \"Sold\": true}"), NULL,
                                NULL, &of_change),
                  STATUS_OK);
    assert_true(slice_eq(of_query, of_change));
}

static void test_tag_without_a_value_is_left_out(void **state)
{
    struct slice tag;

    (void)state;
    assert_status(tag_of_query(&arena, &template, texts_of("7", "null", "\"\""), &tag),
                  STATUS_NOT_FOUND);
    assert_status(tag_of_change(&arena, &template, json("{\"Id\": 7}"), NULL, NULL, &tag),
                  STATUS_NOT_FOUND);
    assert_status(tag_of_change(&arena, &template, NULL, NULL, NULL, &tag), STATUS_NOT_FOUND);
}

static void test_tag_of_another_type_fails_the_record(void **state)
{
    struct slice tag;

    (void)state;
    assert_status(
        tag_of_change(&arena, &template, json("{\"Id\": \"x\", \"Sold\": 1}"), NULL, NULL, &tag),
        STATUS_INVALID);
}

static void test_old_image_and_aggregate_id_have_their_places(void **state)
{
    // clang-format off
    struct plan_template_part own_parts[] = {
        {.name = {"aggregateId", 11}, .type = SCALAR_STRING, .param = -1},
        {.literal = {":", 1}, .name = {"Name", 4}, .type = SCALAR_STRING, .old = true, .param = -1},
    };
    // clang-format on
    const struct plan_template own = {.parts = own_parts, .part_count = 2};
    struct slice tag;

    (void)state;
    assert_status(tag_of_change(&arena, &own, json("{\"Name\": \"new\"}"),
                                json("{\"Name\": \"old\"}"), json("\"id\""), &tag),
                  STATUS_OK);
    assert_slice(tag, "id:old");
}

static void test_literal_tag(void **state)
{
    struct plan_template_part own_parts[] = {
        {.literal = {"products", 8}, .param = -1}
    };
    const struct plan_template own = {.parts = own_parts, .part_count = 1};
    struct slice tag;

    (void)state;
    assert_status(tag_of_query(&arena, &own, NULL, &tag), STATUS_OK);
    assert_slice(tag, "products");
}

static void take_tag(void *ctx, struct slice tag)
{
    struct slice *all = ctx;

    *all = arena_printf(&arena, "%.*s[%.*s]", SLICE_ARG(*all), SLICE_ARG(tag));
}

/* "a:{x}" or "a:{x}:{y}" with places of these types: the tags that TEXT may be. */
static struct slice ways(enum scalar x, const enum scalar *y, const char *text)
{
    struct plan_template_part two[] = {
        {.literal = SLICE_LITERAL("a:"), .name = SLICE_LITERAL("x"), .type = x         },
        {.literal = SLICE_LITERAL(":"),  .name = SLICE_LITERAL("y"), .type = y ? *y : x},
    };
    const struct plan_template tag = {.parts = two, .part_count = y ? 2 : 1};
    struct slice all = SLICE_EMPTY;

    assert_status(tag_of_sql(&arena, &tag, slice_str(text), take_tag, &all), STATUS_OK);
    return all;
}

/* touches_sql writes 1.50, 1 and a blank for the T; the query's tag has 1.5, true and the T. */
static void test_what_sql_writes_is_the_tag_of_its_values(void **state)
{
    const enum scalar number = SCALAR_NUMBER, string = SCALAR_STRING;

    (void)state;
    assert_slice(ways(SCALAR_NUMBER, NULL, "a:1.50"), "[a:1.5]");
    assert_slice(ways(SCALAR_NUMBER, NULL, "a:x"), "");
    assert_slice(ways(SCALAR_NUMBER, NULL, "b:1.50"), "");
    assert_slice(ways(SCALAR_INTEGER, NULL, "a:7"), "[a:7]");
    assert_slice(ways(SCALAR_BOOLEAN, NULL, "a:1"), "[a:true]");
    assert_slice(ways(SCALAR_BOOLEAN, NULL, "a:0"), "[a:false]");
    assert_slice(ways(SCALAR_BOOLEAN, NULL, "a:2"), "");
    assert_slice(ways(SCALAR_STRING, NULL, "a:1.50"), "");
    assert_slice(ways(SCALAR_DATE_TIME, NULL, "a:2026-03-29 01:30:00.5"),
                 "[a:2026-03-29T01:30:00.500Z]");
    assert_slice(ways(SCALAR_UUID, NULL, "a:0192ABCD-EF01-7AAA-8000-0123456789AB"),
                 "[a:0192abcd-ef01-7aaa-8000-0123456789ab]");
    assert_slice(ways(SCALAR_NUMBER, &string, "a:1.50:b:c"), "[a:1.5:b:c]");
    assert_slice(ways(SCALAR_STRING, &number, "a:b:c:1.50"), "[a:b:c:1.5]");
    assert_slice(ways(SCALAR_IPV6, &number, "a:2001:DB8::1:07.0:1.0"), "");
    assert_slice(ways(SCALAR_DATE_TIME, &number, "a:2026-03-29 01:30:00:1.0"),
                 "[a:2026-03-29T01:30:00.000Z:1]");
}

static void count_tag(void *ctx, struct slice tag)
{
    unsigned int *count = ctx;

    (void)tag;
    ++*count;
}

/* "{s}:{n}:{s}:{n}:{s}": how many tags TEXT may be; -1: too many. */
static int tags_of(const char *text)
{
    struct plan_template_part five[5];
    const struct plan_template tag = {.parts = five, .part_count = ARRAY_COUNT(five)};
    unsigned int count = 0;
    enum status status;

    for (size_t i = 0; i < ARRAY_COUNT(five); i++) {
        five[i] = (struct plan_template_part){.literal = i > 0 ? SLICE_LITERAL(":") : SLICE_EMPTY,
                                              .name = SLICE_LITERAL("x"),
                                              .type = i % 2 == 0 ? SCALAR_STRING : SCALAR_NUMBER};
    }
    status = tag_of_sql(&arena, &tag, slice_str(text), count_tag, &count);
    assert_status(status, status == STATUS_OK ? STATUS_OK : STATUS_TOO_LARGE);
    assert_true(status == STATUS_OK || count == 0);
    return status == STATUS_OK ? (int)count : -1;
}

static const char *repeated(const char *text, unsigned int count)
{
    struct slice all = SLICE_EMPTY;

    for (unsigned int i = 0; i < count; i++) {
        all = arena_printf(&arena, "%.*s%s", SLICE_ARG(all), text);
    }
    return arena_cstr(&arena, all);
}

/* However many separators its strings hold. */
static void test_ways_that_make_the_same_tag_are_one(void **state)
{
    const char *colons = repeated(":", 2000);

    (void)state;
    assert_slice(ways(SCALAR_STRING, (enum scalar[]){SCALAR_NUMBER},
                      arena_printf(&arena, "a:x%s:1.50", colons).ptr),
                 arena_printf(&arena, "[a:x%s:1.5]", colons).ptr);
    assert_int_equal(tags_of(colons), 0);
    assert_int_equal(tags_of(repeated("1:", 500)), 1);
    assert_int_equal(tags_of(repeated("x:", 500)), 0);
    assert_int_equal(tags_of(arena_printf(&arena, "x%s1.50:y:2.0%s", colons, colons).ptr), 1);
    assert_int_equal(tags_of(arena_printf(&arena, "1%s1.50:y:2.0%s1:y", colons, colons).ptr), 3);
    assert_int_equal(tags_of("x:1:y:1.50:z"), 1);
    assert_int_equal(tags_of("x:1:1.50:1:z"), 1);
    assert_int_equal(tags_of("x:1.50:1:1.50:z"), 1);
    assert_int_equal(tags_of("x:1.50:1:1.50:1:z"), 3);
}

static void test_a_tag_that_may_be_too_many_is_said_to_be(void **state)
{
    (void)state;
    assert_int_equal(tags_of(repeated("1.50:", 46)), 44 * 43 / 2);
    assert_int_equal(tags_of(repeated("1.50:", 80)), -1);
    assert_int_equal(tags_of(repeated("1.50:", 2000)), -1);
}

/* A plan without the tag may have bound it as it is, and SQL made a row of it. */
static void test_an_old_value_of_another_type_is_read_as_sql_reads_it(void **state)
{
    static const struct {
        const char *old, *tag; /* NULL: left out */
        enum scalar type;
    } rows[] = {
        {"{\"X\": \"11\"}",                      "x:11",            SCALAR_INTEGER},
        {"{\"X\": \"1.50\"}",                    "x:1.5",           SCALAR_NUMBER },
        {"{\"X\": \"1\"}",                       "x:true",          SCALAR_BOOLEAN},
        {"{\"X\": 11}",                          "x:11",            SCALAR_STRING },
        {"{\"X\": 1.50e1}",                      "x:15",            SCALAR_STRING },
        {"{\"X\": true}",                        "x:1",             SCALAR_STRING },
        {"{\"X\": false}",                       "x:0",             SCALAR_STRING },
        {"{\"X\": [1, {}]}",                     "x:[1,{}]",        SCALAR_STRING },
        {"{\"X\": {\"a\": \"b\"}}",              "x:{\"a\":\"b\"}", SCALAR_UUID   },
        {"{\"X\": 2.5}",                         "x:3",             SCALAR_INTEGER},
        {"{\"X\": -2.5}",                        "x:-3",            SCALAR_INTEGER},
        {"{\"X\": 99.5}",                        "x:100",           SCALAR_INTEGER},
        {"{\"X\": -0.4}",                        "x:0",             SCALAR_INTEGER},
        {"{\"X\": 0.4}",                         "x:false",         SCALAR_BOOLEAN},
        {"{\"X\": 0.5}",                         "x:true",          SCALAR_BOOLEAN},
        {"{\"X\": 2}",                           NULL,              SCALAR_BOOLEAN},
        {"{\"X\": \" 07 \"}",                    "x:7",             SCALAR_INTEGER},
        {"{\"X\": \"\\t15e-1\"}",                "x:2",             SCALAR_INTEGER},
        {"{\"X\": \"+.5\"}",                     "x:0.5",           SCALAR_NUMBER },
        {"{\"X\": \"many\"}",                    NULL,              SCALAR_INTEGER},
        {"{\"X\": \"1e\"}",                      "x:1",             SCALAR_INTEGER},
        {"{\"X\": \"1e99\"}",                    NULL,              SCALAR_INTEGER},
        {"{\"X\": \"1e999999999999999999999\"}", NULL,              SCALAR_NUMBER },
        {"{\"X\": \" \"}",                       NULL,              SCALAR_NUMBER },
        {"{\"X\": [1]}",                         NULL,              SCALAR_INTEGER},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct plan_template_part part = {.literal = SLICE_LITERAL("x:"),
                                          .name = SLICE_LITERAL("X"),
                                          .type = rows[i].type,
                                          .param = -1};
        const struct plan_template put = {.parts = &part, .part_count = 1};
        const struct value *old = json(rows[i].old);
        enum status wanted = rows[i].tag ? STATUS_OK : STATUS_NOT_FOUND;
        struct slice tag;

        part.old = true;
        assert_status(tag_of_change(&arena, &put, json("{\"X\": 2}"), old, NULL, &tag), wanted);
        if (rows[i].tag) {
            assert_slice(tag, rows[i].tag);
        }
        part.old = false; /* of a removal, whose image is the old one */
        assert_status(tag_of_change(&arena, &put, old, old, NULL, &tag), wanted);
        assert_status(tag_of_change(&arena, &put, old, NULL, NULL, &tag), STATUS_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_value_has_the_same_text),
        cmocka_unit_test(test_what_sql_writes_is_the_tag_of_its_values),
        cmocka_unit_test(test_ways_that_make_the_same_tag_are_one),
        cmocka_unit_test(test_a_tag_that_may_be_too_many_is_said_to_be),
        cmocka_unit_test(test_absent_and_null_are_left_out),
        cmocka_unit_test(test_parameters_have_texts_in_their_order),
        cmocka_unit_test(test_parameter_of_another_type_is_refused),
        cmocka_unit_test(test_query_and_change_make_the_same_tag),
        cmocka_unit_test(test_a_boolean_has_the_tag_of_its_integer),
        cmocka_unit_test(test_tag_without_a_value_is_left_out),
        cmocka_unit_test(test_tag_of_another_type_fails_the_record),
        cmocka_unit_test(test_old_image_and_aggregate_id_have_their_places),
        cmocka_unit_test(test_an_old_value_of_another_type_is_read_as_sql_reads_it),
        cmocka_unit_test(test_literal_tag),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
