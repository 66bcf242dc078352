/*
 * Which tables a statement mentions, wherever they stand, and which one a change writes.
 */
#include "conf/study/reads.h"
#include "lib/base/buf.h"
#include "tests/unit/conf/study/world.h"

#define TABLE(name, more) "CREATE TABLE IF NOT EXISTS " name " (x INT, y INT, z INT" more ");"

static const char schema[] =
    TABLE("a", ", `from` INT, `to` INT, value INT, `order` INT, `group` INT, `where` INT,"
               " `into` INT, `delete` INT, t INT")
        TABLE("b", ", value INT, `order` INT,"
                   " `limit` INT, `set` INT, `select` INT,"
                   " `window` INT, duplicate INT, 2nd INT,"
                   " u INT") TABLE("c", "") TABLE("d", "") TABLE("e", "") TABLE("1a", "")
            TABLE("0xZ", "");

// clang-format off
static const struct {
    const char *sql, *tables; /* the one that is written has a star; "refused": it is no tree */
} cases[] = {
    {"SELECT 1", ""},
    {"SELECT * FROM a", "a"},
    {"SELECT * FROM a, b AS x, `c` y", "a b c"},
    {"SELECT * FROM a LEFT JOIN b ON a.x = b.x AND GREATEST(1, 2), c WHERE a.z IN (1, 2)", "a b c"},
    {"SELECT * FROM a JOIN (SELECT b.x, b.y FROM b, c) d USING (x), e", "refused"},
    {"SELECT * FROM a JOIN (SELECT b.x, b.y FROM b, c) d ON a.x = d.x, e", "a b c e"},
    {"SELECT * FROM (a, b JOIN c ON TRUE)", "a b c"},
    {"SELECT (SELECT max(x) FROM b) FROM a WHERE EXISTS (SELECT 1 FROM c)", "b a c"},
    {"SELECT EXTRACT(YEAR FROM t), TRIM(BOTH 'x' FROM y) FROM a", "a"},
    {"SELECT 1 FROM a UNION SELECT 2 FROM b", "a b"},
    {"WITH n AS (SELECT * FROM a), m (x) AS (SELECT 1 FROM n) SELECT 1 FROM n JOIN m JOIN b", "a b"},
    {"SELECT * FROM d.a", "refused"},
    {"SELECT 1 FROM a, JSON_TABLE(a.x, '$' COLUMNS (y INT PATH '$')) AS j, b", "a b"},
    {"SELECT `from` FROM a ORDER BY x, y LIMIT 1", "a"},
    {"SELECT 1 FROM DUAL", ""},
    {"INSERT INTO a (x, y) VALUES (1, 2)", "a*"},
    {"INSERT IGNORE a SELECT x FROM b JOIN c", "refused"},
    {"INSERT a (x) SELECT b.x FROM b JOIN c", "a* b c"},
    {"REPLACE INTO c VALUES (1, 2, 3)", "c*"},
    {"UPDATE a SET x = (SELECT y FROM b) WHERE z = 1", "a* b"},
    {"UPDATE a JOIN b ON a.x = b.x SET a.y = 1", "a* b"},
    {"UPDATE a JOIN b ON a.x = b.x SET b.y = 1", "a b*"},
    {"DELETE FROM a WHERE x IN (SELECT y FROM b)", "a* b"},
    {"DELETE FROM a USING c, a WHERE a.x = c.x", "refused"},
    {"DELETE a FROM a JOIN b USING (x)", "refused"},
    {"DELETE a FROM a JOIN b ON a.x = b.x", "a* b"},
    /* words behind a dot, and words that are reserved nowhere, may be columns */
    {"SELECT m.from, m.to FROM a m", "a"},
    {"SELECT 1 FROM a JOIN b ON b.value = a.value LEFT JOIN c ON TRUE", "a b c"},
    {"SELECT 1 FROM a JOIN b ON b . `order` = a.group JOIN c ON b.limit = a.where JOIN d", "a b c d"},
    {"SELECT 1 FROM a JOIN b ON b . order = a.group JOIN c", "refused"},
    {"SELECT 1 FROM a JOIN b ON b.set = a.into JOIN c ON b.select = a.delete JOIN d", "a b c d"},
    {"SELECT 1 FROM a JOIN b ON b.value = `window` JOIN c ON duplicate = 1 JOIN d", "a b c d"},
    {"SELECT 1 FROM a JOIN b ON b.2nd = a.`order` JOIN c", "a b c"},
    {"UPDATE a JOIN b ON b.value = a.value JOIN c ON a.value = 1 SET c.x = 1", "a b c*"},
    {"UPDATE a JOIN (SELECT x FROM b) d JOIN c SET c.x = 1", "a b c*"},
    {"INSERT INTO a (x) SELECT x FROM b ON DUPLICATE KEY UPDATE a.x = 1, a.y = 2", "a* b"},
    {"SELECT SUM(x) OVER w FROM a WINDOW w AS (ORDER BY x), v AS (ORDER BY y)", "a"},
    {"SELECT 1 FROM a USE INDEX FOR JOIN (i) IGNORE KEY FOR ORDER BY (j) JOIN b", "a b"},
    {"SELECT 1 FROM a FOR SYSTEM_TIME ALL JOIN b", "refused"},
    {"SELECT 1 FROM lateral a JOIN lateral b, LATERAL (SELECT 1 FROM c) d", "refused"},
    {"SELECT 1.FROM a JOIN b ON a.x = 1e5JOIN c", "a b c"},
    {"SELECT 1 FROM 1a JOIN 0xZ", "1a 0xZ"},
    {"WITH a AS (SELECT 1 FROM a) SELECT 1 FROM a", "refused"},
    {"WITH RECURSIVE n AS (SELECT 1 FROM n) CYCLE b, c RESTRICT SELECT 1 FROM n, b, c", "refused"},
    /* each once */
    {"SELECT 1 FROM a JOIN b JOIN a q WHERE EXISTS (SELECT 1 FROM b)", "a b"},
    {"SELECT 1 FROM a WHERE x IN (WITH n AS (SELECT y FROM c) SELECT y FROM n)", "a c"},
    {"(SELECT 1 FROM a) UNION (SELECT 1 FROM b)", "a b"},
    {"SELECT 1 FROM a ORDER BY (SELECT x FROM b LIMIT 1)", "a b"},
};
// clang-format on

static void say(struct world *world, struct buf *out)
{
    const struct slice *names;
    size_t count = reads_tables(&world->arena, &world->tree, &names);
    const struct sqlchange *change = world->tree.change;

    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s%.*s%s", i > 0 ? " " : "", SLICE_ARG(names[i]),
                   change && slice_eq(change->written->name, names[i]) ? "*" : "");
    }
}

static void test_tables_are_found_where_tables_stand(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct world world;
        struct buf text = {0};

        if (world_read(&world, schema, cases[i].sql)) {
            say(&world, &text);
        } else {
            buf_append_str(&text, "refused");
        }
        if (!slice_is(buf_slice(&text), cases[i].tables)) {
            fail_msg("%s: %.*s %.*s", cases[i].sql, SLICE_ARG(buf_slice(&text)),
                     SLICE_ARG(world.fault.text));
        }
        buf_fini(&text);
        world_drop(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_found_where_tables_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
