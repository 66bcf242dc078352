/*
 * A query's order and pages: columns that come straight from tables, NOT NULL and unique together,
 * so that a keyset can walk over them; and the wrapped statements.
 */
#include "conf/build/query.h"
#include "conf/plan/wrap.h"
#include "conf/sql/unique.h"

#define PAGE_ROWS_MAX    10000
#define PAGE_COLUMNS_MAX 8

/* The column behind a label of the result; its item is NONE if we cannot say. */
static struct sqlref ref_of(const struct query *query, const struct sqlread *read,
                            struct slice label)
{
    struct sqlref ref = {SQLSELECT_NONE, NULL};
    struct slice table, name;

    if (query->select.top != SQLSELECT_NONE && sqlread_has_label(read, label) &&
        sqlread_written(read, label, &table, &name)) {
        (void)sqlselect_resolve(&query->select, query->select.top, table, name, &ref);
    }
    return ref;
}

static void type_column(struct query *query, const struct sqlread *read,
                        struct plan_key_column *column, const struct value *at)
{
    struct sqlref ref = ref_of(query, read, column->name);
    const struct table_column *found = ref.column;

    if (!found) {
        source_complain(&query->source, at,
                        sqlread_has_label(read, column->name)
                            ? SLICE_LITERAL("an expression cannot order rows: name the table's "
                                            "column in the SELECT list, or let projections keep "
                                            "the number in a column")
                            : sqlread_suggest(read, query->build->arena, column->name),
                        "'%.*s' is no column of the query's result that comes straight from a "
                        "table",
                        SLICE_ARG(column->name));
    } else if (sqlunique_may_lack(&query->select, ref.item)) {
        source_complain(&query->source, at, SLICE_LITERAL("rows with NULL would be in no page"),
                        "the column '%.*s' is NULL where its LEFT JOIN finds no row",
                        SLICE_ARG(column->name));
    } else if (!found->not_null) {
        source_complain(&query->source, at, SLICE_LITERAL("rows with NULL would be in no page"),
                        "the column '%.*s' may be NULL", SLICE_ARG(column->name));
    } else if (!found->known) {
        source_complain(&query->source, at, SLICE_EMPTY,
                        "rows cannot be ordered by '%.*s' of type %.*s", SLICE_ARG(column->name),
                        SLICE_ARG(found->type));
    } else {
        column->type = found->scalar;
    }
}

static bool is_named_twice(const struct plan_page *page)
{
    size_t last = page->column_count - 1;

    for (size_t i = 0; i < last; i++) {
        if (slice_eq_nocase(page->columns[i].name, page->columns[last].name)) {
            return true;
        }
    }
    return false;
}

static void build_order(struct query *query, const struct sqlread *read, const struct value *list)
{
    struct plan_key_column *columns =
        ARENA_ARRAY(query->build->arena, struct plan_key_column, list->count);

    query->out->page.columns = columns;
    if (list->count == 0 || list->count > PAGE_COLUMNS_MAX) {
        source_complain(&query->source, list, SLICE_EMPTY, "an order has 1 to %d columns",
                        PAGE_COLUMNS_MAX);
        return;
    }
    for (const struct value *item = list->first; item; item = item->next) {
        struct plan_key_column *column = &columns[query->out->page.column_count];

        if (item->type != VALUE_STRING || item->text.len == 0) {
            source_complain(&query->source, item, SLICE_EMPTY, "must be a column's label");
            continue;
        }
        query->out->page.column_count++;
        column->descending = item->text.ptr[0] == '-';
        column->name = slice_from(item->text, column->descending);
        type_column(query, read, column, item);
        if (is_named_twice(&query->out->page)) {
            source_complain(&query->source, item, SLICE_EMPTY, "the column '%.*s' is named twice",
                            SLICE_ARG(column->name));
        }
    }
}

/*
 * Rows that the columns do not tell apart would be in two pages, or in none. What is NULL in the
 * result (of a LEFT JOIN) was a complaint already.
 */
static void check_unique(struct query *query, const struct sqlread *read, const struct value *at,
                         const char *otherwise)
{
    struct sqlref refs[PAGE_COLUMNS_MAX];
    size_t count = 0;
    struct slice why;

    if (query->build->diag->count > 0) {
        return;
    }
    for (; count < query->out->page.column_count; count++) {
        refs[count] = ref_of(query, read, query->out->page.columns[count].name);
    }
    why = sqlunique_why(query->build->arena, &query->select, refs, count);
    if (why.len > 0) {
        source_complain(&query->source, at,
                        SLICE_LITERAL("add the columns of its primary key at the end; of what may "
                                      "have several rows, or count in a subquery of the SELECT "
                                      "list, or GROUP BY these columns"),
                        "rows are not unique by these columns: %s: %.*s", otherwise,
                        SLICE_ARG(why));
    }
}

static void build_pages(struct query *query, const struct sqlread *read,
                        const struct plan_sql *user)
{
    struct plan_query *out = query->out;
    struct model_page page;

    if (!model_page_read(query->build->arena, &query->source, query->written.page, &page)) {
        return;
    }
    build_order(query, read, page.by);
    out->page.max = build_count(&query->source, page.max, 1, PAGE_ROWS_MAX);
    out->page.limit = build_count(&query->source, page.limit, 1, out->page.max);
    check_unique(query, read, page.by, "pages could miss some");
    if (out->page.column_count > 0) {
        out->first = wrap_page(query->build->arena, user, &out->page, WRAP_FIRST);
        out->after = wrap_page(query->build->arena, user, &out->page, WRAP_AFTER);
        out->before = wrap_page(query->build->arena, user, &out->page, WRAP_BEFORE);
    }
}

/* "order" with "limit", which cuts, or "max", beyond which is a fault. */
static void build_rows(struct query *query, const struct sqlread *read, const struct plan_sql *user)
{
    const struct model_query *written = &query->written;
    struct plan_query *out = query->out;

    if (!written->order || !written->limit == !written->max) {
        source_complain(&query->source, query->value,
                        SLICE_LITERAL("\"limit\" gives the first rows and leaves the others out; "
                                      "more than \"max\" rows are a 500"),
                        "a :many query needs 'page', or 'order' with one of 'limit' and 'max'");
        return;
    }
    out->cuts = written->limit != NULL;
    out->rows_max =
        build_count(&query->source, out->cuts ? written->limit : written->max, 1, PAGE_ROWS_MAX);
    build_order(query, read, written->order);
    if (out->cuts) {
        check_unique(query, read, written->order, "which ones are cut would be chance");
    }
    out->first = wrap_many(query->build->arena, user, &out->page, out->rows_max + !out->cuts);
}

void build_page(struct query *query, const struct sqlread *read, const struct plan_sql *user)
{
    const struct model_query *written = &query->written;
    bool rows = written->order || written->limit || written->max;

    if (query->out->one) {
        if (written->page || rows) {
            source_complain(&query->source, query->value, SLICE_EMPTY,
                            "a :one query has no 'page', 'order', 'limit' or 'max'");
        }
        query->out->first = wrap_one(query->build->arena, user);
    } else if (written->page) {
        if (rows) {
            source_complain(&query->source, query->value,
                            SLICE_LITERAL("a page has its own limit and max"),
                            "'order', 'limit' and 'max' are for queries without 'page'");
        }
        build_pages(query, read, user);
    } else {
        build_rows(query, read, user);
    }
}
