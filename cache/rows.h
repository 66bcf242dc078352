/*
 * SQL rows -> JSON, by column kind, under their labels as written.
 *
 * A wrapped query's first columns are epoch, revision and _row (NULL: the query has no rows); the
 * user's follow.
 */
#ifndef CACHE_ROWS_H
#define CACHE_ROWS_H

#include "lib/base/buf.h"
#include "lib/sql/conn.h"

#define ROWS_OWN_COLUMNS 3

/*
 * The snapshot's epoch (16 bytes) and revision. CORRUPT: the rows are not those of a wrapped query.
 */
MUST_CHECK enum status rows_label(const struct sql_rows *rows, struct slice *epoch_out,
                                  uint64_t *revision_out);

/*
 * Is what the server calls JSON JSON, a number a number and a time one? They go into the body as
 * they are. (MySQL sends a text parameter in DECIMAL's place as it is; NaN and infinity are no
 * JSON.) CORRUPT: not in *column_out (of all columns), for *why_out (static).
 */
MUST_CHECK enum status rows_check(const struct sql_rows *rows, size_t *column_out,
                                  const char **why_out);

/* How many rows the user's query has. */
size_t rows_count(const struct sql_rows *rows);

/* Row INDEX as an object: the whole text, or an element of an array (lib/data/json_add.h). */
void rows_add_object(struct buf *buf, const struct sql_rows *rows, size_t index);

/* One cell as JSON. */
void rows_write_cell(struct buf *buf, enum sql_kind kind, struct slice cell);

/* The place of a user's column among all; -1 when there is none. */
int rows_column(const struct sql_rows *rows, struct slice name);
struct slice rows_cell(const struct sql_rows *rows, size_t row, int column);

#endif
