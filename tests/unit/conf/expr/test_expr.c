/*
 * Expressions: a table of texts with their values or errors, a table of those refused at load.
 */
#include <string.h>

#include "conf/expr/expr.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

#define SCHEMA                                                             \
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" \
    "\"name\":{\"type\":\"string\"},\"price\":{\"type\":\"number\"},"      \
    "\"on\":{\"type\":\"boolean\"},\"any\":{}}}"
#define PAYLOAD "{\"name\":\"box\",\"price\":1.50,\"on\":true,\"any\":[1,\"a\"]}"
#define STATE   "{\"status\":\"ACTIVE\",\"count\":3,\"tags\":{\"x\":1}}"

struct world {
    struct arena arena;
    struct diag diag;
    struct expr_scope scope;
    struct expr_env env;
};

static const struct value *parse(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

static void world_init(struct world *world)
{
    struct json_source source = {&world->diag, SLICE_LITERAL("m"), SLICE_LITERAL(SCHEMA),
                                 SLICE_EMPTY};

    memset(world, 0, sizeof(*world));
    world->scope = (struct expr_scope){.payload = true,
                                       .state = true,
                                       .id = true,
                                       .exists = true,
                                       .version = true,
                                       .now = true,
                                       .id_type = VALUE_NUMBER};
    world->scope.payload_schema =
        schema_compile(&world->arena, parse(&world->arena, SCHEMA), &source);
    assert_non_null(world->scope.payload_schema);
    world->env = (struct expr_env){.payload = parse(&world->arena, PAYLOAD),
                                   .state = parse(&world->arena, STATE),
                                   .id = parse(&world->arena, "7"),
                                   .exists = true,
                                   .version = 41,
                                   .now_ms = 1000};
}

static void world_fini(struct world *world)
{
    diag_fini(&world->diag);
    arena_fini(&world->arena);
}

static const struct expr *compile(struct world *world, const char *text)
{
    const struct json_source source = {&world->diag, SLICE_LITERAL("m.json"), SLICE_EMPTY,
                                       SLICE_LITERAL("/x")};

    return expr_compile(&world->arena, slice_str(text), &world->scope, &source, 5);
}

// clang-format off
static const struct {
    const char *text;
    const char *value; /* JSON, or "!" and the error */
} cases[] = {
    {"true", "true"}, {"null", "null"}, {"'a\\n\\u00e9\\x41'", "\"a\\n\xc3\xa9" "A\""}, {"r'\\n'", "\"\\\\n\""},
    {"0x1F", "31"}, {"1.50 == 1.5", "true"}, {"1e2 == 100", "true"}, {"007", "7"}, {"3u + 1", "4"},
    {"payload.price", "1.50"}, {"payload['name']", "\"box\""}, {"state.tags.x", "1"}, {"payload.any[1]", "\"a\""},
    {"id", "7"}, {"exists", "true"}, {"!exists", "false"}, {"version", "41"}, {"now", "1000"},
    {"0.1 + 0.2", "0.3"}, {"12345678901234567890.123456 * 1", "12345678901234567890.123456"},
    {"1 / 4", "0.25"}, {"7 % 4", "3"}, {"-7 % 4", "-3"}, {"2 - 3 - 4", "-5"}, {"2 + 3 * 4", "14"}, {"-(2)", "-2"},
    {"'a' + 'b'", "\"ab\""},
    {"1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2", "true"},
    {"'B' < 'a'", "true"}, {"false < true", "true"},
    {"payload.any[0] == payload.any[1]", "false"},
    {"payload.any[0] < payload.any[1]", "!no such overload"},
    {"state.missing", "!no such key: missing"},
    {"state.missing == 1", "!no such key: missing"},
    {"1 / 0", "!division by zero"},
    {"1e100 * 1e100", "!number out of range"},
    {"payload.any[2]", "!index out of range"},
    {"payload.any[0.5]", "!index out of range"},
    /* error absorption: the side that decides alone wins */
    {"state.missing == 1 && false", "false"}, {"false && state.missing == 1", "false"},
    {"state.missing == 1 || true", "true"}, {"true || state.missing == 1", "true"},
    {"state.missing == 1 && true", "!no such key: missing"},
    {"state.missing == 1 || false", "!no such key: missing"},
    {"state.count && true", "!no such overload"}, {"state.count && false", "false"},
    {"has(state.status)", "true"}, {"has(state.missing)", "false"}, {"has(state.missing.deep)", "!no such key: missing"},
    {"has(state.missing) && state.missing == 1", "false"},
    {"state.count > 2 ? 'many' : 'few'", "\"many\""}, {"exists ? 1 : 1 / 0", "1"},
    {"state.status in ['ACTIVE', 'NEW']", "true"}, {"4 in [1, 2, 3]", "false"}, {"'x' in state.tags", "true"},
    {"size('h\xc3\xa9')", "2"}, {"'abc'.size()", "3"}, {"size([1,2])", "2"}, {"size(state)", "3"},
    {"'abc'.startsWith('ab')", "true"}, {"'abc'.endsWith('bc')", "true"}, {"'abc'.contains('x')", "false"},
    {"payload.on && !(state.count == 3)", "false"},
    {"1 // a comment", "1"},
    {"'''a\n'b'\\n'''", "\"a\\n'b'\\n\""}, {"r\"\"\"\\d\"\"\"", "\"\\\\d\""}, {"''", "\"\""},
    {"[1, 2,] + [3]", "[1,2,3]"}, {"[] + []", "[]"}, {"{'a': 1, 'b': [payload.name],}", "{\"a\":1,\"b\":[\"box\"]}"},
    {"{'a': {'b': 2}}.a.b", "2"}, {"{1: 'x', true: 'y'}[1.0]", "\"x\""}, {"{1: 'x', true: 'y'}[true]", "\"y\""},
    {"1 in {1: 2}", "true"}, {"'1' in {1: 2}", "false"}, {"size({1: 2, '1': 2})", "2"}, {"{1: 2} == {1.0: 2.0}", "true"},
    {"{'a': 1}['b']", "!no such key: b"}, {"{2: 1}[3]", "!no such key: 3"}, {"{payload.any: 1}", "!unsupported key type"},
    {"{payload.name: 1, 'box': 2}", "!a key is repeated"},
    {"{1: 2}", "!a map's keys must be strings to leave the expression"},
    {"{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "true"}, {"[1, 'a', null] == [1.0, 'a', null]", "true"},
    {"has({'a': 1}.a) && !has({}.a)", "true"}, {".payload.name", "\"box\""},
    {"payload.name.matches('^b.x$')", "true"}, {"payload.name.matches('o')", "true"}, {"matches(payload.name, '(?i)BOX\\\\z')", "true"},
    {"payload.name.matches(payload.name)", "true"}, {"'a'.matches(payload.name + '(')", "!not a pattern: missing closing parenthesis"},
    {"payload.any[0].matches('a')", "!no such overload"},
    {"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.matches('^(a+)+$')", "!the text takes too long to be matched"},
};

static const struct {
    const char *text, *complaint;
} refused[] = {
    {"", "the expression ends"}, {"1 +", "the expression ends"}, {"(1", "expected ')'"}, {"1 2", "expected an operator"},
    {"'open", "without its closing quote"}, {"'\\q'", "unknown escape"}, {"1 = 1", "unexpected character"}, {"a & b", "unknown name"},
    {"paylod.name", "unknown name 'paylod'"}, {"event.x", "unknown name 'event'"},
    {"payload.nme", "unknown field 'nme'"}, {"has(payload.nme)", "unknown field 'nme'"},
    {"payload.name == 1", "between string and number"}, {"1 < 'a'", "between number and string"},
    {"payload.name + 1", "between string and number"}, {"payload.on + payload.on", "not defined for boolean"},
    {"!payload.name", "needs boolean, not string"}, {"payload.name && true", "needs boolean, not string"},
    {"-payload.name", "needs number"}, {"payload.name.x", "a field needs object"}, {"payload[1]", "[] needs string"},
    {"size(1)", "not defined for number"}, {"'a'.startsWith(1)", "needs string"}, {"1 in 2", "needs array or object"},
    {"1 in ['a']", "compares number and string"}, {"1 ? 2 : 3", "needs boolean"}, {"id == 'a'", "between number and string"},
    {"foo(1)", "no function 'foo'"}, {"'a'.matches('(')", "not a pattern"}, {"'a'.matches('(?=a)')", "not a pattern"}, {"'a'.matches(1)", "needs string"},
    {"1.matches('a')", "needs string"}, {"[1].all(x, x > 0)", "'all' is not supported"}, {"int('1')", "'int' is not supported"},
    {"b'a'", "bytes is not supported"}, {"Thing{a: 1}", "unknown name"}, {"payload{a: 1}", "a message is not supported"}, {"payload.?name", "an optional field is not supported"},
    {"{'a': 1, 'a': 2}", "the same key again"}, {"{[1]: 2}", "a key needs string"}, {"{'a' 1}", "expected ':'"}, {"{'a': 1", "closing bracket"}, {"[1 2]", "expected ','"},
    {"size('a',)", "expected an argument"}, {"[1] + 1", "between array and number"}, {"{} + {}", "not defined for object"}, {"[1] < [2]", "not defined for array"},
    {"payload['nme']", "unknown field 'nme'"}, {"payload['price'] == 'a'", "between number and string"}, {"'\\u0000'", "unknown escape"},
    {"'a\nb'", "without its closing quote"}, {"'''a'", "without its closing quote"}, {".1a", "expected an operator"}, {". 1", "expected a name after '.'"},
    {"has(1)", "asks for a field"},
    {"state[payload.name]", "named by a literal"}, {"1e999", "at most 38 digits"},
    {"123456789012345678901234567890123456789", "at most 38 digits"},
};
// clang-format on

static void test_expressions_have_their_values_or_errors(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct expr *expr = compile(&world, cases[i].text);
        const struct value *value = NULL;
        const char *error = "";
        struct buf text = {0};

        if (!expr) {
            diag_print(&world.diag, stderr);
            fail_msg("refused: %s", cases[i].text);
        }
        if (expr_eval(expr, &world.env, &world.arena, &value, &error) == STATUS_OK) {
            json_write(&text, value);
        } else {
            buf_printf(&text, "!%s", error);
        }
        buf_append_char(&text, '\0');
        if (strcmp(text.ptr, cases[i].value) != 0) {
            fail_msg("%s = %s, not %s", cases[i].text, text.ptr, cases[i].value);
        }
        buf_fini(&text);
    }
    world_fini(&world);
}

static void test_what_can_be_known_to_be_wrong_is_refused_at_load(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
        struct world world;

        world_init(&world);
        if (compile(&world, refused[i].text)) {
            fail_msg("accepted: %s", refused[i].text);
        }
        assert_int_equal(world.diag.first->line, 5);
        if (!memmem(world.diag.first->text.ptr, world.diag.first->text.len, refused[i].complaint,
                    strlen(refused[i].complaint))) {
            fail_msg("%s: %.*s", refused[i].text, SLICE_ARG(world.diag.first->text));
        }
        world_fini(&world);
    }
}

