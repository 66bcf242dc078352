/*
 * The one reader of "host:port". The host is a name, an IPv4 address, or an IPv6 address in
 * brackets. Names are not resolved here (resolve.h); what an IP address is, says lib/data/ip.h.
 */
#ifndef LIB_RUN_ADDRESS_H
#define LIB_RUN_ADDRESS_H

#include <stdint.h>

#include "lib/base/slice.h"

struct address {
    struct slice host; /* without brackets; or the path of a socket, when it begins with '/' */
    uint16_t port;     /* 0 with a path */
};

/*
 * A server to connect to: "127.0.0.1:6379", "[::1]:6379" or "/path/of/socket". Slices are borrowed.
 * INVALID: no port, a port outside 1..65535, or no host.
 */
MUST_CHECK enum status address_parse(struct slice text, struct address *out);

/* Where to listen: no path, and port 0 is any free one. */
MUST_CHECK enum status address_parse_listen(struct slice text, struct address *out);

/* The host in an authority: "host", "host:port", "[v6]", "[v6]:port". Empty: there is none. */
struct slice address_host(struct slice authority);

/* HOST, without brackets, can only be this machine: localhost, 127.0.0.0/8, ::1. */
bool address_is_loopback(struct slice host);

#endif
