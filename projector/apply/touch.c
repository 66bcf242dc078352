/*
 * Cells -> texts -> tags -> slots. A tag is the class' name, "=", and its values joined by commas;
 * the gateway makes the same text of a query's parameters (conf/build/derive_query.c).
 */
#include "projector/apply/touch.h"

#include "cache/page.h"
#include "conf/plan/kind.h"
#include "conf/tags/query.h"
#include "lib/base/buf.h"
#include "projector/apply/run.h"
#include "projector/store/aggregates.h"

static const struct value *value_of_cell(const struct plan_kind *kind, const struct slice *cell,
                                         struct arena *arena)
{
    if (!cell->ptr) {
        return value_null(arena);
    }
    return kind->of == KIND_TEXT ? value_string(arena, *cell) : value_number(arena, *cell);
}

/* ------------------------------------------------------------------ values */

/* A cell of a SELECT. */
static enum status read_value(const struct touching *touching, const struct plan_kind *kind,
                              const struct slice *cell, const struct value **value_out,
                              struct slice *text_out)
{
    *value_out = value_of_cell(kind, cell, touching->arena);
    if (kind_text(touching->arena, kind, *value_out, text_out) != STATUS_OK) {
        return session_refuse(touching->session, STATUS_CORRUPT,
                              "a column does not hold what schema.sql says");
    }
    return STATUS_OK;
}

static enum status bound_value(const struct touching *touching, const struct record *record,
                               const struct plan_kind *kind, const struct plan_bind *bind,
                               const struct value **value_out, struct slice *text_out)
{
    enum status status =
        run_bind(touching->session, record, bind, touching->line, touching->arena, value_out);

    if (status == STATUS_OK &&
        kind_text(touching->arena, kind, *value_out, text_out) != STATUS_OK) {
        return run_refuse(touching->session, bind, touching->line,
                          "it is not exactly of its column's type, and a tag would be wrong");
    }
    return status;
}

/*
 * A value, which a path's SELECT asks with, and its text in a tag. NOT_FOUND: only the server knows
 * it.
 */
static enum status cell_value(const struct touching *touching, const struct record *record,
                              const struct plan_kind *kind, const struct plan_cell *cell,
                              const struct slice *row, const struct value **value_out,
                              struct slice *text_out)
{
    switch (cell->from) {
    case CELL_BIND:
        return bound_value(touching, record, kind, &cell->bind, value_out, text_out);
    case CELL_LITERAL:
        *text_out = cell->literal;
        *value_out = cell->value;
        return STATUS_OK;
    case CELL_ROW:
        return read_value(touching, kind, &row[cell->column], value_out, text_out);
    case CELL_SERVER:
        break;
    }
    return STATUS_NOT_FOUND;
}

/* ------------------------------------------------------------------ tags */

static void add_slot(const struct plan_class *class, const struct slice *texts, size_t count,
                     struct slots *slots)
{
    struct buf tag = {0};
    size_t i;

    buf_append(&tag, class->name);
    for (i = 0; i < count; i++) {
        buf_append_str(&tag, i == 0 ? "=" : ",");
        buf_append(&tag, texts[i]);
    }
    slots_add(slots, tag_slot(buf_slice(&tag)));
    buf_fini(&tag);
}

static void add_all_slot(const struct plan_class *class, struct slots *slots)
{
    const struct slice all = SLICE_LITERAL(KIND_ALL);

    add_slot(class, &all, 1, slots);
}

/* More rows than we look at: all answers are void. */
static void add_every_slot(struct slots *slots)
{
    uint32_t i;

    for (i = 0; i < PAGE_SLOTS; i++) {
        slots_add(slots, i);
    }
}

/* ------------------------------------------------------------------ paths */

/* What one touch asks its path for: the links of so many rows. */
struct links {
    const struct value **values;
    size_t count, room; /* of rows */
};

