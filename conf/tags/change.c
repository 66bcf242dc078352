/*
 * UPDATE and DELETE: rows are found by WHERE. INSERT and REPLACE are in insert.c.
 */
#include "conf/tags/change.h"

#include "conf/tags/touch.h"

const struct slice *tag_shape_links(const struct tag_shape *shape, size_t *count)
{
    *count = shape->hop_count > 0 ? shape->hops[0].link_count : shape->column_count;
    return shape->hop_count > 0 ? shape->hops[0].from : shape->columns;
}

static bool is_insert(const struct sqlchange *change)
{
    return change->verb == SQLVERB_INSERT || change->verb == SQLVERB_REPLACE;
}

size_t touch_column(const struct table *table, struct slice name)
{
    size_t i = 0;

    while (i < table->column_count && !slice_eq_nocase(table->columns[i].name, name)) {
        i++;
    }
    return i;
}

/* "c = c", as in ON DUPLICATE KEY UPDATE of a row that shall stay as it is. */
bool touch_keeps(const struct sqlset *set)
{
    return set->value->kind == SQLEXPR_COLUMN && set->value->source == set->column->source &&
           set->value->column == set->column->column;
}

/* ------------------------------------------------------------------ reading */

void tag_change_read(struct arena *arena, const struct sqltree *tree,
                     const struct tag_param *params, size_t param_count, struct tag_change *out)
{
    const struct sqlchange *change = tree->change;
    const struct sqlsource *written = change->written;
    struct analysis analysis;

    *out = (struct tag_change){.tree = tree, .table = written->table};
    out->sets = ARENA_ARRAY(arena, bool, out->table->column_count);
    for (size_t i = 0; i < change->set_count; i++) {
        out->sets[change->sets[i].column->column] |= !touch_keeps(&change->sets[i]);
    }
    if (is_insert(change)) {
        return;
    }
    analysis_init(&analysis, arena, tree, params, param_count);
    context_of_core(&analysis, change->core);
    out->known = classes_bound(&analysis,
                               classes_of(&analysis, &analysis.contexts[written->number]), written);
}

/* What the server sets by itself (ON UPDATE) is set by each UPDATE. */
static bool sets_any(const struct tag_change *change, const bool *reads)
{
    for (size_t i = 0; i < change->table->column_count; i++) {
        if (reads[i] && (change->sets[i] || change->table->columns[i].renewed)) {
            return true;
        }
    }
    return false;
}

bool tag_change_affects(const struct tag_change *change, const struct table *table,
                        const bool *reads)
{
    if (change->table != table) {
        return false;
    }
    return change->tree->change->verb != SQLVERB_UPDATE || sets_any(change, reads);
}

bool tag_change_spares_old(const struct tag_change *change, const bool *reads)
{
    const struct sqlchange *written = change->tree->change;

    return is_insert(written) && written->set_count > 0 && !sets_any(change, reads);
}

/* ------------------------------------------------------------------ lists */

void touch_add(struct touching *touching, size_t shape, enum tag_rows rows, struct tag_cell *cells)
{
    struct tag_touches *out = touching->out;

    if (out->count == touching->room) {
        size_t room = touching->room ? 2 * touching->room : 16;
        struct tag_touch *items = ARENA_ARRAY(touching->arena, struct tag_touch, room);

        for (size_t i = 0; i < out->count; i++) {
            items[i] = out->items[i];
        }
        out->items = items;
        touching->room = room;
    }
    out->items[out->count++] = (struct tag_touch){shape, cells, rows};
}

struct tag_cell *touch_cells(struct touching *touching, size_t shape,
                             const struct tag_cell *of_columns)
{
    const struct table *table = touching->change->table;
    size_t count;
    const struct slice *links = tag_shape_links(touching->shapes[shape], &count);
    struct tag_cell *cells = ARENA_ARRAY(touching->arena, struct tag_cell, count);

    for (size_t i = 0; i < count; i++) {
        cells[i] = of_columns[touch_column(table, links[i])];
    }
    return cells;
}

void touch_link_columns(const struct touching *touching, size_t shape, bool *columns)
{
    size_t count;
    const struct slice *links = tag_shape_links(touching->shapes[shape], &count);

    for (size_t i = 0; i < count; i++) {
        columns[touch_column(touching->change->table, links[i])] = true;
    }
}

size_t touch_select(struct touching *touching, const bool *wanted, struct slice alias,
                    struct buf *sql, struct tag_probe *probe)
{
    const struct table *table = touching->change->table;

