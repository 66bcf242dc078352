/*
 * Fields that may be absent: tables of reads that has() guards and of reads that it does not, and
 * expressions made at random, of which none that is accepted misses a field.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/expr/expr.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

/*
 * n, o, o.r, lines and open are always there; x, y, z, o.s, q, q.s, lines[].gift, 'a b', m and
 * m['a b'] may not be.
 */
static const char schema_text[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"n\",\"o\",\"lines\",\"open\"],"
    "\"properties\":{\"n\":{\"type\":\"number\"},\"x\":{\"type\":\"number\"},"
    "\"y\":{\"type\":\"number\"},\"z\":{\"type\":\"boolean\",\"default\":true},"
    "\"o\":{\"$ref\":\"#/$defs/part\"},\"q\":{\"$ref\":\"#/$defs/part\"},"
    "\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"properties\":{\"gift\":{\"type\":\"number\"}}}},\"a b\":{\"type\":\"number\"},"
    "\"m\":{\"type\":[\"object\",\"null\"],\"properties\":{\"a b\":{\"type\":\"number\"}}},"
    "\"open\":{\"type\":\"object\"}},"
    "\"$defs\":{\"part\":{\"allOf\":[{\"required\":[\"r\"]}],\"type\":\"object\","
    "\"properties\":{\"r\":{\"type\":\"number\"},\"s\":{\"type\":\"number\"}}}}}";

struct world {
    struct arena arena;
    struct diag diag;
    struct expr_scope scope;
};

static const struct value *parse(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

static const struct schema *compile_schema(struct world *world, const char *text)
{
    const struct json_source source = {&world->diag, SLICE_LITERAL("m"), SLICE_EMPTY, SLICE_EMPTY};
    const struct schema *schema =
        schema_compile(&world->arena, parse(&world->arena, text), &source);

    assert_non_null(schema);
    return schema;
}

static void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->scope =
        (struct expr_scope){.payload = true, .state = true, .exists = true, .asks_first = true};
    world->scope.payload_schema = compile_schema(world, schema_text);
    world->scope.state_schema =
        compile_schema(world, "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":"
                              "{\"x\":{\"type\":\"number\"}}}");
}

static void world_fini(struct world *world)
{
    diag_fini(&world->diag);
    arena_fini(&world->arena);
}

static const struct expr *compile(struct world *world, const char *text)
{
    const struct json_source source = {&world->diag, SLICE_LITERAL("model.json"), SLICE_EMPTY,
                                       SLICE_LITERAL("/x")};

    return expr_compile(&world->arena, slice_str(text), &world->scope, &source, 5);
}

static const char *const guarded[] = {
    /* nothing to guard */
    "payload.n > 1",
    "payload.o.r > payload.lines[0].size()",
    "has(payload.x)",
    "payload",
    "state.x > 1",
    "payload.open.anything",
    /* && and ||, on either side, at any distance */
    "has(payload.x) && payload.x > 1",
    "payload.x > 1 && has(payload.x)",
    "has(payload.x) && payload.n > 1 && payload.x > 1",
    "payload.x > 1 && payload.n > 1 && has(payload.x)",
    "payload.n > 1 && (payload.x > 1 && (payload.n > 2 && has(payload.x)))",
    "(has(payload.x) && payload.n > 1) && (payload.n > 2 || payload.x > 1)",
    "!has(payload.x) || payload.x > 1",
    "payload.x > 1 || !has(payload.x)",
    "payload.n > 1 || !has(payload.x) || payload.x > 1",
    "has(payload.x) && has(payload.y) && payload.x < payload.y",
    "!has(payload.x) || !has(payload.y) || payload.x < payload.y",
    "!(has(payload.x) && has(payload.y)) || payload.x < payload.y",
    "!(!has(payload.x) || !has(payload.y)) && payload.x < payload.y",
    "(has(payload.x) || has(payload.y) && has(payload.x)) && payload.x > 1",
    "has(payload.x) && !(payload.x > 1)",
    "exists || has(payload.x) && payload.x > 1",
    "has(payload.z) && payload.z",
    /* ?: */
    "has(payload.x) ? payload.x : 0",
    "has(payload.x) ? payload.x : state.x",
    "!has(payload.x) ? 0 : payload.x",
    "has(payload.x) && has(payload.y) ? payload.x + payload.y : 0",
    "!has(payload.x) || payload.n > 1 ? 0 : payload.x",
    "has(payload.x) ? payload.x : has(payload.y) ? payload.y : 0",
    "(has(payload.x) ? payload.x : 0) > 1",
    "(has(payload.x) ? payload.x > 1 : false) && payload.x > 2",
    "(exists ? has(payload.x) : false) || !has(payload.x) || payload.x > 1",
    "(has(payload.y) ? has(payload.x) : false) ? payload.y : 0",
    "has(payload.x) ? (exists ? [payload.x] : [1, payload.x]) : []",
    "{'x': has(payload.x) ? payload.x : null}",
    /* paths */
    "has(payload.o.s) && payload.o.s > 1",
    "has(payload.q) && payload.q.r > 1",
    "has(payload.q) && has(payload.q.s) && payload.q.s > 1",
    "has(payload.q) ? (has(payload.q.s) ? payload.q.s : 0) : 0",
    "has(payload.lines[0].gift) && payload.lines[0].gift > 1",
    "has(payload.lines[payload.n].gift) && payload.lines[payload.n].gift > 1",
    "has(payload.lines[0 + 1].gift) && payload.lines[0 + 1].gift > 1",
    "has(payload.x) && payload['x'] > 1",
    "has(payload['o'].s) && payload.o.s > 1",
    /* 'x' in map */
    "'a b' in payload ? payload['a b'] : null",
    "'x' in payload && payload.x > 1",
    "has(payload.m) && payload.m != null && 'a b' in payload.m ? payload.m['a b'] : null",
    /* what one guard leaves open, another says */
    "(has(payload.x) || has(payload.y)) && (has(payload.x) ? payload.x > 1 : payload.y > 1)",
    "has(payload.x) || has(payload.y) ? (has(payload.x) ? payload.x : payload.y) : 0",
    "!has(payload.x) && !has(payload.y) ? 0 : has(payload.x) ? payload.x : payload.y",
    "(!has(payload.x) || has(payload.y)) && has(payload.x) && payload.x > payload.y",
    "('x' in payload || has(payload.y)) && (payload.y > 1 || has(payload.x))",
    /* one of two maps */
    "(has(payload.q) ? payload.q : payload.o).r > 1",
    "(exists ? payload.o : payload.open).r > 1",
    "has(payload.o.s) && (exists ? payload.o : payload.o).s > 1",
    "has(payload.o.s) && (has(payload.q) && has(payload.q.s) ? payload.q : payload.o).s > 1",
    "has((exists ? payload.o : payload.open).s) && (exists ? payload.o : payload.open).s > 1",
    "((has(payload.o.s) ? payload.o : payload.open).s)",
};

static void test_reads_that_are_guarded_are_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(guarded); i++) {
        struct world world;

        world_init(&world);
        if (!compile(&world, guarded[i])) {
            diag_print(&world.diag, stderr);
            fail_msg("refused: %s", guarded[i]);
        }
        world_fini(&world);
    }
}

