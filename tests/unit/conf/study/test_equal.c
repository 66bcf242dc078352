/*
 * The equalities of columns that hold for the rows of each SELECT of a query.
 */
#include "conf/grammar/visit.h"
#include "conf/study/equal.h"
#include "lib/base/buf.h"
#include "tests/unit/conf/study/world.h"

static const struct tag_param params[] = {
    {{"i", 1}, SCALAR_INTEGER, false},
    {{"x", 1}, SCALAR_STRING,  false},
    {{"y", 1}, SCALAR_STRING,  false},
};

struct saying {
    struct analysis analysis;
    struct buf text;
};

static void say(const struct sqlexpr *expr, struct buf *out)
{
    if (expr->kind == SQLEXPR_COLUMN) {
        buf_printf(out, "%.*s.%.*s", SLICE_ARG(expr->source->alias), SLICE_ARG(expr->name));
    } else {
        buf_printf(out, "%s%.*s", expr->kind == SQLEXPR_PARAM ? ":" : "", SLICE_ARG(expr->name));
    }
}

static void say_query(struct saying *saying, const struct sqlquery *query);

static bool say_inner(void *ctx, const struct sqlexpr *expr)
{
    if (expr->query) {
        say_query(ctx, expr->query);
    }
    return false;
}

static void say_derived(struct saying *saying, const struct sqlcore *core)
{
    for (size_t i = 0; i < core->source_count; i++) {
        if (core->sources[i]->query) {
            say_query(saying, core->sources[i]->query);
        }
    }
}

/* "p.id=:i c:c.pid=p.id": "c:" is of the ON of a LEFT JOIN, and tells of c alone. */
static void say_core(struct saying *saying, const struct sqlcore *core)
{
    struct equalities equalities = equal_read(&saying->analysis, core);

    for (size_t i = 0; i < equalities.count; i++) {
        const struct equality *equality = &equalities.items[i];

        buf_append_str(&saying->text, saying->text.len > 0 ? " " : "");
        for (size_t j = 0; j < core->source_count && equality->outer; j++) {
            if (equality->of >> core->sources[j]->number & 1) {
                buf_printf(&saying->text, "%.*s:", SLICE_ARG(core->sources[j]->alias));
            }
        }
        say(equality->column, &saying->text);
        buf_append_str(&saying->text, "=");
        say(equality->other, &saying->text);
    }
}

static bool is_query(void *ctx, const struct sqlexpr *expr)
{
    struct saying *saying = ctx;

    if (expr->query) {
        (void)say_inner(saying, expr);
    }
    return !expr->query;
}

static void say_query(struct saying *saying, const struct sqlquery *query)
{
    const struct sqlcore *core = query->core;

    for (size_t i = 0; i < query->branch_count; i++) {
        say_query(saying, query->branches[i]);
    }
    if (core) {
        say_core(saying, core);
        say_derived(saying, core);
        for (size_t i = 0; i < core->output_count; i++) {
            visit_expr(core->outputs[i], is_query, saying);
        }
        visit_expr(core->where, is_query, saying);
    }
    for (size_t i = 0; i < query->order_count; i++) {
        visit_expr(query->order[i], is_query, saying);
    }
}

