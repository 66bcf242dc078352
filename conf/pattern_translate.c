/*
 * ECMA-262 (as with its flag u, but lenient with escaped punctuation) and RE2 -> PCRE2, in one walk over the pattern.
 *
 * What PCRE2 reads otherwise is spelt out: \s of ECMA and its dot as sets, \v, \u, \x as code points, long names of
 * properties as short ones. What it has beyond the dialect (possessive quantifiers, verbs, recursion, \K, ...) is refused, so a
 * pattern means here what its author reads in the dialect's own manual, or nothing. \d \w \b are ASCII in both dialects and in
 * PCRE2 without UCP.
 */
#include "conf/pattern_translate.h"

#include <ctype.h>
#include <inttypes.h>

#include "conf/pattern_property.h"
#include "lib/utf8.h"

#define SPACES \
    "\\x{09}-\\x{0d} \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NOT_SPACES                                                                                    \
    "\\x{00}-\\x{08}\\x{0e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"               \
    "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}" \
    "\\x{ff00}-\\x{10ffff}"

struct walk {
    struct slice text;
    size_t at;
    enum pattern_dialect dialect;
    struct buf *out;
    bool repeatable; /* a quantifier may follow */
    const char *error;
};

static int peek(const struct walk *walk, size_t ahead)
{
    size_t at = walk->at + ahead;

    return at < walk->text.len ? (unsigned char)walk->text.ptr[at] : -1;
}

static bool fail(struct walk *walk, const char *error)
{
    walk->error = error;
    return false;
}

static bool starts(const struct walk *walk, const char *prefix)
{
    return slice_starts(slice_from(walk->text, walk->at), prefix);
}

/* COUNT bytes as they are. */
static bool copy(struct walk *walk, size_t count)
{
    buf_append(walk->out, slice_of(walk->text.ptr + walk->at, count));
    walk->at += count;
    return true;
}

/* Up to the ">" behind a name, as it is. */
static bool copy_name(struct walk *walk)
{
    struct slice rest = slice_from(walk->text, walk->at);
    const char *end = memchr(rest.ptr, '>', rest.len);

    return end ? copy(walk, (size_t)(end + 1 - rest.ptr)) : fail(walk, "a name is not closed");
}

/* TEXT in place of COUNT bytes. */
static bool put(struct walk *walk, size_t count, const char *text)
{
    buf_append_str(walk->out, text);
    walk->at += count;
    return true;
}

static bool put_code_point(struct walk *walk, uint32_t point)
{
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        return fail(walk, "not a code point");
    }
    buf_printf(walk->out, "\\x{%" PRIx32 "}", point);
    return true;
}

/* One character, escaped if it is punctuation. */
static bool put_character(struct walk *walk)
{
    size_t len = utf8_length(slice_from(walk->text, walk->at));

    if (len == 0) {
        return fail(walk, "not UTF-8");
    }
    if (len == 1 && ispunct(peek(walk, 0))) {
        buf_append_char(walk->out, '\\');
    }
    return copy(walk, len);
}

/* ------------------------------------------------------------------ code points */

static int hex_digit(int c)
{
    if (isdigit(c)) {
        return c - '0';
    }
    return isxdigit(c) ? (c | 32) - 'a' + 10 : -1;
}