// clang-format off
static const struct {
    const char *text;
    const char *field; /* the only complaint's */
} unguarded[] = {
    {"payload.x", "'x'"},
    {"payload['x'] > 1", "'x'"},
    {"payload.z", "'z'"}, /* a default is an annotation */
    {"payload.q.r", "'q'"},
    {"payload.o.s", "'s'"},
    {"payload.lines[0].gift", "'gift'"},
    {"payload['a b']", "'a b'"},
    {"payload.x == null", "'x'"},
    {"[payload.n, payload.x]", "'x'"},
    {"{'a': payload.x}", "'x'"},
    {"size(payload.lines) > 0 && payload.x > 1", "'x'"},
    /* asked for, but it decides nothing here */
    {"has(payload.x) || payload.x > 1", "'x'"},
    {"payload.x > 1 || has(payload.x)", "'x'"},
    {"!has(payload.x) && payload.x > 1", "'x'"},
    {"has(payload.x) ? 0 : payload.x", "'x'"},
    {"!has(payload.x) ? payload.x : 0", "'x'"},
    {"payload.x > 1 ? has(payload.x) : false", "'x'"},
    {"has(payload.x) == true && payload.x > 1", "'x'"},
    {"(has(payload.x) || has(payload.y)) && (has(payload.z) ? payload.x > 1 : true)", "'x'"},
    {"(has(payload.x) || has(payload.o.s)) && (has(payload.x) ? true : payload.y > 1)", "'y'"},
    {"(has(payload.y) || has(payload.x)) && (has(payload.y) ? payload.x > 1 : true)", "'x'"},
    {"has(payload.x) ? 0 : has(payload.y) ? payload.x : 0", "'x'"},
    {"has(payload.x) || exists ? payload.x : 0", "'x'"},
    {"(has(payload.x) || has(payload.y)) && payload.x > 1", "'x'"},
    {"!(has(payload.x) && payload.n > 1) || payload.n > payload.y", "'y'"},
    {"[has(payload.x), payload.x > 1] == [true, true]", "'x'"},
    {"(exists ? has(payload.x) : true) && payload.x > 1", "'x'"},
    /* another field, another place */
    {"has(payload.x) ? payload.y : 0", "'y'"},
    {"has(state.x) && payload.x > 1", "'x'"},
    {"has(payload.o.s) && payload.q.s > 1 && has(payload.q)", "'s'"},
    {"has(payload.q) && payload.q.s > 1", "'s'"},
    {"has(payload.lines[0].gift) && payload.lines[1].gift > 1", "'gift'"},
    {"(has(payload.x) && payload.x > 1) == (payload.x > 1)", "'x'"},
    /* one of two maps */
    {"(exists ? payload.o : payload.open).s > 1", "'s'"},
    {"(exists ? payload.open : payload.o).s > 1", "'s'"},
    {"(exists ? payload : payload.open)['x'] > 1", "'x'"},
    {"(exists ? payload.open : has(payload.q) ? payload.q : payload.open).s > 1", "'s'"},
    {"(has(payload.o.s) ? payload.open : payload.o).s > 1", "'s'"},
    {"(exists ? payload.q : payload.o).r > 1", "'q'"},
    /* has() of a member reads the map that it is a member of */
    {"has(payload.q.s)", "'q'"},
    {"has(payload.q.s) && payload.q.s > 1", "'q'"},
    {"has(payload.q.s) && has(payload.q.r)", "'q'"},
    {"has(payload.q.s) && payload.q.r > 1", "'q'"},
    {"'s' in payload.q", "'q'"},
    /* each of the two needs the other: absent both, both are errors */
    {"(payload.x > 1 ? has(payload.n) : false) && has(payload.n)", "'x'"},
    {"(payload.y > 1) == has(payload.x) && has(payload.y)  && payload.x > 1", "'x'"},
};
// clang-format on

