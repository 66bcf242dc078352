/*
 * Formats: walks over the text by the grammars of the RFCs. Texts are bytes: what is not ASCII fits
 * none of these grammars. Of a date, an IPv4 address, an e-mail and a URI each text is a value of
 * its own; of the others lib/data/canonical.h has the one text.
 *
 *     email       RFC 5321 4.1.2 Mailbox: dot-string or quoted-string @ domain or address literal
 *     uuid        RFC 9562 4: 8-4-4-4-12 hexadecimal digits, any version
 *     date        RFC 3339 5.6 full-date (lib/base/clock.h)
 *     date-time   RFC 3339 5.6, a leap second only at 23:59:60 UTC (lib/base/clock.h), of the years
 *                 0001 to 9999 in UTC
 *     uri         RFC 3986 A: with a scheme
 *     ipv4        RFC 2673 3.2 dotted-quad (lib/data/ip.h)
 *     ipv6        RFC 4291 2.2, no zone (lib/data/ip.h)
 */
#include "conf/schema/format.h"

#include "lib/base/clock.h"
#include "lib/data/canonical.h"
#include "lib/data/ip.h"

/* What is left to read. */
struct scan {
    const char *at, *end;
};

static struct scan scan_of(struct slice text)
{
    return (struct scan){text.ptr, text.ptr + text.len};
}

