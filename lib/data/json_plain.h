/*
 * What the JSON reader and writer share: where the plain bytes of a string end.
 */
#ifndef LIB_DATA_JSON_PLAIN_H
#define LIB_DATA_JSON_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Means itself in a string: ASCII, but no control character, quote or backslash. */
static inline bool json_is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/*
 * Non-zero if a byte of WORD is not plain. (Sean Anderson, "Bit Twiddling Hacks": a byte less than
 * n; a byte equal to n.)
 */
static inline uint64_t json_special_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    uint64_t quotes = word ^ (ones * '"'), backslashes = word ^ (ones * '\\');

    return ((word - ones * 0x20) | (quotes - ones) | (backslashes - ones) | word) & high;
}

/* Where the run of plain bytes at AT ends, at most at END. */
static inline const char *json_skip_plain(const char *at, const char *end)
{
    uint64_t word;

    for (; end - at >= 8; at += 8) {
        memcpy(&word, at, sizeof(word));
        if (json_special_bytes(word)) {
            break;
        }
    }
    while (at < end && json_is_plain(*at)) {
        at++;
    }
    return at;
}

#endif