static void test_reads_that_are_not_guarded_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(unguarded); i++) {
        struct world world;

        world_init(&world);
        if (compile(&world, unguarded[i].text)) {
            fail_msg("accepted: %s", unguarded[i].text);
        }
        if (world.diag.count != 1 || !slice_starts(world.diag.first->text, unguarded[i].field) ||
            !memmem(world.diag.first->text.ptr, world.diag.first->text.len, "may be absent", 13)) {
            diag_print(&world.diag, stderr);
            fail_msg("%s: not the one complaint", unguarded[i].text);
        }
        world_fini(&world);
    }
}

static void test_two_conditions_that_need_each_other_guard_nothing(void **state)
{
    static const char text[] = "(payload.y > 1 ? has(payload.x) : false) && "
                               "(payload.x > 1 ? has(payload.y) : false)";
    struct world world;

    (void)state;
    world_init(&world);
    assert_null(compile(&world, text));
    assert_int_equal(world.diag.count, 2);
    world_fini(&world);
}

static void test_a_complaint_says_where_and_what_to_write(void **state)
{
    // clang-format off
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {"1 + payload.x", "model.json:5: /x: 'x' may be absent (the schema does not require it) at column 13 of "
                          "'1 + payload.x' (hint: ask first, such as has(payload.x) ? payload.x : null, or require it "
                          "in the schema)\n"},
        {"payload['o']['s'] == 1", "such as has(payload.o.s) ? payload.o.s : null"},
        {"payload['a b'] == 1", "such as 'a b' in payload ? payload['a b'] : null"},
        {"payload.lines[2].gift", "such as has(payload.lines[2].gift) ? payload.lines[2].gift : null"},
        {"payload.lines[payload.n].gift", "has(payload.lines[payload.n].gift)"},
        {"payload.lines[1 + 1].gift", "has(payload.lines[...].gift)"},
    };
    // clang-format on

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        struct world world;

        world_init(&world);
        assert_null(compile(&world, cases[i].text));
        diag_print(&world.diag, out);
        fclose(out);
        if (!strstr(text, cases[i].complaint)) {
            fail_msg("%s", text);
        }
        free(text);
        world_fini(&world);
    }
}

