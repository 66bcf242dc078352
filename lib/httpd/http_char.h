/*
 * Classes of characters of RFC 9110 and RFC 3986, by table.
 */
#ifndef LIB_HTTPD_HTTP_CHAR_H
#define LIB_HTTPD_HTTP_CHAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HTTP_CHAR_TOKEN = 1,  /* tchar (RFC 9110 5.6.2) */
    HTTP_CHAR_TARGET = 2, /* pchar but '%', and "/" and "?" (RFC 3986 3.3, 3.4) */
    HTTP_CHAR_VALUE = 4,  /* field-vchar, SP and HTAB (RFC 9110 5.5) */
    HTTP_CHAR_NAME = 8,   /* unreserved and sub-delims: reg-name but '%' (RFC 3986 3.2.2) */
    HTTP_CHAR_HEX = 16,
};

extern const uint8_t http_chars[256];

static inline bool http_char_is(char c, unsigned int classes)
{
    return (http_chars[(unsigned char)c] & classes) != 0;
}

/* Of a hexadecimal digit. */
static inline unsigned int http_char_hex(char c)
{
    return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)((c | 0x20) - 'a') + 10;
}

#endif
