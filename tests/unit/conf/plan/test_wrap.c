/*
 * The wrapped statements: one row, all rows, pages with keysets of one to three columns in both
 * directions.
 */
#include "conf/plan/wrap.h"
#include "lib/base/buf.h"
#include "tests/unit/unit.h"

#define HEAD                                                                                    \
    "SELECT r.epoch, r.revision, q.* FROM twofold_revision r LEFT JOIN (SELECT 1 AS _row, u.* " \
    "FROM (\nSELECT * FROM t WHERE x = ?\n) u"
#define TAIL ") q ON TRUE WHERE r.id = 1"

static const struct plan_bind user_bind = {
    .source = SOURCE_PARAM, .name = {"x", 1}
};
static const struct plan_sql user = {
    .text = {"SELECT * FROM t WHERE x = ?", 27},
      .binds = &user_bind, .bind_count = 1, .line = 3
};

static const struct plan_key_column columns[] = {
    {{"a", 1}, SCALAR_STRING,  false},
    {{"b", 1}, SCALAR_INTEGER, true },
    {{"c", 1}, SCALAR_INTEGER, false},
};

/* "param0 cursor0 cursor0 cursor1 limit" */
static void assert_binds(const struct plan_sql *sql, const char *expected)
{
    struct buf text = {0};

    for (size_t i = 0; i < sql->bind_count; i++) {
        const struct plan_bind *bind = &sql->binds[i];

        buf_append_str(&text, i ? " " : "");
        if (bind->source == SOURCE_LIMIT) {
            buf_append_str(&text, "limit");
        } else {
            buf_printf(&text, "%s%u", bind->source == SOURCE_CURSOR ? "cursor" : "param",
                       bind->index);
        }
    }
    assert_slice(buf_slice(&text), expected);
    buf_fini(&text);
}

static void test_one_row_shows_a_second(void **state)
{
    struct arena arena = {0};
    struct plan_sql sql = wrap_one(&arena, &user);

    (void)state;
    assert_slice(sql.text, HEAD " LIMIT 2" TAIL);
    assert_binds(&sql, "param0");
    assert_int_equal(sql.line, 3);
    arena_fini(&arena);
}

static void test_all_rows_are_ordered_and_show_one_too_many(void **state)
{
    const struct plan_page order = {.columns = columns, .column_count = 2};
    struct arena arena = {0};
    struct plan_sql sql = wrap_many(&arena, &user, &order, 101);

    (void)state;
    assert_slice(sql.text,
                 HEAD " ORDER BY u.`a`, u.`b` DESC LIMIT 101" TAIL " ORDER BY q.`a`, q.`b` DESC");
    assert_binds(&sql, "param0");
    arena_fini(&arena);
}

// clang-format off
static const struct {
    size_t columns;
    enum wrap_way way;
    const char *text, *binds;
} pages[] = {
    {1, WRAP_FIRST, HEAD " ORDER BY u.`a` LIMIT ?" TAIL " ORDER BY q.`a`", "param0 limit"},
    {1, WRAP_AFTER, HEAD " WHERE u.`a` > ? ORDER BY u.`a` LIMIT ?" TAIL " ORDER BY q.`a`", "param0 cursor0 limit"},
    {1, WRAP_BEFORE, HEAD " WHERE u.`a` < ? ORDER BY u.`a` DESC LIMIT ?" TAIL " ORDER BY q.`a` DESC", "param0 cursor0 limit"},
    {2, WRAP_AFTER, HEAD " WHERE u.`a` >= ? AND (u.`a` > ? OR (u.`b` < ?)) ORDER BY u.`a`, u.`b` DESC LIMIT ?" TAIL " ORDER BY q.`a`, q.`b` DESC",
     "param0 cursor0 cursor0 cursor1 limit"},
    {2, WRAP_BEFORE, HEAD " WHERE u.`a` <= ? AND (u.`a` < ? OR (u.`b` > ?)) ORDER BY u.`a` DESC, u.`b` LIMIT ?" TAIL " ORDER BY q.`a` DESC, q.`b`",
     "param0 cursor0 cursor0 cursor1 limit"},
    {3, WRAP_AFTER, HEAD " WHERE u.`a` >= ? AND (u.`a` > ? OR (u.`b` <= ? AND (u.`b` < ? OR (u.`c` > ?)))) ORDER BY u.`a`, u.`b` DESC, u.`c` LIMIT ?" TAIL " ORDER BY q.`a`, q.`b` DESC, q.`c`",
     "param0 cursor0 cursor0 cursor1 cursor1 cursor2 limit"},
};
// clang-format on

static void test_pages_walk_by_keysets_in_both_directions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pages); i++) {
        const struct plan_page page = {.columns = columns, .column_count = pages[i].columns};
        struct arena arena = {0};
        struct plan_sql sql = wrap_page(&arena, &user, &page, pages[i].way);

        assert_slice(sql.text, pages[i].text);
        assert_binds(&sql, pages[i].binds);
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_row_shows_a_second),
        cmocka_unit_test(test_all_rows_are_ordered_and_show_one_too_many),
        cmocka_unit_test(test_pages_walk_by_keysets_in_both_directions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
