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
/* Each call of the tree, once wherever it stands in the text. */
void refused_find(struct arena *arena, const struct sqltree *tree, refused_fn *found, void *ctx);

#endif
