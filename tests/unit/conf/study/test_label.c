/*
 * What a result's columns are called, and the tables' columns that they come from.
 */
#include "conf/study/label.h"
#include "conf/study/origin.h"
#include "lib/base/buf.h"
#include "tests/unit/conf/study/world.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS t (a INT, b INT, c INT, e INT, `from` INT, `order` INT, `end` INT,"
    " `null` INT, s VARCHAR(9), r VARCHAR(9) COLLATE utf8mb4_general_ci);"
    "CREATE TABLE IF NOT EXISTS u (x INT NOT NULL, k BIGINT, s VARCHAR(9) COLLATE utf8mb4_bin);";

// clang-format off
static const struct {
    const char *sql, *labels; /* "label=column" */
} cases[] = {
    {"SELECT a, t.b, c AS d, t.e f, count(*), count(*) AS n, 1 + 2 FROM t", "a=a b=b d=c f=e = n= ="},
    {"SELECT DISTINCT `a` FROM t", "a=a"},
    {"SELECT u.*, (SELECT MAX(a) FROM t) AS y FROM u", "x=x k=k s=s y="},
    {"WITH n AS (SELECT b AS a FROM t) SELECT a FROM n", "a=b"},
    {"SELECT CASE WHEN a THEN b END, NULL, c 'd' FROM t", "= = d=c"},
    {"SELECT a", "refused"},
    {"SELECT m.from, m.order, m.end, m.null AS n FROM t m", "from=from order=order end=end n=null"},
    {"SELECT A, (b), -c AS n FROM t", "A=a b=b n="},
    {"(SELECT a FROM t)", "a=a"},
    {"SELECT * FROM (SELECT a AS n, b + 1 AS m FROM t) d", "n=a m="},
    {"SELECT * FROM (SELECT * FROM u) d JOIN (SELECT a FROM t) e", "x=x k=k s=s a=a"},
    {"SELECT a FROM t UNION SELECT x FROM u", "a=a"},
    {"SELECT x AS n FROM u UNION SELECT a FROM t", "n=a"}, /* it may be NULL */
    {"SELECT a FROM t UNION SELECT k FROM u", "a="},
    {"SELECT s FROM t UNION SELECT s FROM u", "s=s"},
    {"SELECT s FROM t UNION SELECT r FROM t", "s="},
    {"SELECT a FROM t UNION SELECT 1", "a="},
    {"SELECT n FROM JSON_TABLE('[]', '$' COLUMNS (n INT PATH '$')) j", "n="},
};
// clang-format on

static void say(const struct sqlquery *query, struct buf *out)
{
    const struct sqlcore *core = label_core(query);

    for (size_t i = 0; i < core->output_count; i++) {
        const struct table_column *origin = origin_of_output(query, i);

        buf_printf(out, "%s%.*s=", i > 0 ? " " : "", SLICE_ARG(core->labels[i]));
        buf_append(out, origin ? origin->name : SLICE_EMPTY);
    }
}

static void test_labels_are_those_of_the_result(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct world world;
        struct buf text = {0};

        if (world_read(&world, schema, cases[i].sql)) {
            say(world.tree.query, &text);
        } else {
            buf_append_str(&text, "refused");
        }
        if (!slice_is(buf_slice(&text), cases[i].labels)) {
            fail_msg("%s: %.*s", cases[i].sql, SLICE_ARG(buf_slice(&text)));
        }
        buf_fini(&text);
        world_drop(&world);
    }
}

static void test_labels_are_found_as_they_are_written(void **state)
{
    struct world world;
    const struct sqlquery *query;

    (void)state;
    assert_true(world_read(&world, schema, "SELECT a, B AS bb, 1, 1, b AS A FROM t"));
    query = world.tree.query;
    assert_int_equal(label_find(query, slice_str("bb")), 1);
    assert_int_equal(label_find(query, slice_str("BB")), LABEL_NONE);
    assert_int_equal(label_find(query, slice_str("")), LABEL_NONE);
    assert_false(label_is_again(query, 3));
    assert_true(label_is_again(query, 4));
    world_drop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_are_those_of_the_result),
        cmocka_unit_test(test_labels_are_found_as_they_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
