/*
 * Queries and columns that tell their rows apart, or do not; tests/servers/conf/study holds them
 * against rows of a server.
 */
#ifndef TESTS_UNIT_CONF_STUDY_UNIQUE_CASES_H
#define TESTS_UNIT_CONF_STUDY_UNIQUE_CASES_H

#include <stdbool.h>

// clang-format off
static const struct {
    const char *sql;
    const char *by;  /* columns, with a blank between them */
    const char *why; /* part of it; empty: they tell the rows apart; "refused": it is no tree */
} uniques[] = {
    {"SELECT * FROM p",
     "p.id", ""},
    {"SELECT * FROM p",
     "p.a", "'p' may have several rows"},
    {"SELECT * FROM f WHERE u = :x",
     "f.v", ""},
    {"SELECT * FROM f WHERE u = 7",
     "f.v", ""},
    {"SELECT * FROM f WHERE u IN (:x, :y)",
     "f.v", "'f' may have several rows"},
    {"SELECT * FROM f WHERE u > :x",
     "f.v", "'f' may have several rows"},
    {"SELECT * FROM c JOIN p ON p.id = c.pid",
     "c.id", ""},
    {"SELECT * FROM c JOIN p ON p.id = c.pid",
     "p.id", "'c' may have several rows"},
    {"SELECT * FROM p JOIN c ON c.pid = p.id",
     "p.id", "'c' may have several rows"},
    {"SELECT * FROM p JOIN c ON c.pid = p.id",
     "p.id c.id", ""},
    {"SELECT * FROM p JOIN c ON c.pid = p.id",
     "p.id c.n", ""},
    {"SELECT * FROM p JOIN c ON c.pid = p.id AND c.n = 1",
     "p.id", ""},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id AND c.n = 1",
     "p.id", ""},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id",
     "p.id", "'c' may have several rows"},
    {"SELECT * FROM c LEFT JOIN p ON p.id = c.pid AND c.k = :x JOIN f ON f.u = c.k",
     "c.id f.v", ""},
    {"SELECT * FROM c LEFT JOIN p ON p.id = c.pid AND c.pid = 1 AND c.n = 2",
     "p.id", "'c' may have several rows"},
    {"SELECT * FROM c JOIN p ON p.a = c.pid",
     "c.id", "'p' may have several rows"},
    {"SELECT * FROM p JOIN f ON f.u = p.g AND f.v = 1",
     "p.id", ""},
    {"SELECT * FROM p, c",
     "p.id", "'c' may have several rows"},
    {"SELECT p.id, (SELECT COUNT(*) FROM c WHERE c.pid = p.id) n FROM p",
     "p.id", ""},
    {"SELECT p.id, COUNT(*) FROM p JOIN c ON c.pid = p.id GROUP BY p.id",
     "p.id", ""},
    {"SELECT p.id, COUNT(*) FROM p JOIN c ON c.pid = p.id GROUP BY p.id, c.k HAVING 1",
     "p.id", "GROUP BY has more than these columns"},
    {"SELECT p.id, COUNT(*) FROM p GROUP BY p.id WITH ROLLUP",
     "p.id", "refused"},
    {"SELECT * FROM p JOIN (SELECT k FROM c) d ON d.k = p.id",
     "p.id", "'d' may have several rows"},
    /* RIGHT JOIN is a LEFT JOIN with its sides exchanged */
    {"SELECT * FROM p RIGHT JOIN c ON p.id = c.pid", "p.id", "'c' may have several rows"},
    {"SELECT * FROM p RIGHT JOIN c ON p.id = c.pid", "c.id", ""},
    /* what a condition above rejects makes an inner join of it */
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id WHERE c.n > 1", "c.id", ""},
    {"SELECT * FROM p LEFT JOIN c ON c.pid = p.id", "c.id", "'p' may have several rows"},
    /* joins in joins */
    {"SELECT * FROM p LEFT JOIN (c JOIN f ON f.u = c.k AND f.v = 2) ON c.pid = p.id AND c.n = 1", "p.id", ""},
    {"SELECT * FROM p LEFT JOIN (c JOIN f ON f.u = c.k) ON c.pid = p.id AND c.n = 1", "p.id",
     "'f' may have several rows"},
    /* several values equal one: 'a' and 'A', '5' and '05', other collations */
    {"SELECT * FROM t WHERE s = 5", "t.w", "'t' may have several rows"},
    {"SELECT * FROM t WHERE s = :x", "t.w", "'t' may have several rows"},
    {"SELECT * FROM t WHERE s = '5'", "t.w", ""},
    {"SELECT * FROM t WHERE s = :q COLLATE utf8mb4_bin", "t.w", ""},
    {"SELECT * FROM c JOIN t ON t.s = c.ci", "c.id", "'t' may have several rows"},
    {"SELECT * FROM c JOIN t ON t.s = c.n", "c.id", "'t' may have several rows"},
    {"SELECT * FROM p JOIN t ON t.s = p.s", "p.id", ""},
    {"SELECT * FROM p JOIN t ON t.s <=> p.s", "p.id", "'t' may have several rows"},
    {"SELECT * FROM p JOIN t ON t.s = LOWER(p.s)", "p.id", "'t' may have several rows"},
    {"SELECT * FROM p JOIN t ON t.s = p.s OR t.s = 'x'", "p.id", "'t' may have several rows"},
    /* a key of columns that may be NULL has many rows with NULL; what is equal is not NULL */
    {"SELECT * FROM c WHERE n = 1 AND pid = 2", "c.k", ""},
    {"SELECT * FROM (SELECT pid, n, k FROM c) d", "d.pid d.n", ""},
    {"SELECT * FROM p JOIN (SELECT pid, n, k FROM c) d ON d.pid = p.a WHERE d.n = 1", "p.id", ""},
    /* GROUP BY: of a LEFT JOIN's column there may be a group of the rows that it did not find */
    {"SELECT p.a, COUNT(*) FROM p LEFT JOIN c ON c.k = 1 AND c.pid = p.b GROUP BY p.a, c.k", "p.a",
     "GROUP BY has more than these columns"},
    {"SELECT p.a, COUNT(*) FROM p JOIN c ON c.k = 1 AND c.pid = p.b GROUP BY p.a, c.k", "p.a", ""},
    {"SELECT p.id, COUNT(*) FROM p LEFT JOIN c ON c.pid = p.id GROUP BY 1", "p.id", ""},
    {"SELECT p.id, COUNT(*) FROM p GROUP BY p.id, p.s + 1", "p.id", ""},
    {"SELECT p.a, COUNT(*) FROM p GROUP BY p.a + 1", "p.a", "GROUP BY has more than these columns"},
    {"SELECT p.a FROM p, (SELECT k AS x FROM c) d GROUP BY p.a", "p.a", ""},
    /* DISTINCT */
    {"SELECT DISTINCT p.a, p.b FROM p, c", "p.a p.b", ""},
    {"SELECT DISTINCT p.a, p.b, 1 FROM p WHERE p.b = :x", "p.a", ""},
    {"SELECT DISTINCT p.a, p.b FROM p", "p.a", "'p' may have several rows"},
    {"SELECT DISTINCT p.a, p.b + 1 AS n FROM p", "p.a", "'p' may have several rows"},
    {"SELECT DISTINCT p.a, c.k FROM p LEFT JOIN c ON c.k = 1 AND c.pid = p.b", "p.a",
     "'p' may have several rows"},
    /* derived tables */
    {"SELECT * FROM (SELECT id, a FROM p) d", "d.id", ""},
    {"SELECT * FROM (SELECT id, a FROM p) d", "d.a", "'d' may have several rows"},
    {"SELECT * FROM (SELECT a, COUNT(*) AS n FROM p GROUP BY a) d", "d.a", ""},
    {"SELECT * FROM (SELECT DISTINCT a, b FROM p) d", "d.a d.b", ""},
    {"SELECT * FROM p LEFT JOIN (SELECT pid, COUNT(*) AS n FROM c GROUP BY pid) d ON d.pid = p.id", "p.id", ""},
    {"SELECT * FROM p LEFT JOIN (SELECT pid, k, COUNT(*) AS n FROM c GROUP BY pid, k) d ON d.pid = p.id", "p.id",
     "'d' may have several rows"},
    {"SELECT * FROM p JOIN (SELECT c.id, c.pid FROM c JOIN f ON f.u = c.k) d ON d.id = p.a", "p.id",
     "'d' may have several rows"},
    {"SELECT * FROM p JOIN (SELECT c.id, c.pid FROM c JOIN f ON f.u = c.k AND f.v = 1) d ON d.id = p.a", "p.id", ""},
    {"SELECT * FROM p JOIN (SELECT MAX(id) AS id FROM c GROUP BY pid) d ON d.id = p.a", "p.id",
     "'d' may have several rows"},
    {"WITH d (x, y) AS (SELECT id, a FROM p) SELECT * FROM d JOIN d e ON e.x = d.y", "d.x", ""},
    {"WITH d (x, y) AS (SELECT id, a FROM p) SELECT * FROM d JOIN d e ON e.x = d.y", "e.x",
     "'d' may have several rows"},
    {"SELECT * FROM (SELECT id, a FROM p LIMIT 5) d", "d.id", "'d' may have several rows"},
    {"SELECT * FROM (SELECT * FROM (SELECT * FROM (SELECT id FROM p) a1) a2) a3", "a3.id", ""},
    {"SELECT * FROM (SELECT * FROM (SELECT * FROM (SELECT * FROM (SELECT id FROM p) a1) a2) a3) a4", "a4.id",
     "'a4' may have several rows"},
    {"SELECT p.id FROM p, JSON_TABLE('[]', '$[*]' COLUMNS (n INT PATH '$')) j", "p.id",
     "'j' may have several rows"},
    /* UNION */
    {"SELECT id, a FROM p UNION SELECT id, pid FROM c", "p.id p.a", ""},
    {"SELECT id, a FROM p UNION SELECT id, pid FROM c", "p.id",
     "only all columns of a UNION tell its rows apart"},
    {"SELECT id FROM p UNION SELECT id FROM c", "p.id", ""},
    {"SELECT id FROM p UNION ALL SELECT id FROM c", "p.id", "UNION ALL may have a row twice"},
    {"SELECT id FROM p UNION SELECT a FROM p UNION ALL SELECT id FROM c", "p.id",
     "UNION ALL may have a row twice"},
    {"SELECT id FROM p UNION ALL SELECT a FROM p UNION SELECT id FROM c", "p.id", ""},
    {"SELECT id FROM p EXCEPT SELECT id FROM c", "p.id", "of EXCEPT and INTERSECT nothing is known"},
    {"(SELECT id, a FROM p)", "p.id", ""},
    {"(SELECT id, a FROM p ORDER BY a LIMIT 5)", "p.a", "'p' may have several rows"},
    {"SELECT * FROM p JOIN (SELECT u FROM f UNION SELECT v FROM f) d ON d.u = p.a", "p.id", ""},
    {"SELECT * FROM p JOIN (SELECT u FROM f UNION ALL SELECT v FROM f) d ON d.u = p.a", "p.id",
     "'d' may have several rows"},
};
// clang-format on

