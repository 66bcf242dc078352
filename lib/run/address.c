/*
 * Addresses as settings have them. Names are not resolved here.
 */
#include "lib/run/address.h"

/* Splits "[::1]:6379" or "host:6379". */
static bool split(struct slice text, struct slice *host_out, struct slice *port_out)
{
    if (slice_starts(text, "[")) {
        return slice_cut(slice_from(text, 1), ']', host_out, port_out) &&
               slice_starts(*port_out, ":");
    }
    return slice_cut(text, ':', host_out, port_out);
}

enum status address_parse(struct slice text, struct address *out)
{
    struct slice host, port;
    uint64_t number;

    if (slice_starts(text, "/")) {
        *out = (struct address){.host = text};
        return STATUS_OK;
    }
    if (!split(text, &host, &port) || host.len == 0) {
        return STATUS_INVALID;
    }
    if (slice_starts(text, "[")) {
        port = slice_from(port, 1);
    }
    if (slice_parse_u64(port, &number) != STATUS_OK || number < 1 || number > UINT16_MAX) {
        return STATUS_INVALID;
    }
    *out = (struct address){.host = host, .port = (uint16_t)number};
    return STATUS_OK;
}
