/*
 * What a statement touches by its SQL (conf/tags): tags of the rows that it finds and of those that
 * it leaves, from the record's values and from SELECTs beside it, in the same transaction.
 */
#ifndef PROJECTOR_APPLY_TOUCH_H
#define PROJECTOR_APPLY_TOUCH_H

#include "projector/apply/slots.h"
#include "projector/source/record.h"
#include "projector/store/session.h"

/*
 * Of one statement of one record, between before and after; or of several records that have the
 * same one, which runs for them together or one after the other (plan_change.joins).
 */
struct touching {
    struct session *session;
    const struct record *records;
    size_t count;
    const struct plan_change *change;
    unsigned int line; /* of the statement, in its file */
    struct arena *arena;
    struct sql_rows before;
};

/*
 * STATEMENT: which one of the projection. Checks that the values are exactly of their columns'
 * types and runs the SELECT before the statement. INVALID: a value is not, which the server would
 * change without a word, or refuse.
 */
MUST_CHECK enum status touch_before(struct session *session, const struct record *records,
                                    size_t count, size_t statement, struct arena *arena,
                                    struct touching *out);

/*
 * After the statement: runs the SELECTs after it, adds the slots. CHANGED: of each record, whether
 * its statement found a row; NULL: all did.
 */
MUST_CHECK enum status touch_after(const struct touching *touching, const bool *changed,
                                   struct slots *slots);

#endif
