/*
 * The listening socket. With SO_REUSEPORT every worker listens on its own, and so would a second
 * gateway of the same user, in silence: hence the probe, a bind and listen without it, which fails
 * when anybody listens there.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/httpd/httpd.h"
#include "lib/run/address.h"

#define BACKLOG       4096 /* the kernel cuts it to net.core.somaxconn */
#define HOST_TEXT_MAX 256
#define PORT_TEXT_MAX 6

/* "host:port", "[v6]:port" -> two C strings. */
static bool address_cut(struct slice text, char host[HOST_TEXT_MAX], char port[PORT_TEXT_MAX])
{
    struct address address;

    if (address_parse_listen(text, &address) != STATUS_OK || address.host.len >= HOST_TEXT_MAX) {
        return false;
    }
    memcpy(host, address.host.ptr, address.host.len);
    host[address.host.len] = '\0';
    (void)snprintf(port, PORT_TEXT_MAX, "%u", (unsigned int)address.port);
    return true;
}

static bool option_set(int fd, int level, int option)
{
    int on = 1;

    return setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

/*
 * A listening socket, or -1 with errno. Accepted sockets inherit TCP_NODELAY (Linux), which saves a
 * call for each.
 */
static int bind_and_listen(const struct addrinfo *info, bool reuse_port)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0) {
        return -1;
    }
    if (option_set(fd, SOL_SOCKET, SO_REUSEADDR) && option_set(fd, IPPROTO_TCP, TCP_NODELAY) &&
        (!reuse_port || option_set(fd, SOL_SOCKET, SO_REUSEPORT)) &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
        return fd;
    }
    error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

enum status httpd_listen(struct slice address, bool probe, int *fd_out)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *info = NULL;
    char host[HOST_TEXT_MAX];
    char port[PORT_TEXT_MAX];
    int fd = -1;
    int failed;

    if (!address_cut(address, host, port)) {
        log_error("cannot listen", "address=\"%.*s\" reason=\"not host:port\"", SLICE_ARG(address));
        return STATUS_INVALID;
    }
    failed = getaddrinfo(host, port, &hints, &info);
    if (failed) {
        log_error("cannot listen", "address=\"%.*s\" reason=\"%s\"", SLICE_ARG(address),
                  gai_strerror(failed));
        return STATUS_INVALID;
    }
    if (probe) {
        fd = bind_and_listen(info, false);
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    if (!probe || fd >= 0) {
        fd = bind_and_listen(info, true);
    }
    if (fd < 0) {
        log_error("cannot listen", "address=\"%.*s\" reason=\"%s\"", SLICE_ARG(address),
                  strerrordesc_np(errno));
    }
    freeaddrinfo(info);
    *fd_out = fd;
    return fd < 0 ? STATUS_UNAVAILABLE : STATUS_OK;
}
