/*
 * Dies, or falls asleep once, where it was told to.
 */
#include "projector/apply/kill_point.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"

#define PREFIX "after_"

/*
 * The step's name, or NULL. Written before there are threads; the thread that stops the process
 * takes `stop_at` away.
 */
static const char *kill_at;
static _Atomic(const char *) stop_at;

static const char *step_of(const char *variable)
{
    const char *text = getenv(variable); /* NOLINT(concurrency-mt-unsafe) */

    if (!text || strncmp(text, PREFIX, sizeof(PREFIX) - 1) != 0) {
        return NULL;
    }
    log_warn("kill point set", "variable=%s step=%s", variable, text + sizeof(PREFIX) - 1);
    return text + sizeof(PREFIX) - 1;
}

void kill_point_init(void)
{
    kill_at = step_of("TWOFOLD_KILL_AT");
    stop_at = step_of("TWOFOLD_STOP_AT");
}

void kill_point(const char *step)
{
    const char *stop = stop_at;

    if (kill_at && strcmp(kill_at, step) == 0) {
        (void)raise(SIGKILL);
    }
    if (stop && strcmp(stop, step) == 0) {
        stop_at = NULL;
        (void)kill(getpid(), SIGSTOP);
    }
}
