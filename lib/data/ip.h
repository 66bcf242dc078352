/*
 * The one reader of IP addresses as text, without a port, brackets or a zone. Nothing is resolved.
 *
 *     IPv4   four numbers of 0 to 255, none with a leading zero ("127.1" and "010.0.0.1" are read
 *            differently by different programs: they are refused)
 *     IPv6   RFC 4291 2.2: eight groups, "::" for one or more of them, an IPv4 address as the end
 */
#ifndef LIB_DATA_IP_H
#define LIB_DATA_IP_H

#include "lib/base/slice.h"

#define IP4_BYTES 4
#define IP6_BYTES 16

/* False: TEXT is something else. OUT is in network order. */
bool ip4_read(struct slice text, uint8_t out[IP4_BYTES]);
bool ip6_read(struct slice text, uint8_t out[IP6_BYTES]);

bool ip4_valid(struct slice text);
bool ip6_valid(struct slice text);

#endif
