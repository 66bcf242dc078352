/*
 * Well-formedness of UTF-8, by the ranges of Unicode's table 3-7.
 */
#include "lib/base/utf8.h"

static bool is_tail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The second byte's range is narrower after some first bytes. */
static bool second_fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return is_tail(second);
    }
}

size_t utf8_length(struct slice text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    size_t length;

    if (text.len == 0) {
        return 0;
    }
    if (bytes[0] < 0x80) {
        return 1;
    }
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4) {
        return 0;
    }
    length = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (text.len < length || !second_fits(bytes[0], bytes[1])) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (!is_tail(bytes[i])) {
            return 0;
        }
    }
    return length;
}

bool utf8_valid(struct slice text)
{
    while (text.len > 0) {
        size_t length = utf8_length(text);

        if (length == 0) {
            return false;
        }
        text = slice_from(text, length);
    }
    return true;
}

size_t utf8_count(struct slice text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        count += !is_tail((unsigned char)text.ptr[i]);
    }
    return count;
}
