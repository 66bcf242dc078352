/*
 * What statements touch: of a query and a statement, the tags of the query's answer and what the
 * statement touches of them. Cases are those that random models (tests/prove) found, or that they
 * find rarely.
 */
#include "conf/grammar/resolve.h"
#include "conf/tags/model.h"
#include "lib/base/buf.h"
#include "tests/unit/unit.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS p (id INT NOT NULL, a INT, b INT, s VARCHAR(8), g INT AS (a + b),"
    " PRIMARY KEY (id));\n"
    "CREATE TABLE IF NOT EXISTS q (id INT NOT NULL, k INT NOT NULL, n INT, UNIQUE KEY (id),"
    " UNIQUE KEY (k));\n"
    "CREATE TABLE IF NOT EXISTS r (id INT NOT NULL AUTO_INCREMENT, a INT, d INT NOT NULL DEFAULT 5,"
    " t DATETIME ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (id));\n"
    "CREATE TABLE IF NOT EXISTS sd (id INT SERIAL DEFAULT VALUE, a INT);\n"
    "CREATE TABLE IF NOT EXISTS u (k INT, b INT, UNIQUE KEY (k));\n"
    "CREATE TABLE IF NOT EXISTS f (u INT NOT NULL, v INT NOT NULL, w INT, PRIMARY KEY (u, v));\n";

static const struct tag_param params[] = {
    {{"x", 1}, SCALAR_INTEGER, false},
    {{"y", 1}, SCALAR_INTEGER, false},
    {{"z", 1}, SCALAR_STRING,  false},
};

static bool read_tree(struct arena *arena, const char *sql, const struct tables *tables,
                      struct sqltree *tree)
{
    struct sqlblock block;
    struct diag diag = {0};
    struct sqlfault fault;

    sqlfile_parse_plain(arena, SLICE_EMPTY, slice_str(sql), &diag, &block);
    diag_print(&diag, stderr);
    assert_int_equal(diag.count, 0);
    diag_fini(&diag);
    if (!sqltree_read(arena, &block.statements[0], tree, &fault) ||
        !sqltree_resolve(arena, tree, tables, &fault)) {
        print_error("%s: %.*s\n", sql, SLICE_ARG(fault.text));
        return false;
    }
    return true;
}

/* "name=cell,cell": a parameter's name, a literal, [column] of a probe, * for what is not known. */
static void print_touch(const struct tag_model *model, const struct tag_touches *touches,
                        const struct tag_change *change, const struct tag_touch *touch,
                        struct buf *out)
{
    static const char *const whens[] = {"", " before", " after"};
    const struct tag_shape *shape = &model->classes[touch->shape].shape;
    const struct tag_probe *probe =
        touch->rows == TAG_ROWS_AFTER ? &touches->after : &touches->before;
    size_t count;

    tag_shape_links(shape, &count);
    buf_append(out, shape->name);
    for (size_t i = 0; i < count; i++) {
        const struct tag_cell *cell = &touch->cells[i];

        buf_append_str(out, i == 0 ? "=" : ",");
        if (cell->from == TAG_FROM_VALUE) {
            buf_append(out, cell->value->kind == SQLEXPR_NULL ? SLICE_LITERAL("NULL")
                                                              : cell->value->name);
        } else if (cell->from == TAG_FROM_PROBE) {
            buf_printf(out, "[%.*s%s]",
                       SLICE_ARG(change->table->columns[probe->columns[cell->column]].name),
                       whens[touch->rows]);
        } else {
            buf_append_str(out, "*");
        }
    }
}

struct world {
    struct tables tables;
    struct sqltree query_tree, change_tree;
    struct tag_query query;
    struct tag_change change;
    struct tag_model model;
};

static void read_world(struct arena *arena, const char *query_sql, const char *change_sql,
                       struct world *out)
{
    struct diag diag = {0};

    schema_sql_parse(arena, SLICE_EMPTY, slice_str(schema), &diag, &out->tables);
    diag_print(&diag, stderr);
    assert_int_equal(diag.count, 0);
    diag_fini(&diag);
    assert_true(read_tree(arena, query_sql, &out->tables, &out->query_tree));
    assert_true(read_tree(arena, change_sql, &out->tables, &out->change_tree));
    tags_of_query(arena, &out->query_tree, params, ARRAY_COUNT(params), &out->query);
    tag_change_read(arena, &out->change_tree, NULL, 0, &out->change);
    tags_of_model(arena, &out->query, 1, &out->change, 1, &out->model);
}

static struct slice touches_of(struct arena *arena, const char *query_sql, const char *change_sql)
{
    struct world world;
    struct buf out = {0};
    struct slice text;

    read_world(arena, query_sql, change_sql, &world);
    for (size_t i = 0; i < world.model.touches[0].count; i++) {
        buf_append_str(&out, i > 0 ? " " : "");
        print_touch(&world.model, &world.model.touches[0], &world.change,
                    &world.model.touches[0].items[i], &out);
    }
    text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}