/* A NULL leads nowhere. */
static void add_links(const struct touching *touching, const struct plan_class *class,
                      const struct value *const *values, struct links *links)
{
    size_t width = class->link_count, i;

    for (i = 0; i < width; i++) {
        if (!values[i] || values[i]->type == VALUE_NULL) {
            return;
        }
    }
    if (links->count == links->room) {
        size_t room = links->room > 0 ? 2 * links->room : 4;
        const struct value **wider =
            ARENA_ARRAY(touching->arena, const struct value *, room *width);

        for (i = 0; i < links->count * width; i++) {
            wider[i] = links->values[i];
        }
        links->values = wider;
        links->room = room;
    }
    for (i = 0; i < width; i++) {
        links->values[links->count * width + i] = values[i];
    }
    links->count++;
}

static enum status add_asked(const struct touching *touching, const struct plan_class *class,
                             const struct sql_rows *rows, struct slots *slots)
{
    struct slice *texts = ARENA_ARRAY(touching->arena, struct slice, class->asked_count);
    const struct value *value;
    enum status status = STATUS_OK;
    size_t i, j;

    if (rows->row_count > TAG_ROWS_MAX) {
        add_every_slot(slots);
        return STATUS_OK;
    }
    for (i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        for (j = 0; status == STATUS_OK && j < class->asked_count; j++) {
            status = read_value(touching, &class->asked[j],
                                &rows->cells[i * rows->column_count + j], &value, &texts[j]);
        }
        if (status == STATUS_OK) {
            add_slot(class, texts, class->asked_count, slots);
        }
    }
    return status;
}

/* Whose tags the links lead to: which of them leads to which does not matter. */
static enum status ask(const struct touching *touching, const struct plan_class *class,
                       const struct links *links, struct slots *slots)
{
    enum status status = STATUS_OK;
    size_t at = 0, most = ROWS_CHUNK_MAX, chunk;

    for (; status == STATUS_OK && at < links->count && slots->count < PAGE_SLOTS; at += chunk) {
        struct sql_rows rows;
        struct run_rows run = {.sql = &class->ask, .line = touching->line};

        chunk = links->count - at < most ? links->count - at : most;
        run.count = chunk;
        run.params = links->values + at * class->link_count;
        run.param_count = chunk * class->link_count;
        status = run_select(touching->session, touching->records[0].projection, &run,
                            touching->arena, &rows);
        if (status == STATUS_OK && rows.row_count > TAG_ROWS_MAX && chunk > 1) {
            most = 1; /* together they are too many */
            chunk = 0;
            continue;
        }
        status = status == STATUS_OK ? add_asked(touching, class, &rows, slots) : status;
    }
    return status;
}

/* ------------------------------------------------------------------ rows */

/* ROW: of a SELECT, or NULL. */
static enum status touch_row(const struct touching *touching, const struct record *record,
                             const struct plan_touch *touch, const struct slice *row,
                             struct links *links, struct slots *slots)
{
    const struct plan_class *class = touch->class;
    struct slice *texts = ARENA_ARRAY(touching->arena, struct slice, class->link_count);
    const struct value **values =
        ARENA_ARRAY(touching->arena, const struct value *, class->link_count);
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < class->link_count; i++) {
        status = cell_value(touching, record, &class->links[i], &touch->cells[i], row, &values[i],
                            &texts[i]);
        if (status == STATUS_OK && values[i] && values[i]->type != VALUE_NULL &&
            class->links[i].of != KIND_TEXT) {
            values[i] = value_number(touching->arena, texts[i]); /* no text beside a number */
        }
    }
    if (status == STATUS_NOT_FOUND) {
        add_all_slot(class, slots);
        return STATUS_OK;
    }
    if (status == STATUS_OK && class->ask.text.len > 0) {
        add_links(touching, class, values, links);
    } else if (status == STATUS_OK) {
        add_slot(class, texts, class->link_count, slots);
    }
    return status;
}

/* A touch that has nothing of a row: once for each record whose statement found one. */
static enum status touch_records(const struct touching *touching, const struct plan_touch *touch,
                                 const bool *changed, struct links *links, struct slots *slots)
{
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < touching->count; i++) {
        if (!changed || changed[i]) {
            status = touch_row(touching, &touching->records[i], touch, NULL, links, slots);
        }
    }
    return status;
}

