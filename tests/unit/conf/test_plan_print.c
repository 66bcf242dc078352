/*
 * The shipped products model, compiled and printed, against tests/golden/products.plan. After a change on purpose:
 *     GOLDEN=write build/tests/unit/conf/test_plan_print
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "conf/plan.h"
#include "tests/unit/unit.h"

#define GOLDEN "tests/golden/products.plan"

/* A folder with this one model only: others are added beside it. */
static struct plan *load_products(struct arena *arena)
{
    char root[] = "/tmp/twofold-golden-XXXXXX";
    struct diag diag = {0};
    struct plan *plan;
    char *target, *link;

    assert_non_null(mkdtemp(root));
    target = realpath("conf/models/products", NULL);
    assert_non_null(target);
    link = arena_cstr(arena, arena_printf(arena, "%s/products", root));
    assert_int_equal(symlink(target, link), 0);
    plan = plan_load(slice_str(root), &diag);
    diag_print(&diag, stderr);
    diag_fini(&diag);
    unlink(link);
    rmdir(root);
    free(target);
    return plan;
}

static void test_the_products_plan_is_the_golden_one(void **state)
{
    struct arena arena = {0};
    struct plan *plan = load_products(&arena);
    struct slice golden = SLICE_EMPTY;
    const char *mode = getenv("GOLDEN");
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(plan);
    plan_print(plan, out);
    fclose(out);
    plan_put(plan);
    if (mode && strcmp(mode, "write") == 0) {
        out = fopen(GOLDEN, "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
    }
    assert_status(file_read(&arena, SLICE_LITERAL(GOLDEN), &golden), STATUS_OK);
    assert_string_equal(text, golden.ptr);
    free(text);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_products_plan_is_the_golden_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