/*
 * A free expression: what CEL knows only when it runs is an error value, what is left out is said.
 */
static void test_free_expressions_take_any_names(void **state)
{
    static const struct {
        const char *text, *outcome; /* JSON; "!" an error; "?" unsupported */
    } free_cases[] = {
        {"x.y + 1",                  "3"                                     },
        {"z || true",                "true"                                  },
        {"z",                        "!"                                     },
        {"f(1) || true",             "true"                                  },
        {"[0] < [1]",                "!"                                     },
        {"1 + 'a' == 2 || x.y == 2", "true"                                  },
        {"for",                      "!"                                     },
        {"1 +",                      "!"                                     },
        {"'\\u0000'",                "\"\\u0000\""                           },
        {"{1: x, true: [{2: 3}]}",   "{\"1\":{\"y\":2},\"true\":[{\"2\":3}]}"},
        {"x.map(y, y)",              "?"                                     },
        {"duration('1s')",           "?"                                     },
        {"T{}",                      "?"                                     },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(free_cases); i++) {
        struct arena arena = {0};
        struct expr_env env = {.bindings = parse(&arena, "{\"x\":{\"y\":2}}")};
        const struct value *value = NULL;
        const char *error = NULL;
        struct buf text = {0};
        bool unsupported = false;
        const struct expr *expr =
            expr_compile_free(&arena, slice_str(free_cases[i].text), &error, &unsupported);

        if (expr && expr_eval(expr, &env, &arena, &value, &error) == STATUS_OK) {
            json_write(&text, value);
        } else {
            assert_non_null(error);
            buf_append_char(&text, unsupported ? '?' : '!');
        }
        buf_append_char(&text, '\0');
        assert_string_equal(text.ptr, free_cases[i].outcome);
        buf_fini(&text);
        arena_fini(&arena);
    }
}

