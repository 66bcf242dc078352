/*
 * Which columns of the tables that a query names are bound to its parameters.
 */
#include "conf/sql/bound.h"
#include "lib/base/buf.h"
#include "tests/unit/conf/sql/world.h"

/* ------------------------------------------------------------------ bound */

/* " a=:x b=:x" */
static void add_columns(const struct world *world, size_t item, size_t choice, struct buf *out)
{
    static const char *const params[] = {"i", "x", "y"};
    const struct table *table = world->select.items[item].table;

    for (size_t i = 0; i < table->column_count; i++) {
        for (size_t j = 0; j < ARRAY_COUNT(params); j++) {
            if (sqlbound_column(&world->select, item, &table->columns[i], slice_str(params[j]),
                                choice)) {
                buf_printf(out, " %.*s=%s", SLICE_ARG(table->columns[i].name), params[j]);
            }
        }
    }
}

/* "p: id=i; c: pid=i", in the order of the tables' names in the statement */
static void say_bound(const struct world *world, struct buf *out)
{
    for (size_t at = 0; at < world->block.statements[0].token_count; at++) {
        for (size_t i = 0; i < world->select.item_count; i++) {
            const struct sqlitem *item = &world->select.items[i];

            if (item->at != at || !item->table) {
                continue;
            }
            buf_printf(out, "%s%.*s:", out->len > 0 ? "; " : "", SLICE_ARG(item->name));
            for (size_t choice = 0; choice < world->select.cases; choice++) {
                buf_append_str(out, choice > 0 ? " |" : "");
                add_columns(world, i, choice, out);
            }
        }
    }
}