/* Conditions as deep as an expression may be are looked through once, not once for each way. */
static void test_deep_conditions_are_looked_through_in_time(void **state)
{
    struct world world;
    struct buf text = {0};

    (void)state;
    world_init(&world);
    for (int i = 0; i < 58; i++) {
        buf_append_char(&text, '(');
    }
    buf_append_str(&text, "payload.n > 1");
    for (int i = 0; i < 58; i++) {
        buf_append_str(&text, " ? true : false)");
    }
    buf_append_str(&text, " && payload.x > 1");
    assert_null(compile(&world, arena_cstr(&world.arena, buf_slice(&text))));
    assert_int_equal(world.diag.count, 1);
    buf_fini(&text);
    world_fini(&world);
}

/* Also where the path is as deep as an expression may be. */
static void test_a_deep_path_is_said_in_time(void **state)
{
    struct world world;
    struct buf text = {0};

    (void)state;
    world_init(&world);
    buf_append_str(&text, "payload.x");
    for (int i = 0; i < 60; i++) {
        buf_append_str(&text, "['x y']");
    }
    world.scope.payload_schema = compile_schema(
        &world,
        "{\"type\":\"object\",\"properties\":{\"x\":{\"$ref\":\"#\"},\"x y\":{\"$ref\":\"#\"}}}");
    assert_null(compile(&world, arena_cstr(&world.arena, buf_slice(&text))));
    assert_int_equal(world.diag.count, 61);
    buf_fini(&text);
    world_fini(&world);
}

static void test_each_field_is_complained_of_once_and_each_of_them(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    assert_null(compile(&world, "payload.x + payload.y + payload['x'] + payload.x"));
    assert_int_equal(world.diag.count, 2);
    world_fini(&world);
}

static void test_what_was_tried_before_guards_too(void **state)
{
    struct expr_passed held = {.value = true}, refused = {.before = &held};
    struct world world;

    (void)state;
    world_init(&world);
    held.condition = compile(&world, "has(payload.x)");
    refused.condition = compile(&world, "!has(payload.y) || payload.y > 1");
    world.scope.passed = &held;
    assert_non_null(compile(&world, "payload.x > 1"));
    assert_null(compile(&world, "payload.y > 1"));
    world.scope.passed = &refused;
    assert_non_null(compile(&world, "payload.x > payload.y"));
    held.value = false;
    assert_null(compile(&world, "payload.x > 1"));
    world.scope.passed = NULL;
    held.condition = compile(&world, "has(payload.x) || has(payload.y)");
    held.value = true;
    world.scope.passed = &held;
    assert_non_null(compile(&world, "has(payload.x) ? payload.x : payload.y"));
    assert_null(compile(&world, "has(payload.z) ? payload.x : payload.y"));
    world_fini(&world);
}

static void test_nothing_need_be_asked_for_unless_the_scope_says_so(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.scope.asks_first = false;
    assert_non_null(compile(&world, "payload.x > payload.q.s"));
    world_fini(&world);
}

/* ------------------------------------------------------------------ at random */

#define EXPRESSIONS 20000

struct dice {
    uint32_t seed; /* of a linear congruential generator: the same expressions each time */
};

static unsigned int roll(struct dice *dice, unsigned int sides)
{
    dice->seed = dice->seed * 1664525u + 1013904223u;
    return (dice->seed >> 16) % sides;
}