    probe->columns = ARENA_ARRAY(touching->arena, size_t, table->column_count);
    buf_append_str(sql, "SELECT DISTINCT ");
    for (size_t i = 0; i < table->column_count; i++) {
        if (!wanted[i]) {
            continue;
        }
        buf_append_str(sql, probe->column_count > 0 ? ", " : "");
        if (alias.len > 0) {
            buf_printf(sql, "`%.*s`.", SLICE_ARG(alias));
        }
        buf_printf(sql, "`%.*s`", SLICE_ARG(table->columns[i].name));
        probe->columns[probe->column_count++] = i;
    }
    return probe->column_count;
}

void touch_append(struct touching *touching, struct sqlspan span, struct buf *sql,
                  struct tag_probe *probe)
{
    const struct sqltree *tree = touching->change->tree;
    const struct sqltoken **params;
    size_t count = probe->param_count;

    buf_append(sql, sqltree_text(tree, span));
    params = ARENA_ARRAY(touching->arena, const struct sqltoken *, count + span.end - span.from);
    for (size_t i = 0; i < count; i++) {
        params[i] = probe->params[i];
    }
    for (unsigned int i = span.from; i < span.end; i++) {
        if (tree->statement->tokens[i].kind == SQLTOKEN_PARAM) {
            params[count++] = &tree->statement->tokens[i];
        }
    }
    probe->params = params;
    probe->param_count = count;
}

/* ------------------------------------------------------------------ UPDATE, DELETE */

static struct binding *known_of(const struct tag_change *change, size_t column)
{
    for (size_t i = 0; i < change->known.count; i++) {
        if (change->known.items[i].column == column) {
            return &change->known.items[i];
        }
    }
    return NULL;
}

/* Are all WANTED columns known, and their combinations few? */
static bool all_known(const struct tag_change *change, const bool *wanted)
{
    size_t combinations = 1;

    for (size_t i = 0; i < change->table->column_count; i++) {
        const struct binding *known = wanted[i] ? known_of(change, i) : NULL;

        if (wanted[i] && !known) {
            return false;
        }
        combinations *= known ? known->value_count : 1;
        if (combinations > TAG_COMBINATIONS_MAX) {
            return false;
        }
    }
    return true;
}

/* The values of SET beside the old ones; and is one of WANTED only known to the server? */
static bool set_cells(const struct tag_change *change, const bool *wanted, struct tag_cell *cells)
{
    const struct sqlchange *written = change->tree->change;
    bool unknown = false;

    for (size_t i = 0; i < written->set_count; i++) {
        size_t column = written->sets[i].column->column;

        if (touch_keeps(&written->sets[i])) {
            continue;
        }
        cells[column] = touch_value(change->table, column, written->sets[i].value);
        unknown |= wanted[column] && cells[column].from == TAG_FROM_SERVER;
    }
    for (size_t i = 0; i < change->table->column_count && written->set_count > 0; i++) {
        if (change->table->columns[i].renewed && !change->sets[i]) {
            cells[i] = (struct tag_cell){.from = TAG_FROM_SERVER};
            unknown |= wanted[i];
        }
    }
    return unknown;
}

/*
 * Does WHERE read a column that is set, or one that is computed from others? Then the same WHERE
 * finds other rows after it.
 */
static bool reads_set(const struct tag_change *change, const struct sqlexpr *expr)
{
    if (!expr) {
        return false;
    }
    if (expr->query) {
        return true;
    }
    if (expr->kind == SQLEXPR_COLUMN) {
        return expr->source == change->tree->change->written &&
               (change->sets[expr->column] || change->table->columns[expr->column].holds.generated);
    }
    for (size_t i = 0; i < expr->arg_count; i++) {
        if (reads_set(change, expr->args[i])) {
            return true;
        }
    }
    return false;
}

static bool can_ask_after(const struct tag_change *change)
{
    const struct sqlchange *written = change->tree->change;

    for (size_t i = 0; i < change->table->column_count; i++) {
        if (change->table->columns[i].renewed) {
            return false; /* WHERE may read it */
        }
    }
    return written->from->kind == SQLFROM_SOURCE && !written->limit &&
           !reads_set(change, written->where);
}

static void ask_rows(struct touching *touching, const bool *wanted, struct tag_probe *probe)
{
    const struct sqlchange *change = touching->change->tree->change;
    struct buf sql = {0};
    size_t where = 0;

    touch_select(touching, wanted, change->written->alias, &sql, probe);
    buf_append_str(&sql, " FROM ");
    touch_append(touching, change->tables, &sql, probe);
    if (change->where) {
        buf_append_str(&sql, " WHERE ");
        where = sql.len;
        touch_append(touching, change->condition, &sql, probe);
    }
    probe->select = tag_select_end(touching->arena, &sql, where);
}