// clang-format off
static const struct {
    const char *sql, *equals;
} cases[] = {
    /* equalities as they are */
    {"SELECT * FROM p WHERE id = :i", "p.id=:i"},
    {"SELECT * FROM p WHERE :i = p.id", "p.id=:i"},
    {"SELECT * FROM p q WHERE q.id <=> :i", "q.id=:i"},
    {"SELECT * FROM p AS q WHERE (q.id = :i)", "q.id=:i"},
    {"SELECT * FROM p WHERE id = :i AND (a = :x AND (b = :y))", "p.id=:i p.a=:x p.b=:y"},
    {"SELECT * FROM p WHERE `a` IN (:x)", "p.a=:x"},
    {"SELECT * FROM p WHERE a IN (:x, :y)", ""},
    {"SELECT * FROM p WHERE a IN (:x, :y) AND b = :i", "p.b=:i"},
    {"SELECT * FROM p WHERE a = b AND a = :x", "p.a=p.b p.a=:x"},
    {"SELECT * FROM p WHERE s = :x COLLATE utf8mb4_bin AND a > 3", "p.s=:x"},
    {"SELECT * FROM p WHERE a BETWEEN 1 AND 2 AND b = :x AND s LIKE 'q%'", "p.b=:x"},
    {"SELECT * FROM p WHERE CASE WHEN a = 1 THEN 1 ELSE 2 END = 1 AND b = :x", "p.b=:x"},
    {"SELECT a FROM p WHERE a = :x GROUP BY a HAVING COUNT(*) > 1 ORDER BY a LIMIT 5", "p.a=:x"},
    {"SELECT COUNT(*) FROM p USE INDEX (x) WHERE a = :x AND (b = 1 OR b = 2)", "p.a=:x"},
    {"SELECT * FROM p WHERE a <=> 5 AND b = NULL AND s = 'x' AND 7 = id", "p.a=5 p.s='x' p.id=7"},
    /* several values equal one */
    {"SELECT * FROM p WHERE s = 5 AND s = :i AND a = '5'", "p.a='5'"},
    {"SELECT * FROM c WHERE ci = :x", "c.ci=:x"},
    /* everything else says nothing */
    {"SELECT * FROM p", ""},
    {"SELECT * FROM p WHERE a > :x", ""},
    {"SELECT * FROM p WHERE a >= :x AND a <= :x", ""},
    {"SELECT * FROM p WHERE a <> :x", ""},
    {"SELECT * FROM p WHERE a = :x OR 1 = 1", ""},
    {"SELECT * FROM p WHERE b = 1 AND a = :x OR b = 2", ""},
    {"SELECT * FROM p WHERE (a = :x || b = 2)", ""},
    {"SELECT * FROM p WHERE a = :x XOR b = 2", ""},
    {"SELECT * FROM p WHERE NOT (a = :x)", ""},
    {"SELECT * FROM p WHERE NOT a = :x", ""},
    {"SELECT * FROM p WHERE ! (a = :x)", ""},
    {"SELECT * FROM p WHERE a NOT IN (:x)", ""},
    {"SELECT * FROM p WHERE a IN (:x, b)", ""},
    {"SELECT * FROM p WHERE (a, b) = (:x, :y)", ""},
    {"SELECT * FROM p WHERE (a = :x) = 0", ""},
    {"SELECT * FROM p WHERE a = :x IS NULL", ""},
    {"SELECT * FROM p WHERE a = :x + 1", ""},
    {"SELECT * FROM p WHERE a DIV 10 = :x", ""},
    {"SELECT * FROM p WHERE LOWER(s) = :x", ""},
    {"SELECT * FROM p WHERE s = LOWER(:x)", ""},
    {"SELECT * FROM p WHERE LEFT(s, 3) = :x", ""},
    {"SELECT * FROM p WHERE INSTR(s, :x)", ""},
    {"SELECT * FROM p WHERE s = UNHEX(REPLACE(:x, '-', ''))", ""},
    {"SELECT * FROM p WHERE FIND_IN_SET(:x, s)", ""},
    {"SELECT * FROM p WHERE MATCH (s) AGAINST (:x)", ""},
    {"SELECT * FROM c WHERE DATE(at) = :x", ""},
    {"SELECT * FROM p WHERE s COLLATE utf8mb4_general_ci = :x", ""},
    {"SELECT * FROM p WHERE s LIKE :x AND BINARY s = :y", ""},
    {"SELECT * FROM p WHERE g = :x AND h = :y", "p.g=:x p.h=:y"},
    {"SELECT * FROM p WHERE a BETWEEN b AND a = :x", ""},
    {"SELECT * FROM c WHERE k = :x AND na = nb AND na = :y", "c.k=:x c.na=:y"},
    {"SELECT * FROM p WHERE CASE WHEN b = 1 AND a = :x AND b = 2 THEN 1 END", ""},
    {"SELECT * FROM p WHERE IF(b, a = :x, 1)", ""},
    {"SELECT a = :x FROM p HAVING a = :x", ""},
    {"SELECT * FROM p WHERE s = :x AND p.nothing = :y AND q.s = :y", "refused"},
    /* joins */
    {"SELECT * FROM p JOIN c ON c.pid = p.id WHERE p.id = :i", "c.pid=p.id p.id=:i"},
    {"SELECT * FROM p, c WHERE c.pid = p.id AND p.id = :i", "c.pid=p.id p.id=:i"},
    {"SELECT * FROM p INNER JOIN c WHERE pid = a AND a = :i", "c.pid=p.a p.a=:i"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id WHERE p.id = :i", "c:c.pid=p.id p.id=:i"},
    {"SELECT * FROM p LEFT OUTER JOIN c ON c.pid = p.id AND p.id = :i", "c:c.pid=p.id c:p.id=:i"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id AND c.k = :x", "c:c.pid=p.id c:c.k=:x"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id WHERE c.pid = :x", "c.pid=p.id c.pid=:x"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id LEFT JOIN f ON f.u = c.pid WHERE p.id = :i",
     "c:c.pid=p.id f:f.u=c.pid p.id=:i"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id JOIN f ON f.u = p.a WHERE p.id = :i",
     "c:c.pid=p.id f.u=p.a p.id=:i"},
    {"SELECT * FROM p JOIN c ON c.pid = p.id WHERE c.k = :x", "c.pid=p.id c.k=:x"},
    {"SELECT * FROM p x JOIN p y ON y.a = x.b WHERE x.id = :i", "y.a=x.b x.id=:i"},
    {"SELECT * FROM p x JOIN p y ON y.a = x.id AND LEFT(y.s, 1) = 'a' WHERE x.id = :i",
     "y.a=x.id x.id=:i"},
    {"SELECT * FROM p JOIN c ON c.n = p.a AND c.day = p.s WHERE p.a = :x AND p.s = :y",
     "c.n=p.a p.a=:x p.s=:y"},
    {"SELECT * FROM c JOIN c d ON d.day = c.at WHERE c.at = :x", "c.at=:x"},
    {"SELECT * FROM p JOIN c ON c.ci = p.s WHERE p.s = :x", "p.s=:x"},
    {"SELECT * FROM p RIGHT JOIN c ON c.pid = p.id WHERE p.id = :i", "c.pid=p.id p.id=:i"},
    {"SELECT * FROM p NATURAL JOIN c WHERE p.id = :i", "refused"},
    {"SELECT * FROM p JOIN c USING (id) WHERE p.id = :i", "refused"},
    {"SELECT * FROM (p JOIN c ON c.pid = p.id) WHERE p.id = :i", "c.pid=p.id p.id=:i"},
    {"SELECT * FROM p LEFT JOIN c JOIN f ON f.u = c.k ON c.pid = p.id WHERE p.id = :i", "c:f:f.u=c.k c:f:c.pid=p.id p.id=:i"},
    {"SELECT * FROM p WHERE id = :i UNION SELECT * FROM c WHERE k = :x", "p.id=:i c.k=:x"},
    {"SELECT id FROM p WHERE id = :i UNION ALL (SELECT k FROM c)", "p.id=:i"},
    /* queries in queries */
    {"SELECT *, (SELECT COUNT(*) FROM c) FROM p WHERE id = :i", "p.id=:i"},
    {"SELECT *, (SELECT COUNT(*) FROM c WHERE c.pid = p.id) FROM p WHERE p.id = :i",
     "p.id=:i c.pid=p.id"},
    {"SELECT *, (SELECT MAX(n) FROM c WHERE pid = a) FROM p WHERE p.a = :i", "p.a=:i c.pid=p.a"},
    {"SELECT *, (SELECT MAX(n) FROM c WHERE c.pid <=> p.a) FROM p WHERE p.a = :x", "p.a=:x"},
    {"SELECT * FROM p WHERE id = :i AND EXISTS (SELECT 1 FROM c WHERE c.pid = p.id)",
     "p.id=:i c.pid=p.id"},
    {"SELECT * FROM p WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.pid = p.id AND c.pid = :i)",
     "c.pid=p.id c.pid=:i"},
    {"SELECT * FROM p WHERE a IN (SELECT v FROM f WHERE u = :x)", "f.u=:x"},
    {"SELECT * FROM p JOIN c ON c.id = (SELECT MAX(id) FROM c d WHERE d.pid = p.id) WHERE p.id = :i",
     "p.id=:i"},
    {"SELECT *, (SELECT COUNT(*) FROM f WHERE f.u = c.pid) FROM p LEFT JOIN c ON c.pid = p.id WHERE p.id = :i",
     "c:c.pid=p.id p.id=:i f.u=c.pid"},
    {"SELECT * FROM (SELECT a, COUNT(*) n FROM p WHERE a = :x GROUP BY a) d WHERE d.a = :y",
     "d.a=:y p.a=:x"},
    {"SELECT * FROM (SELECT a, COUNT(*) n FROM p GROUP BY a) d WHERE d.a = :x", "d.a=:x"},
    {"SELECT * FROM (SELECT a FROM p UNION SELECT k FROM c) d JOIN f ON f.u = d.a WHERE f.u = :x",
     "f.u=d.a f.u=:x"},
    {"WITH d AS (SELECT * FROM p WHERE id = :i), e (x) AS (SELECT k FROM c) SELECT * FROM d JOIN e WHERE d.id = :x",
     "d.id=:x p.id=:i"},
    {"SELECT id FROM p WHERE id = :i UNION SELECT id FROM c WHERE k = :x ORDER BY (SELECT u FROM f WHERE u = id)",
     "refused"},
    {"SELECT ((SELECT MAX(n) FROM c WHERE pid = id)) FROM p WHERE id = :i", "p.id=:i c.pid=c.id"},
    {"SELECT * FROM p WHERE id IN (:i, :x, :y)",
     ""},
};
// clang-format on

static void test_equalities_that_hold_for_each_row_are_read(void **state)
{
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct world world;
        struct saying saying = {0};

        if (world_read(&world, WORLD_SCHEMA, cases[i].sql)) {
            analysis_init(&saying.analysis, &world.arena, &world.tree, params, ARRAY_COUNT(params));
            say_query(&saying, world.tree.query);
        } else {
            buf_append_str(&saying.text, "refused");
        }
        if (!slice_is(buf_slice(&saying.text), cases[i].equals)) {
            print_error("%s: wants '%s', is '%.*s'\n", cases[i].sql, cases[i].equals,
                        SLICE_ARG(buf_slice(&saying.text)));
            ok = false;
        }
        buf_fini(&saying.text);
        world_drop(&world);
    }
    assert_true(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equalities_that_hold_for_each_row_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
