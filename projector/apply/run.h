/*
 * Running a statement that the plan has for a record. What fails is noted in the session.
 */
#ifndef PROJECTOR_APPLY_RUN_H
#define PROJECTOR_APPLY_RUN_H

#include "projector/source/record.h"
#include "projector/store/session.h"

/* What BIND names, in the form that its column needs. INVALID: it has none. LINE: of the file. */
MUST_CHECK enum status run_bind(struct session *session, const struct record *record,
                                const struct plan_bind *bind, unsigned int line,
                                struct arena *arena, const struct value **out);

/* A statement of the plan for COUNT records: once, or its rows joined (struct plan_sql). */
struct run_rows {
    const struct plan_sql *sql;
    size_t count;
    const struct value *const *params; /* those of all rows, one row behind the other */
    size_t param_count;
    unsigned int line; /* for complaints */
};

/*
 * Runs it with what the records, of one projection, give for its parameters. A warning is the
 * record's fault: INVALID (MariaDB cuts a DECIMAL's digits with only a note, in strict mode too).
 * Other statuses as sql_run.
 */
MUST_CHECK enum status run_records(struct session *session, const struct record *records,
                                   size_t count, const struct plan_sql *sql, struct arena *arena,
                                   struct sql_rows *rows_out);

/*
 * The same of a SELECT beside statements, of up to ROWS_CHUNK_MAX rows: it asks for the last one
 * again, so that few sizes are prepared.
 */
MUST_CHECK enum status run_select(struct session *session, const struct plan_projection *projection,
                                  const struct run_rows *run, struct arena *arena,
                                  struct sql_rows *rows_out);
MUST_CHECK enum status run_select_of(struct session *session, const struct record *records,
                                     size_t count, const struct plan_sql *sql, struct arena *arena,
                                     struct sql_rows *rows_out);

/* "line N: :name: WHY", of a value that no time mends. Returns INVALID. */
enum status run_refuse(struct session *session, const struct plan_bind *bind, unsigned int line,
                       const char *why);

#endif
