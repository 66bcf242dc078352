/*
 * Between change.c and insert.c.
 */
#ifndef CONF_TAGS_TOUCH_H
#define CONF_TAGS_TOUCH_H

#include "conf/tags/change.h"
#include "lib/base/buf.h"

struct touching {
    struct arena *arena;
    const struct tag_change *change;
    const struct tag_shape *const *shapes;
    size_t shape_count;
    struct tag_touches *out;
    size_t room; /* of out->items */
};

/* Its place, or column_count. */
size_t touch_column(const struct table *table, struct slice name);
void touch_add(struct touching *touching, size_t shape, enum tag_rows rows, struct tag_cell *cells);
/* The cells of a shape's links, out of the cells of all columns. */
struct tag_cell *touch_cells(struct touching *touching, size_t shape,
                             const struct tag_cell *of_columns);
/* Sets what links the shape. */
void touch_link_columns(const struct touching *touching, size_t shape, bool *columns);

/* "SELECT DISTINCT a, b": the WANTED columns; returns how many. */
size_t touch_select(struct touching *touching, const bool *wanted, struct slice alias,
                    struct buf *sql, struct tag_probe *probe);
/* The user's text, and its parameters. */
void touch_append(struct touching *touching, struct sqlspan span, struct buf *sql,
                  struct tag_probe *probe);

bool touch_keeps(const struct sqlset *set);
/* What EXPR stores in COLUMN. */
struct tag_cell touch_value(const struct table *table, size_t column, const struct sqlexpr *expr);

/* insert.c: an INSERT or REPLACE. WANTED: all columns that link a shape. */
void touch_inserted(struct touching *touching, const bool *wanted);

#endif
