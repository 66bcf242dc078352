/*
 * Whole files of bounded size.
 */
#include "conf/text/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status status_of_errno(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return STATUS_NOT_FOUND;
    case EACCES:
    case EPERM:
        return STATUS_DENIED;
    default:
        return STATUS_INVALID;
    }
}

static enum status read_all(int fd, char *bytes, size_t size, size_t *got_out)
{
    size_t got = 0;

    while (got < size) {
        ssize_t n = read(fd, bytes + got, size - got);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return status_of_errno(errno);
        }
        if (n == 0) {
            break;
        }
        got += (size_t)n;
    }
    *got_out = got;
    return STATUS_OK;
}

enum status file_read(struct arena *arena, struct slice path, struct slice *out)
{
    enum status status = STATUS_INVALID;
    struct stat info;
    char *bytes;
    size_t got;
    int fd;

    fd = open(arena_cstr(arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would hang */
    if (fd < 0) {
        return status_of_errno(errno);
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        goto out;
    }
    if (info.st_size > (off_t)FILE_MAX) {
        status = STATUS_TOO_LARGE;
        goto out;
    }
    bytes = arena_bytes(arena, (size_t)info.st_size + 1);
    status = read_all(fd, bytes, (size_t)info.st_size, &got);
    if (status == STATUS_OK) {
        bytes[got] = '\0';
        *out = slice_of(bytes, got);
    }
out:
    close(fd);
    return status;
}
