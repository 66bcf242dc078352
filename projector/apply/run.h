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
MUST_CHECK enum status run_bind_all(struct session *session, const struct record *record,
                                    const struct plan_sql *sql, struct arena *arena,
                                    const struct value **params);

/*
 * A warning is the record's fault: INVALID (MariaDB cuts a DECIMAL's digits with only a note, in
 * strict mode too). Other statuses as sql_run.
 */
MUST_CHECK enum status run_text(struct session *session, const struct plan_projection *projection,
                                struct slice text, const struct value *const *params,
                                size_t param_count, unsigned int line, struct arena *arena,
                                struct sql_rows *rows_out);
MUST_CHECK enum status run_one(struct session *session, const struct record *record,
                               const struct plan_sql *sql, struct arena *arena,
                               struct sql_rows *rows_out);

/* "line N: :name: WHY", of a value that no time mends. Returns INVALID. */
enum status run_refuse(struct session *session, const struct plan_bind *bind, unsigned int line,
                       const char *why);

#endif