/* A condition over the fields x, y, q and q.s, which may be absent. */
static void write_condition(struct dice *dice, struct buf *out, unsigned int depth)
{
    static const char *const leaves[] = {"has(payload.x)",
                                         "has(payload.y)",
                                         "has(payload.q)",
                                         "has(payload.q.s)",
                                         "payload.x > 1",
                                         "payload.y > 1",
                                         "payload.q.s > 1",
                                         "payload.n > 1",
                                         "'x' in payload",
                                         "true",
                                         "false",
                                         "payload.q.r > 1",
                                         "payload['y'] < 3",
                                         "'s' in payload.q",
                                         "(has(payload.y) ? payload : payload).x > 1",
                                         "(has(payload.x) ? payload.q : payload.q).s > 1"};

    if (depth == 0 || roll(dice, 4) == 0) {
        buf_append_str(out, leaves[roll(dice, ARRAY_COUNT(leaves))]);
        return;
    }
    switch (roll(dice, 6)) {
    case 0:
        buf_append_str(out, "!(");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, ")");
        return;
    case 1:
        buf_append_str(out, "(");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, " ? ");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, " : ");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, ")");
        return;
    case 2:
        buf_append_str(out, "((");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, ") == (");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, "))");
        return;
    default:
        buf_append_str(out, "(");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, roll(dice, 2) ? " && " : " || ");
        write_condition(dice, out, depth - 1);
        buf_append_str(out, ")");
        return;
    }
}

/* With each set of the fields that may be absent. */
static void assert_never_missing(struct world *world, const struct expr *expr)
{
    static const char *const payloads[] = {
        "{\"n\":2}",
        "{\"n\":2,\"x\":2}",
        "{\"n\":2,\"y\":2}",
        "{\"n\":2,\"x\":1,\"y\":2}",
        "{\"n\":2,\"q\":{\"r\":2}}",
        "{\"n\":2,\"x\":2,\"q\":{\"r\":2}}",
        "{\"n\":2,\"y\":1,\"q\":{\"r\":1}}",
        "{\"n\":2,\"x\":2,\"y\":2,\"q\":{\"r\":2}}",
        "{\"n\":2,\"q\":{\"r\":2,\"s\":2}}",
        "{\"n\":2,\"x\":2,\"q\":{\"r\":1,\"s\":2}}",
        "{\"n\":2,\"y\":2,\"q\":{\"r\":2,\"s\":1}}",
        "{\"n\":2,\"x\":2,\"y\":2,\"q\":{\"r\":2,\"s\":2}}",
    };

    for (size_t i = 0; i < ARRAY_COUNT(payloads); i++) {
        const struct expr_env env = {.payload = parse(&world->arena, payloads[i])};
        const char *error = NULL;
        bool result;

        if (expr_test(expr, &env, &world->arena, &result, &error) != STATUS_OK) {
            fail_msg("%.*s with %s: %s", SLICE_ARG(expr_text(expr)), payloads[i], error);
        }
    }
}

static void test_what_is_accepted_never_misses_a_field(void **state)
{
    struct dice dice = {.seed = 1};
    unsigned int accepted = 0;

    (void)state;
    for (int i = 0; i < EXPRESSIONS; i++) {
        struct buf text = {0};
        const struct expr *expr;
        struct world world;

        world_init(&world);
        write_condition(&dice, &text, 4);
        expr = compile(&world, arena_cstr(&world.arena, buf_slice(&text)));
        if (expr) {
            assert_never_missing(&world, expr);
            accepted++;
        }
        buf_fini(&text);
        world_fini(&world);
    }
    assert_true(accepted > EXPRESSIONS / 20);
    assert_true(accepted < EXPRESSIONS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_that_are_guarded_are_accepted),
        cmocka_unit_test(test_reads_that_are_not_guarded_are_refused),
        cmocka_unit_test(test_two_conditions_that_need_each_other_guard_nothing),
        cmocka_unit_test(test_a_complaint_says_where_and_what_to_write),
        cmocka_unit_test(test_deep_conditions_are_looked_through_in_time),
        cmocka_unit_test(test_a_deep_path_is_said_in_time),
        cmocka_unit_test(test_each_field_is_complained_of_once_and_each_of_them),
        cmocka_unit_test(test_what_was_tried_before_guards_too),
        cmocka_unit_test(test_nothing_need_be_asked_for_unless_the_scope_says_so),
        cmocka_unit_test(test_what_is_accepted_never_misses_a_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