// clang-format off
static const struct {
    const char *query, *change, *touches;
} cases[] = {
    {"SELECT * FROM u WHERE b = :x", "REPLACE INTO u () VALUES ()", "u(b)=NULL u(b)=[b before]"},
    {"SELECT * FROM u WHERE b = :x", "INSERT INTO u VALUES (1,1),(2,1),(3,1),(4,1),(5,1),(6,1),(7,1),(8,1),(9,1) ON DUPLICATE KEY UPDATE b = VALUES(b)",
     "u(b)=1 u(b)=1 u(b)=1 u(b)=1 u(b)=1 u(b)=1 u(b)=1 u(b)=1 u(b)=1 u(b)=[b before] u(b)=*"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = a + 1 WHERE b = :y",
     "p(a)=[a before] p(a)=[a after]"},
    /* g is another one after it, and the rows are not found again */
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = a + 1 WHERE g = :y", "p(a)=[a before] p(a)=*"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = a + 1 WHERE a < :y", "p(a)=[a before] p(a)=*"},
    /* MySQL: an aggregate of nothing has NULL for a column that WHERE binds */
    {"SELECT * FROM q WHERE n <=> :x", "INSERT INTO q (n, id, k) SELECT p.a, 1, COUNT(*) FROM p WHERE p.a = :y",
     "q(n)=*"},
    {"SELECT * FROM q WHERE n <=> :x", "INSERT INTO q (n, id, k) SELECT p.a, 1, 2 FROM p WHERE p.b = :y",
     "q(n)=[n before]"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET b = :y WHERE a IS NOT NULL", "p(a)=[a before] p(a)=[a before]"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET b = :y WHERE a NOT IN (1, 2)", "p(a)=[a before] p(a)=[a before]"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET b = :y WHERE a IN (1, :y)", "p(a)=1 p(a)=1 p(a)=y p(a)=y"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = :y WHERE a = :x", "p(a)=x p(a)=y"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = a + 1 WHERE b = :y LIMIT 1", "p(a)=[a before] p(a)=*"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = a + 1, s = 'q' WHERE id IN (SELECT v FROM f)", "p(a)=[a before] p(a)=*"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET s = b WHERE id = :y", "p(a)=[a before] p(a)=[a before]"},
    {"SELECT id FROM p WHERE a = :x", "UPDATE p SET b = :y", ""},
    /* k is q's second column, as a is p's */
    {"SELECT * FROM p WHERE a = :x", "UPDATE p JOIN q ON q.id = p.id SET p.a = q.k", "p(a)=[a before] p(a)=*"},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET p.a = a WHERE id = :y", ""},
    {"SELECT id, g FROM p WHERE a = :x", "UPDATE p SET b = :y WHERE id = 1", "p(a)=[a before] p(a)=[a before]"},
    {"SELECT t FROM r WHERE a = :x", "UPDATE r SET d = :y WHERE a = 3", "r(a)=3 r(a)=3"},
    {"SELECT * FROM p WHERE a = :x", "DELETE FROM p WHERE id = :y", "p(a)=[a before]"},
    {"SELECT * FROM q WHERE n = :x", "INSERT INTO q (id, k, n) VALUES (1, :y, 2) ON DUPLICATE KEY UPDATE n = VALUES(n)", "q(n)=2 q(n)=[n before] q(n)=2 q(n)=2"},
    {"SELECT * FROM q WHERE n = :x", "REPLACE INTO q (id, k, n) VALUES (1, 2, 3), (4, 5, 6)", "q(n)=3 q(n)=6 q(n)=[n before]"},
    {"SELECT * FROM q WHERE id = :x", "REPLACE INTO q (id, k, n) VALUES (1, 2, 3)", "q(id)=1 q(id)=[id before]"},
    {"SELECT * FROM f WHERE u = :x", "REPLACE INTO f VALUES (1, 2, 3)", "f(u)=1"},
    {"SELECT * FROM f WHERE u = :x AND w = :y", "INSERT INTO f VALUES (1, 2, 3), (4, 5, 6) ON DUPLICATE KEY UPDATE w = VALUES(w)", "f(u,w)=1,3 f(u,w)=4,6 f(u,w)=[u before],[w before] f(u,w)=[u before],3 f(u,w)=1,3 f(u,w)=4,3 f(u,w)=[u before],6 f(u,w)=1,6 f(u,w)=4,6"},
    {"SELECT v FROM f WHERE u = :x", "INSERT INTO f VALUES (1, 2, 3) ON DUPLICATE KEY UPDATE w = 4", "f(u)=1"},
    {"SELECT * FROM r WHERE d = :x", "INSERT INTO r (a) VALUES (1)", "r(d)=*"},
    {"SELECT * FROM sd WHERE id = :x", "INSERT INTO sd (id, a) VALUES (:y, 1)", "sd(id)=*"},
    {"SELECT * FROM r WHERE id = :x", "INSERT INTO r (id, a) VALUES (NULL, 1), (0, 2)", "r(id)=* r(id)=*"},
    {"SELECT * FROM r WHERE a = :x", "INSERT INTO r (d) VALUES (1)", "r(a)=NULL"},
    {"SELECT * FROM p WHERE s = :z", "INSERT INTO p (id, s) VALUES (1, 2) ON DUPLICATE KEY UPDATE s = VALUES(id)", "p(s)=* p(s)=[s before] p(s)=* p(s)=*"},
    {"SELECT * FROM q WHERE n = :x", "INSERT INTO q (n, id, k) SELECT a, 1, 2 FROM p GROUP BY a HAVING a > 1", "q(n)=*"},
    {"SELECT * FROM q WHERE n = :x", "INSERT INTO q (n, id, k) SELECT s, 1, 2 FROM p WHERE b = 1", "q(n)=*"},
    {"SELECT * FROM q WHERE n = :x", "REPLACE INTO q (n, id, k) SELECT :y, id, 2 FROM p", "q(n)=y q(n)=*"},
    {"SELECT * FROM p JOIN q ON q.k = p.a WHERE q.n = :x", "UPDATE p SET a = :y WHERE id = 1", "p(a>q.k:n)=[a before] p(a>q.k:n)=y"},
};
// clang-format on

