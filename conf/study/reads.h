/*
 * The tables that a statement mentions.
 */
#ifndef CONF_STUDY_READS_H
#define CONF_STUDY_READS_H

#include "conf/grammar/tree.h"

/* Each once, in the order met; returns how many. */
size_t reads_tables(struct arena *arena, const struct sqltree *tree, const struct slice **out);

#endif
