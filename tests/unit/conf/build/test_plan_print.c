/*
 * The shipped models, compiled and printed, against tests/golden/<model>.plan. After a change on
 * purpose:
 *     GOLDEN=write build/tests/unit/conf/build/test_plan_print
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/build/load.h"
#include "conf/text/file.h"
#include "tests/unit/unit.h"

/* A folder with this one model only: others are added beside it. */
static struct plan *load_model(struct arena *arena, const char *model)
{
    char root[] = "/tmp/twofold-golden-XXXXXX";
    struct diag diag = {0};
    struct plan *plan;
    char *target, *link;

    assert_non_null(mkdtemp(root));
    target = realpath(arena_cstr(arena, arena_printf(arena, "conf/models/%s", model)), NULL);
    assert_non_null(target);
    link = arena_cstr(arena, arena_printf(arena, "%s/%s", root, model));
    assert_int_equal(symlink(target, link), 0);
    plan = plan_load(slice_str(root), &diag);
    diag_print(&diag, stderr);
    diag_fini(&diag);
    unlink(link);
    rmdir(root);
    free(target);
    return plan;
}

static void check_model(const char *model)
{
    struct arena arena = {0};
    struct plan *plan = load_model(&arena, model);
    struct slice path = arena_printf(&arena, "tests/golden/%s.plan", model);
    struct slice golden = SLICE_EMPTY;
    const char *mode = getenv("GOLDEN");
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(plan);
    plan_print(plan, out);
    fclose(out);
    plan_put(plan);
    if (mode && strcmp(mode, "write") == 0) {
        out = fopen(arena_cstr(&arena, path), "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
    }
    assert_status(file_read(&arena, path, &golden), STATUS_OK);
    assert_string_equal(text, golden.ptr);
    free(text);
    arena_fini(&arena);
}

static void test_the_products_plan_is_the_golden_one(void **state)
{
    (void)state;
    check_model("products");
}

static void test_the_customers_plan_is_the_golden_one(void **state)
{
    (void)state;
    check_model("customers");
}

static void test_the_comments_plan_is_the_golden_one(void **state)
{
    (void)state;
    check_model("comments");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_products_plan_is_the_golden_one),
        cmocka_unit_test(test_the_customers_plan_is_the_golden_one),
        cmocka_unit_test(test_the_comments_plan_is_the_golden_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