static int peek(const struct scan *scan)
{
    return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

static bool take(struct scan *scan, char wanted)
{
    if (peek(scan) != (unsigned char)wanted) {
        return false;
    }
    scan->at++;
    return true;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_one_of(int c, const char *set)
{
    return c > 0 && strchr(set, c);
}

/* ------------------------------------------------------------------ date and time */

static bool is_date_time(struct slice text)
{
    char scratch[CANONICAL_MAX];

    return canonical_date_time(text, scratch, &text) == STATUS_OK;
}

/* ------------------------------------------------------------------ uuid */

static bool is_uuid(struct slice text)
{
    char scratch[CANONICAL_MAX];

    return canonical_uuid(text, scratch, &text) == STATUS_OK;
}

/* ------------------------------------------------------------------ email */

static bool is_atom_character(int c)
{
    return is_letter(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~");
}

static bool take_dot_string(struct scan *scan)
{
    do {
        const char *first = scan->at;

        while (is_atom_character(peek(scan))) {
            scan->at++;
        }
        if (scan->at == first) {
            return false;
        }
    } while (take(scan, '.'));
    return true;
}

static bool take_quoted_string(struct scan *scan)
{
    scan->at++;
    while (peek(scan) != '"') {
        (void)take(scan, '\\');
        if (peek(scan) < ' ' || peek(scan) > '~') {
            return false;
        }
        scan->at++;
    }
    scan->at++;
    return true;
}

/* Labels of letters, digits and inner hyphens, of at most 63 bytes. */
static bool is_domain(struct slice text)
{
    struct slice label, rest;
    bool more = true;

    if (text.len > 255) {
        return false;
    }
    while (more) {
        more = slice_cut(text, '.', &label, &rest);
        if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' ||
            label.ptr[label.len - 1] == '-') {
            return false;
        }
        for (size_t i = 0; i < label.len; i++) {
            if (!is_letter((unsigned char)label.ptr[i]) && !is_digit((unsigned char)label.ptr[i]) &&
                label.ptr[i] != '-') {
                return false;
            }
        }
        text = rest;
    }
    return true;
}

/* "[127.0.0.1]", "[IPv6:::1]" */
static bool is_address_literal(struct slice text)
{
    if (text.len < 2 || text.ptr[text.len - 1] != ']') {
        return false;
    }
    text = slice_of(text.ptr + 1, text.len - 2);
    if (text.len > 5 && slice_eq_nocase(slice_of(text.ptr, 5), SLICE_LITERAL("IPv6:"))) {
        return ip6_valid(slice_from(text, 5));
    }
    return ip4_valid(text);
}

static bool is_email(struct slice text)
{
    struct scan scan = scan_of(text);
    struct slice domain;

    if (peek(&scan) == '"' ? !take_quoted_string(&scan) : !take_dot_string(&scan)) {
        return false;
    }
    if (scan.at - text.ptr > 64 || !take(&scan, '@')) {
        return false;
    }
    domain = slice_of(scan.at, (size_t)(scan.end - scan.at));
    return domain.len > 0 && domain.ptr[0] == '[' ? is_address_literal(domain) : is_domain(domain);
}

/* ------------------------------------------------------------------ uri */

#define SUB_DELIMITERS "!$&'()*+,;="

/*
 * Unreserved characters, sub-delimiters, percent-encoded ones, and those of OTHERS; up to something
 * else.
 */
static void skip_uri_characters(struct scan *scan, const char *others)
{
    for (;;) {
        int c = peek(scan);

        if (is_letter(c) || is_digit(c) || is_one_of(c, "-._~" SUB_DELIMITERS) ||
            is_one_of(c, others)) {
            scan->at++;
        } else if (c == '%' && scan->end - scan->at >= 3 && is_hex((unsigned char)scan->at[1]) &&
                   is_hex((unsigned char)scan->at[2])) {
            scan->at += 3;
        } else {
            return;
        }
    }
}

static bool is_all_uri_characters(struct slice text, const char *others)
{
    struct scan scan = scan_of(text);

    skip_uri_characters(&scan, others);
    return scan.at == scan.end;
}

/* "v1.fe80" between brackets. */
static bool is_future_address(struct slice text)
{
    struct scan scan = scan_of(text);
    const char *first;

    if (!take(&scan, 'v') && !take(&scan, 'V')) {
        return false;
    }
    for (first = scan.at; is_hex(peek(&scan)); scan.at++) {
    }
    if (scan.at == first || !take(&scan, '.')) {
        return false;
    }
    return scan.at < scan.end && !memchr(scan.at, '%', (size_t)(scan.end - scan.at)) &&
           is_all_uri_characters(slice_of(scan.at, (size_t)(scan.end - scan.at)), ":");
}

/* host [":" port] */
static bool is_host_and_port(struct slice text)
{
    struct scan scan = scan_of(text);

    if (take(&scan, '[')) {
        const char *close = memchr(scan.at, ']', (size_t)(scan.end - scan.at));
        struct slice address;

        if (!close) {
            return false;
        }
        address = slice_of(scan.at, (size_t)(close - scan.at));
        if (!ip6_valid(address) && !is_future_address(address)) {
            return false;
        }
        scan.at = close + 1;
    } else {
        skip_uri_characters(&scan, "");
    }
    if (take(&scan, ':')) {
        while (is_digit(peek(&scan))) {
            scan.at++;
        }
    }
    return scan.at == scan.end;
}

static bool is_authority(struct slice text)
{
    struct slice user, host;

    if (!slice_cut(text, '@', &user, &host)) {
        return is_host_and_port(text);
    }
    return is_all_uri_characters(user, ":") && is_host_and_port(host);
}

static bool take_scheme(struct scan *scan)
{
    if (!is_letter(peek(scan))) {
        return false;
    }
    while (is_letter(peek(scan)) || is_digit(peek(scan)) || is_one_of(peek(scan), "+-.")) {
        scan->at++;
    }
    return take(scan, ':');
}

static bool is_uri(struct slice text)
{
    struct scan scan = scan_of(text);

    if (!take_scheme(&scan)) {
        return false;
    }
    if (scan.end - scan.at >= 2 && memcmp(scan.at, "//", 2) == 0) {
        const char *start = scan.at + 2;

        for (scan.at = start; scan.at < scan.end && !is_one_of(peek(&scan), "/?#"); scan.at++) {
        }
        if (!is_authority(slice_of(start, (size_t)(scan.at - start)))) {
            return false;
        }
    }
    skip_uri_characters(&scan, ":@/");
    if (take(&scan, '?')) {
        skip_uri_characters(&scan, ":@/?");
    }
    if (take(&scan, '#')) {
        skip_uri_characters(&scan, ":@/?");
    }
    return scan.at == scan.end;
}

/* ------------------------------------------------------------------ the table */

static const struct schema_format formats[] = {
    {"email",     "an e-mail address",                        is_email     },
    {"uuid",      "a UUID",                                   is_uuid      },
    {"date",      "a date such as 2026-11-21",                clock_is_date},
    {"date-time", "a date-time such as 2026-11-21T08:30:00Z", is_date_time },
    {"uri",       "a URI with its scheme",                    is_uri       },
    {"ipv4",      "an IPv4 address",                          ip4_valid    },
    {"ipv6",      "an IPv6 address",                          ip6_valid    },
};

const struct schema_format *schema_format_find(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
        if (slice_is(name, formats[i].name)) {
            return &formats[i];
        }
    }
    return NULL;
}

const char *schema_format_name(size_t index)
{
    return index < ARRAY_COUNT(formats) ? formats[index].name : NULL;
}
