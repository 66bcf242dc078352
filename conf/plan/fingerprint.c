/*
 * Fingerprints: a text that says all that matters, each field with its length before it (so that no
 * two plans have one text), hashed by XXH64.
 */
#include "conf/plan/fingerprint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/data/hash.h"
#include "lib/data/json.h"

static void add(struct buf *text, struct slice field)
{
    buf_printf(text, "%zu:", field.len);
    buf_append(text, field);
}

static void add_str(struct buf *text, const char *field)
{
    add(text, slice_str(field));
}

static void hex(const struct buf *text, char out[17])
{
    (void)snprintf(out, 17, "%016" PRIx64, hash_xxh64(buf_slice(text)));
}

static void add_bind(struct buf *text, const struct plan_bind *bind)
{
    buf_printf(text, "%d;%u;%d;%u;", (int)bind->source, bind->index, (int)bind->form, bind->digits);
    add(text, bind->name);
}

/* A statement says what it does by its text and by what fills each ? of it. */
static void add_sql(struct buf *text, const struct plan_sql *sql)
{
    add(text, sql->text);
    buf_printf(text, "%zu;", sql->bind_count);
    for (size_t i = 0; i < sql->bind_count; i++) {
        add_bind(text, &sql->binds[i]);
    }
}

static void add_kinds(struct buf *text, const struct plan_kind *kinds, size_t count)
{
    buf_printf(text, "%zu;", count);
    for (size_t i = 0; i < count; i++) {
        buf_printf(text, "%d;%d;%u;%u;", (int)kinds[i].of, kinds[i].is_unsigned, kinds[i].size,
                   kinds[i].places);
    }
}

/*
 * Places by their names and images; not by a parameter's index: its name says which one it is, and
 * the order of "params" does not matter to a tag. A place's name may be another than in the text
 * (conf/build/touches.c: an event's id).
 */
static void add_templates(struct buf *text, const struct plan_template *templates, size_t count)
{
    buf_printf(text, "%zu;", count);
    for (size_t i = 0; i < count; i++) {
        buf_printf(text, "%zu;", templates[i].part_count);
        for (size_t j = 0; j < templates[i].part_count; j++) {
            const struct plan_template_part *part = &templates[i].parts[j];

            add(text, part->literal);
            add(text, part->name);
            add_str(text, scalar_name(part->type));
            buf_printf(text, "%d;%d;", part->old, part->strict);
            add_kinds(text, &part->kind, 1);
        }
    }
}

/* ------------------------------------------------------------------ queries */

/*
 * Not the schema: it says which values are taken, not what is answered to one. Not the column: it
 * follows from the SQL.
 */
static void add_params(struct buf *text, const struct plan_query *query)
{
    buf_printf(text, "%zu;", query->param_count);
    for (size_t i = 0; i < query->param_count; i++) {
        const struct plan_param *param = &query->params[i];
        struct buf fallback = {0};

        if (param->fallback) {
            json_write_canonical(&fallback, param->fallback);
        }
        add(text, param->name);
        add_str(text, scalar_name(param->type));
        buf_printf(text, "%d;%d;%d;", (int)param->from, param->capture, param->fallback != NULL);
        add(text, buf_slice(&fallback));
        buf_fini(&fallback);
    }
}

/* By which parameters are NULL. */
static void add_variants(struct buf *text, const struct plan_query *query)
{
    buf_printf(text, "%zu;", query->guard_count);
    for (size_t i = 0; i < query->guard_count; i++) {
        buf_printf(text, "%zu;", query->guards[i]);
    }
    for (size_t i = 0; i < (size_t)1 << query->guard_count; i++) {
        struct plan_variant variant = plan_variant_of(query, i);

        add_templates(text, variant.tags, variant.tag_count);
    }
}

static void add_page(struct buf *text, const struct plan_query *query)
{
    const struct plan_page *page = &query->page;

    buf_printf(text, "%d;%d;%d;%u;%u;%u;%zu;", query->one, query->paged, query->cuts,
               query->rows_max, page->limit, page->max, page->column_count);
    for (size_t i = 0; i < page->column_count; i++) {
        add(text, page->columns[i].name);
        add_str(text, scalar_name(page->columns[i].type));
        buf_printf(text, "%d;", page->columns[i].descending);
    }
}

