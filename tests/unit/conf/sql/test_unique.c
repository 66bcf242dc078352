/*
 * Which columns tell the rows of a result apart, over joins and groups.
 */
#include "conf/sql/unique.h"
#include "tests/unit/conf/sql/world.h"

static const struct {
    const char *sql;
    const char *by;  /* columns, with a blank between them */
    const char *why; /* part of it; empty: they tell the rows apart */
} uniques[] = {
    {"SELECT * FROM p",                                                                 "p.id",      ""                             },
    {"SELECT * FROM p",                                                                 "p.a",       "'p' may have several rows"    },
    {"SELECT * FROM f WHERE u = :x",                                                    "f.v",       ""                             },
    {"SELECT * FROM f WHERE u = 7",                                                     "f.v",       ""                             },
    {"SELECT * FROM f WHERE u IN (:x, :y)",                                             "f.v",       "'f' may have several rows"    },
    {"SELECT * FROM f WHERE u > :x",                                                    "f.v",       "'f' may have several rows"    },
    {"SELECT * FROM c JOIN p ON p.id = c.pid",                                          "c.id",      ""                             },
    {"SELECT * FROM c JOIN p ON p.id = c.pid",                                          "p.id",      "'c' may have several rows"    },
    {"SELECT * FROM p JOIN c ON c.pid = p.id",                                          "p.id",      "'c' may have several rows"    },
    {"SELECT * FROM p JOIN c ON c.pid = p.id",                                          "p.id c.id", ""                             },
    {"SELECT * FROM p JOIN c ON c.pid = p.id",                                          "p.id c.n",  ""                             },
    {"SELECT * FROM p JOIN c ON c.pid = p.id AND c.n = 1",                              "p.id",      ""                             },
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id AND c.n = 1",                         "p.id",      ""                             },
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id",                                     "p.id",      "'c' may have several rows"    },
    {"SELECT * FROM c LEFT JOIN p ON p.id = c.pid AND c.k = :x JOIN f ON f.u = c.k",    "c.id f.v",
     ""                                                                                                                             },
    {"SELECT * FROM c LEFT JOIN p ON p.id = c.pid AND c.pid = 1 AND c.n = 2",           "p.id",
     "'c' may have several rows"                                                                                                    },
    {"SELECT * FROM c JOIN p ON p.a = c.pid",                                           "c.id",      "'p' may have several rows"    },
    {"SELECT * FROM p JOIN f ON f.u = p.g AND f.v = 1",                                 "p.id",      ""                             },
    {"SELECT * FROM p, c",                                                              "p.id",      "'c' may have several rows"    },
    {"SELECT p.id, (SELECT COUNT(*) FROM c WHERE c.pid = p.id) n FROM p",               "p.id",      ""                             },
    {"SELECT p.id, COUNT(*) FROM p JOIN c ON c.pid = p.id GROUP BY p.id",               "p.id",      ""                             },
    {"SELECT p.id, COUNT(*) FROM p JOIN c ON c.pid = p.id GROUP BY p.id, c.k HAVING 1", "p.id",
     "GROUP BY has more than these columns"                                                                                         },
    {"SELECT p.id, COUNT(*) FROM p GROUP BY p.id WITH ROLLUP",                          "p.id",
     "GROUP BY has more than these columns"                                                                                         },
    {"SELECT * FROM p JOIN (SELECT k FROM c) d ON d.k = p.id",                          "p.id",
     "of the derived table 'd' nothing is known"                                                                                    },
    {"SELECT id FROM p UNION SELECT id FROM c",                                         "p.id",      "of UNION nothing is known"    },
    {"SELECT * FROM p RIGHT JOIN c ON p.id = c.pid",                                    "p.id",      "a RIGHT JOIN is not read here"},
};

static struct slice why_not(struct world *world, const char *by)
{
    struct slice rest = slice_str(by), name, table, column;
    struct sqlref refs[4];
    size_t count = 0;

    while (rest.len > 0) {
        slice_cut(rest, ' ', &name, &rest);
        slice_cut(name, '.', &table, &column);
        assert_true(
            sqlselect_resolve(&world->select, world->select.top, table, column, &refs[count++]));
    }
    return sqlunique_why(&world->arena, &world->select, refs, count);
}

static void test_rows_are_told_apart_by_keys_of_all_tables(void **state)
{
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(uniques); i++) {
        struct world world;
        struct slice why;

        world_read(&world, uniques[i].sql);
        why = why_not(&world, uniques[i].by);
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
    struct world world;

    (void)state;
    world_read(&world, "SELECT * FROM p LEFT JOIN c ON c.pid = p.id");
    assert_false(sqlunique_may_lack(&world.select, 0));
    assert_true(sqlunique_may_lack(&world.select, 1));
    world_drop(&world);
    world_read(&world, "SELECT * FROM p LEFT JOIN c ON c.pid = p.id WHERE c.k = :x");
    assert_false(sqlunique_may_lack(&world.select, 1));
    world_drop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_told_apart_by_keys_of_all_tables),
        cmocka_unit_test(test_a_left_join_may_find_no_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
