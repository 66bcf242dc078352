/*
 * Models to a plan.
 *
 *     conf/models/<model>/ --model.c--> struct model --build.c--> struct plan_model
 *     load.c: what must hold over all of them
 */
#ifndef CONF_BUILD_LOAD_H
#define CONF_BUILD_LOAD_H

#include "conf/plan/plan.h"

/*
 * Loads every folder in FOLDER. NULL after complaints in DIAG (all of them). One reference is the
 * caller's. Needs no server; plan_check asks one.
 */
struct plan *plan_load(struct slice folder, struct diag *diag);

#endif
