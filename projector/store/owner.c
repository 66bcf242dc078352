/*
 * A killed projector's leases need not be waited for by its successor on the same machine.
 *
 * Where it stops working: another machine, container or boot; there the lease has to end by itself.
 * Fences make all of this a matter of speed only.
 */
#include "projector/store/owner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT_TEXT 8

struct owner {
    char boot[BOOT_TEXT + 1];
    unsigned long long space, pid, start;
};

static bool read_line(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    bool ok = file && fgets(out, (int)size, file);

    if (file) {
        (void)fclose(file);
    }
    return ok;
}

/*
 * State and start time of a process: fields 3 and 22 of /proc/<pid>/stat. The name in field 2 may
 * hold anything, so the count begins behind its last ')'. False: no such process, or it may not be
 * looked at.
 */
static bool look_at(unsigned long long pid, char *state_out, unsigned long long *start_out)
{
    char path[64], line[1024], *at;

    (void)snprintf(path, sizeof(path), "/proc/%llu/stat", pid);
    if (!read_line(path, line, sizeof(line))) {
        return false;
    }
    at = strrchr(line, ')');
    return at && sscanf(at, /* NOLINT(cert-err34-c) */
                        ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                        "%*s %llu",
                        state_out, start_out) == 2;
}

static struct owner here(void)
{
    struct owner owner = {.space = 0};
    struct stat space;
    char line[64];

    if (read_line("/proc/sys/kernel/random/boot_id", line, sizeof(line))) {
        (void)snprintf(owner.boot, sizeof(owner.boot), "%.8s", line);
    }
    if (stat("/proc/self/ns/pid", &space) == 0) {
        owner.space = (unsigned long long)space.st_ino;
    }
    return owner;
}

void owner_self(char out[OWNER_TEXT])
{
    struct owner owner = here();
    char state;

    owner.pid = (unsigned long long)getpid();
    (void)look_at(owner.pid, &state, &owner.start);
    (void)snprintf(out, OWNER_TEXT, "%s-%llu-%llu-%llu", owner.boot, owner.space, owner.pid,
                   owner.start);
}

static bool number(struct slice *rest, unsigned long long *out)
{
    struct slice head;
    uint64_t parsed;

    (void)slice_cut(*rest, '-', &head, rest);
    if (slice_parse_u64(head, &parsed) != STATUS_OK) {
        return false;
    }
    *out = parsed;
    return true;
}

/*
 * A process that may not be looked at is alive: EPERM; under hidepid its start is not known either.
 * A zombie runs no more.
 */
static bool is_gone(const struct owner *owner)
{
    unsigned long long start;
    char state;

    if (owner->pid == 0 || owner->pid > INT32_MAX) {
        return false;
    }
    if (kill((pid_t)owner->pid, 0) != 0 && errno == ESRCH) {
        return true;
    }
    return look_at(owner->pid, &state, &start) && (start != owner->start || state == 'Z');
}

bool owner_is_dead(struct slice text)
{
    struct owner self = here(), owner;
    struct slice boot, rest;

    if (self.boot[0] == '\0' || !slice_cut(text, '-', &boot, &rest) || !slice_is(boot, self.boot) ||
        !number(&rest, &owner.space) || !number(&rest, &owner.pid) ||
        !number(&rest, &owner.start)) {
        return false;
    }
    return owner.space == self.space && is_gone(&owner);
}
