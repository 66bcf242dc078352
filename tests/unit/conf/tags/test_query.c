/*
 * The tags that follow from a query's text. With a file as its argument it prints the tags of each
 * line of that file, for comparisons with another implementation.
 */
#include "conf/grammar/resolve.h"
#include "conf/tags/query.h"
#include "lib/base/buf.h"
#include "tests/unit/unit.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS p (id INT NOT NULL, a INT, b INT, s VARCHAR(8), PRIMARY KEY (id));\n"
    "CREATE TABLE IF NOT EXISTS c (id INT NOT NULL, pid INT, k INT, n INT, PRIMARY KEY (id));\n"
    "CREATE TABLE IF NOT EXISTS k (id INT PRIMARY KEY, s1 VARCHAR(9) CHAR SET utf8mb4,"
    " s2 VARCHAR(9) CHECK (s2 <> '' COLLATE utf8mb4_bin), s3 CHAR(3) BYTE,"
    " s4 VARCHAR(9) COLLATE utf8mb4_0900_bin, s5 VARCHAR(9) COLLATE utf8mb4_bin,"
    " g POINT) DEFAULT CHAR SET = utf8mb4;\n"
    "CREATE TABLE IF NOT EXISTS f (u INT NOT NULL, v INT NOT NULL, PRIMARY KEY (u, v));\n";

static const struct tag_param params[] = {
    {{"i", 1},  SCALAR_INTEGER, false},
    {{"x", 1},  SCALAR_INTEGER, false},
    {{"y", 1},  SCALAR_INTEGER, false},
    {{"z", 1},  SCALAR_INTEGER, false},
    {{"me", 2}, SCALAR_INTEGER, false},
    {{"q", 1},  SCALAR_STRING,  false},
    {{"w", 1},  SCALAR_NUMBER,  false},
};

/* Tags of a query, joined by blanks; variants by " / ". The fault's text if there is one. */
static struct slice tags_of(struct arena *arena, const char *sql)
{
    struct sqlblock block;
    struct diag diag = {0};
    struct tables tables;
    struct sqltree tree;
    struct sqlfault fault;
    struct tag_query query;
    struct buf out = {0};
    struct slice text;

    schema_sql_parse(arena, SLICE_EMPTY, slice_str(schema), &diag, &tables);
    sqlfile_parse_plain(arena, SLICE_EMPTY, slice_str(sql), &diag, &block);
    diag_print(&diag, stderr);
    assert_int_equal(diag.count, 0);
    diag_fini(&diag);
    if (!sqltree_read(arena, &block.statements[0], &tree, &fault) ||
        !sqltree_resolve(arena, &tree, &tables, &fault)) {
        return fault.text;
    }
    tags_of_query(arena, &tree, params, ARRAY_COUNT(params), &query);
    for (size_t i = 0; i < (size_t)1 << query.guard_count; i++) {
        buf_append_str(&out, i > 0 ? " / " : "");
        for (size_t j = 0; j < query.variants[i].count; j++) {
            buf_append_str(&out, j > 0 ? " " : "");
            buf_append(&out, tag_use_print(arena, &query.variants[i].uses[j]));
        }
    }
    text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}