static void test_touches_follow_from_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        struct slice touches = touches_of(&arena, cases[i].query, cases[i].change);

        if (!slice_is(touches, cases[i].touches)) {
            fail_msg("%s\n  is   %.*s\n  want %s", cases[i].change, SLICE_ARG(touches),
                     cases[i].touches);
        }
        arena_fini(&arena);
    }
}

// clang-format off
static const struct {
    const char *query, *change;
    bool joins;
} joined[] = {
    {"SELECT * FROM p WHERE a = :x", "INSERT INTO p (id, a) VALUES (:x, :y) ON DUPLICATE KEY UPDATE a = VALUES(a)", true},
    {"SELECT * FROM p WHERE a = :x", "REPLACE INTO p (id, a) VALUES (:x, :y)", true},
    {"SELECT * FROM p WHERE a = :x", "INSERT INTO f (u, v) VALUES (:x, :y)", true}, /* nobody reads f */
    {"SELECT * FROM p WHERE a = :x", "INSERT INTO p (id, a) VALUES (:x, :y), (1, 2)", false},
    {"SELECT * FROM p WHERE a = :x", "INSERT INTO p (id, a) SELECT id, k FROM q WHERE n = :x", false},
    /* the old a of one record's row beside the new b of another's */
    {"SELECT * FROM p WHERE a = :x AND b = :y", "INSERT INTO p (id, a, b) VALUES (:x, 1, :y) ON DUPLICATE KEY UPDATE b = VALUES(b)", false},
    {"SELECT * FROM p WHERE a = :x AND b = :y", "INSERT INTO p (id, a, b) VALUES (:x, 1, :y) ON DUPLICATE KEY UPDATE a = VALUES(a), b = VALUES(b)", true},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = :y WHERE id = :x", true},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET b = b + 1 WHERE id = :x", true},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = a + 1 WHERE id = :x", false},
    {"SELECT * FROM p WHERE a = :x AND b = :y", "UPDATE p SET b = :y WHERE id = :x", false},
    /* one record makes what the next finds */
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = :y WHERE a < :x", false},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = :y WHERE g = :x", false},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = :y WHERE id IN (SELECT v FROM f)", false},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p JOIN q ON q.id = p.id SET a = :y WHERE q.k = :x", false},
    {"SELECT * FROM p WHERE a = :x", "UPDATE p SET a = :y WHERE id > :x LIMIT 1", false},
    {"SELECT * FROM r WHERE a = :x", "UPDATE r SET a = :y WHERE t IS NULL AND id = :x", false},
    {"SELECT * FROM p WHERE a = :x", "DELETE FROM p WHERE id = :y", true},
    {"SELECT * FROM p WHERE a = :x", "DELETE FROM p WHERE b < :y", true},
    {"SELECT * FROM p WHERE a = :x", "DELETE FROM p", false},
    {"SELECT * FROM p WHERE a = :x AND b = :y", "DELETE FROM p WHERE a = :x", true},
    {"SELECT * FROM p JOIN q ON q.n = p.a WHERE q.k = :x", "UPDATE p SET s = :z WHERE id = :y", true},
};
// clang-format on

static void test_many_records_ask_once_where_none_finds_what_another_leaves(void **state)
{
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(joined); i++) {
        struct arena arena = {0};
        struct world world;

        read_world(&arena, joined[i].query, joined[i].change, &world);
        if (world.model.touches[0].joins != joined[i].joins) {
            print_error("%s\n%s\n", joined[i].query, joined[i].change);
            ok = false;
        }
        arena_fini(&arena);
    }
    assert_true(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_touches_follow_from_the_text),
        cmocka_unit_test(test_many_records_ask_once_where_none_finds_what_another_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