static const struct {
    const char *sql, *bound;
} bounds[] = {
  /* equalities as they are */
    {"SELECT * FROM p WHERE id = :i",                                                              "p: id=i"                  },
    {"SELECT * FROM p WHERE :i = p.id",                                                            "p: id=i"                  },
    {"SELECT * FROM p q WHERE q.id <=> :i",                                                        "q: id=i"                  },
    {"SELECT * FROM p AS q WHERE (q.id = :i)",                                                     "q: id=i"                  },
    {"SELECT * FROM p WHERE id = :i AND (a = :x AND (b = :y))",                                    "p: id=i a=x b=y"          },
    {"SELECT * FROM p WHERE `a` IN (:x)",                                                          "p: a=x"                   },
    {"SELECT * FROM p WHERE a IN (:x, :y)",                                                        "p: a=x | a=y"             },
    {"SELECT * FROM p WHERE a IN (:x, :y) AND b = :i",                                             "p: a=x b=i | a=y b=i"     },
    {"SELECT * FROM p WHERE a = b AND a = :x",                                                     "p: a=x b=x"               },
    {"SELECT * FROM p WHERE s = :x COLLATE utf8mb4_bin AND a > 3",                                 "p: s=x"                   },
    {"SELECT * FROM p WHERE a BETWEEN 1 AND 2 AND b = :x AND s LIKE 'q%'",                         "p: b=x"                   },
    {"SELECT * FROM p WHERE CASE WHEN a = 1 THEN 1 ELSE 2 END = 1 AND b = :x",                     "p: b=x"                   },
    {"SELECT a FROM p WHERE a = :x GROUP BY a HAVING COUNT(*) > 1 ORDER BY a LIMIT 5",             "p: a=x"                   },
    {"SELECT COUNT(*) FROM p USE INDEX (x) WHERE a = :x AND (b = 1 OR b = 2)",                     "p: a=x"                   },

 /* everything else says nothing */
    {"SELECT * FROM p",                                                                            "p:"                       },
    {"SELECT * FROM p WHERE a > :x",                                                               "p:"                       },
    {"SELECT * FROM p WHERE a >= :x AND a <= :x",                                                  "p:"                       },
    {"SELECT * FROM p WHERE a <> :x",                                                              "p:"                       },
    {"SELECT * FROM p WHERE a = :x OR 1 = 1",                                                      "p:"                       },
    {"SELECT * FROM p WHERE b = 1 AND a = :x OR b = 2",                                            "p:"                       },
    {"SELECT * FROM p WHERE (a = :x || b = 2)",                                                    "p:"                       },
    {"SELECT * FROM p WHERE a = :x XOR b = 2",                                                     "p:"                       },
    {"SELECT * FROM p WHERE NOT (a = :x)",                                                         "p:"                       },
    {"SELECT * FROM p WHERE NOT a = :x",                                                           "p:"                       },
    {"SELECT * FROM p WHERE ! (a = :x)",                                                           "p:"                       },
    {"SELECT * FROM p WHERE a NOT IN (:x)",                                                        "p:"                       },
    {"SELECT * FROM p WHERE a IN (:x, b)",                                                         "p:"                       },
    {"SELECT * FROM p WHERE (a, b) = (:x, :y)",                                                    "p:"                       },
    {"SELECT * FROM p WHERE (a = :x) = 0",                                                         "p:"                       },
    {"SELECT * FROM p WHERE a = :x IS NULL",                                                       "p:"                       },
    {"SELECT * FROM p WHERE a = :x + 1",                                                           "p:"                       },
    {"SELECT * FROM p WHERE a DIV 10 = :x",                                                        "p:"                       },
    {"SELECT * FROM p WHERE LOWER(s) = :x",                                                        "p:"                       },
    {"SELECT * FROM p WHERE s = LOWER(:x)",                                                        "p:"                       },
    {"SELECT * FROM p WHERE LEFT(s, 3) = :x",                                                      "p:"                       },
    {"SELECT * FROM p WHERE INSTR(s, :x)",                                                         "p:"                       },
    {"SELECT * FROM p WHERE s = UNHEX(REPLACE(:x, '-', ''))",                                      "p:"                       },
    {"SELECT * FROM p WHERE FIND_IN_SET(:x, s)",                                                   "p:"                       },
    {"SELECT * FROM p WHERE MATCH (s) AGAINST (:x)",                                               "p:"                       },
    {"SELECT * FROM c WHERE DATE(at) = :x",                                                        "c:"                       },
    {"SELECT * FROM p WHERE s COLLATE utf8mb4_general_ci = :x",                                    "p:"                       },
    {"SELECT * FROM p WHERE s LIKE :x AND BINARY s = :y",                                          "p:"                       },
    {"SELECT * FROM p WHERE g = :x AND h = :y",                                                    "p:"                       },
    {"SELECT * FROM p WHERE a BETWEEN b AND a = :x",                                               "p:"                       },
    {"SELECT * FROM c WHERE k = :x AND na = nb AND na = :y",                                       "c: k=x na=y"              },
    {"SELECT * FROM p WHERE CASE WHEN b = 1 AND a = :x AND b = 2 THEN 1 END",                      "p:"                       },
    {"SELECT * FROM p WHERE IF(b, a = :x, 1)",                                                     "p:"                       },
    {"SELECT a = :x FROM p HAVING a = :x",                                                         "p:"                       },
    {"SELECT * FROM p WHERE s = :x AND p.nothing = :y AND q.s = :y",                               "p: s=x"                   },

 /* joins */
    {"SELECT * FROM p JOIN c ON c.pid = p.id WHERE p.id = :i",                                     "p: id=i; c: pid=i"        },
    {"SELECT * FROM p, c WHERE c.pid = p.id AND p.id = :i",                                        "p: id=i; c: pid=i"        },
    {"SELECT * FROM p INNER JOIN c WHERE pid = a AND a = :i",                                      "p: a=i; c: pid=i"         },
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id WHERE p.id = :i",                                "p: id=i; c: pid=i"        },
    {"SELECT * FROM p LEFT OUTER JOIN c ON c.pid = p.id AND p.id = :i",                            "p:; c: pid=i"             },
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id AND c.k = :x",                                   "p:; c: k=x"               },
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id WHERE c.pid = :x",                               "p: id=x; c: pid=x"        },
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id LEFT JOIN f ON f.u = c.pid WHERE p.id = :i",
     "p: id=i; c: pid=i; f: u=i"                                                                                              },
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id JOIN f ON f.u = p.a WHERE p.id = :i",
     "p: id=i; c: pid=i; f:"                                                                                                  },
    {"SELECT * FROM p JOIN c ON c.pid = p.id WHERE c.k = :x",                                      "p:; c: k=x"               },
    {"SELECT * FROM p x JOIN p y ON y.a = x.b WHERE x.id = :i",                                    "x: id=i; y:"              },
    {"SELECT * FROM p x JOIN p y ON y.a = x.id AND LEFT(y.s, 1) = 'a' WHERE x.id = :i",
     "x: id=i; y: a=i"                                                                                                        },
    {"SELECT * FROM p JOIN c ON c.n = p.a AND c.day = p.s WHERE p.a = :x AND p.s = :y",
     "p: a=x s=y; c: n=x"                                                                                                     },
    {"SELECT * FROM c JOIN c d ON d.day = c.at WHERE c.at = :x",                                   "c: at=x; d:"              },
    {"SELECT * FROM p JOIN c ON c.ci = p.s WHERE p.s = :x",                                        "p: s=x; c:"               },
    {"SELECT * FROM p RIGHT JOIN c ON c.pid = p.id WHERE p.id = :i",                               "p:; c:"                   },
    {"SELECT * FROM p NATURAL JOIN c WHERE p.id = :i",                                             "p:; c:"                   },
    {"SELECT * FROM p JOIN c USING (id) WHERE p.id = :i",                                          "p:; c:"                   },
    {"SELECT * FROM (p JOIN c ON c.pid = p.id) WHERE p.id = :i",                                   "p:; c:"                   },
    {"SELECT * FROM p LEFT JOIN c JOIN f ON f.u = c.k ON c.pid = p.id WHERE p.id = :i",
     "p:; c:; f:"                                                                                                             },
    {"SELECT * FROM p WHERE id = :i UNION SELECT * FROM c WHERE k = :x",                           "p: id=i; c: k=x"          },
    {"SELECT id FROM p WHERE id = :i UNION ALL (SELECT k FROM c)",                                 "p: id=i; c:"              },

 /* queries in queries */
    {"SELECT *, (SELECT COUNT(*) FROM c) FROM p WHERE id = :i",                                    "c:; p: id=i"              },
    {"SELECT *, (SELECT COUNT(*) FROM c WHERE c.pid = p.id) FROM p WHERE p.id = :i",
     "c: pid=i; p: id=i"                                                                                                      },
    {"SELECT *, (SELECT MAX(n) FROM c WHERE pid = a) FROM p WHERE p.a = :i",                       "c: pid=i; p: a=i"         },
    {"SELECT *, (SELECT MAX(n) FROM c WHERE c.pid <=> p.a) FROM p WHERE p.a = :x",                 "c:; p: a=x"               },
    {"SELECT * FROM p WHERE id = :i AND EXISTS (SELECT 1 FROM c WHERE c.pid = p.id)",
     "p: id=i; c: pid=i"                                                                                                      },
    {"SELECT * FROM p WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.pid = p.id AND c.pid = :i)",
     "p:; c: pid=i"                                                                                                           },
    {"SELECT * FROM p WHERE a IN (SELECT v FROM f WHERE u = :x)",                                  "p:; f: u=x"               },
    {"SELECT * FROM p JOIN c ON c.id = (SELECT MAX(id) FROM c d WHERE d.pid = p.id) WHERE p.id = "
     ":i",                                                                                    "p: id=i; c:; d: pid=i"    },
    {"SELECT *, (SELECT COUNT(*) FROM f WHERE f.u = c.pid) FROM p LEFT JOIN c ON c.pid = p.id "
     "WHERE p.id = :i",                                                                       "f: u=i; p: id=i; c: pid=i"},
    {"SELECT * FROM (SELECT a, COUNT(*) n FROM p WHERE a = :x GROUP BY a) d WHERE d.a = :y",
     "p: a=x"                                                                                                                 },
    {"SELECT * FROM (SELECT a, COUNT(*) n FROM p GROUP BY a) d WHERE d.a = :x",                    "p:"                       },
    {"SELECT * FROM (SELECT a FROM p UNION SELECT k FROM c) d JOIN f ON f.u = d.a WHERE f.u = :x",
     "p:; c:; f: u=x"                                                                                                         },
    {"WITH d AS (SELECT * FROM p WHERE id = :i), e (x) AS (SELECT k FROM c) SELECT * FROM d JOIN e "
     "WHERE d.id = :x",                                                                       "p: id=i; c:"              },
    {"SELECT id FROM p WHERE id = :i UNION SELECT id FROM c WHERE k = :x ORDER BY (SELECT u FROM f "
     "WHERE u = id)",                                                                         "p: id=i; c: k=x; f:"      },
    {"SELECT ((SELECT MAX(n) FROM c WHERE pid = id)) FROM p WHERE id = :i",                        "c:; p: id=i"              },
};

