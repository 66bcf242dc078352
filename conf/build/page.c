/*
 * A query's order and pages: columns that come straight from tables, NOT NULL and unique together,
 * so that a keyset can walk over them; and the wrapped statements.
 */
#include "conf/build/query.h"
#include "conf/plan/wrap.h"

#define PAGE_ROWS_MAX    10000
#define PAGE_COLUMNS_MAX 8

static void type_column(struct query *query, const struct sqlread *read,
                        struct plan_key_column *column, const struct value *at)
{
    const struct table_column *found = sqlread_column(read, column->name);

    if (!found) {
        source_complain(&query->source, at,
                        sqlread_has_label(read, column->name)
                            ? SLICE_LITERAL("an expression cannot order pages: name the table's "
                                            "column in the SELECT list")
                            : sqlread_suggest(read, query->build->arena, column->name),
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
 * "WHERE column = :param AND ...": the column has one value in all rows. Returns the column's name,
 * or empty.
 */
static struct slice pinned_column(const struct sqlstatement *statement, size_t param)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t i = param;

    if (i < 3 || tokens[i].depth > 0 || !sqltoken_is(&tokens[i - 1], "=") ||
        !sqltoken_is_name(&tokens[i - 2])) {
        return SLICE_EMPTY;
    }
    i -= 2;
    if (i >= 2 && sqltoken_is(&tokens[i - 1], ".")) {
        i -= 2; /* table.column */
    }
    return i > 0 && (sqltoken_is(&tokens[i - 1], "WHERE") || sqltoken_is(&tokens[i - 1], "AND"))
               ? tokens[param - 2].text
               : SLICE_EMPTY;
}

/* Words by which a comparison that holds for all rows need not hold for one. */
static bool opens_it(const struct sqltoken *token)
{
    static const char *const words[] = {"OR", "XOR", "|", "UNION", "NOT"};

    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (token->depth == 0 && sqltoken_is(token, words[i])) {
            return true;
        }
    }
    return false;
}

/*
 * Columns that WHERE compares with a parameter, whatever else it says: they are the same in all
 * rows of an answer.
 */
static size_t pinned_columns(const struct sqlstatement *statement, struct slice *out)
{
    size_t count = 0;
    bool where = false;

    for (size_t i = 0; i < statement->token_count; i++) {
        if (opens_it(&statement->tokens[i])) {
            return 0;
        }
    }
    for (size_t i = 0; i < statement->token_count; i++) {
        const struct sqltoken *token = &statement->tokens[i];

        where |= token->depth == 0 && sqltoken_is(token, "WHERE");
        if (where && token->kind == SQLTOKEN_PARAM && pinned_column(statement, i).len > 0) {
            out[count++] = pinned_column(statement, i);
        }
    }
    return count;
}

/*
 * Of one table we know what is unique; of joins gateway --check cannot know either, and the model's
 * author must.
 */
static void check_unique(struct query *query, const struct sqlread *read, const struct value *at)
{
    const struct sqlstatement *statement = &query->block->statements[0];
    struct slice *names;
    size_t count;

    if (read->table_count != 1 || query->build->diag->count > 0) {
        return;
    }
    names =
        ARENA_ARRAY(query->build->arena, struct slice, PAGE_COLUMNS_MAX + statement->token_count);
    count = pinned_columns(statement, names);
    for (size_t i = 0; i < query->out->page.column_count; i++) {
        names[count++] = sqlread_source(read, query->out->page.columns[i].name);
    }
    if (!table_is_unique_by(read->tables[0], names, count)) {
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