/* One touch of each shape for these cells of the table's columns. */
static void add_all(struct touching *touching, enum tag_rows rows, const struct tag_cell *cells)
{
    for (size_t i = 0; i < touching->shape_count; i++) {
        touch_add(touching, i, rows, touch_cells(touching, i, cells));
    }
}

static struct tag_cell *probe_cells(struct touching *touching, const struct tag_probe *probe)
{
    struct tag_cell *cells =
        ARENA_ARRAY(touching->arena, struct tag_cell, touching->change->table->column_count);

    for (size_t i = 0; i < touching->change->table->column_count; i++) {
        cells[i].from = TAG_FROM_SERVER;
    }
    for (size_t i = 0; i < probe->column_count; i++) {
        cells[probe->columns[i]] = (struct tag_cell){.from = TAG_FROM_PROBE, .column = i};
    }
    return cells;
}

/* Old rows by CELLS; new ones are the same with what SET gives. */
static void add_old_and_new(struct touching *touching, const bool *wanted, enum tag_rows rows,
                            struct tag_cell *cells)
{
    const struct tag_change *change = touching->change;

    add_all(touching, rows, cells);
    if (change->tree->change->verb == SQLVERB_DELETE) {
        return;
    }
    if (set_cells(change, wanted, cells) && can_ask_after(change)) {
        if (touching->out->after.select.sql.len == 0) {
            ask_rows(touching, wanted, &touching->out->after);
            add_all(touching, TAG_ROWS_AFTER, probe_cells(touching, &touching->out->after));
        }
        return;
    }
    add_all(touching, rows, cells);
}

/* All combinations of known values: the digits of NUMBER choose among them. */
static bool combine(struct touching *touching, const bool *wanted, size_t number,
                    struct tag_cell *cells)
{
    const struct tag_change *change = touching->change;

    for (size_t i = 0; i < change->table->column_count; i++) {
        const struct binding *known = wanted[i] ? known_of(change, i) : NULL;

        if (known) {
            cells[i] = (struct tag_cell){.from = TAG_FROM_VALUE,
                                         .value = known->values[number % known->value_count]};
            number /= known->value_count;
        }
    }
    return number == 0;
}

static void touch_found(struct touching *touching, const bool *wanted)
{
    size_t columns = touching->change->table->column_count;

    if (!all_known(touching->change, wanted)) {
        ask_rows(touching, wanted, &touching->out->before);
        add_old_and_new(touching, wanted, TAG_ROWS_BEFORE,
                        probe_cells(touching, &touching->out->before));
        return;
    }
    for (size_t i = 0;; i++) {
        struct tag_cell *cells = ARENA_ARRAY(touching->arena, struct tag_cell, columns);

        if (!combine(touching, wanted, i, cells)) {
            return;
        }
        add_old_and_new(touching, wanted, TAG_ROWS_NONE, cells);
    }
}

/* ------------------------------------------------------------------ many records */

/* Of a row that was found: all from its row, or none. Others are of one record's row and values. */
static bool is_of_one(const struct touching *touching, const struct tag_touch *touch)
{
    size_t count, rows = 0, values = 0;

    tag_shape_links(touching->shapes[touch->shape], &count);
    for (size_t i = 0; i < count; i++) {
        rows += touch->cells[i].from == TAG_FROM_PROBE;
        values += touch->cells[i].from == TAG_FROM_VALUE;
    }
    return touch->rows == TAG_ROWS_NONE || rows == 0 || values == 0;
}

static bool can_join(const struct touching *touching)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct tag_touches *out = touching->out;

    if (is_insert(change) ? change->query || change->row_count != 1
                          : out->after.select.sql.len > 0 || !can_ask_after(touching->change)) {
        return false;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (!is_of_one(touching, &out->items[i])) {
            return false;
        }
    }
    return out->before.select.sql.len == 0 || out->before.select.where.len > 0;
}

void tags_of_change(struct arena *arena, const struct tag_change *change,
                    const struct tag_shape *const *shapes, size_t count, struct tag_touches *out)
{
    struct touching touching = {
        .arena = arena, .change = change, .shapes = shapes, .shape_count = count, .out = out};
    bool *wanted = ARENA_ARRAY(arena, bool, change->table->column_count);

    *out = (struct tag_touches){0};
    for (size_t i = 0; i < count; i++) {
        touch_link_columns(&touching, i, wanted);
    }
    if (count > 0 && is_insert(change->tree->change)) {
        touch_inserted(&touching, wanted);
    } else if (count > 0) {
        touch_found(&touching, wanted);
    }
    out->joins = can_join(&touching);
}
