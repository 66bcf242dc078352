/*
 * Tag templates and route patterns: what is one, and which are the same.
 */
#include "conf/plan/route.h"
#include "conf/plan/template.h"
#include "tests/unit/unit.h"

static bool parse_template(struct arena *arena, const char *text, struct plan_template *out)
{
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY};
    bool ok = template_parse(arena, slice_str(text), &source, NULL, out);

    assert_int_equal(diag.count, ok ? 0 : 1);
    diag_fini(&diag);
    return ok;
}

static bool parse_route(struct arena *arena, const char *text, struct plan_route *out)
{
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY};
    bool ok = route_parse(arena, slice_str(text), &source, NULL, out);

    assert_int_equal(diag.count, ok ? 0 : 1);
    diag_fini(&diag);
    return ok;
}

static void test_a_template_is_literals_and_places_in_turn(void **state)
{
    struct arena arena = {0};
    struct plan_template template;

    (void)state;
    assert_true(parse_template(&arena, "a:{x}/{old.y}", &template));
    assert_int_equal(template.part_count, 2);
    assert_slice(template.parts[0].literal, "a:");
    assert_slice(template.parts[0].name, "x");
    assert_false(template.parts[0].old);
    assert_slice(template.parts[1].literal, "/");
    assert_slice(template.parts[1].name, "y");
    assert_true(template.parts[1].old);
    assert_true(parse_template(&arena, "all", &template));
    assert_int_equal(template.part_count, 1);
    assert_int_equal(template_places(&template), 0);
    assert_true(parse_template(&arena, "{x}z", &template));
    assert_int_equal(template.part_count, 2);
    assert_slice(template.parts[1].literal, "z");
    arena_fini(&arena);
}

static void test_what_is_no_template(void **state)
{
    static const char *const bad[] = {"",      "a:{x", "a:x}", "a:{}",  "{a{b}}",
                                      "{a b}", "{1}",  "}{x}", "{old.}"};
    struct plan_template template;
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        if (parse_template(&arena, bad[i], &template)) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
    arena_fini(&arena);
}

static void test_templates_of_one_shape_can_make_the_same_tags(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } table[] = {
        {"a:{x}",  "a:{y}",     true },
        {"a:{x}",  "a:{old.x}", true },
        {"a",      "a",         true },
        {"a",      "a:{x}",     false},
        {"a:{x}",  "b:{x}",     false},
        {"a:{x}",  "a:{x}:{y}", false},
        {"a:{x}b", "a:{x}",     false},
        {"{x}",    "{y}",       true },
        {"{x}{y}", "{x}",       false},
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        struct plan_template a, b;

        assert_true(parse_template(&arena, table[i].a, &a));
        assert_true(parse_template(&arena, table[i].b, &b));
        if (template_same_shape(&a, &b) != table[i].same ||
            template_same_shape(&b, &a) != table[i].same) {
            fail_msg("%s and %s", table[i].a, table[i].b);
        }
    }
    arena_fini(&arena);
}

static void test_a_route_is_a_method_and_segments(void **state)
{
    struct arena arena = {0};
    struct plan_route route;

    (void)state;
    assert_true(parse_route(&arena, "PUT /things/{id}/parts/{part_no}", &route));
    assert_int_equal(route.method, HTTP_PUT);
    assert_int_equal(route.segment_count, 4);
    assert_int_equal(route.param_count, 2);
    assert_slice(route.segments[0].literal, "things");
    assert_int_equal(route.segments[0].param.len, 0);
    assert_slice(route.segments[3].param, "part_no");
    assert_int_equal(route_capture(&route, slice_str("id")), 0);
    assert_int_equal(route_capture(&route, slice_str("part_no")), 1);
    assert_int_equal(route_capture(&route, slice_str("things")), -1);
    arena_fini(&arena);
}

static void test_what_is_no_route(void **state)
{
    static const char *const bad[] = {
        "",
        "GET",
        "GET things",
        "FETCH /things",
        "get /things",
        "GET /",
        "GET //a",
        "GET /a/",
        "GET /a b",
        "GET /a%20b",
        "GET /a?b=c",
        "GET /{a}/{a}",
        "GET /{a}b",
        "GET /{}",
        "GET /{a-b}",
        "GET /..",
        "GET /a/./b",
        "POST /commands",
        "GET /openapi.json",
        "GET /{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}",
        "GET /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
    };
    struct arena arena = {0};
    struct plan_route route;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        if (parse_route(&arena, bad[i], &route)) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
    arena_fini(&arena);
}

static void test_routes_that_differ_in_parameter_names_only_are_the_same(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } table[] = {
        {"GET /a/{x}", "GET /a/{y}", true },
        {"GET /a/{x}", "PUT /a/{x}", false},
        {"GET /a/{x}", "GET /a/b",   false},
        {"GET /a",     "GET /a/{x}", false},
        {"GET /a/b",   "GET /a/b",   true },
    };
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        struct plan_route a, b;

        assert_true(parse_route(&arena, table[i].a, &a) && parse_route(&arena, table[i].b, &b));
        assert_int_equal(route_same(&a, &b), table[i].same);
    }
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_template_is_literals_and_places_in_turn),
        cmocka_unit_test(test_what_is_no_template),
        cmocka_unit_test(test_templates_of_one_shape_can_make_the_same_tags),
        cmocka_unit_test(test_a_route_is_a_method_and_segments),
        cmocka_unit_test(test_what_is_no_route),
        cmocka_unit_test(test_routes_that_differ_in_parameter_names_only_are_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