/* Of DynamoDB: what is read is that set, what is made is a list. */
static void test_a_set_stays_one_until_it_is_changed(void **state)
{
    static const struct {
        const char *text;
        bool set;
    } set_cases[] = {
        {"state.tags",                     true },
        {"true ? state.tags : state.tags", true },
        {"{1: state.tags}[1]",             true }, /* copied, without its odd key */
        {"state.tags + ['b']",             false},
        {"['b'] + state.tags",             false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(set_cases); i++) {
        const struct value *value = NULL;
        const char *error = NULL;
        struct value *tags, *map;
        struct world world;

        world_init(&world);
        tags = value_list(&world.arena);
        tags->set = true;
        value_append(tags, value_string(&world.arena, SLICE_LITERAL("a")));
        map = value_map(&world.arena);
        value_set(map, SLICE_LITERAL("tags"), tags);
        world.env.state = map;
        assert_status(
            expr_eval(compile(&world, set_cases[i].text), &world.env, &world.arena, &value, &error),
            STATUS_OK);
        assert_int_equal(value->type, VALUE_LIST);
        assert_int_equal(value->set, set_cases[i].set);
        world_fini(&world);
    }
}

static void test_a_condition_is_true_or_false(void **state)
{
    struct world world;
    const char *error = NULL;
    bool holds = false;

    (void)state;
    world_init(&world);
    assert_status(
        expr_test(compile(&world, "state.count == 3"), &world.env, &world.arena, &holds, &error),
        STATUS_OK);
    assert_true(holds);
    assert_status(
        expr_test(compile(&world, "state.count"), &world.env, &world.arena, &holds, &error),
        STATUS_INVALID);
    world.env.state = NULL;
    assert_status(
        expr_test(compile(&world, "state.count == 3"), &world.env, &world.arena, &holds, &error),
        STATUS_INVALID);
    assert_string_equal(error, "there is no state");
    world_fini(&world);
}

static void test_an_expression_says_what_it_reads(void **state)
{
    const struct slice *names;
    const struct expr *expr;
    struct world world;
    bool negated;

    (void)state;
    world_init(&world);
    expr = compile(&world, "state.b == 1 && state.a == state.b && has(state.c)");
    assert_true(expr_reads_state(expr) && !expr_reads_version(expr) && !expr_reads_exists(expr));
    assert_int_equal(expr_state_fields(expr, &names), 3);
    assert_slice(names[0], "b");
    assert_slice(names[1], "a");
    assert_slice(names[2], "c");
    assert_true(expr_reads_version(compile(&world, "version > 3")));
    assert_true(expr_reads_state(compile(&world, "version > 3")));
    assert_true(expr_is_exists(compile(&world, "( exists )"), &negated) && !negated);
    assert_true(expr_is_exists(compile(&world, "!exists"), &negated) && negated);
    assert_false(expr_is_exists(compile(&world, "exists && true"), &negated));
    assert_int_equal(expr_type(compile(&world, "payload.price")), VALUE_NUMBER);
    assert_int_equal(expr_type(compile(&world, "payload.any")), VALUE_NULL);
    world_fini(&world);
}

/* COUNT times TEXT around a 1. */
static const struct expr *compile_many(struct world *world, const char *before, const char *after,
                                       int count)
{
    struct buf text = {0};
    const struct expr *expr;

    for (int i = 0; i < count; i++) {
        buf_append_str(&text, before);
    }
    buf_append_str(&text, "1");
    for (int i = 0; i < count; i++) {
        buf_append_str(&text, after);
    }
    expr = compile(world, arena_cstr(&world->arena, buf_slice(&text)));
    buf_fini(&text);
    return expr;
}

static void test_nesting_and_cost_are_bounded(void **state)
{
    const struct value *value;
    struct world world;
    const char *error;

    (void)state;
    world_init(&world);
    assert_non_null(compile_many(&world, "(", ")", 60));
    assert_null(compile_many(&world, "(", ")", 100000));
    assert_null(compile_many(&world, "-", "", 100000));
    assert_null(compile_many(&world, "1+", "", 100000));
    assert_null(compile_many(&world, "[", "]", 100000));
    assert_non_null(compile_many(&world, "", "+1", 60));
    assert_null(compile_many(&world, "", ".x", 1000));
    assert_null(compile_many(&world, "true?", ":1", 1000));
    {
        const struct expr *dear = NULL;
        struct buf text = {0};

        buf_append_str(&text, "size([");
        for (int i = 0; i < EXPR_COST_MAX; i++) {
            buf_append_str(&text, "1,");
        }
        buf_append_str(&text, "1]) > 0");
        dear = compile(&world, arena_cstr(&world.arena, buf_slice(&text)));
        assert_non_null(dear);
        assert_status(expr_eval(dear, &world.env, &world.arena, &value, &error), STATUS_INVALID);
        assert_string_equal(error, "the expression costs too much");
        buf_fini(&text);
    }
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions_have_their_values_or_errors),
        cmocka_unit_test(test_what_can_be_known_to_be_wrong_is_refused_at_load),
        cmocka_unit_test(test_free_expressions_take_any_names),
        cmocka_unit_test(test_a_set_stays_one_until_it_is_changed),
        cmocka_unit_test(test_a_condition_is_true_or_false),
        cmocka_unit_test(test_an_expression_says_what_it_reads),
        cmocka_unit_test(test_nesting_and_cost_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
