/*
 * ECMA-262 (as with its flag u, but lenient with escaped punctuation) and RE2 -> PCRE2, in one walk
 * over the pattern.
 *
 * What PCRE2 reads otherwise is spelt out: \s of ECMA and its dot as sets, \v, \u, \x as code
 * points, long names of properties as short ones. What it has beyond the dialect (possessive
 * quantifiers, verbs, recursion, \K, ...) is refused, so a pattern means here what its author reads
 * in the dialect's own manual, or nothing. \d \w \b are ASCII in both dialects and in PCRE2 without
 * UCP.
 */
#include <ctype.h>

#include "conf/pattern/walk.h"
#include "lib/base/utf8.h"

bool walk_fail(struct walk *walk, const char *error)
{
    walk->error = error;
    return false;
}

bool walk_starts(const struct walk *walk, const char *prefix)
{
    return slice_starts(slice_from(walk->text, walk->at), prefix);
}

bool walk_copy(struct walk *walk, size_t count)
{
    buf_append(walk->out, slice_of(walk->text.ptr + walk->at, count));
    walk->at += count;
    return true;
}

bool walk_put(struct walk *walk, size_t count, const char *text)
{
    buf_append_str(walk->out, text);
    walk->at += count;
    return true;
}

bool walk_put_character(struct walk *walk)
{
    size_t len = utf8_length(slice_from(walk->text, walk->at));

    if (len == 0) {
        return walk_fail(walk, "not UTF-8");
    }
    if (len == 1 && ispunct(walk_peek(walk, 0))) {
        buf_append_char(walk->out, '\\');
    }
    return walk_copy(walk, len);
}

/* Up to the ">" after a name, as it is. */
static bool copy_name(struct walk *walk)
{
    struct slice rest = slice_from(walk->text, walk->at);
    const char *end = memchr(rest.ptr, '>', rest.len);

    return end ? walk_copy(walk, (size_t)(end + 1 - rest.ptr))
               : walk_fail(walk, "a name is not closed");
}

/* "\3" */
static bool put_back_reference(struct walk *walk)
{
    buf_append_str(walk->out, "\\g{");
    while (isdigit(walk_peek(walk, 0))) {
        walk_copy(walk, 1);
    }
    buf_append_char(walk->out, '}');
    return true;
}

