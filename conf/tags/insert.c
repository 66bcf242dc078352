/*
 * INSERT and REPLACE: new rows are in the text; old ones are those that have the same values in a
 * unique key.
 */
#include <inttypes.h>

#include "conf/tags/touch.h"
#include "conf/tags/type.h"

/* Rows of one statement that may meet each other, each with what each assigns; more: wildcard. */
#define MET_ROWS_MAX 8

/* ------------------------------------------------------------------ values */

/*
 * A default is NULL if none is written and the column may be NULL; else what the server makes of it
 * is not known here.
 */
static struct tag_cell default_of(struct touching *touching, size_t column)
{
    const struct table_column *of = &touching->change->table->columns[column];
    struct sqlexpr *null;

    if (of->has_default || of->counted || of->not_null || of->holds.generated || of->renewed) {
        return (struct tag_cell){.from = TAG_FROM_SERVER};
    }
    null = ARENA_NEW(touching->arena, struct sqlexpr);
    null->kind = SQLEXPR_NULL;
    return (struct tag_cell){.from = TAG_FROM_VALUE, .value = null};
}

/*
 * A parameter or a literal of the column's type. NULL and 0 make an AUTO_INCREMENT column count,
 * and NULL makes some TIMESTAMPs the clock's.
 */
struct tag_cell touch_value(const struct table *table, size_t column, const struct sqlexpr *expr)
{
    const struct table_column *of = &table->columns[column];
    struct tag_type type = tag_type_of_column(of), literal;
    struct analysis nothing = {0};

    if (expr->kind == SQLEXPR_PARAM && !of->counted && type.family != TAG_FAMILY_NONE) {
        return (struct tag_cell){.from = TAG_FROM_VALUE, .value = expr};
    }
    if (expr->kind < SQLEXPR_PARAM && !of->counted) {
        literal = tag_type_of(&nothing, expr);
        if (tag_types_fit(&type, &literal)) {
            return (struct tag_cell){.from = TAG_FROM_VALUE, .value = expr};
        }
    }
    return (struct tag_cell){.from = TAG_FROM_SERVER};
}

static bool is_default(const struct sqlexpr *expr)
{
    return expr->kind == SQLEXPR_DEFAULT;
}

