/*
 * One line for one statement of our own tables: its parameters by a string of types.
 */
#ifndef PROJECTOR_STORE_STATEMENT_H
#define PROJECTOR_STORE_STATEMENT_H

#include "lib/sql/conn.h"

#define STATEMENT_PARAMS_MAX 8

/*
 * types  one letter for each ?: s const char * (NULL: SQL's NULL), S struct slice, u uint64_t
 * rows_out  in ARENA; NULL when not wanted
 * returns   sql_run's status
 */
MUST_CHECK enum status statement_run(struct sql_conn *sql, struct slice database,
                                     struct arena *arena, struct sql_rows *rows_out,
                                     const char *text, const char *types, ...);

/* The cell as text, or empty when it is NULL. */
struct slice cell_text(const struct sql_rows *rows, size_t row, size_t column);
/* 0 when it is NULL or no number. */
uint64_t cell_u64(const struct sql_rows *rows, size_t row, size_t column);
bool cell_is_null(const struct sql_rows *rows, size_t row, size_t column);
/* Into a field of fixed size, cut to it, with its NUL. */
void cell_copy(const struct sql_rows *rows, size_t row, size_t column, char *out, size_t size);

#endif
