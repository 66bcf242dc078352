/*
 * Addresses as settings and URLs have them.
 */
#include "lib/run/address.h"

#include "lib/data/ip.h"

/* Splits "[::1]:6379" or "host:6379". */
static bool split(struct slice text, struct slice *host_out, struct slice *port_out)
{
    if (slice_starts(text, "[")) {
        if (!slice_cut(slice_from(text, 1), ']', host_out, port_out) ||
            !slice_starts(*port_out, ":")) {
            return false;
        }
        *port_out = slice_from(*port_out, 1);
        return true;
    }
    return slice_cut(text, ':', host_out, port_out);
}

enum status address_parse_listen(struct slice text, struct address *out)
{
    struct slice host, port;
    uint64_t number;

    if (!split(text, &host, &port) || host.len == 0 ||
        slice_parse_u64(port, &number) != STATUS_OK || number > UINT16_MAX) {
        return STATUS_INVALID;
    }
    *out = (struct address){.host = host, .port = (uint16_t)number};
    return STATUS_OK;
}

enum status address_parse(struct slice text, struct address *out)
{
    if (slice_starts(text, "/")) {
        *out = (struct address){.host = text};
        return STATUS_OK;
    }
    if (address_parse_listen(text, out) != STATUS_OK || out->port == 0) {
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

struct slice address_host(struct slice authority)
{
    struct slice host, rest;

    if (slice_starts(authority, "[")) {
        return slice_cut(slice_from(authority, 1), ']', &host, &rest) ? host : SLICE_EMPTY;
    }
    (void)slice_cut(authority, ':', &host, &rest);
    return host;
}

bool address_is_loopback(struct slice host)
{
    static const uint8_t loopback[IP6_BYTES] = {[IP6_BYTES - 1] = 1};
    uint8_t v4[IP4_BYTES], v6[IP6_BYTES];

    if (slice_is(host, "localhost")) {
        return true;
    }
    if (ip4_read(host, v4)) {
        return v4[0] == 127;
    }
    return ip6_read(host, v6) && memcmp(v6, loopback, sizeof(v6)) == 0;
}
