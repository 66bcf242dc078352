/*
 * What a result's columns are called: the items' names in its first SELECT, * written out.
 */
#ifndef CONF_STUDY_LABEL_H
#define CONF_STUDY_LABEL_H

#include "conf/grammar/tree.h"

#define LABEL_NONE SIZE_MAX

/* The SELECT whose labels are the result's. */
const struct sqlcore *label_core(const struct sqlquery *query);
/* Its place. Upper and lower case are told apart: clients see it as it is written. */
size_t label_find(const struct sqlquery *query, struct slice label);
/* A hint for a label that is not there; may be empty. */
struct slice label_suggest(struct arena *arena, const struct sqlquery *query, struct slice label);
/* Has an item before the Ith its label, in whatever case? */
bool label_is_again(const struct sqlquery *query, size_t i);

#endif
