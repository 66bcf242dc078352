/*
 * What a statement of a projection touches: for each shape of the table that it writes, the values
 * of the shape's columns in the rows that it finds and in those that it leaves.
 *
 *     UPDATE p SET a = :x WHERE id = :i       p(a): before it SELECT a FROM p WHERE id = :i; x
 */
#ifndef CONF_TAGS_CHANGE_H
#define CONF_TAGS_CHANGE_H

#include "conf/tags/query.h"

/* Combinations of values that are written out; more need a probe, or touch the wildcard. */
#define TAG_COMBINATIONS_MAX 64

struct tag_change {
    const struct sqltree *tree; /* a change */
    const struct table *table;
    bool *sets;            /* of the table's columns: UPDATE, or ON DUPLICATE KEY, may set it */
    struct bindings known; /* UPDATE, DELETE: columns of the rows that it finds */
};

/*
 * TREE is resolved, and a change. PARAMS NULL: their types are not known, and whoever runs the
 * statement makes sure that their values are exactly of the columns' types.
 */
void tag_change_read(struct arena *arena, const struct sqltree *tree,
                     const struct tag_param *params, size_t param_count, struct tag_change *out);

/* May it alter what READS (of the table's columns) a query reads of TABLE? */
bool tag_change_affects(const struct tag_change *change, const struct table *table,
                        const bool *reads);
/* ... but not by what ON DUPLICATE KEY UPDATE does to the row that is there. */
bool tag_change_spares_old(const struct tag_change *change, const bool *reads);

enum tag_from {
    TAG_FROM_VALUE, /* a parameter or a literal */
    TAG_FROM_PROBE, /* a column of the probe's row */
    TAG_FROM_SERVER /* only the server knows: the wildcard */
};

struct tag_cell {
    enum tag_from from;
    const struct sqlexpr *value;
    size_t column; /* of the probe's columns */
};

/* One tag, or one for each row of a probe. Cells are beside the columns that link the shape. */
struct tag_touch {
    size_t shape; /* of those given */
    struct tag_cell *cells;
    enum tag_rows {
        TAG_ROWS_NONE,
        TAG_ROWS_BEFORE,
        TAG_ROWS_AFTER
    } rows;
};

/* A SELECT, to be run before or after the statement. Its text has ? for these parameters. */
struct tag_probe {
    struct tag_select select;
    const struct sqltoken **params;
    size_t param_count;
    size_t *columns; /* of the table, that it selects */
    size_t column_count;
};

/*
 * EXACT: values that the probe asks with, and that must be exactly of their column's type: the
 * server would find the row of another value.
 */
struct tag_touches {
    struct tag_touch *items;
    size_t count;
    struct tag_probe before, after;
    /*
     * Many records may run it one after the other, with one SELECT before all of them (the
     * conditions joined by OR): what one leaves no other finds, or its values are touched anyway.
     */
    bool joins;
    struct tag_exact {
        size_t column;
        const struct sqlexpr *value;
    } * exact;
    size_t exact_count;
};

/* The columns of SHAPE's table whose values a touch has: of a path those of its first hop. */
const struct slice *tag_shape_links(const struct tag_shape *shape, size_t *count);

/* SHAPES: those that it affects (of its table). */
void tags_of_change(struct arena *arena, const struct tag_change *change,
                    const struct tag_shape *const *shapes, size_t count, struct tag_touches *out);

#endif
