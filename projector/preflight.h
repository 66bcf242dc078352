/*
 * Before the daemon starts: is there what `setup` makes, and is the server as it must be?
 */
#ifndef PROJECTOR_PREFLIGHT_H
#define PROJECTOR_PREFLIGHT_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"

/*
 * One model, once. OK; NOT_FOUND (logged with what is missing or wrong: refuse to start); else: a
 * server is away or refuses, ask again (logged).
 */
MUST_CHECK enum status preflight_check(const struct settings *settings,
                                       const struct plan_model *model,
                                       struct dynamodb_sync *dynamodb);

#endif
