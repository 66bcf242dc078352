/*
 * What a name means: where a server may look elsewhere than we do, it is a fault. Each of the
 * first ones made an answer stale.
 */
#include "conf/grammar/resolve.h"
#include "tests/unit/unit.h"

static const char schema[] = "CREATE TABLE IF NOT EXISTS op (id INT, zz INT, doc JSON);\n"
                             "CREATE TABLE IF NOT EXISTS od (id INT, zz INT, doc JSON);\n"
                             "CREATE TABLE IF NOT EXISTS oa (id INT, x INT);\n"
                             "CREATE TABLE IF NOT EXISTS ob (id INT, x INT, s VARCHAR(9));\n"
                             "CREATE TABLE IF NOT EXISTS ou (id INT, `\xc3\x96L` INT);\n";

#define ON    "'zz' may be"
#define ALIAS "is the alias of another expression"

// clang-format off
static const struct {
    const char *sql, *fault; /* NULL: none */
} cases[] = {
    /* ON */
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM od, oa JOIN ob ON ob.x = zz WHERE od.zz = :z)", "ON sees the tables that it joins, not 'od'"},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM oa JOIN ob ON ob.x = zz JOIN od ON od.id = oa.id)", "ON sees the tables that it joins, not 'od'"},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM oa LEFT JOIN ob ON ob.x = od.zz LEFT JOIN od ON od.id = oa.id)", "ON sees the tables that it joins, not 'od'"},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM od, oa JOIN ob ON ob.x = (SELECT MAX(c.id) FROM ob c WHERE c.id = zz))", "ON sees the tables that it joins, not 'od'"},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM oa JOIN ob ON ob.x = zz)", NULL},
    {"SELECT oa.id FROM od JOIN oa ON oa.id = od.id JOIN ob ON ob.x = zz", NULL},
    {"SELECT oa.id FROM od JOIN (oa JOIN ob ON ob.x = oa.x) ON ob.x = zz", NULL},
    {"SELECT oa.id FROM oa RIGHT JOIN od ON oa.x = zz", NULL},
    {"UPDATE od, oa JOIN ob ON ob.x = zz SET od.zz = 1", "ON sees the tables that it joins, not 'od'"},
    /* JSON_TABLE */
    {"SELECT (SELECT COUNT(*) FROM JSON_TABLE(doc, '$[*]' COLUMNS (y INT PATH '$')) j, od) n FROM op", "JSON_TABLE sees the tables before it, not 'od'"},
    {"SELECT (SELECT COUNT(*) FROM od, JSON_TABLE(doc, '$[*]' COLUMNS (y INT PATH '$')) j) n FROM op", NULL},
    {"SELECT (SELECT COUNT(*) FROM JSON_TABLE(doc, '$[*]' COLUMNS (y INT PATH '$')) j, oa) n FROM op", NULL},
    /* aliases in lists */
    {"SELECT op.id FROM op WHERE (1, 2) IN (SELECT oa.x AS zz, (SELECT COUNT(*) FROM ob WHERE ob.x = zz) FROM oa)", ALIAS},
    {"SELECT op.id FROM op WHERE (1, 2) IN (SELECT oa.x AS zz, zz + 1 FROM oa)", ALIAS},
    {"SELECT op.id FROM op WHERE 1 IN (SELECT zz AS zz FROM oa)", NULL},
    {"SELECT zz AS x, (SELECT COUNT(*) FROM ob WHERE ob.id = zz) n FROM op", NULL},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT oa.x AS zz FROM oa WHERE oa.id = zz)", NULL},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT oa.x AS zz, ROW_NUMBER() OVER w r FROM oa WINDOW w AS (ORDER BY zz))", ALIAS},
    {"SELECT oa.x AS zz FROM oa ORDER BY zz", NULL},
    {"SELECT oa.x AS zz, COUNT(*) n FROM oa GROUP BY zz HAVING zz > 1", NULL},
    /* expressions that have no alias */
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM (SELECT 'zz' FROM od) d, ob WHERE ob.s = zz)", ON},
    {"UPDATE op SET id = 1 WHERE EXISTS (SELECT 1 FROM (SELECT 'zz' FROM od) d WHERE zz = :s)", ON},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 'zz' FROM oa GROUP BY oa.id HAVING zz = 1)", ON},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 'zz' FROM od GROUP BY od.id HAVING op.zz = 1)", NULL},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM (SELECT 'zz' FROM od) d WHERE d.zz = :s)", ON},
    {"SELECT d.id FROM (SELECT id, COUNT(*) FROM od GROUP BY id) d WHERE d.id = :s", NULL},
    {"SELECT op.id FROM op WHERE EXISTS (SELECT 1 FROM oa WHERE oa.id = op.id)", NULL},
    /* WITH */
    {"WITH x AS (SELECT id FROM op) SELECT COUNT(*) n FROM (WITH X AS (SELECT id FROM od) SELECT id FROM x) e, (WITH X AS (SELECT id FROM od) SELECT id FROM X) f", "two queries of WITH are called"},
    {"WITH x AS (SELECT id FROM op), y AS (SELECT id FROM x) SELECT COUNT(*) n FROM (WITH x AS (SELECT id FROM od) SELECT y.id FROM y, x) d", "two queries of WITH are called"},
    {"WITH x AS (SELECT id FROM op) SELECT a.id FROM x a, x b", NULL},
    {"WITH x AS (SELECT id FROM op), y AS (SELECT id FROM x) SELECT y.id FROM y, x", NULL},
    {"SELECT P.id FROM op P WHERE EXISTS (SELECT 1 FROM od p WHERE p.zz = 7 AND P.zz = p.id)", "differ by case only"},
    /* letters */
    {"SELECT id FROM ou", "has other letters"},
    {"SELECT op.id FROM op `\xc3\xb6p`", "has other letters"},
    {"SELECT `\xc3\xb6l` FROM op", "has other letters"},
    {"SELECT d.id FROM (SELECT id, zz AS `z\xc3\xa4` FROM op) d", "has other letters"},
    {"SELECT id AS `Gr\xc3\xb6\xc3\x9f" "e` FROM op", NULL},
};
// clang-format on

static struct slice fault_of(struct arena *arena, const char *sql)
{
    struct tables tables;
    struct sqlblock block;
    struct sqltree tree;
    struct sqlfault fault;
    struct diag diag = {0};

    schema_sql_parse(arena, SLICE_EMPTY, slice_str(schema), &diag, &tables);
    sqlfile_parse_plain(arena, SLICE_EMPTY, slice_str(sql), &diag, &block);
    diag_print(&diag, stderr);
    assert_int_equal(diag.count, 0);
    diag_fini(&diag);
    return sqltree_read(arena, &block.statements[0], &tree, &fault) &&
                   sqltree_resolve(arena, &tree, &tables, &fault)
               ? SLICE_EMPTY
               : fault.text;
}

static void test_what_a_server_may_find_elsewhere_is_a_fault(void **state)
{
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct slice fault = fault_of(&arena, cases[i].sql);

        if (cases[i].fault ? fault.len == 0 || !memmem(fault.ptr, fault.len, cases[i].fault,
                                                       strlen(cases[i].fault))
                           : fault.len > 0) {
            print_error("%s\n  wants %s\n     is %.*s\n", cases[i].sql,
                        cases[i].fault ? cases[i].fault : "no fault", SLICE_ARG(fault));
            ok = false;
        }
        arena_fini(&arena);
    }
    assert_true(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_server_may_find_elsewhere_is_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