/* Of several records the rows are one's or another's, and no value of a record is with them. */
static enum status touch_rows(const struct touching *touching, const struct plan_touch *touch,
                              const struct sql_rows *rows, struct links *links, struct slots *slots)
{
    enum status status = STATUS_OK;
    size_t i;

    if (rows->row_count > TAG_ROWS_MAX) {
        add_every_slot(slots);
        return STATUS_OK;
    }
    for (i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        status = touch_row(touching, &touching->records[0], touch,
                           rows->cells + i * rows->column_count, links, slots);
    }
    return status;
}

static bool has_row_cells(const struct plan_touch *touch)
{
    size_t i = 0;

    while (i < touch->class->link_count && touch->cells[i].from != CELL_ROW) {
        i++;
    }
    return i < touch->class->link_count;
}

/*
 * What a row that is met becomes, by the record's values alone: of one record only if a row was
 * there; of several the row may be one that another of them made.
 */
static bool meets_nothing(const struct touching *touching, const struct plan_touch *touch)
{
    return touch->rows == ROWS_BEFORE && touching->count == 1 && touching->before.row_count == 0;
}

static enum status touch(const struct touching *touching, const struct plan_touch *touch,
                         const struct sql_rows *after, const bool *changed, struct slots *slots)
{
    struct links links = {NULL, 0, 0};
    enum status status = STATUS_OK;

    if (has_row_cells(touch)) {
        status = touch_rows(touching, touch, touch->rows == ROWS_BEFORE ? &touching->before : after,
                            &links, slots);
    } else if (!meets_nothing(touching, touch)) {
        status = touch_records(touching, touch, changed, &links, slots);
    }
    return status == STATUS_OK ? ask(touching, touch->class, &links, slots) : status;
}

/* ------------------------------------------------------------------ before and after */

/* Those that the statement stores or finds rows by: before anything is done. */
static enum status check_values(const struct touching *touching, const struct record *record)
{
    const struct plan_change *change = touching->change;
    enum status status = STATUS_OK;
    const struct value *value;
    struct slice text;
    size_t i, j;

    for (i = 0; status == STATUS_OK && i < change->exact_count; i++) {
        status = bound_value(touching, record, &change->exact[i].kind, &change->exact[i].bind,
                             &value, &text);
    }
    for (i = 0; status == STATUS_OK && i < change->touch_count; i++) {
        const struct plan_touch *of = &change->touches[i];

        for (j = 0; status == STATUS_OK && j < of->class->link_count; j++) {
            if (of->cells[j].from == CELL_BIND) {
                status = bound_value(touching, record, &of->class->links[j], &of->cells[j].bind,
                                     &value, &text);
            }
        }
    }
    return status;
}

enum status touch_before(struct session *session, const struct record *records, size_t count,
                         size_t statement, struct arena *arena, struct touching *out)
{
    const struct plan_projection *projection = records[0].projection;
    const struct plan_change *change = &projection->changes[statement];
    enum status status = STATUS_OK;
    size_t i;

    *out = (struct touching){.session = session,
                             .records = records,
                             .count = count,
                             .change = change,
                             .line = projection->statements[statement].line,
                             .arena = arena};
    for (i = 0; status == STATUS_OK && i < count; i++) {
        status = check_values(out, &records[i]);
    }
    if (status == STATUS_OK && change->before.text.len > 0) {
        status = run_select_of(session, records, count, &change->before, arena, &out->before);
    }
    if (status == STATUS_OK && count > 1 && out->before.row_count > TAG_ROWS_MAX) {
        return session_refuse(session, STATUS_TOO_LARGE, "records that find very many rows");
    }
    return status;
}

enum status touch_after(const struct touching *touching, const bool *changed, struct slots *slots)
{
    const struct plan_change *change = touching->change;
    struct sql_rows after = {0};
    enum status status = STATUS_OK;
    size_t i;

    if (change->after.text.len > 0) {
        status = run_select_of(touching->session, touching->records, touching->count,
                               &change->after, touching->arena, &after);
    }
    for (i = 0; status == STATUS_OK && i < change->touch_count; i++) {
        status = touch(touching, &change->touches[i], &after, changed, slots);
    }
    return status;
}
