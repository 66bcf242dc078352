/*
 * Dies where it was told to.
 */
#include "projector/kill_point.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

#define PREFIX "after_"

static const char *chosen; /* the step's name, or NULL; written before there are threads */

void kill_point_init(void)
{
    const char *text = getenv("TWOFOLD_KILL_AT"); /* NOLINT(concurrency-mt-unsafe) */

    if (text && strncmp(text, PREFIX, sizeof(PREFIX) - 1) == 0) {
        chosen = text + sizeof(PREFIX) - 1;
        log_warn("kill point set", "step=%s", chosen);
    }
}

void kill_point(const char *step)
{
    if (chosen && strcmp(chosen, step) == 0) {
        (void)raise(SIGKILL);
    }
}
