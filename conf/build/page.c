/*
 * A query's order and pages: columns that come straight from tables, NOT NULL and unique together,
 * so that a keyset can walk over them; and the wrapped statements.
 */
#include "conf/build/query.h"
#include "conf/plan/wrap.h"
#include "conf/study/label.h"
#include "conf/study/origin.h"
#include "conf/study/unique.h"

#define PAGE_ROWS_MAX    10000
#define PAGE_COLUMNS_MAX 8

static void type_column(struct query *query, struct plan_key_column *column, const struct value *at)
{
    const struct sqlquery *tree = query->tree->query;
    size_t place = label_find(tree, column->name);
    const struct table_column *found = place == LABEL_NONE ? NULL : origin_of_output(tree, place);

    if (!found) {
        source_complain(&query->source, at,
                        place != LABEL_NONE
                            ? SLICE_LITERAL("an expression cannot order rows: name the table's "
                                            "column in the SELECT list, or let projections keep "
                                            "the number in a column")
                            : label_suggest(query->build->arena, tree, column->name),
                        "'%.*s' is no column of the query's result that comes straight from a "
                        "table",
                        SLICE_ARG(column->name));
    } else if (unique_may_lack(&query->analysis, tree, place)) {
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

static void build_order(struct query *query, const struct value *list)
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
        type_column(query, column, item);
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
static void check_unique(struct query *query, const struct value *at, const char *otherwise)
{
    size_t columns[PAGE_COLUMNS_MAX], count = 0;
    struct slice why;

    if (query->build->diag->count > 0) {
        return;
    }
    for (; count < query->out->page.column_count; count++) {
        columns[count] = label_find(query->tree->query, query->out->page.columns[count].name);
    }
    why = unique_why(&query->analysis, query->tree->query, columns, count);
    if (why.len > 0) {
        source_complain(&query->source, at,
                        SLICE_LITERAL("add the columns of its primary key at the end; of what may "
                                      "have several rows, or count in a subquery of the SELECT "
                                      "list, or GROUP BY these columns"),
                        "rows are not unique by these columns: %s: %.*s", otherwise,
                        SLICE_ARG(why));
    }
}

static void build_pages(struct query *query, const struct plan_sql *user)
{
    struct plan_query *out = query->out;
    struct model_page page;

    if (!model_page_read(query->build->arena, &query->source, query->written.page, &page)) {
        return;
    }
    build_order(query, page.by);
    out->page.max = build_count(&query->source, page.max, 1, PAGE_ROWS_MAX);
    out->page.limit = build_count(&query->source, page.limit, 1, out->page.max);
    check_unique(query, page.by, "pages could miss some");
    if (out->page.column_count > 0) {
        out->first = wrap_page(query->build->arena, user, &out->page, WRAP_FIRST);
        out->after = wrap_page(query->build->arena, user, &out->page, WRAP_AFTER);
        out->before = wrap_page(query->build->arena, user, &out->page, WRAP_BEFORE);
    }
}

/* "order" with "limit", which cuts, or "max", beyond which is a fault. */
static void build_rows(struct query *query, const struct plan_sql *user)
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
    build_order(query, written->order);
    if (out->cuts) {
        check_unique(query, written->order, "which ones are cut would be chance");
    }
    out->first = wrap_many(query->build->arena, user, &out->page, out->rows_max + !out->cuts);
}

void build_page(struct query *query, const struct plan_sql *user)
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
        build_pages(query, user);
    } else {
        build_rows(query, user);
    }
}
