/*
 * Functions that the servers know and a model may not call: an answer would go stale in silence.
 */
#ifndef CONF_STUDY_REFUSED_H
#define CONF_STUDY_REFUSED_H

#include "conf/grammar/tree.h"

#define REFUSED_CLOCK "its answer changes with time"

/* Why a function of this name, in whatever case, is refused; NULL: it is not. */
const char *refused_why(struct slice name);

typedef void refused_fn(void *ctx, const struct sqlexpr *call, const char *why);
/*
 * Each call or operator of the tree that is refused, once wherever it stands in the text: by its
 * name, or by a TIME that it takes for a date (clock.h).
 */
void refused_find(struct arena *arena, const struct sqltree *tree, refused_fn *found, void *ctx);

#endif
