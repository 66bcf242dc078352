/*
 * Records -> rows and tags, inside the batch's transaction. cache/PROTOCOL.md "Projecting a batch":
 * "run its statements and collect its tags".
 */
#ifndef PROJECTOR_APPLY_APPLY_H
#define PROJECTOR_APPLY_APPLY_H

#include "projector/apply/slots.h"
#include "projector/source/record.h"
#include "projector/store/session.h"

/*
 * Adds the slots of what the record's templates touch. OK; INVALID: a value is not of its place's
 * type (why_out, static).
 */
MUST_CHECK enum status apply_tags(const struct record *record, struct arena *arena,
                                  struct slots *slots, const char **why_out);

/* The same of a record that may make no sense: tags that cannot be made are left out. */
void apply_tags_that_can(const struct record *record, struct arena *arena, struct slots *slots);

/*
 * Runs the statements of all records, those of one kind as multi-row statements where the plan
 * allows it; adds the slots of touches_sql. INVALID, CONFLICT, TOO_LARGE: a record's fault,
 * session->error says which words; NOT_FOUND: also of a statement that cannot be prepared,
 * for every record would fail; other statuses as sql_run.
 */
MUST_CHECK enum status apply_rows(struct session *session, const struct record *records,
                                  size_t count, struct arena *arena, struct slots *slots);

#endif
