/*
 * The wrapped query:
 *
 *     SELECT r.epoch, r.revision, q.* FROM twofold_revision r
 *     LEFT JOIN (SELECT 1 AS _row, u.* FROM (
 *         <the query>
 *     ) u WHERE <keyset> ORDER BY u.`a`, u.`b` LIMIT ?) q ON TRUE
 *     WHERE r.id = 1 ORDER BY q.`a`, q.`b`
 *
 * A database without rows still answers with its revision (_row is NULL). The order is repeated
 * outside: a derived table does not keep it. The keyset of (a, b, c) is
 *
 *     a >= ? AND (a > ? OR (b >= ? AND (b > ? OR (c > ?))))
 *
 * for a row comparison would read the table (docs/style.md "Traps in the libraries").
 *
 * Invariant: binds are in the order of the ?s: the query's own, the keyset's, the limit.
 */
#include "conf/plan/wrap.h"

#include "lib/base/buf.h"

struct wrap {
    struct arena *arena;
    const struct plan_sql *user;
    const struct plan_page *page; /* NULL: no order */
    bool backwards;
    struct buf text;
    struct plan_bind *binds;
    size_t bind_count;
};

static bool descends(const struct wrap *wrap, size_t column)
{
    return wrap->page->columns[column].descending != wrap->backwards;
}

/* alias.`column`: the loader refuses names that hold a backtick */
static void append_column(struct wrap *wrap, const char *alias, size_t column)
{
    buf_printf(&wrap->text, "%s.`%.*s`", alias, SLICE_ARG(wrap->page->columns[column].name));
}

static void append_order(struct wrap *wrap, const char *alias)
{
    for (size_t i = 0; i < wrap->page->column_count; i++) {
        buf_append_str(&wrap->text, i == 0 ? " ORDER BY " : ", ");
        append_column(wrap, alias, i);
        buf_append_str(&wrap->text, descends(wrap, i) ? " DESC" : "");
    }
}

static void append_compare(struct wrap *wrap, size_t column, const char *equal)
{
    append_column(wrap, "u", column);
    buf_printf(&wrap->text, " %s%s ?", descends(wrap, column) ? "<" : ">", equal);
    wrap->binds[wrap->bind_count++] = (struct plan_bind){.source = SOURCE_CURSOR,
                                                         .name = wrap->page->columns[column].name,
                                                         .index = (unsigned int)column};
}

static void append_keyset(struct wrap *wrap)
{
    size_t last = wrap->page->column_count - 1;

    buf_append_str(&wrap->text, " WHERE ");
    for (size_t i = 0; i < last; i++) {
        append_compare(wrap, i, "=");
        buf_append_str(&wrap->text, " AND (");
        append_compare(wrap, i, "");
        buf_append_str(&wrap->text, " OR (");
    }
    append_compare(wrap, last, "");
    for (size_t i = 0; i < last; i++) {
        buf_append_str(&wrap->text, "))");
    }
}

static void begin(struct wrap *wrap)
{
    size_t columns = wrap->page ? wrap->page->column_count : 0;

    wrap->binds =
        ARENA_ARRAY(wrap->arena, struct plan_bind, wrap->user->bind_count + 2 * columns + 1);
    for (size_t i = 0; i < wrap->user->bind_count; i++) {
        wrap->binds[wrap->bind_count++] = wrap->user->binds[i];
    }
    buf_printf(&wrap->text,
               "SELECT r.epoch, r.revision, q.* FROM twofold_revision r LEFT JOIN "
               "(SELECT 1 AS _row, u.* FROM (\n%.*s\n) u",
               SLICE_ARG(wrap->user->text));
}

static struct plan_sql end(struct wrap *wrap)
{
    struct plan_sql sql = {.line = wrap->user->line};

    buf_append_str(&wrap->text, ") q ON TRUE WHERE r.id = 1");
    if (wrap->page) {
        append_order(wrap, "q");
    }
    sql.text = arena_copy(wrap->arena, buf_slice(&wrap->text));
    sql.binds = wrap->binds;
    sql.bind_count = wrap->bind_count;
    buf_fini(&wrap->text);
    return sql;
}

struct plan_sql wrap_one(struct arena *arena, const struct plan_sql *user)
{
    struct wrap wrap = {.arena = arena, .user = user};

    begin(&wrap);
    buf_append_str(&wrap.text, " LIMIT 2");
    return end(&wrap);
}

struct plan_sql wrap_many(struct arena *arena, const struct plan_sql *user,
                          const struct plan_page *order, unsigned int limit)
{
    struct wrap wrap = {.arena = arena, .user = user, .page = order};

    begin(&wrap);
    append_order(&wrap, "u");
    buf_printf(&wrap.text, " LIMIT %u", limit);
    return end(&wrap);
}

struct plan_sql wrap_page(struct arena *arena, const struct plan_sql *user,
                          const struct plan_page *page, enum wrap_way way)
{
    struct wrap wrap = {
        .arena = arena, .user = user, .page = page, .backwards = way == WRAP_BEFORE};

    begin(&wrap);
    if (way != WRAP_FIRST) {
        append_keyset(&wrap);
    }
    append_order(&wrap, "u");
    buf_append_str(&wrap.text, " LIMIT ?");
    wrap.binds[wrap.bind_count++] = (struct plan_bind){.source = SOURCE_LIMIT};
    return end(&wrap);
}
