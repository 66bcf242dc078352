/*
 * The router: which route a path is for, what it captures, which methods are allowed.
 */
#include "gateway/route.h"
#include "tests/unit/unit.h"

static const struct plan_query a_query;
static const struct plan_command a_command;

#define SEG(text)                             \
    {                                         \
        .literal = { text, sizeof(text) - 1 } \
    }
#define PARAM(text)                         \
    {                                       \
        .param = { text, sizeof(text) - 1 } \
    }

static const struct plan_segment one[] = {SEG("products"), PARAM("ProductId")};
static const struct plan_segment all[] = {SEG("products")};
static const struct plan_segment stock[] = {SEG("products"), SEG("in-stock")};
static const struct plan_segment email[] = {SEG("products"), PARAM("ProductId"), SEG("email")};

static const struct plan_route get_one = {
    .method = HTTP_GET, .segments = one, .segment_count = 2, .param_count = 1, .query = &a_query};
static const struct plan_route put_one = {.method = HTTP_PUT,
                                          .segments = one,
                                          .segment_count = 2,
                                          .param_count = 1,
                                          .command = &a_command};
static const struct plan_route get_all = {
    .method = HTTP_GET, .segments = all, .segment_count = 1, .query = &a_query};
static const struct plan_route get_stock = {
    .method = HTTP_GET, .segments = stock, .segment_count = 2, .query = &a_query};
static const struct plan_route put_email = {.method = HTTP_PUT,
                                            .segments = email,
                                            .segment_count = 3,
                                            .param_count = 1,
                                            .command = &a_command};

static const struct plan_route *routes[] = {&get_one, &put_one, &get_all, &get_stock, &put_email};
static const struct plan plan = {.routes = routes, .route_count = ARRAY_COUNT(routes)};

static struct route_match match(enum role role, const char *path, enum http_method method,
                                enum status wanted, char *capture)
{
    static struct arena arena;
    struct router *router = router_create(&plan, role);
    struct route_match out;

    assert_int_equal(router_match(router, slice_str(path), method, &arena, &out), wanted);
    if (capture && out.route && out.route->param_count > 0) {
        memcpy(capture, out.captures[0].ptr, out.captures[0].len);
        capture[out.captures[0].len] = '\0';
    }
    router_destroy(router);
    arena_reset(&arena);
    return out;
}

static void test_paths_find_their_routes(void **state)
{
    static const struct {
        const char *path;
        enum http_method method;
        const struct plan_route *route;
        const char *capture;
    } cases[] = {
        {"/products",                              HTTP_GET,  &get_all,   NULL      },
        {"/products",                              HTTP_HEAD, &get_all,   NULL      },
        {"/products/7",                            HTTP_GET,  &get_one,   "7"       },
        {"/products/7",                            HTTP_PUT,  &put_one,   "7"       },
        {"/products/%41%2Fb",                      HTTP_GET,  &get_one,   "A/b"     },
        {"/products/in-stock",                     HTTP_GET,  &get_stock, NULL      },
        {"/products/in%2Dstock",                   HTTP_GET,  &get_stock, NULL      },
        {"/products/in-stock/email",               HTTP_PUT,  &put_email, "in-stock"},
        {"/products/in-stock",                     HTTP_PUT,  NULL,       NULL      },
        {"/products/",                             HTTP_GET,  NULL,       NULL      },
        {"//products",                             HTTP_GET,  NULL,       NULL      },
        {"/products/7/8",                          HTTP_GET,  NULL,       NULL      },
        {"/Products",                              HTTP_GET,  NULL,       NULL      },
        {"/",                                      HTTP_GET,  NULL,       NULL      },
        {"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s", HTTP_GET,  NULL,       NULL      },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char capture[64] = "";
        struct route_match out =
            match(ROLE_ALL, cases[i].path, cases[i].method, STATUS_OK, capture);

        assert_ptr_equal(out.route, cases[i].route);
        if (cases[i].capture) {
            assert_string_equal(capture, cases[i].capture);
        }
    }
}

static void test_a_path_without_the_method_names_those_allowed(void **state)
{
    (void)state;
    assert_int_equal(match(ROLE_ALL, "/products/7", HTTP_POST, STATUS_OK, NULL).allowed,
                     1u << HTTP_GET | 1u << HTTP_HEAD | 1u << HTTP_PUT);
    assert_int_equal(match(ROLE_ALL, "/nowhere", HTTP_POST, STATUS_OK, NULL).allowed, 0);
}

static void test_bad_escapes_are_refused(void **state)
{
    static const char *const paths[] = {"/products/%", "/products/%4", "/products/%zz",
                                        "/products/%00", "/products/%ff"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        (void)match(ROLE_ALL, paths[i], HTTP_GET, STATUS_INVALID, NULL);
    }
}

static void test_the_envelope_has_a_route_of_no_model(void **state)
{
    (void)state;
    assert_int_equal(match(ROLE_QUERY, "/commands", HTTP_POST, STATUS_OK, NULL).allowed, 0);
    assert_int_equal(match(ROLE_COMMAND, "/commands", HTTP_GET, STATUS_OK, NULL).allowed,
                     1u << HTTP_POST);
    assert_null(match(ROLE_ALL, "/commands", HTTP_GET, STATUS_OK, NULL).route);
    assert_non_null(match(ROLE_ALL, "/commands", HTTP_POST, STATUS_OK, NULL).route);
}

static void test_a_role_serves_its_side_only(void **state)
{
    (void)state;
    assert_ptr_equal(match(ROLE_QUERY, "/products/7", HTTP_GET, STATUS_OK, NULL).route, &get_one);
    assert_null(match(ROLE_QUERY, "/products/7", HTTP_PUT, STATUS_OK, NULL).route);
    assert_ptr_equal(match(ROLE_COMMAND, "/products/7", HTTP_PUT, STATUS_OK, NULL).route, &put_one);
    assert_int_equal(match(ROLE_COMMAND, "/products", HTTP_GET, STATUS_OK, NULL).allowed, 0);
}

/* Every one of many routes is found: the table's probing loses none. */
static void test_a_thousand_routes_are_all_found(void **state)
{
    enum {
        COUNT = 1000
    };
    struct arena arena = {0};
    const struct plan_route **many = ARENA_ARRAY(&arena, const struct plan_route *, COUNT);
    struct plan big = {.routes = many, .route_count = COUNT};
    struct router *router;

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        struct plan_segment *segments = ARENA_ARRAY(&arena, struct plan_segment, 2);
        struct plan_route *route = ARENA_NEW(&arena, struct plan_route);

        segments[0].literal = arena_printf(&arena, "things%d", i);
        segments[1].param = slice_str("id");
        *route = (struct plan_route){.method = HTTP_GET,
                                     .segments = segments,
                                     .segment_count = 2,
                                     .param_count = 1,
                                     .query = &a_query};
        many[i] = route;
    }
    router = router_create(&big, ROLE_ALL);
    for (int i = 0; i < COUNT; i++) {
        struct route_match out;

        assert_int_equal(
            router_match(router, arena_printf(&arena, "/things%d/x", i), HTTP_GET, &arena, &out),
            STATUS_OK);
        assert_ptr_equal(out.route, many[i]);
    }
    router_destroy(router);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_find_their_routes),
        cmocka_unit_test(test_a_path_without_the_method_names_those_allowed),
        cmocka_unit_test(test_bad_escapes_are_refused),
        cmocka_unit_test(test_the_envelope_has_a_route_of_no_model),
        cmocka_unit_test(test_a_role_serves_its_side_only),
        cmocka_unit_test(test_a_thousand_routes_are_all_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
