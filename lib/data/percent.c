/*
 * Percent-encoding.
 */
#include "lib/data/percent.h"

#include "lib/base/utf8.h"
#include "lib/data/hash.h"

static bool is_unreserved(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* OUT has room for three times the text. */
static size_t encode_bytes(struct slice text, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];

        if (is_unreserved((char)byte)) {
            out[length++] = (char)byte;
        } else {
            out[length++] = '%';
            out[length++] = digits[byte >> 4];
            out[length++] = digits[byte & 15];
        }
    }
    return length;
}

void percent_append(struct buf *buf, struct slice text)
{
    buf->len += encode_bytes(text, buf_reserve(buf, 3 * text.len));
}

struct slice percent_encode(struct arena *arena, struct slice text)
{
    char *bytes = arena_bytes(arena, 3 * text.len);

    return slice_of(bytes, encode_bytes(text, bytes));
}

static enum status decode_bytes(struct slice text, bool plus_is_space, char *out,
                                size_t *length_out)
{
    size_t length = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '%') {
            int high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_digit(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0) {
                return STATUS_INVALID;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0') {
            return STATUS_INVALID;
        }
        out[length++] = c;
    }
    *length_out = length;
    return STATUS_OK;
}

/* Means itself, as most bytes of most texts do. */
static bool is_plain(char c, bool plus_is_space)
{
    return c > 0 && c != '%' && !(c == '+' && plus_is_space);
}

enum status percent_decode(struct arena *arena, struct slice text, bool plus_is_space,
                           struct slice *out)
{
    size_t length = 0;
    char *bytes;

    while (length < text.len && is_plain(text.ptr[length], plus_is_space)) {
        length++;
    }
    if (length == text.len) {
        *out = text;
        return STATUS_OK;
    }
    bytes = arena_bytes(arena, text.len);
    if (decode_bytes(text, plus_is_space, bytes, &length) != STATUS_OK) {
        return STATUS_INVALID;
    }
    *out = slice_of(bytes, length);
    return utf8_valid(*out) ? STATUS_OK : STATUS_INVALID;
}
