/*
 * What a daemon asks of its operating system. Called once, at the start, before there are threads.
 */
#ifndef LIB_RUN_PROCESS_H
#define LIB_RUN_PROCESS_H

#include "lib/base/slice.h"

/* Raises RLIMIT_NOFILE to its hard limit, ignores SIGPIPE, closes no descriptor. */
void process_prepare(void);

/*
 * Creates PATH, locks it for the life of the process and writes the process id into it. An empty
 * path is OK and does nothing. BUSY: another process holds the lock; UNAVAILABLE: it cannot be
 * written. Both are logged.
 */
MUST_CHECK enum status process_pid_file(struct slice path);

#endif
