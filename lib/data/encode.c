/*
 * Bytes as text: hex and base64 (RFC 4648), in both of base64's alphabets.
 */
#include "lib/data/hash.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void hex_encode(const void *bytes, size_t count, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    for (size_t i = 0; i < count; i++) {
        *out++ = digits[from[i] >> 4];
        *out++ = digits[from[i] & 15];
    }
    *out = '\0';
}

int hex_digit(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum status hex_decode(struct slice text, void *out, size_t count)
{
    unsigned char *to = out;

    if (text.len != 2 * count) {
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < count; i++) {
        int high = hex_digit(text.ptr[2 * i]);
        int low = hex_digit(text.ptr[2 * i + 1]);

        if (high < 0 || low < 0) {
            return STATUS_INVALID;
        }
        to[i] = (unsigned char)(high << 4 | low);
    }
    return STATUS_OK;
}

/* Whole groups of three bytes, then the one or two that are left. Padding is the caller's. */
static size_t encode(const void *bytes, size_t count, const char *alphabet, char *out)
{
    const unsigned char *from = bytes;
    char *at = out;

    for (; count >= 3; count -= 3, from += 3) {
        *at++ = alphabet[from[0] >> 2];
        *at++ = alphabet[(from[0] & 3) << 4 | from[1] >> 4];
        *at++ = alphabet[(from[1] & 15) << 2 | from[2] >> 6];
        *at++ = alphabet[from[2] & 63];
    }
    if (count > 0) {
        unsigned second = count == 2 ? from[1] : 0;

        *at++ = alphabet[from[0] >> 2];
        *at++ = alphabet[(from[0] & 3) << 4 | second >> 4];
        if (count == 2) {
            *at++ = alphabet[(second & 15) << 2];
        }
    }
    *at = '\0';
    return (size_t)(at - out);
}

size_t base64_encode(const void *bytes, size_t count, char *out)
{
    size_t len = encode(bytes, count, standard, out);

    while (len % 4 != 0) {
        out[len++] = '=';
    }
    out[len] = '\0';
    return len;
}

size_t base64url_encode(const void *bytes, size_t count, char *out)
{
    return encode(bytes, count, url, out);
}

static int base64_digit(char c, const char *alphabet)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == alphabet[62] ? 62 : c == alphabet[63] ? 63 : -1;
}

/* TEXT is without padding. */
static enum status decode(struct slice text, const char *alphabet, void *out, size_t *count_out)
{
    unsigned char *at = out;
    unsigned bits = 0, held = 0;

    if (text.len % 4 == 1) {
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.ptr[i], alphabet);

        if (digit < 0) {
            return STATUS_INVALID;
        }
        bits = (bits << 6 | (unsigned)digit) & 0xFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *at++ = (unsigned char)(bits >> held);
        }
    }
    *count_out = (size_t)(at - (unsigned char *)out);
    return (bits & ((1U << held) - 1)) == 0 ? STATUS_OK : STATUS_INVALID;
}

enum status base64_decode(struct slice text, void *out, size_t *count_out)
{
    if (text.len % 4 != 0) {
        return STATUS_INVALID;
    }
    for (int i = 0; i < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; i++) {
        text.len--;
    }
    return decode(text, standard, out, count_out);
}

enum status base64url_decode(struct slice text, void *out, size_t *count_out)
{
    return decode(text, url, out, count_out);
}