// clang-format off
static const char *const cases[][2] = {
    {"SELECT * FROM p WHERE id=:i", "p(id)=i"},
    {"SELECT * FROM p WHERE id=:i AND a=:x", "p(id)=i"},
    {"SELECT * FROM p WHERE a=:x AND b=:y", "p(a,b)=x,y"},
    {"SELECT * FROM p WHERE a=:x AND s='on'", "p(a)=x"},
    {"SELECT * FROM p WHERE a>:x", "p"},
    {"SELECT * FROM p WHERE a=:x OR a=:y", "p(a)=x p(a)=y"},
    {"SELECT * FROM p WHERE a=:x OR b=:x", "p(a)=x p(b)=x"},
    {"SELECT * FROM p WHERE a=:x OR s LIKE 'q%'", "p"},
    {"SELECT * FROM p WHERE NOT (a=:x)", "p"},
    {"SELECT * FROM p WHERE a IN (:x,:y) AND b=:z", "p(a,b)=x|y,z"},
    {"SELECT * FROM p WHERE :x IS NULL OR a=:x", "p(a)=x / p"},
    {"SELECT * FROM p WHERE (:x) IS NOT NULL AND a=:x OR (:x) IS NULL", "p(a)=x / p"},
    {"SELECT * FROM p WHERE a<=>:x", "p(a)=x"},
    {"SELECT * FROM p WHERE LOWER(s)=:q", "p"},
    {"SELECT * FROM p WHERE a=:x ORDER BY b LIMIT 5", "p(a)=x"},
    {"SELECT COUNT(*) FROM p WHERE a=:x", "p(a)=x"},
    {"SELECT a, SUM(b) FROM p GROUP BY a HAVING a=:x", "p"},
    {"SELECT * FROM p JOIN c ON c.pid=p.id WHERE p.id=:i", "p(id)=i c(pid)=i"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id WHERE p.id=:i", "p(id)=i c(pid)=i"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id AND p.id=:i", "p c(pid)=i"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id AND c.k=:x", "p c(k)=x"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id WHERE c.pid=:x", "p(id)=x c(pid)=x"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id WHERE c.k<=>:x", "p c"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id WHERE c.id IS NULL AND p.a=:x",
     "p(a)=x c(pid>p.id:a)=x"},
    {"SELECT * FROM p JOIN c ON c.pid=p.id WHERE c.k=:x", "p(id>c.pid:k)=x c(k)=x"},
    {"SELECT p.* FROM f JOIN p ON p.a=f.v WHERE f.u=:me", "f(u)=me p(a>f.v:u)=me"},
    {"SELECT * FROM p WHERE a IN (SELECT v FROM f WHERE u=:me)", "p(a>f.v:u)=me f(u)=me"},
    {"SELECT * FROM p WHERE a NOT IN (SELECT v FROM f WHERE u=:me)", "p f(u)=me"},
    {"SELECT * FROM p WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.pid=p.id AND c.pid=:i)",
     "p c(pid)=i"},
    {"SELECT p.*, (SELECT COUNT(*) FROM c WHERE c.pid=p.id) z FROM p WHERE p.id=:i",
     "c(pid)=i p(id)=i"},
    {"SELECT COUNT(*) q, (SELECT MAX(n) FROM c WHERE c.pid<=>p.a) z FROM p WHERE p.a=:x",
     "c p(a)=x"},
    {"SELECT * FROM (SELECT a, COUNT(*) n FROM p GROUP BY a) d WHERE d.a=:x", "p(a)=x"},
    {"SELECT * FROM (SELECT a FROM p ORDER BY a LIMIT 3) d WHERE d.a=:x", "p"},
    {"SELECT * FROM (SELECT a FROM p UNION SELECT k FROM c) d WHERE d.a=:x", "p(a)=x c(k)=x"},
    {"SELECT a FROM p WHERE a=:x UNION SELECT k FROM c", "p(a)=x c"},
    /* NOT IN of nothing is true of a row of NULLs; an OR rejects what all its parts reject */
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id AND c.k=:x WHERE c.n NOT IN (SELECT v FROM f)",
     "p c(k)=x f"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id AND c.k=:x WHERE (p.a=2 OR c.n=1)", "p c(k)=x"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id AND c.k=:x WHERE (c.n=2 OR c.n>:y)",
     "p(id>c.pid:k)=x c(k)=x"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id AND c.k=:x WHERE 1 NOT BETWEEN 2 AND c.n", "p c(k)=x"},
    {"SELECT * FROM p LEFT JOIN c ON c.pid=p.id AND c.k=:x WHERE c.n IS NULL", "p c(k)=x"},
    /* what a block says of itself comes back to it by way of EXISTS */
    {"SELECT * FROM p WHERE EXISTS (SELECT 1 FROM f LEFT JOIN c ON c.pid=f.v WHERE c.k<=>:x)",
     "p f c"},
    /* a row of nothing says nothing of its rows */
    {"SELECT * FROM p WHERE EXISTS (SELECT COUNT(*) FROM c WHERE p.a=:x)", "p c"},
    {"SELECT * FROM (SELECT a, COUNT(*) n FROM p) d WHERE d.a=:x", "p"},
    {"SELECT * FROM c JOIN (SELECT COUNT(*) n, :x z FROM p WHERE a=:x) d ON c.k=d.z", "c p(a)=x"},
    {"SELECT * FROM (SELECT a, COUNT(*) OVER () n FROM p) d WHERE d.a=:x", "p"},
    {"SELECT * FROM c JOIN (SELECT a, COUNT(*) n FROM p WHERE a=:x) d ON c.k<=>d.a", "c p(a)=x"},
    /* a text equals more numbers than one, and a number more texts */
    {"SELECT * FROM p WHERE s=:x", "p"},
    {"SELECT * FROM p WHERE a=:q", "p"},
    {"SELECT * FROM p WHERE a=:w", "p"},
    {"SELECT * FROM p WHERE a=b AND b=s AND s=:q", "p(s)=q"},
    /* the union is compared without case, or as numbers: its SELECTs' columns are not */
    {"SELECT * FROM (SELECT s FROM p UNION SELECT s COLLATE utf8mb4_general_ci FROM p) d WHERE d.s=:q",
     "p p"},
    {"SELECT * FROM (SELECT a FROM p UNION SELECT s FROM p) d WHERE d.a=:x", "p p"},
    {"SELECT id FROM k WHERE s1 = :q", "k"},
    {"SELECT id FROM k WHERE s2 = :q", "k"},
    {"SELECT id FROM k WHERE s3 = :q", "k"},
    {"SELECT id FROM k WHERE s4 = :q", "k"},
    {"SELECT id FROM k WHERE s5 = :q", "k(s5)=q"},
    {"SELECT a FROM p WHERE EXISTS (SELECT ST_COLLECT(k.g) FROM k WHERE k.id = p.id AND k.id = :i)",
     "p k(id)=i"},
    /* * has the columns as the FROM is written, also where RIGHT JOIN exchanges its sides */
    {"WITH d (x, y) AS (SELECT * FROM (SELECT a FROM p) q RIGHT JOIN (SELECT k FROM c) z ON TRUE) "
     "SELECT x, y FROM d WHERE y = :x", "p c(k)=x"},
    /* a row of nothing: EXISTS is true of it */
    {"SELECT n FROM c WHERE EXISTS (SELECT ROW_NUMBER() OVER w FROM p WHERE p.id = :i AND p.a = c.id "
     "WINDOW w AS (ORDER BY COUNT(*)))", "c p(id)=i"},
    /* how well it matches depends on all rows */
    {"SELECT id, MATCH(s) AGAINST (:q) FROM p WHERE id = :i", "p"},
    /* a key of long lists would make too many tags */
    {"SELECT u FROM f WHERE u IN (:i,1,2,3,4,5,6,7,8) AND v IN (:x,1,2,3,4,5,6,7,8)",
     "f(v)=x|1|2|3|4|5|6|7|8"},
    {"SELECT y.* FROM p x JOIN p y ON y.a=x.b WHERE x.id=:i", "p(id)=i p(a>p.b:id)=i"},
};
// clang-format on

static void test_tags_follow_from_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct slice tags = tags_of(&arena, cases[i][0]);

        if (!slice_is(tags, cases[i][1])) {
            fail_msg("%s\n  is   %.*s\n  want %s", cases[i][0], SLICE_ARG(tags), cases[i][1]);
        }
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_follow_from_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
