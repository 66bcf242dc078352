/*
 * The process_* families of the Prometheus client libraries ("Writing client libraries", Process
 * metrics), from /proc and the clocks. A value that cannot be read is left out.
 */
#include "lib/run/metric_process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define STAT_START 20 /* starttime is field 22 of /proc/PID/stat; 2 are before the last ')' */

static void render(struct buf *buf, const char *name, const char *type, const char *help,
                   double value)
{
    if (value >= 0) {
        buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, type, name,
                   value);
    }
}

static double cpu_seconds(void)
{
    struct timespec spent;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent) != 0) {
        return -1;
    }
    return (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
}

/* The first bytes of a file of /proc, with a NUL; false when it cannot be read. */
static bool read_proc(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t length;

    if (!file) {
        return false;
    }
    length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    (void)fclose(file);
    return length > 0;
}

/* Field NUMBER (from 0) of numbers separated by blanks. */
static double field(const char *text, unsigned int number)
{
    while (number-- > 0) {
        text = strchr(text, ' ');
        if (!text) {
            return -1;
        }
        text++;
    }
    return strtod(text, NULL);
}

static double memory_bytes(unsigned int statm_field)
{
    char text[256];

    if (!read_proc("/proc/self/statm", text, sizeof(text))) {
        return -1;
    }
    return field(text, statm_field) * (double)sysconf(_SC_PAGESIZE);
}

static double open_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    double count = -3; /* ".", ".." and the folder's own */

    if (!folder) {
        return -1;
    }
    while (readdir(folder)) { /* NOLINT(concurrency-mt-unsafe): the stream is ours alone */
        count++;
    }
    (void)closedir(folder);
    return count;
}

static double max_fds(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (double)limit.rlim_cur : -1;
}

/* Clock ticks after boot, on the clock that began at boot: turned into wall time by both clocks
 * now. */
static double start_seconds(void)
{
    char text[1024];
    const char *after;
    struct timespec wall;
    struct timespec boot;

    if (!read_proc("/proc/self/stat", text, sizeof(text)) ||
        clock_gettime(CLOCK_REALTIME, &wall) != 0 || clock_gettime(CLOCK_BOOTTIME, &boot) != 0) {
        return -1;
    }
    after = strrchr(text, ')'); /* the name before it may hold anything */
    if (!after) {
        return -1;
    }
    return (double)wall.tv_sec - (double)boot.tv_sec +
           field(after, STAT_START) / (double)sysconf(_SC_CLK_TCK);
}

void metric_process_render(struct buf *buf)
{
    render(buf, "process_cpu_seconds_total", "counter", "user and system CPU time in seconds",
           cpu_seconds());
    render(buf, "process_virtual_memory_bytes", "gauge", "virtual memory in bytes",
           memory_bytes(0));
    render(buf, "process_resident_memory_bytes", "gauge", "resident memory in bytes",
           memory_bytes(1));
    render(buf, "process_open_fds", "gauge", "open file descriptors", open_fds());
    render(buf, "process_max_fds", "gauge", "limit of open file descriptors", max_fds());
    render(buf, "process_start_time_seconds", "gauge", "start of the process since 1970 in seconds",
           start_seconds());
}