/* COUNT hexadecimal digits, exactly. */
static bool take_hex(struct walk *walk, size_t count, uint32_t *out)
{
    *out = 0;
    for (; count > 0; count--, walk->at++) {
        int digit = hex_digit(peek(walk, 0));

        if (digit < 0) {
            return fail(walk, "a hexadecimal digit is missing in an escape");
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
    for (walk->at++; hex_digit(peek(walk, 0)) >= 0; walk->at++, digits++) {
        *out = *out > 0x10ffff ? *out : *out * 16 + (uint32_t)hex_digit(peek(walk, 0));
    }
    if (digits == 0 || peek(walk, 0) != '}') {
        return fail(walk, "a code point in braces is not closed");
    }
    walk->at++;
    return true;
}

/* After "\u"; two halves of a surrogate pair are one character. */
static bool put_u_escape(struct walk *walk)
{
    uint32_t point, low;

    if (peek(walk, 0) == '{') {
        return take_braced_hex(walk, &point) && put_code_point(walk, point);
    }
    if (!take_hex(walk, 4, &point)) {
        return false;
    }
    if (point >= 0xd800 && point <= 0xdbff && starts(walk, "\\u")) {
        walk->at += 2;
        if (!take_hex(walk, 4, &low) || low < 0xdc00 || low > 0xdfff) {
            return fail(walk, "half a surrogate pair");
        }
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_code_point(walk, point);
}

static bool put_x_escape(struct walk *walk)
{
    uint32_t point;

    if (walk->dialect == PATTERN_RE2 && peek(walk, 0) == '{') {
        return take_braced_hex(walk, &point) && put_code_point(walk, point);
    }
    return take_hex(walk, 2, &point) && put_code_point(walk, point);
}

/* ------------------------------------------------------------------ properties */

/* At the "p" or "P" behind a backslash. */
static bool put_property_escape(struct walk *walk)
{
    struct slice rest = slice_from(walk->text, walk->at + 2), property, after;
    bool known;

    buf_printf(walk->out, "\\%c", peek(walk, 0));
    if (walk->dialect == PATTERN_RE2 && isalpha(peek(walk, 1))) {
        walk->at++;
        return copy(walk, 1); /* \pN */
    }
    if (peek(walk, 1) != '{') {
        return fail(walk, "a property needs braces: \\p{L}");
    }
    if (!slice_cut(rest, '}', &property, &after) || property.len == 0) {
        return fail(walk, "a property is not closed");
    }
    buf_append_char(walk->out, '{');
    known = pattern_property(property, walk->out);
    buf_append_char(walk->out, '}');
    walk->at += property.len + 3;
    return known ? true : fail(walk, "an unknown kind of property");
}

/* ------------------------------------------------------------------ escapes */

/* What means the same inside and outside of a set. At the character behind the backslash. */
static bool put_common_escape(struct walk *walk)
{
    static const char plain[] = "tnvfr";
    static const char meaning[] = "\t\n\v\f\r";
    int c = peek(walk, 0);
    const char *found = c > 0 ? strchr(plain, c) : NULL;

    if (found) {
        walk->at++;
        return put_code_point(walk, (uint32_t)meaning[found - plain]);
    }
    if (c == 'd' || c == 'D' || c == 'w' || c == 'W') {
        buf_append_char(walk->out, '\\');
        return copy(walk, 1);
    }
    if (c == 'p' || c == 'P') {
        return put_property_escape(walk);
    }
    if (c == 'x' || (c == 'u' && walk->dialect == PATTERN_ECMA)) {
        walk->at++;
        return c == 'x' ? put_x_escape(walk) : put_u_escape(walk);
    }
    if (c < 0) {
        return fail(walk, "ends with a backslash");
    }
    return isalnum(c) ? fail(walk, "an unknown escape") : put_character(walk);
}

static bool put_ecma_escape(struct walk *walk, bool in_set)
{
    int c = peek(walk, 0), next = peek(walk, 1);

    if (c == 's') {
        return put(walk, 1, in_set ? SPACES : "[" SPACES "]");
    }
    if (c == 'S') {
        return put(walk, 1, in_set ? NOT_SPACES : "[^" SPACES "]");
    }
    if (c == '0' && !isdigit(next)) {
        return put(walk, 1, "\\x{00}");
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

    for (size_t digits = 0; digits < 3 && peek(walk, 0) >= '0' && peek(walk, 0) <= '7'; digits++) {
        point = point * 8 + (uint32_t)(peek(walk, 0) - '0');
        walk->at++;
    }
    return put_code_point(walk, point);
}

static bool put_re2_escape(struct walk *walk, bool in_set)
{
    int c = peek(walk, 0), next = peek(walk, 1);

    if (c == 's') {
        return put(walk, 1, in_set ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
    }
    if (c == 'S') {
        return put(walk, 1,
                   in_set ? "\\x{00}-\\x{08}\\x{0b}\\x{0e}-\\x{1f}\\x{21}-\\x{10ffff}"
                          : "[^\\t\\n\\f\\r ]");
    }
    if (c == 'a') {
        return put(walk, 1, "\\x{07}");
    }
    if (c == '0' || (c >= '1' && c <= '7' && next >= '0' && next <= '7')) {
        return put_octal(walk);
    }
    return put_common_escape(walk);
}

static bool put_escape(struct walk *walk, bool in_set)
{
    return walk->dialect == PATTERN_ECMA ? put_ecma_escape(walk, in_set)
                                         : put_re2_escape(walk, in_set);
}

/* "\3" */
static bool put_back_reference(struct walk *walk)
{
    buf_append_str(walk->out, "\\g{");
    while (isdigit(peek(walk, 0))) {
        copy(walk, 1);
    }
    buf_append_char(walk->out, '}');
    return true;
}

/* \Q...\E of RE2. */
static bool put_quoted(struct walk *walk)
{
    walk->at++;
    while (walk->at < walk->text.len && !starts(walk, "\\E")) {
        if (!put_character(walk)) {
            return false;
        }
    }
    walk->at += walk->at < walk->text.len ? 2 : 0;
    return true;
}

static bool escape(struct walk *walk)
{
    bool ecma = walk->dialect == PATTERN_ECMA;
    int c;

    walk->at++;
    c = peek(walk, 0);
    walk->repeatable = true;
    if (c == 'b' || c == 'B' || (!ecma && (c == 'A' || c == 'z'))) {
        walk->repeatable = !ecma;
        buf_append_char(walk->out, '\\');
        return copy(walk, 1);
    }
    if (ecma && c >= '1' && c <= '9') {
        return put_back_reference(walk);
    }
    if (ecma && c == 'k' && peek(walk, 1) == '<') {
        buf_append_char(walk->out, '\\');
        return copy_name(walk);
    }
    return !ecma && c == 'Q' ? put_quoted(walk) : put_escape(walk, false);
}

/* ------------------------------------------------------------------ sets */

static bool is_set_escape(int c)
{
    return c > 0 && strchr("dDwWsSpP", c);
}

/* "[:alpha:]" of RE2, at its "[". */
static bool put_named_set(struct walk *walk)
{
    const char *start = walk->text.ptr + walk->at;
    const char *end = memmem(start, walk->text.len - walk->at, ":]", 2);

    return end ? copy(walk, (size_t)(end + 2 - start)) : fail(walk, "a set is not closed");
}

/* One member of a set; *WAS_SET tells whether the one before is a set itself, next to which a hyphen is no range. */
static bool put_member(struct walk *walk, bool *was_set)
{
    int c = peek(walk, 0);
    bool set = false, done;

    if (c == '\\') {
        walk->at++;
        set = is_set_escape(peek(walk, 0));
        if (walk->dialect == PATTERN_ECMA && peek(walk, 0) == 'b') {
            done = put(walk, 1, "\\x{08}");
        } else {
            done = put_escape(walk, true);
        }
    } else if (c == '[' && walk->dialect == PATTERN_RE2 && peek(walk, 1) == ':') {
        set = true;
        done = put_named_set(walk);
    } else if (c == '-' && !*was_set && !(peek(walk, 1) == '\\' && is_set_escape(peek(walk, 2)))) {
        done = copy(walk, 1);
    } else {
        done = put_character(walk);
    }
    *was_set = set;
    return done;
}

static bool set(struct walk *walk)
{
    bool was_set = false;

    copy(walk, 1);
    if (peek(walk, 0) == '^') {
        copy(walk, 1);
    }
    if (walk->dialect == PATTERN_RE2 && peek(walk, 0) == ']' && !put_character(walk)) {
        return false;
    }
    while (peek(walk, 0) != ']') {
        if (peek(walk, 0) < 0) {
            return fail(walk, "a set is not closed");
        }
        if (!put_member(walk, &was_set)) {
            return false;
        }
    }
    walk->repeatable = true;
    return copy(walk, 1);
}

/* ------------------------------------------------------------------ groups and quantifiers */

/* "?i:", "?-s)" */
static size_t flags_length(const struct walk *walk)
{
    size_t len = 2;

    while (peek(walk, len) > 0 && strchr("imsU-", peek(walk, len))) {
        len++;
    }
    return len > 2 && (peek(walk, len) == ':' || peek(walk, len) == ')') ? len : 0;
}

static bool group(struct walk *walk)
{
    static const char *const ecma[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<"};
    static const char *const re2[] = {"(?:", "(?P<", "(?<"};
    const char *const *prefixes = walk->dialect == PATTERN_ECMA ? ecma : re2;
    size_t count = walk->dialect == PATTERN_ECMA ? ARRAY_COUNT(ecma) : ARRAY_COUNT(re2), flags;

    walk->repeatable = false;
    if (peek(walk, 1) != '?') {
        return peek(walk, 1) == '*' ? fail(walk, "nothing to repeat") : copy(walk, 1);
    }
    for (size_t i = 0; i < count; i++) {
        if (!starts(walk, prefixes[i])) {
            continue;
        }
        if (walk->dialect == PATTERN_RE2 && (starts(walk, "(?<=") || starts(walk, "(?<!"))) {
            break;
        }
        return prefixes[i][strlen(prefixes[i]) - 1] == '<' && !starts(walk, "(?<=") &&
                       !starts(walk, "(?<!")
                   ? copy_name(walk)
                   : copy(walk, strlen(prefixes[i]));
    }
    flags = walk->dialect == PATTERN_RE2 ? flags_length(walk) : 0;
    if (flags == 0) {
        return fail(walk, "an unknown kind of group");
    }
    walk->repeatable = peek(walk, flags) == ')';
    return copy(walk, flags + 1);
}

/* Length of "{2}", "{2,}", "{2,3}"; 0: no quantifier. *MOST_OUT: its larger number. */
static size_t braces_length(const struct walk *walk, uint64_t *most_out)
{
    size_t len = 1, digits = 0;
    uint64_t number = 0;

    *most_out = 0;
    for (;; len++) {
        int c = peek(walk, len);

        if (isdigit(c)) {
            number = number > 100000 ? number : number * 10 + (uint64_t)(c - '0');
            *most_out = number > *most_out ? number : *most_out;
            digits++;
        } else if (c == ',' && digits > 0 && !memchr(walk->text.ptr + walk->at, ',', len)) {
            number = 0;
        } else {
            return c == '}' && digits > 0 ? len + 1 : 0;
        }
    }
}

static bool quantifier(struct walk *walk, size_t len)
{
    if (!walk->repeatable) {
        return fail(walk, "nothing to repeat");
    }
    walk->repeatable = false;
    copy(walk, len);
    return peek(walk, 0) == '?' ? copy(walk, 1) : true;
}

static bool braces(struct walk *walk)
{
    uint64_t most;
    size_t len = braces_length(walk, &most);

    if (len == 0) {
        walk->repeatable = true;
        return put_character(walk);
    }
    if (walk->dialect == PATTERN_RE2 && most > 1000) {
        return fail(walk, "repeated more than 1000 times");
    }
    return quantifier(walk, len);
}

/* ------------------------------------------------------------------ the walk */

static bool step(struct walk *walk)
{
    int c = peek(walk, 0);

    switch (c) {
    case '\\':
        return escape(walk);
    case '[':
        return set(walk);
    case '(':
        return group(walk);
    case '*':
    case '+':
    case '?':
        return quantifier(walk, 1);
    case '{':
        return braces(walk);
    case '|':
        walk->repeatable = false;
        return copy(walk, 1);
    case '^':
    case '$':
        walk->repeatable = walk->dialect == PATTERN_RE2;
        return copy(walk, 1);
    default:
        walk->repeatable = true;
        break;
    }
    if (c == ')') {
        return copy(walk, 1);
    }
    if (c == '.') {
        return walk->dialect == PATTERN_ECMA ? put(walk, 1, "[^\\n\\r\\x{2028}\\x{2029}]")
                                             : copy(walk, 1);
    }
    return put_character(walk);
}

enum status pattern_translate(struct slice text, enum pattern_dialect dialect, struct buf *out,
                              const char **error_out)
{
    struct walk walk = {.text = text, .dialect = dialect, .out = out};

    while (walk.at < text.len) {
        if (!step(&walk)) {
            *error_out = walk.error;
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}
