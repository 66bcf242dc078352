/*
 * Escapes of ECMA-262 and RE2: characters by their numbers, sets, properties.
 */
#include <ctype.h>
#include <inttypes.h>

#include "conf/pattern/property.h"
#include "conf/pattern/walk.h"
#include "lib/data/hash.h"

#define SPACES                                                     \
    "\\x{09}-\\x{0d} \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}" \
    "\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NOT_SPACES                                                                      \
    "\\x{00}-\\x{08}\\x{0e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}" \
    "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"      \
    "\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

static bool put_code_point(struct walk *walk, uint32_t point)
{
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        return walk_fail(walk, "not a code point");
    }
    buf_printf(walk->out, "\\x{%" PRIx32 "}", point);
    return true;
}

/* ------------------------------------------------------------------ code points */

/* COUNT hexadecimal digits, exactly. */
static bool take_hex(struct walk *walk, size_t count, uint32_t *out)
{
    *out = 0;
    for (; count > 0; count--, walk->at++) {
        int digit = hex_digit(walk_peek(walk, 0));

        if (digit < 0) {
            return walk_fail(walk, "a hexadecimal digit is missing in an escape");
        }
        *out = *out * 16 + (uint32_t)digit;
    }
    return true;
}

/* "{1F600}" */
static bool take_braced_hex(struct walk *walk, uint32_t *out)
{
    size_t digits = 0;

    *out = 0;
    for (walk->at++; hex_digit(walk_peek(walk, 0)) >= 0; walk->at++, digits++) {
        *out = *out > 0x10ffff ? *out : *out * 16 + (uint32_t)hex_digit(walk_peek(walk, 0));
    }
    if (digits == 0 || walk_peek(walk, 0) != '}') {
        return walk_fail(walk, "a code point in braces is not closed");
    }
    walk->at++;
    return true;
}

/* After "\u"; two halves of a surrogate pair are one character. */
static bool put_u_escape(struct walk *walk)
{
    uint32_t point, low;

    if (walk_peek(walk, 0) == '{') {
        return take_braced_hex(walk, &point) && put_code_point(walk, point);
    }
    if (!take_hex(walk, 4, &point)) {
        return false;
    }
    if (point >= 0xd800 && point <= 0xdbff && walk_starts(walk, "\\u")) {
        walk->at += 2;
        if (!take_hex(walk, 4, &low) || low < 0xdc00 || low > 0xdfff) {
            return walk_fail(walk, "half a surrogate pair");
        }
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_code_point(walk, point);
}

static bool put_x_escape(struct walk *walk)
{
    uint32_t point;

    if (walk->dialect == PATTERN_RE2 && walk_peek(walk, 0) == '{') {
        return take_braced_hex(walk, &point) && put_code_point(walk, point);
    }
    return take_hex(walk, 2, &point) && put_code_point(walk, point);
}

/* ------------------------------------------------------------------ properties */

/* At the "p" or "P" after a backslash. */
static bool put_property_escape(struct walk *walk)
{
    struct slice rest = slice_from(walk->text, walk->at + 2), property, after;
    bool known;

    buf_printf(walk->out, "\\%c", walk_peek(walk, 0));
    if (walk->dialect == PATTERN_RE2 && isalpha(walk_peek(walk, 1))) {
        walk->at++;
        return walk_copy(walk, 1); /* \pN */
    }
    if (walk_peek(walk, 1) != '{') {
        return walk_fail(walk, "a property needs braces: \\p{L}");
    }
    if (!slice_cut(rest, '}', &property, &after) || property.len == 0) {
        return walk_fail(walk, "a property is not closed");
    }
    buf_append_char(walk->out, '{');
    known = pattern_property(property, walk->out);
    buf_append_char(walk->out, '}');
    walk->at += property.len + 3;
    return known ? true : walk_fail(walk, "an unknown kind of property");
}

/* ------------------------------------------------------------------ escapes */

/* What means the same inside and outside of a set. At the character after the backslash. */
static bool put_common_escape(struct walk *walk)
{
    static const char plain[] = "tnvfr";
    static const char meaning[] = "\t\n\v\f\r";
    int c = walk_peek(walk, 0);
    const char *found = c > 0 ? strchr(plain, c) : NULL;

    if (found) {
        walk->at++;
        return put_code_point(walk, (uint32_t)meaning[found - plain]);
    }
    if (c == 'd' || c == 'D' || c == 'w' || c == 'W') {
        buf_append_char(walk->out, '\\');
        return walk_copy(walk, 1);
    }
    if (c == 'p' || c == 'P') {
        return put_property_escape(walk);
    }
    if (c == 'x' || (c == 'u' && walk->dialect == PATTERN_ECMA)) {
        walk->at++;
        return c == 'x' ? put_x_escape(walk) : put_u_escape(walk);
    }
    if (c < 0) {
        return walk_fail(walk, "ends with a backslash");
    }
    return isalnum(c) ? walk_fail(walk, "an unknown escape") : walk_put_character(walk);
}

static bool put_ecma_escape(struct walk *walk, bool in_set)
{
    int c = walk_peek(walk, 0), next = walk_peek(walk, 1);

    if (c == 's') {
        return walk_put(walk, 1, in_set ? SPACES : "[" SPACES "]");
    }
    if (c == 'S') {
        return walk_put(walk, 1, in_set ? NOT_SPACES : "[^" SPACES "]");
    }
    if (c == '0' && !isdigit(next)) {
        return walk_put(walk, 1, "\\x{00}");
    }
    if (c == 'c' && isalpha(next)) {
        walk->at += 2;
        return put_code_point(walk, (uint32_t)next & 31);
    }
    return put_common_escape(walk);
}

/* Up to three octal digits. */
static bool put_octal(struct walk *walk)
{
    uint32_t point = 0;

    for (size_t digits = 0; digits < 3 && walk_peek(walk, 0) >= '0' && walk_peek(walk, 0) <= '7';
         digits++) {
        point = point * 8 + (uint32_t)(walk_peek(walk, 0) - '0');
        walk->at++;
    }
    return put_code_point(walk, point);
}

static bool put_re2_escape(struct walk *walk, bool in_set)
{
    int c = walk_peek(walk, 0), next = walk_peek(walk, 1);

    if (c == 's') {
        return walk_put(walk, 1, in_set ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
    }
    if (c == 'S') {
        return walk_put(walk, 1,
                        in_set ? "\\x{00}-\\x{08}\\x{0b}\\x{0e}-\\x{1f}\\x{21}-\\x{10ffff}"
                               : "[^\\t\\n\\f\\r ]");
    }
    if (c == 'a') {
        return walk_put(walk, 1, "\\x{07}");
    }
    if (c == '0' || (c >= '1' && c <= '7' && next >= '0' && next <= '7')) {
        return put_octal(walk);
    }
    return put_common_escape(walk);
}

bool walk_put_escape(struct walk *walk, bool in_set)
{
    return walk->dialect == PATTERN_ECMA ? put_ecma_escape(walk, in_set)
                                         : put_re2_escape(walk, in_set);
}
