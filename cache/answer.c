/*
 * Answers from rows. Pure functions, any thread.
 *
 *     :one   {...}, or absent when there is no row
 *            ("5  no rows: the same, kind = absent, with its own TTL")
 *     :many  {"items": [...], "next": "<path>", "prev": "<path>"}
 *            next and prev are left out at the ends
 *
 * SQL is asked for one row more than is shown: its presence says that the list goes on. The rows
 * before a cursor come from there backwards (conf/plan/wrap.c), so they are shown in reverse.
 */
#include "cache/answer.h"

#include "cache/rows.h"
#include "lib/base/buf.h"
#include "lib/data/hash.h"
#include "lib/data/json_add.h"

/* "<16 hex>", or "<version>-<16 hex>" */
static struct slice etag_make(struct arena *arena, struct slice version, struct slice body)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t hash = hash_xxh64(body);
    char hex[17];

    for (size_t i = 0; i < 16; i++) {
        hex[i] = digits[hash >> (60 - 4 * i) & 15];
    }
    hex[16] = '\0';
    return arena_printf(arena, "\"%.*s%s%s\"", SLICE_ARG(version), version.len > 0 ? "-" : "", hex);
}

/* Only what an entity-tag may hold. */
static struct slice version_of(const struct plan_query *query, const struct sql_rows *rows)
{
    int column = query->version_column.len > 0 ? rows_column(rows, query->version_column) : -1;
    struct slice version = column >= 0 ? rows_cell(rows, 0, column) : SLICE_EMPTY;
    uint64_t number;

    return version.ptr && slice_parse_u64(version, &number) == STATUS_OK ? version : SLICE_EMPTY;
}

/* ------------------------------------------------------------------ links */

/* SQL's cells of the key columns of row INDEX. */
static const struct slice *keys_of(struct arena *arena, const struct plan_query *query,
                                   const struct sql_rows *rows, size_t index)
{
    struct slice *keys = ARENA_ARRAY(arena, struct slice, query->page.column_count);

    for (size_t i = 0; i < query->page.column_count; i++) {
        int column = rows_column(rows, query->page.columns[i].name);

        keys[i] = column >= 0 ? rows_cell(rows, index, column) : SLICE_EMPTY;
    }
    return keys;
}

static struct slice path_of(struct arena *arena, const struct lookup_input *input,
                            struct slice cursor)
{
    bool plain = input->limit == input->query->page.limit;
    struct slice limit = plain ? SLICE_EMPTY : arena_printf(arena, "limit=%u&", input->limit);

    return arena_printf(arena, "%.*s?%.*s%s%.*scursor=%.*s", SLICE_ARG(input->path),
                        SLICE_ARG(input->links_query), input->links_query.len > 0 ? "&" : "",
                        SLICE_ARG(limit), SLICE_ARG(cursor));
}

struct page {
    size_t count;   /* the first so many rows are shown */
    bool backwards; /* the last of them first */
    bool more_after, more_before;
};

static struct page page_of(const struct lookup_input *input, const struct cursor *cursor,
                           size_t rows)
{
    bool backwards = cursor->direction == CURSOR_BEFORE;
    bool more = rows > input->limit;

    if (!input->query->paged) {
        return (struct page){.count = rows};
    }
    return (struct page){
        .count = more ? input->limit : rows,
        .backwards = backwards,
        .more_after = backwards ? rows > 0 : more,
        .more_before = backwards ? more : rows > 0 && cursor->direction == CURSOR_AFTER,
    };
}

/* The row that is shown at PLACE. */
static size_t row_at(const struct page *page, size_t place)
{
    return page->backwards ? page->count - 1 - place : place;
}

/* ------------------------------------------------------------------ bodies */

static void add_link(struct buf *buf, const char *name, struct slice path)
{
    if (path.len > 0) {
        json_add_string(buf, name, path);
    }
}

static void add_items(struct buf *buf, const struct sql_rows *rows, const struct page *page)
{
    json_add_array(buf, "items");
    for (size_t i = 0; i < page->count; i++) {
        rows_add_object(buf, rows, row_at(page, i));
    }
    json_add_end(buf, ']');
}

static struct slice link_of(struct arena *arena, struct slice next, struct slice prev)
{
    if (next.len > 0 && prev.len > 0) {
        return arena_printf(arena, "<%.*s>; rel=\"next\", <%.*s>; rel=\"prev\"", SLICE_ARG(next),
                            SLICE_ARG(prev));
    }
    if (next.len > 0) {
        return arena_printf(arena, "<%.*s>; rel=\"next\"", SLICE_ARG(next));
    }
    return prev.len > 0 ? arena_printf(arena, "<%.*s>; rel=\"prev\"", SLICE_ARG(prev))
                        : SLICE_EMPTY;
}

static void build_many(struct arena *arena, const struct lookup_input *input,
                       const struct cursor *cursor, const struct cursor_seal *seal,
                       const struct sql_rows *rows, struct buf *buf, struct answer *out)
{
    const struct plan_query *query = input->query;
    struct page page = page_of(input, cursor, rows_count(rows));
    struct slice next = SLICE_EMPTY, prev = SLICE_EMPTY;

    if (page.more_after) {
        next = path_of(arena, input,
                       cursor_encode(arena, seal, query, CURSOR_AFTER,
                                     keys_of(arena, query, rows, row_at(&page, page.count - 1))));
    }
    if (page.more_before) {
        prev = path_of(arena, input,
                       cursor_encode(arena, seal, query, CURSOR_BEFORE,
                                     keys_of(arena, query, rows, row_at(&page, 0))));
    }
    json_add_object(buf, NULL);
    add_items(buf, rows, &page);
    add_link(buf, "next", next);
    add_link(buf, "prev", prev);
    json_add_end(buf, '}');
    out->kind = ANSWER_ROWS;
    out->link = link_of(arena, next, prev);
}

enum status answer_build(struct arena *arena, const struct lookup_input *input,
                         const struct cursor *cursor, const struct cursor_seal *seal,
                         const struct sql_rows *rows, struct answer *out)
{
    struct slice version = SLICE_EMPTY;
    struct buf buf = {0};

    out->link = SLICE_EMPTY;
    if (!input->query->one && !input->query->paged && rows_count(rows) > input->query->rows_max) {
        return STATUS_TOO_LARGE;
    }
    if (!input->query->one) {
        build_many(arena, input, cursor, seal, rows, &buf, out);
    } else if (rows_count(rows) == 0) {
        out->kind = ANSWER_ABSENT;
        out->body = out->etag = SLICE_EMPTY;
        return STATUS_OK;
    } else if (rows_count(rows) > 1) {
        return STATUS_CORRUPT;
    } else {
        out->kind = ANSWER_ROWS;
        version = version_of(input->query, rows);
        rows_add_object(&buf, rows, 0);
    }
    out->body = arena_copy(arena, buf_slice(&buf));
    out->etag = etag_make(arena, version, out->body);
    buf_fini(&buf);
    return STATUS_OK;
}