/* The second column may be NULL because a LEFT JOIN found no row, the first never. */
// clang-format off
static const struct {
    const char *sql;
    bool lacks;
} lacking[] = {
    {"SELECT p.id AS x, c.id AS y FROM p LEFT JOIN c ON c.pid = p.id", true},
    {"SELECT p.id AS x, c.id AS y FROM p LEFT JOIN c ON c.pid = p.id WHERE c.k = :x", false},
    {"SELECT p.id AS x, c.id AS y FROM p LEFT JOIN c ON c.pid = p.id WHERE c.k > 1", false},
    {"SELECT p.id AS x, c.id AS y FROM p LEFT JOIN c ON c.pid = p.id WHERE c.k IS NULL", true},
    {"SELECT p.id AS x, c.id AS y FROM p LEFT JOIN c ON c.pid = p.id WHERE c.k <=> p.a", true},
    {"SELECT p.id AS x, c.id AS y FROM c RIGHT JOIN p ON c.pid = p.id", true},
    {"SELECT p.id AS x, f.u AS y FROM p LEFT JOIN (c JOIN f ON f.u = c.k) ON c.pid = p.id", true},
    {"SELECT p.id AS x, f.u AS y FROM p LEFT JOIN c ON c.pid = p.id JOIN f ON f.u = c.k", false},
    {"SELECT d.x, d.y FROM (SELECT p.id AS x, c.id AS y FROM p LEFT JOIN c ON TRUE) d", true},
    {"SELECT p.id AS x, d.y FROM p LEFT JOIN (SELECT id AS y FROM c) d ON TRUE", true},
    {"SELECT id AS x, id AS y FROM p UNION SELECT p.id AS x, c.id AS y FROM p LEFT JOIN c ON c.pid = p.id", true},
    {"SELECT id AS x, id AS y FROM p UNION SELECT id, id FROM c", false},
};
// clang-format on

#endif
