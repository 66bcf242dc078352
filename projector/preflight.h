/*
 * Before the daemon starts: is there what `setup` makes?
 */
#ifndef PROJECTOR_PREFLIGHT_H
#define PROJECTOR_PREFLIGHT_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"

/*
 * One model, once. OK; NOT_FOUND (logged with what is missing: refuse to start); else: a server is
 * away or refuses, ask again (logged).
 */
MUST_CHECK enum status preflight_check(const struct settings *settings,
                                       const struct plan_model *model,
                                       struct dynamodb_sync *dynamodb);

#endif
