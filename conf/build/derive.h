/*
 * What follows from the SQL alone: the tags of queries that declare none, and what each statement
 * of a projection touches of them (conf/tags).
 */
#ifndef CONF_BUILD_DERIVE_H
#define CONF_BUILD_DERIVE_H

#include "conf/build/build.h"

/* After queries and projections; complains of SQL that is not understood. */
void build_derived(struct build *build);

#endif