static void test_columns_are_bound_by_equalities_that_hold_for_each_row(void **state)
{
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bounds); i++) {
        struct world world;
        struct buf text = {0};

        world_read(&world, bounds[i].sql);
        say_bound(&world, &text);
        if (!slice_is(buf_slice(&text), bounds[i].bound)) {
            print_error("%s: wants '%s', is '%.*s'\n", bounds[i].sql, bounds[i].bound,
                        SLICE_ARG(buf_slice(&text)));
            ok = false;
        }
        buf_fini(&text);
        world_drop(&world);
    }
    assert_true(ok);
}

static void test_many_lists_are_too_many_to_look_at(void **state)
{
    struct world world;

    (void)state;
    world_read(&world,
               "SELECT * FROM p WHERE a IN (:x, :y, :i, :x, :y) AND b IN (:x, :y, :i, :x) AND "
               "id IN (:x, :y, :i)");
    assert_int_equal(world.select.cases, 15);
    world_drop(&world);
}

/* ------------------------------------------------------------------ why */

static const struct {
    const char *sql, *why;
} whys[] = {
    {"SELECT * FROM p",                                "no equality binds its rows to the tag's parameters"},
    {"SELECT * FROM p WHERE b = 1 AND LOWER(s)  = :x",
     "'LOWER(s) = :x' is no 'column = :parameter'"                                                         },
    {"SELECT * FROM p WHERE a = :x OR b = 1",          "'a = :x OR b = 1' is under OR"                     },
    {"SELECT * FROM p RIGHT JOIN c ON TRUE",           "a RIGHT JOIN is not read here: write a LEFT JOIN"  },
    {"SELECT * FROM p WHERE g = :x",
     "'g = :x' is about a generated column, and tags hold what projections write"                          },
};

static void test_what_rows_are_bound_to_is_said(void **state)
{
    struct world world;

    (void)state;
    world_read(&world,
               "SELECT * FROM p x JOIN c ON c.pid = x.a, f WHERE x.a IN (:x, :y) AND x.b = :x");
    assert_slice(sqlbound_say(&world.arena, &world.select, 0), "'p' (x): a = :x, b = :x, a = :y");
    assert_slice(sqlbound_say(&world.arena, &world.select, 1), "'c': pid = :x, pid = :y");
    assert_slice(sqlbound_say(&world.arena, &world.select, 2), "'f': all");
    world_drop(&world);
}

static void test_what_binds_nothing_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(whys); i++) {
        struct world world;

        world_read(&world, whys[i].sql);
        assert_slice(sqlbound_why(&world.arena, &world.select, 0), whys[i].why);
        world_drop(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_bound_by_equalities_that_hold_for_each_row),
        cmocka_unit_test(test_many_lists_are_too_many_to_look_at),
        cmocka_unit_test(test_what_rows_are_bound_to_is_said),
        cmocka_unit_test(test_what_binds_nothing_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
