/*
 * Dead letters projected again.
 */
#ifndef PROJECTOR_APPLY_RETRY_H
#define PROJECTOR_APPLY_RETRY_H

#include <stdio.h>

#include "projector/store/session.h"

/*
 * The letters of one aggregate, oldest first. What became of them is said on OUT. OK; INVALID and
 * others: one failed again, it and those behind it stay.
 */
MUST_CHECK enum status retry_aggregate(struct session *session, struct slice aggregate, FILE *out);

/* Those of each aggregate; the worst that came of it. */
MUST_CHECK enum status retry_all(struct session *session, FILE *out);

#endif
