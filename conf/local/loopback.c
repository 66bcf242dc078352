/*
 * Preloaded into DynamoDB Local, which listens on every address and has no setting for it: bind()
 * to the any-address becomes bind() to loopback. A dual-stack socket gets ::ffff:127.0.0.1, or IPv4
 * clients would be turned away.
 */
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef int bind_fn(int fd, const struct sockaddr *address, socklen_t length);

static void narrow4(struct sockaddr_in *in)
{
    if (in->sin_addr.s_addr == htonl(INADDR_ANY)) {
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
}

static void narrow6(int fd, struct sockaddr_in6 *in)
{
    static const unsigned char mapped_any[16] = {[10] = 0xff, [11] = 0xff};
    static const unsigned char mapped_loopback[16] = {[10] = 0xff, 0xff, 127, 0, 0, 1};
    int only = 0;
    socklen_t size = sizeof only;

    getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size);
    if (IN6_IS_ADDR_UNSPECIFIED(&in->sin6_addr) && only) {
        in->sin6_addr = in6addr_loopback;
    } else if (IN6_IS_ADDR_UNSPECIFIED(&in->sin6_addr) ||
               memcmp(&in->sin6_addr, mapped_any, sizeof mapped_any) == 0) {
        memcpy(&in->sin6_addr, mapped_loopback, sizeof mapped_loopback);
    }
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_storage storage;
    } copy;
    bind_fn *next = NULL;
    void *symbol = dlsym(RTLD_NEXT, "bind");

    memcpy(&next, &symbol, sizeof next);
    if (length > sizeof copy) {
        return next(fd, address, length);
    }
    memset(&copy, 0, sizeof copy);
    memcpy(&copy, address, length);
    if (copy.any.sa_family == AF_INET && length >= sizeof copy.in) {
        narrow4(&copy.in);
    } else if (copy.any.sa_family == AF_INET6 && length >= sizeof copy.in6) {
        narrow6(fd, &copy.in6);
    }
    return next(fd, &copy.any, length);
}
