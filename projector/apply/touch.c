/*
 * Cells -> texts -> tags -> slots. A tag is the class' name, "=", and its values joined by commas;
 * the gateway makes the same text of a query's parameters (conf/build/derive.c).
 */
#include "projector/apply/touch.h"

#include "cache/page.h"
#include "conf/plan/kind.h"
#include "conf/tags/query.h"
#include "lib/base/buf.h"
#include "projector/apply/run.h"

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

static enum status bound_value(const struct touching *touching, const struct plan_kind *kind,
                               const struct plan_bind *bind, const struct value **value_out,
                               struct slice *text_out)
{
    enum status status = run_bind(touching->session, touching->record, bind, touching->line,
                                  touching->arena, value_out);

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
static enum status cell_value(const struct touching *touching, const struct plan_kind *kind,
                              const struct plan_cell *cell, const struct slice *row,
                              const struct value **value_out, struct slice *text_out)
{
    switch (cell->from) {
    case CELL_BIND:
        return bound_value(touching, kind, &cell->bind, value_out, text_out);
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

/* The SELECT of a path: whose tags the row's links lead to. A NULL leads nowhere. */
static enum status ask(const struct touching *touching, const struct plan_class *class,
                       const struct value *const *links, struct slots *slots)
{
    struct slice *texts = ARENA_ARRAY(touching->arena, struct slice, class->asked_count);
    const struct value *value;
    struct sql_rows rows;
    enum status status;
    size_t i, j;

    for (i = 0; i < class->link_count; i++) {
        if (!links[i] || links[i]->type == VALUE_NULL) {
            return STATUS_OK;
        }
    }
    status = run_text(touching->session, touching->record->projection, class->ask, links,
                      class->link_count, touching->line, touching->arena, &rows);
    if (status == STATUS_OK && rows.row_count > TAG_ROWS_MAX) {
        add_every_slot(slots);
        return STATUS_OK;
    }
    for (i = 0; status == STATUS_OK && i < rows.row_count; i++) {
        for (j = 0; status == STATUS_OK && j < class->asked_count; j++) {
            status = read_value(touching, &class->asked[j], &rows.cells[i * rows.column_count + j],
                                &value, &texts[j]);
        }
        if (status != STATUS_OK) {
            return status;
        }
        add_slot(class, texts, class->asked_count, slots);
    }
    return status;
}

/* ROW: of a SELECT, or NULL. */
static enum status touch_row(const struct touching *touching, const struct plan_touch *touch,
                             const struct slice *row, struct slots *slots)
{
    const struct plan_class *class = touch->class;
    struct slice *texts = ARENA_ARRAY(touching->arena, struct slice, class->link_count);
    const struct value **values =
        ARENA_ARRAY(touching->arena, const struct value *, class->link_count);
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < class->link_count; i++) {
        status =
            cell_value(touching, &class->links[i], &touch->cells[i], row, &values[i], &texts[i]);
        if (status == STATUS_OK && values[i] && values[i]->type != VALUE_NULL &&
            class->links[i].of != KIND_TEXT) {
            values[i] = value_number(touching->arena, texts[i]); /* no text beside a number */
        }
    }
    if (status == STATUS_NOT_FOUND) {
        add_all_slot(class, slots);
        return STATUS_OK;
    }
    if (status == STATUS_OK && class->ask.len > 0) {
        return ask(touching, class, values, slots);
    }
    if (status == STATUS_OK) {
        add_slot(class, texts, class->link_count, slots);
    }
    return status;
}

static enum status touch_rows(const struct touching *touching, const struct plan_touch *touch,
                              const struct sql_rows *rows, struct slots *slots)
{
    enum status status = STATUS_OK;
    size_t i;

    if (rows->row_count > TAG_ROWS_MAX) {
        add_every_slot(slots);
        return STATUS_OK;
    }
    for (i = 0; status == STATUS_OK && i < rows->row_count; i++) {
        status = touch_row(touching, touch, rows->cells + i * rows->column_count, slots);
    }
    return status;
}

/* ------------------------------------------------------------------ before and after */

/* Those that the statement stores or finds rows by: before anything is done. */
static enum status check_values(const struct touching *touching)
{
    const struct plan_change *change = touching->change;
    enum status status = STATUS_OK;
    const struct value *value;
    struct slice text;
    size_t i, j;

    for (i = 0; status == STATUS_OK && i < change->exact_count; i++) {
        status =
            bound_value(touching, &change->exact[i].kind, &change->exact[i].bind, &value, &text);
    }
    for (i = 0; status == STATUS_OK && i < change->touch_count; i++) {
        const struct plan_touch *touch = &change->touches[i];

        for (j = 0; status == STATUS_OK && j < touch->class->link_count; j++) {
            if (touch->cells[j].from == CELL_BIND) {
                status = bound_value(touching, &touch->class->links[j], &touch->cells[j].bind,
                                     &value, &text);
            }
        }
    }
    return status;
}

enum status touch_before(struct session *session, const struct record *record,
                         const struct plan_change *change, unsigned int line, struct arena *arena,
                         struct touching *out)
{
    enum status status;

    *out = (struct touching){
        .session = session, .record = record, .change = change, .line = line, .arena = arena};
    status = check_values(out);
    if (status == STATUS_OK && change->before.text.len > 0) {
        status = run_one(session, record, &change->before, arena, &out->before);
    }
    return status;
}

enum status touch_after(const struct touching *touching, struct slots *slots)
{
    const struct plan_change *change = touching->change;
    struct sql_rows after = {0};
    enum status status = STATUS_OK;
    size_t i;

    if (change->after.text.len > 0) {
        status =
            run_one(touching->session, touching->record, &change->after, touching->arena, &after);
    }
    for (i = 0; status == STATUS_OK && i < change->touch_count; i++) {
        const struct plan_touch *touch = &change->touches[i];

        if (touch->rows == ROWS_NONE) {
            status = touch_row(touching, touch, NULL, slots);
        } else {
            status = touch_rows(touching, touch,
                                touch->rows == ROWS_BEFORE ? &touching->before : &after, slots);
        }
    }
    return status;
}
