/*
 * The projector as a daemon: its threads, from the start to SIGTERM.
 */
#ifndef PROJECTOR_DAEMON_H
#define PROJECTOR_DAEMON_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"

/*
 * Returns after SIGTERM or SIGINT with OK, or when it refuses to start (logged). Blocks these
 * signals in the whole process.
 */
MUST_CHECK enum status daemon_run(const struct settings *settings, const struct plan *plan);

#endif
