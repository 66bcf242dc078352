/*
 * Readers are those of the formats (lib/base/clock.h, lib/data/ip.h), so that what a schema takes
 * has a canonical text.
 */
#include "lib/data/canonical.h"

#include <arpa/inet.h>

#include "lib/base/clock.h"
#include "lib/data/ip.h"

#define UUID_LEN 36
#define TIME_LEN (CLOCK_TEXT - 1)

static struct slice either(struct slice text, const char *scratch, size_t len)
{
    struct slice canonical = slice_of(scratch, len);

    return slice_eq(text, canonical) ? text : canonical;
}

/* A hexadecimal digit in lower case, or NUL. */
static char hex_lower(char c)
{
    if (c >= 'A' && c <= 'F') {
        return (char)(c - 'A' + 'a');
    }
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
        return c;
    }
    return '\0';
}

enum status canonical_uuid(struct slice text, char scratch[CANONICAL_MAX], struct slice *out)
{
    if (text.len != UUID_LEN) {
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < UUID_LEN; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

        scratch[i] = hex_lower(text.ptr[i]);
        if (hyphen) {
            scratch[i] = text.ptr[i] == '-' ? '-' : '\0';
        }
        if (scratch[i] == '\0') {
            return STATUS_INVALID;
        }
    }
    *out = either(text, scratch, UUID_LEN);
    return STATUS_OK;
}

enum status canonical_ip6(struct slice text, char scratch[CANONICAL_MAX], struct slice *out)
{
    uint8_t bytes[IP6_BYTES];

    _Static_assert(CANONICAL_MAX >= INET6_ADDRSTRLEN, "an address fits");
    if (!ip6_read(text, bytes) || !inet_ntop(AF_INET6, bytes, scratch, CANONICAL_MAX)) {
        return STATUS_INVALID;
    }
    *out = either(text, scratch, strlen(scratch));
    return STATUS_OK;
}

enum status canonical_date_time(struct slice text, char scratch[CANONICAL_MAX], struct slice *out)
{
    int64_t ms;

    _Static_assert(CANONICAL_MAX >= CLOCK_TEXT, "a time fits");
    if (clock_parse_date_time(text, &ms) != STATUS_OK ||
        clock_date_time(ms, scratch) != STATUS_OK) {
        return STATUS_INVALID;
    }
    *out = either(text, scratch, TIME_LEN);
    return STATUS_OK;
}

enum status canonical_sql_time(struct slice text, char scratch[CANONICAL_MAX], struct slice *out)
{
    int64_t ms;

    if (clock_parse_date_time(text, &ms) != STATUS_OK ||
        clock_date_time(ms, scratch) != STATUS_OK) {
        return STATUS_INVALID;
    }
    scratch[10] = ' ';
    *out = slice_of(scratch, TIME_LEN - 1);
    return STATUS_OK;
}