/* The place of COLUMN in the list of the statement; SIZE_MAX: it is not there. */
static size_t place_of(const struct sqlchange *change, const struct table *table, size_t column)
{
    if (change->column_count == 0) {
        return column;
    }
    for (size_t i = 0; i < change->column_count; i++) {
        if (slice_eq_nocase(change->columns[i], table->columns[column].name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* What VALUES has for COLUMN; NULL: nothing, so its default. */
static const struct sqlexpr *value_in_row(const struct sqlchange *change, const struct table *table,
                                          size_t row, size_t column)
{
    size_t place = place_of(change, table, column);
    const struct sqlexpr *value = place < change->widths[row] ? change->rows[row][place] : NULL;

    return value && !is_default(value) ? value : NULL;
}

/* One row of VALUES: a cell for each column of the table. */
static struct tag_cell *row_cells(struct touching *touching, size_t row)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct table *table = touching->change->table;
    struct tag_cell *cells = ARENA_ARRAY(touching->arena, struct tag_cell, table->column_count);

    for (size_t i = 0; i < table->column_count; i++) {
        const struct sqlexpr *value = value_in_row(change, table, row, i);

        cells[i] = value ? touch_value(table, i, value) : default_of(touching, i);
    }
    return cells;
}

/* ------------------------------------------------------------------ old rows */

/* Do all unique keys hold all columns that link the shape? A row that is met then has the same. */
static bool keys_hold_links(const struct touching *touching, size_t shape)
{
    const struct table *table = touching->change->table;
    size_t count;
    const struct slice *links = tag_shape_links(touching->shapes[shape], &count);

    for (size_t i = 0; i < table->unique_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (!table_key_has(&table->unique[i], links[j])) {
                return false;
            }
        }
    }
    return count > 0;
}

/* Must the row be known that was there? */
static bool needs_old(const struct touching *touching, size_t shape)
{
    const struct sqlchange *change = touching->change->tree->change;
    bool meets = change->verb == SQLVERB_REPLACE ||
                 (change->set_count > 0 &&
                  !tag_change_spares_old(touching->change, touching->shapes[shape]->reads));
    size_t count;

    tag_shape_links(touching->shapes[shape], &count);
    return meets && count > 0 && touching->change->table->unique_count > 0 &&
           !keys_hold_links(touching, shape);
}

static void add_exact(struct touching *touching, size_t column, const struct sqlexpr *value)
{
    struct tag_touches *out = touching->out;
    struct tag_exact *exact = ARENA_ARRAY(touching->arena, struct tag_exact, out->exact_count + 1);

    for (size_t i = 0; i < out->exact_count; i++) {
        exact[i] = out->exact[i];
    }
    exact[out->exact_count++] = (struct tag_exact){column, value};
    out->exact = exact;
}

/*
 * A number that was not there; but MySQL gives the greatest of the type again and again, once it is
 * reached.
 */
static void append_counted(const struct table_column *column, bool more, struct buf *sql)
{
    unsigned int bits = 8 * column->holds.size - !column->holds.is_unsigned;
    bool integer = column->holds.family == COLUMN_INTEGER && bits > 0 && bits <= 64;
    uint64_t greatest = integer ? UINT64_MAX >> (64 - bits) : 0;

    buf_printf(sql, "%s`%.*s` = %" PRIu64, more ? " AND " : "", SLICE_ARG(column->name), greatest);
}

/* "a" = (?) AND ...: a row with the key of the new one. False: its key is not known. */
static bool append_key(struct touching *touching, const struct table_key *key, size_t row,
                       const struct tag_cell *cells, struct buf *sql)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct table *table = touching->change->table;
    struct tag_probe *probe = &touching->out->before;

    buf_append_str(sql, "(");
    for (size_t i = 0; i < key->column_count; i++) {
        size_t column = touch_column(table, key->columns[i]);
        const struct sqlexpr *value;

        if (column == table->column_count) {
            return false;
        }
        value = value_in_row(change, table, row, column);
        if (!value && table->columns[column].counted) {
            append_counted(&table->columns[column], i > 0, sql);
            continue;
        }
        if (cells[column].from != TAG_FROM_VALUE) {
            return false;
        }
        buf_printf(sql, "%s`%.*s` = ", i > 0 ? " AND " : "", SLICE_ARG(key->columns[i]));
        if (!value) {
            buf_append_str(sql, "NULL");
        } else {
            buf_append_str(sql, "(");
            touch_append(touching, value->span, sql, probe);
            buf_append_str(sql, ")");
            add_exact(touching, column, value);
        }
    }
    buf_append_str(sql, ")");
    return true;
}

/* False: there is no such SELECT. */
static bool ask_met(struct touching *touching, const bool *wanted, struct tag_cell *const *rows)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct table *table = touching->change->table;
    struct tag_probe *probe = &touching->out->before;
    struct buf sql = {0};
    bool known = true, first = true; /* FIRST: no key is written yet */
    size_t where;

    touch_select(touching, wanted, SLICE_EMPTY, &sql, probe);
    buf_printf(&sql, " FROM `%.*s` WHERE ", SLICE_ARG(table->name));
    where = sql.len;
    for (size_t i = 0; i < change->row_count && known; i++) {
        for (size_t j = 0; j < table->unique_count && known; j++) {
            buf_append_str(&sql, first ? "" : " OR ");
            first = false;
            known = table->unique[j].column_count > 0 &&
                    append_key(touching, &table->unique[j], i, rows[i], &sql);
        }
    }
    if (known) {
        probe->select = tag_select_end(touching->arena, &sql, where);
        return true;
    }
    buf_fini(&sql);
    *probe = (struct tag_probe){0};
    touching->out->exact_count = 0;
    return false;
}

/* ------------------------------------------------------------------ a row that is met */

static struct tag_cell set_value(const struct touching *touching, const struct sqlset *set,
                                 const struct tag_cell *row)
{
    const struct table *table = touching->change->table;

    if (set->value->kind == SQLEXPR_NEW) {
        size_t column = touch_column(table, set->value->name);
        struct tag_type from, to;

        if (column == table->column_count) {
            return (struct tag_cell){.from = TAG_FROM_SERVER};
        }
        from = tag_type_of_column(&table->columns[column]);
        to = tag_type_of_column(&table->columns[set->column->column]);
        return tag_types_fit(&from, &to) ? row[column] : (struct tag_cell){.from = TAG_FROM_SERVER};
    }
    if (is_default(set->value)) {
        return (struct tag_cell){.from = TAG_FROM_SERVER};
    }
    return touch_value(table, set->column->column, set->value);
}