/* \Q...\E of RE2. */
static bool put_quoted(struct walk *walk)
{
    walk->at++;
    while (walk->at < walk->text.len && !walk_starts(walk, "\\E")) {
        if (!walk_put_character(walk)) {
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
    c = walk_peek(walk, 0);
    walk->repeatable = true;
    if (c == 'b' || c == 'B' || (!ecma && (c == 'A' || c == 'z'))) {
        walk->repeatable = !ecma;
        buf_append_char(walk->out, '\\');
        return walk_copy(walk, 1);
    }
    if (ecma && c >= '1' && c <= '9') {
        return put_back_reference(walk);
    }
    if (ecma && c == 'k' && walk_peek(walk, 1) == '<') {
        buf_append_char(walk->out, '\\');
        return copy_name(walk);
    }
    return !ecma && c == 'Q' ? put_quoted(walk) : walk_put_escape(walk, false);
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

    return end ? walk_copy(walk, (size_t)(end + 2 - start))
               : walk_fail(walk, "a set is not closed");
}

/*
 * One member of a set; *WAS_SET tells whether the one before is a set itself, next to which a
 * hyphen is no range.
 */
static bool put_member(struct walk *walk, bool *was_set)
{
    int c = walk_peek(walk, 0);
    bool is_set = false, done;

    if (c == '\\') {
        walk->at++;
        is_set = is_set_escape(walk_peek(walk, 0));
        if (walk->dialect == PATTERN_ECMA && walk_peek(walk, 0) == 'b') {
            done = walk_put(walk, 1, "\\x{08}");
        } else {
            done = walk_put_escape(walk, true);
        }
    } else if (c == '[' && walk->dialect == PATTERN_RE2 && walk_peek(walk, 1) == ':') {
        is_set = true;
        done = put_named_set(walk);
    } else if (c == '-' && !*was_set &&
               !(walk_peek(walk, 1) == '\\' && is_set_escape(walk_peek(walk, 2)))) {
        done = walk_copy(walk, 1);
    } else {
        done = walk_put_character(walk);
    }
    *was_set = is_set;
    return done;
}

static bool set(struct walk *walk)
{
    bool was_set = false;

    walk_copy(walk, 1);
    if (walk_peek(walk, 0) == '^') {
        walk_copy(walk, 1);
    }
    if (walk->dialect == PATTERN_RE2 && walk_peek(walk, 0) == ']' && !walk_put_character(walk)) {
        return false;
    }
    while (walk_peek(walk, 0) != ']') {
        if (walk_peek(walk, 0) < 0) {
            return walk_fail(walk, "a set is not closed");
        }
        if (!put_member(walk, &was_set)) {
            return false;
        }
    }
    walk->repeatable = true;
    return walk_copy(walk, 1);
}

/* ------------------------------------------------------------------ groups and quantifiers */

/* "?i:", "?-s)" */
static size_t flags_length(const struct walk *walk)
{
    size_t len = 2;

    while (walk_peek(walk, len) > 0 && strchr("imsU-", walk_peek(walk, len))) {
        len++;
    }
    return len > 2 && (walk_peek(walk, len) == ':' || walk_peek(walk, len) == ')') ? len : 0;
}

static bool group(struct walk *walk)
{
    static const char *const ecma[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<"};
    static const char *const re2[] = {"(?:", "(?P<", "(?<"};
    const char *const *prefixes = walk->dialect == PATTERN_ECMA ? ecma : re2;
    size_t count = walk->dialect == PATTERN_ECMA ? ARRAY_COUNT(ecma) : ARRAY_COUNT(re2), flags;

    walk->repeatable = false;
    if (walk_peek(walk, 1) != '?') {
        return walk_peek(walk, 1) == '*' ? walk_fail(walk, "nothing to repeat")
                                         : walk_copy(walk, 1);
    }
    for (size_t i = 0; i < count; i++) {
        if (!walk_starts(walk, prefixes[i])) {
            continue;
        }
        if (walk->dialect == PATTERN_RE2 &&
            (walk_starts(walk, "(?<=") || walk_starts(walk, "(?<!"))) {
            break;
        }
        return prefixes[i][strlen(prefixes[i]) - 1] == '<' && !walk_starts(walk, "(?<=") &&
                       !walk_starts(walk, "(?<!")
                   ? copy_name(walk)
                   : walk_copy(walk, strlen(prefixes[i]));
    }
    flags = walk->dialect == PATTERN_RE2 ? flags_length(walk) : 0;
    if (flags == 0) {
        return walk_fail(walk, "an unknown kind of group");
    }
    walk->repeatable = walk_peek(walk, flags) == ')';
    return walk_copy(walk, flags + 1);
}

/* Length of "{2}", "{2,}", "{2,3}"; 0: no quantifier. *MOST_OUT: its larger number. */
static size_t braces_length(const struct walk *walk, uint64_t *most_out)
{
    size_t len = 1, digits = 0;
    uint64_t number = 0;

    *most_out = 0;
    for (;; len++) {
        int c = walk_peek(walk, len);

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
        return walk_fail(walk, "nothing to repeat");
    }
    walk->repeatable = false;
    walk_copy(walk, len);
    return walk_peek(walk, 0) == '?' ? walk_copy(walk, 1) : true;
}

static bool braces(struct walk *walk)
{
    uint64_t most;
    size_t len = braces_length(walk, &most);

    if (len == 0) {
        walk->repeatable = true;
        return walk_put_character(walk);
    }
    if (walk->dialect == PATTERN_RE2 && most > 1000) {
        return walk_fail(walk, "repeated more than 1000 times");
    }
    return quantifier(walk, len);
}

/* ------------------------------------------------------------------ the walk */

static bool step(struct walk *walk)
{
    int c = walk_peek(walk, 0);

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
        return walk_copy(walk, 1);
    case '^':
    case '$':
        walk->repeatable = walk->dialect == PATTERN_RE2;
        return walk_copy(walk, 1);
    default:
        walk->repeatable = true;
        break;
    }
    if (c == ')') {
        return walk_copy(walk, 1);
    }
    if (c == '.') {
        return walk->dialect == PATTERN_ECMA ? walk_put(walk, 1, "[^\\n\\r\\x{2028}\\x{2029}]")
                                             : walk_copy(walk, 1);
    }
    return walk_put_character(walk);
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
