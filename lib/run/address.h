/*
 * Where a server listens: "127.0.0.1:6379", "[::1]:6379" or "/path/of/socket".
 */
#ifndef LIB_RUN_ADDRESS_H
#define LIB_RUN_ADDRESS_H

#include <stdint.h>

#include "lib/base/slice.h"

struct address {
    struct slice host; /* without brackets; or the path of a socket, when it begins with '/' */
    uint16_t port;     /* 0 with a path */
};

/* Slices are borrowed. INVALID: no port, a port outside 1..65535, or no host. */
MUST_CHECK enum status address_parse(struct slice text, struct address *out);

#endif
