/*
 * A query's order and pages: columns that come straight from tables, NOT NULL and unique together, so that a keyset can walk over them; and the wrapped
 * statements.
 */
#include "conf/build_query.h"
#include "conf/wrap.h"

#define PAGE_ROWS_MAX    10000
#define PAGE_COLUMNS_MAX 8

static void type_column(struct query *query, const struct sqlread *read,
                        struct plan_key_column *column, const struct value *at)
{
    const struct table_column *found = sqlread_column(read, column->name);

    if (!found) {
        source_complain(&query->source, at,
                        sqlread_suggest(read, query->build->arena, column->name),
                        "'%.*s' is no column of the query's result that comes straight from a "
                        "table",
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

static void build_order(struct query *query, const struct sqlread *read, const struct value *list)
{
    struct plan_key_column *columns =
        ARENA_ARRAY(query->build->arena, struct plan_key_column, list->count);
    const struct value *item;

    query->out->page.columns = columns;
    if (list->count == 0 || list->count > PAGE_COLUMNS_MAX) {
        source_complain(&query->source, list, SLICE_EMPTY, "an order has 1 to %d columns",
                        PAGE_COLUMNS_MAX);
        return;
    }
    for (item = list->first; item; item = item->next) {
        struct plan_key_column *column = &columns[query->out->page.column_count];

        if (item->type != VALUE_STRING || item->text.len == 0) {
            source_complain(&query->source, item, SLICE_EMPTY, "must be a column's label");
            continue;
        }
        query->out->page.column_count++;
        column->descending = item->text.ptr[0] == '-';
        column->name = slice_from(item->text, column->descending);
        type_column(query, read, column, item);
    }
}

/* Of one table we know what is unique; of joins gateway --check cannot know either, and the model's author must. */
static void check_unique(struct query *query, const struct sqlread *read, const struct value *at)
{
    struct slice names[PAGE_COLUMNS_MAX];
    size_t i;

    if (read->table_count != 1 || query->build->diag->count > 0) {
        return;
    }
    for (i = 0; i < query->out->page.column_count; i++) {
        names[i] = sqlread_source(read, query->out->page.columns[i].name);
    }
    if (!table_is_unique_by(read->tables[0], names, query->out->page.column_count)) {
        source_complain(&query->source, at,
                        SLICE_LITERAL("add the columns of the primary key at the end"),
                        "rows are not unique by these columns: pages could miss some");
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
    check_unique(query, read, page.by);
    if (out->page.column_count > 0) {
        out->first = wrap_page(query->build->arena, user, &out->page, WRAP_FIRST);
        out->after = wrap_page(query->build->arena, user, &out->page, WRAP_AFTER);
        out->before = wrap_page(query->build->arena, user, &out->page, WRAP_BEFORE);
    }
}

void build_page(struct query *query, const struct sqlread *read, const struct plan_sql *user)
{
    const struct model_query *written = &query->written;

    if (query->out->one) {
        if (written->page || written->order || written->max) {
            source_complain(&query->source, query->value, SLICE_EMPTY,
                            "a :one query has no 'page', 'order' or 'max'");
        }
        query->out->first = wrap_one(query->build->arena, user);
    } else if (written->page) {
        if (written->order || written->max) {
            source_complain(&query->source, query->value, SLICE_EMPTY,
                            "'order' and 'max' are for queries without 'page'");
        }
        build_pages(query, read, user);
    } else if (!written->order || !written->max) {
        source_complain(&query->source, query->value, SLICE_EMPTY,
                        "a :many query needs 'page', or 'order' and 'max'");
    } else {
        query->out->rows_max = build_count(&query->source, written->max, 1, PAGE_ROWS_MAX);
        build_order(query, read, written->order);
        query->out->first =
            wrap_many(query->build->arena, user, &query->out->page, query->out->rows_max);
    }
}