static bool sets_link(const struct touching *touching, size_t shape)
{
    const struct table *table = touching->change->table;
    size_t count;
    const struct slice *links = tag_shape_links(touching->shapes[shape], &count);

    for (size_t i = 0; i < count; i++) {
        size_t column = touch_column(table, links[i]);

        if (touching->change->sets[column] || table->columns[column].renewed) {
            return true;
        }
    }
    return false;
}

/* BASE: an old row, or another row of the statement, with what row I assigns. */
static void add_met(struct touching *touching, size_t shape, enum tag_rows rows,
                    const struct tag_cell *base, const struct tag_cell *row)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct table *table = touching->change->table;
    struct tag_cell *cells = ARENA_ARRAY(touching->arena, struct tag_cell, table->column_count);

    for (size_t i = 0; i < table->column_count; i++) {
        cells[i] = base[i];
        if (table->columns[i].renewed) {
            cells[i] = (struct tag_cell){.from = TAG_FROM_SERVER};
        }
    }
    for (size_t i = 0; i < change->set_count; i++) {
        if (!touch_keeps(&change->sets[i])) {
            cells[change->sets[i].column->column] = set_value(touching, &change->sets[i], row);
        }
    }
    touch_add(touching, shape, rows, touch_cells(touching, shape, cells));
}

static struct tag_cell *old_cells(struct touching *touching, bool asked)
{
    const struct tag_probe *probe = &touching->out->before;
    struct tag_cell *cells =
        ARENA_ARRAY(touching->arena, struct tag_cell, touching->change->table->column_count);

    for (size_t i = 0; i < touching->change->table->column_count; i++) {
        cells[i].from = TAG_FROM_SERVER;
    }
    for (size_t i = 0; i < probe->column_count && asked; i++) {
        cells[probe->columns[i]] = (struct tag_cell){.from = TAG_FROM_PROBE, .column = i};
    }
    return cells;
}

/* ------------------------------------------------------------------ INSERT ... VALUES */

static void touch_met(struct touching *touching, struct tag_cell **rows)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct table *table = touching->change->table;
    bool *wanted = ARENA_ARRAY(touching->arena, bool, table->column_count), asked = false;
    struct tag_cell *old;
    enum tag_rows from;

    for (size_t i = 0; i < touching->shape_count; i++) {
        if (needs_old(touching, i)) {
            touch_link_columns(touching, i, wanted);
            asked = true;
        }
    }
    asked = asked && ask_met(touching, wanted, rows);
    old = old_cells(touching, asked);
    from = asked ? TAG_ROWS_BEFORE : TAG_ROWS_NONE;
    for (size_t i = 0; i < touching->shape_count; i++) {
        bool needs = needs_old(touching, i);

        if (needs) {
            touch_add(touching, i, from, touch_cells(touching, i, old));
        }
        if (sets_link(touching, i) && change->row_count > MET_ROWS_MAX) {
            touch_add(touching, i, TAG_ROWS_NONE,
                      touch_cells(touching, i, old_cells(touching, false)));
            continue;
        }
        for (size_t j = 0; j < change->row_count && sets_link(touching, i); j++) {
            if (needs) {
                add_met(touching, i, from, old, rows[j]);
            }
            for (size_t k = 0; k < change->row_count; k++) {
                add_met(touching, i, TAG_ROWS_NONE, rows[k], rows[j]);
            }
        }
    }
}

static void touch_values(struct touching *touching)
{
    const struct sqlchange *change = touching->change->tree->change;
    struct tag_cell **rows = ARENA_ARRAY(touching->arena, struct tag_cell *, change->row_count);

    for (size_t i = 0; i < change->row_count; i++) {
        rows[i] = row_cells(touching, i);
        for (size_t j = 0; j < touching->shape_count; j++) {
            touch_add(touching, j, TAG_ROWS_NONE, touch_cells(touching, j, rows[i]));
        }
    }
    if (change->set_count > 0 || change->verb == SQLVERB_REPLACE) {
        touch_met(touching, rows);
    }
}

/* ------------------------------------------------------------------ INSERT ... SELECT */

/* Can what ITEM selects be read from a probe as it is stored in COLUMN? */
static bool same_type(const struct sqlexpr *item, const struct table_column *column)
{
    struct analysis nothing = {0};
    struct tag_type from = tag_type_of(&nothing, item), to = tag_type_of_column(column);

    return item->kind == SQLEXPR_COLUMN && !column->counted && from.family == to.family &&
           tag_types_fit(&from, &to);
}

