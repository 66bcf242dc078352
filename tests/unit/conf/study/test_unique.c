/*
 * Which columns tell the rows of a result apart, over joins, groups, derived tables and UNIONs.
 */
#include "conf/study/label.h"
#include "conf/study/unique.h"
#include "tests/unit/conf/study/unique_cases.h"
#include "tests/unit/conf/study/world.h"

static const struct tag_param params[] = {
    {{"x", 1}, SCALAR_INTEGER, false},
    {{"y", 1}, SCALAR_INTEGER, false},
    {{"q", 1}, SCALAR_STRING,  false},
};

/* The place of "p.id" among the items of the first SELECT. */
static size_t place_of(const struct world *world, struct slice by)
{
    const struct sqlcore *core = label_core(world->tree.query);
    struct slice alias, name;
    size_t i = 0;

    slice_cut(by, '.', &alias, &name);
    while (i < core->output_count &&
           !(core->outputs[i]->kind == SQLEXPR_COLUMN &&
             slice_eq(core->outputs[i]->source->alias, alias) && slice_eq(core->labels[i], name))) {
        i++;
    }
    assert_true(i < core->output_count);
    return i;
}

static struct slice why_not(struct world *world, const char *by)
{
    struct slice rest = slice_str(by), name;
    struct analysis analysis;
    size_t columns[4], count = 0;

    while (rest.len > 0) {
        slice_cut(rest, ' ', &name, &rest);
        columns[count++] = place_of(world, name);
    }
    analysis_init(&analysis, &world->arena, &world->tree, params, ARRAY_COUNT(params));
    return unique_why(&analysis, world->tree.query, columns, count);
}

static void test_rows_are_told_apart_by_keys_of_all_tables(void **state)
{
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(uniques); i++) {
        struct world world;
        struct slice why = SLICE_LITERAL("refused");

        if (world_read(&world, WORLD_SCHEMA, uniques[i].sql)) {
            why = why_not(&world, uniques[i].by);
        }
        if ((why.len > 0) != (uniques[i].why[0] != '\0') || !slice_starts(why, uniques[i].why)) {
            print_error("%s by %s: wants '%s', is '%.*s'\n", uniques[i].sql, uniques[i].by,
                        uniques[i].why, SLICE_ARG(why));
            ok = false;
        }
        world_drop(&world);
    }
    assert_true(ok);
}

static void test_a_left_join_may_find_no_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(lacking); i++) {
        struct analysis analysis;
        struct world world;

        print_message("%s\n", lacking[i].sql);
        assert_true(world_read(&world, WORLD_SCHEMA, lacking[i].sql));
        analysis_init(&analysis, &world.arena, &world.tree, params, ARRAY_COUNT(params));
        assert_false(unique_may_lack(&analysis, world.tree.query, 0));
        assert_int_equal(unique_may_lack(&analysis, world.tree.query, 1), lacking[i].lacks);
        world_drop(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_told_apart_by_keys_of_all_tables),
        cmocka_unit_test(test_a_left_join_may_find_no_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
