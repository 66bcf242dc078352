/*
 * `twofold-projector dead-letters list|retry|discard`: what an operator does about records that
 * could not be projected.
 */
#ifndef PROJECTOR_LETTERS_H
#define PROJECTOR_LETTERS_H

#include <stdio.h>

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"

/*
 * Of MODEL, or of all models when it is NULL: id, aggregate, version, position, attempts, time,
 * error; one line each, oldest first.
 */
MUST_CHECK enum status letters_list(const struct settings *settings, const struct plan *plan,
                                    const char *model, FILE *out);

/*
 * Projects the letters of one aggregate, or of each (AGGREGATE NULL), in their order, and removes
 * them. INVALID: a record failed again (said on OUT); it and the letters behind it stay.
 */
MUST_CHECK enum status letters_retry(const struct settings *settings, const struct plan *plan,
                                     const char *model, const char *aggregate, FILE *out);

/*
 * Removes one letter without projecting it. NOT_FOUND: there is none of that id; REFUSED: of an
 * event store, while an earlier event is a letter too.
 */
MUST_CHECK enum status letters_discard(const struct settings *settings, const struct plan *plan,
                                       const char *model, const char *id, FILE *out);

#endif
