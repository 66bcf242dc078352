/*
 * inet_pton, for texts that end without a NUL. It reads what ip.h says (glibc 2.36, inet_pton.c),
 * and of an IPv6 address at most INET6_ADDRSTRLEN - 1 bytes can be meant.
 */
#include "lib/data/ip.h"

#include <arpa/inet.h>

static bool ip_read(int family, struct slice text, void *out)
{
    char copy[INET6_ADDRSTRLEN];

    if (text.len == 0 || text.len >= sizeof(copy) || memchr(text.ptr, '\0', text.len)) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, out) == 1;
}

bool ip4_read(struct slice text, uint8_t out[IP4_BYTES])
{
    return ip_read(AF_INET, text, out);
}

bool ip6_read(struct slice text, uint8_t out[IP6_BYTES])
{
    return ip_read(AF_INET6, text, out);
}

bool ip4_valid(struct slice text)
{
    uint8_t bytes[IP4_BYTES];

    return ip4_read(text, bytes);
}

bool ip6_valid(struct slice text)
{
    uint8_t bytes[IP6_BYTES];

    return ip6_read(text, bytes);
}
