/*
 * Limits, signals and the pid file of a daemon.
 */
#include "lib/run/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/memory.h"

static void raise_open_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            log_warn("open files not raised", "errno=%d hint=raise_LimitNOFILE", errno);
        }
    }
}

void process_prepare(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    raise_open_files();
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

/* The descriptor stays open on purpose: the lock lives as long as the process. */
static enum status pid_file_lock(const char *path)
{
    char text[32];
    int length;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0) {
        log_error("pid file not writable",
                  "path=\"%s\" errno=%d hint=\"make its folder, or set pid_file\"", path, errno);
        return STATUS_UNAVAILABLE;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        log_error("pid file locked", "path=\"%s\" hint=\"another process runs already\"", path);
        close(fd);
        return STATUS_BUSY;
    }
    length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != length) {
        log_error("pid file not written", "path=\"%s\" errno=%d", path, errno);
        close(fd);
        return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

enum status process_pid_file(struct slice path)
{
    enum status status;
    char *name;

    if (path.len == 0) {
        return STATUS_OK;
    }
    name = xstrdup(path);
    status = pid_file_lock(name);
    xfree(name);
    return status;
}