/* Not the times to live nor near: they say how long an answer is kept, not what it is. */
static void fingerprint_query(struct plan_query *query)
{
    struct buf text = {0};

    add_str(&text, FINGERPRINT_ENTRY);
    add_str(&text, FINGERPRINT_TAGS);
    add(&text, query->name);
    add(&text, query->route->text);
    add_sql(&text, &query->first);
    add_sql(&text, &query->after);
    add_sql(&text, &query->before);
    add(&text, query->version_column);
    add_page(&text, query);
    add_params(&text, query);
    add_variants(&text, query);
    hex(&text, query->fingerprint);
    buf_fini(&text);
}

/* ------------------------------------------------------------------ touches */

static int compare_parts(const void *a, const void *b)
{
    const struct slice *left = a, *right = b;

    return slice_compare(*left, *right);
}

static struct slice take(struct arena *arena, struct buf *text)
{
    struct slice part = arena_copy(arena, buf_slice(text));

    buf_clear(text);
    return part;
}

static void add_class(struct buf *text, const struct plan_class *class)
{
    add(text, class->name);
    add_kinds(text, class->links, class->link_count);
    add(text, class->ask.text);
    add_kinds(text, class->asked, class->asked_count);
}

static void add_cell(struct buf *text, const struct plan_cell *cell)
{
    buf_printf(text, "%d;%zu;", (int)cell->from, cell->column);
    add(text, cell->literal);
    if (cell->from == CELL_BIND) {
        add_bind(text, &cell->bind);
    }
}

/* What a statement touches by its SQL. */
static void add_change(struct buf *text, const struct plan_change *change)
{
    buf_printf(text, "%zu;", change->touch_count);
    for (size_t i = 0; i < change->touch_count; i++) {
        const struct plan_touch *touch = &change->touches[i];

        add_class(text, touch->class);
        buf_printf(text, "%d;", (int)touch->rows);
        for (size_t j = 0; j < touch->class->link_count; j++) {
            add_cell(text, &touch->cells[j]);
        }
    }
    add_sql(text, &change->before);
    add_sql(text, &change->after);
    for (size_t i = 0; i < change->exact_count; i++) {
        add_kinds(text, &change->exact[i].kind, 1);
        add_bind(text, &change->exact[i].bind);
    }
}

static struct slice projection_part(struct arena *arena, struct buf *text,
                                    const struct plan_projection *projection)
{
    add_str(text, "projection");
    add(text, projection->name);
    buf_printf(text, "%d;", projection->ignored);
    add_templates(text, projection->touches, projection->touch_count);
    buf_printf(text, "%d;%zu;", projection->touches_sql != NULL, projection->statement_count);
    for (size_t i = 0; i < projection->statement_count; i++) {
        add_change(text, &projection->changes[i]);
    }
    if (projection->touches_sql) {
        add_sql(text, projection->touches_sql);
    }
    return take(arena, text);
}

static struct slice query_part(struct arena *arena, struct buf *text,
                               const struct plan_query *query)
{
    add_str(text, "query");
    add(text, query->name);
    add_variants(text, query);
    return take(arena, text);
}

static void fingerprint_touches(struct plan_model *model)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct slice *parts;
    size_t count = 0;

    parts = ARENA_ARRAY(&arena, struct slice, model->projection_count + model->query_count);
    for (size_t i = 0; i < model->projection_count; i++) {
        parts[count++] = projection_part(&arena, &text, &model->projections[i]);
    }
    for (size_t i = 0; i < model->query_count; i++) {
        parts[count++] = query_part(&arena, &text, &model->queries[i]);
    }
    qsort(parts, count, sizeof(*parts), compare_parts);

    add_str(&text, FINGERPRINT_TAGS);
    add(&text, model->aggregate.id_name);
    for (size_t i = 0; i < count; i++) {
        add(&text, parts[i]);
    }
    hex(&text, model->touches);
    buf_fini(&text);
    arena_fini(&arena);
}

void fingerprint_model(struct plan_model *model)
{
    for (size_t i = 0; i < model->query_count; i++) {
        fingerprint_query(&model->queries[i]);
    }
    fingerprint_touches(model);
}