static struct tag_cell selected_cell(struct touching *touching, size_t column, bool *asks)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct table *table = touching->change->table;
    const struct sqlcore *core = change->query->core;
    size_t place = place_of(change, table, column);
    const struct sqlexpr *item;

    if (place == SIZE_MAX) {
        return default_of(touching, column);
    }
    if (!core || place >= core->output_count) {
        return (struct tag_cell){.from = TAG_FROM_SERVER};
    }
    item = facts_leaf(core->outputs[place]);
    if (item->kind != SQLEXPR_COLUMN) {
        return touch_value(table, column, item);
    }
    *asks = same_type(item, &table->columns[column]);
    return (struct tag_cell){.from = TAG_FROM_SERVER};
}

/* SELECT DISTINCT the items <from FROM to HAVING>: its LIMIT is left out. */
static void ask_selected(struct touching *touching, const bool *asks, struct tag_cell *cells)
{
    const struct sqlchange *change = touching->change->tree->change;
    const struct table *table = touching->change->table;
    const struct sqlcore *core = change->query->core;
    struct tag_probe *probe = &touching->out->before;
    struct buf sql = {0};

    probe->columns = ARENA_ARRAY(touching->arena, size_t, table->column_count);
    buf_append_str(&sql, "SELECT DISTINCT ");
    for (size_t i = 0; i < table->column_count; i++) {
        const struct sqlexpr *item;

        if (!asks[i]) {
            continue;
        }
        item = facts_leaf(core->outputs[place_of(change, table, i)]);
        buf_printf(&sql, "%s`%.*s`.`%.*s`", probe->column_count > 0 ? ", " : "",
                   SLICE_ARG(item->source->alias), SLICE_ARG(item->name));
        cells[i] = (struct tag_cell){.from = TAG_FROM_PROBE, .column = probe->column_count};
        probe->columns[probe->column_count++] = i;
    }
    buf_append_str(&sql, " ");
    touch_append(touching, core->rows, &sql, probe);
    probe->select = tag_select_end(touching->arena, &sql, 0);
}

/*
 * Its FROM and WHERE stand for themselves: no names of WITH, no aliases or numbers of the list as
 * GROUP BY and HAVING have them. Not one that makes a row of nothing: MySQL takes "SELECT a,
 * COUNT(*) FROM p WHERE a = 1", whose a is NULL if there is no row.
 */
static bool can_ask_selected(const struct touching *touching)
{
    const struct sqltree *tree = touching->change->tree;
    const struct sqlquery *query = tree->change->query;
    const struct sqlcore *core = query->core;

    return core && core->from && !core->windows && !core->one_row && core->group_count == 0 &&
           !core->having && !sqltoken_is(&tree->statement->tokens[query->span.from], "WITH");
}

/* Old rows of INSERT ... SELECT, and what they become, are not known. */
static void touch_met_by_query(struct touching *touching)
{
    struct tag_cell *unknown = old_cells(touching, false);

    for (size_t i = 0; i < touching->shape_count; i++) {
        if (needs_old(touching, i) ||
            (touching->change->tree->change->set_count > 0 && sets_link(touching, i))) {
            touch_add(touching, i, TAG_ROWS_NONE, touch_cells(touching, i, unknown));
        }
    }
}

static void touch_selected(struct touching *touching, const bool *wanted)
{
    const struct table *table = touching->change->table;
    struct tag_cell *cells = ARENA_ARRAY(touching->arena, struct tag_cell, table->column_count);
    bool *asks = ARENA_ARRAY(touching->arena, bool, table->column_count), any = false;

    for (size_t i = 0; i < table->column_count; i++) {
        if (wanted[i]) {
            cells[i] = selected_cell(touching, i, &asks[i]);
            any |= asks[i];
        }
    }
    any = any && can_ask_selected(touching);
    if (any) {
        ask_selected(touching, asks, cells);
    }
    for (size_t i = 0; i < touching->shape_count; i++) {
        touch_add(touching, i, any ? TAG_ROWS_BEFORE : TAG_ROWS_NONE,
                  touch_cells(touching, i, cells));
    }
    touch_met_by_query(touching);
}

void touch_inserted(struct touching *touching, const bool *wanted)
{
    if (touching->change->tree->change->query) {
        touch_selected(touching, wanted);
    } else {
        touch_values(touching);
    }
}
