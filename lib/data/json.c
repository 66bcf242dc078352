/*
 * The reader: one pass, no recursion. Open containers are on a stack of its own.
 *
 *     VALUE  read_value   a scalar, [] or {} -> AFTER     "[" or "{": push -> VALUE
 *     AFTER  read_after   "," -> VALUE    "]" or "}": pop -> AFTER    the end of the text -> END
 *
 * - Plain bytes of a string are passed eight at a time; a string without escapes points into the
 *   text.
 * - Duplicate names are looked for when a map ends: by pairs up to 16 members, beyond that by a
 *   table hashed with a secret seed, so that no text takes quadratic time.
 * - A check keeps no tree, so its memory is that of one scalar: containers are two marks.
 */
#include "lib/data/json.h"

#include "lib/base/memory.h"
#include "lib/base/utf8.h"
#include "lib/data/hash.h"
#include "lib/data/json_plain.h"

#define PAIRS_MAX 16

struct reader {
    struct arena *arena;
    const char *start, *at, *end;
    struct value *open[JSON_DEPTH_STORED_MAX]; /* containers that have not ended, outermost first */
    size_t depth, depth_max;
    struct value *root;
    struct slice name; /* of the member whose value comes next */
    bool check;        /* nothing is kept: open has marks */
    struct value map, list;
    size_t error_offset;
    const char *error;
};

/* What the text wants next. */
enum step {
    STEP_VALUE,
    STEP_AFTER,
    STEP_END,
    STEP_ERROR
};

static enum step fail(struct reader *reader, const char *at, const char *text)
{
    reader->error_offset = (size_t)(at - reader->start);
    reader->error = text;
    return STEP_ERROR;
}

static enum step fail_here(struct reader *reader)
{
    bool ended = reader->at >= reader->end;

    return fail(reader, reader->at, ended ? "unexpected end" : "unexpected character");
}

/* The next byte that is not blank, or -1 at the end. */
static int peek(struct reader *reader)
{
    while (reader->at < reader->end) {
        unsigned char c = (unsigned char)*reader->at;

        if (c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
            return c;
        }
        reader->at++;
    }
    return -1;
}

/* ------------------------------------------------------------------ strings */

/* The four digits after \u, or -1. */
static int32_t read_hex4(const char *at, const char *end)
{
    int32_t code = 0;

    if (end - at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

static char *put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (code & 0x3F));
    return to;
}

/* AT is behind "\u". Two escapes make one character outside the basic plane. Returns where it ends,
 * or NULL. */
static const char *read_unicode(const char *at, const char *end, char **to)
{
    int32_t code = read_hex4(at, end);

    if (code < 0 || (code >= 0xDC00 && code <= 0xDFFF)) {
        return NULL;
    }
    at += 4;
    if (code >= 0xD800 && code <= 0xDBFF) {
        int32_t low;

        if (end - at < 2 || at[0] != '\\' || at[1] != 'u') {
            return NULL;
        }
        low = read_hex4(at + 2, end);
        if (low < 0xDC00 || low > 0xDFFF) {
            return NULL;
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
    }
    *to = put_utf8(*to, (uint32_t)code);
    return at;
}

/* AT is behind a backslash, before END. Returns where the escape ends, or NULL. */
static const char *read_escape(const char *at, const char *end, char **to)
{
    static const char plain[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (*at == 'u') {
        return read_unicode(at + 1, end, to);
    }
    found = memchr(plain, *at, sizeof(plain) - 1);
    if (!found) {
        return NULL;
    }
    *(*to)++ = meaning[found - plain];
    return at + 1;
}

/* RAW is what is between the quotes, good UTF-8. No escape grows when it is read. */
static bool unescape(struct reader *reader, struct slice raw, struct slice *out)
{
    const char *at = raw.ptr, *end = raw.ptr + raw.len;
    char *text = arena_bytes(reader->arena, raw.len), *to = text;

    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash ? backslash : end) - at);

        memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (backslash) {
            at = read_escape(backslash + 1, end, &to);
            if (!at) {
                fail(reader, backslash, "bad escape");
                return false;
            }
        }
    }
    *out = slice_of(text, (size_t)(to - text));
    return true;
}

/* AT is on the opening quote; leaves it behind the closing one. */
static bool read_string(struct reader *reader, struct slice *out)
{
    const char *begin = reader->at + 1, *at = json_skip_plain(begin, reader->end);
    bool escaped = false;

    while (at < reader->end && *at != '"') {
        size_t left = (size_t)(reader->end - at);
        size_t length = utf8_length(slice_of(at, left));

        if (*at == '\\' && left > 1) {
            escaped = true;
            length = 2;
        } else if (length == 0 || (unsigned char)*at < 0x20) {
            fail(reader, at, length == 0 ? "bad UTF-8" : "control character in a string");
            return false;
        }
        at = json_skip_plain(at + length, reader->end);
    }
    if (at >= reader->end) {
        fail(reader, reader->end, "unexpected end");
        return false;
    }
    reader->at = at + 1;
    *out = slice_of(begin, (size_t)(at - begin));
    return !escaped || unescape(reader, *out, out);
}

/* ------------------------------------------------------------------ numbers and words */

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at;
}

/* Leaves AT where the grammar of numbers ends; false when a digit is missing there. */
static bool scan_number(const char **at_inout, const char *end)
{
    const char *at = *at_inout, *digits;

    at += at < end && *at == '-';
    digits = at;
    at = at < end && *at == '0' ? at + 1 : skip_digits(at, end);
    if (at > digits && at < end && *at == '.') {
        digits = at + 1;
        at = skip_digits(digits, end);
    }
    if (at > digits && at < end && (*at | 0x20) == 'e') {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        digits = at;
        at = skip_digits(at, end);
    }
    *at_inout = at;
    return at > digits;
}

static struct value *read_number(struct reader *reader)
{
    const char *begin = reader->at;

    if (!scan_number(&reader->at, reader->end)) {
        fail_here(reader);
        return NULL;
    }
    return value_number(reader->arena, slice_of(begin, (size_t)(reader->at - begin)));
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0) {
        fail_here(reader);
        return false;
    }
    reader->at += len;
    return true;
}

static struct value *read_scalar(struct reader *reader, int c)
{
    struct slice text;

    switch (c) {
    case '"':
        return read_string(reader, &text) ? value_string(reader->arena, text) : NULL;
    case 't':
        return take_word(reader, "true") ? value_bool(reader->arena, true) : NULL;
    case 'f':
        return take_word(reader, "false") ? value_bool(reader->arena, false) : NULL;
    case 'n':
        return take_word(reader, "null") ? value_null(reader->arena) : NULL;
    default:
        return read_number(reader);
    }
}

/* ------------------------------------------------------------------ containers */

/* Tells whether a later member has the name of an earlier one, by an open-addressed table of all.
 */
static const struct value *find_twin_hashed(const struct value *map)
{
    size_t size = 64;
    const struct value **table, *twin = NULL;

    while (size < 2 * (size_t)map->count) {
        size *= 2;
    }
    table = XARRAY(const struct value *, size);
    for (const struct value *member = map->first; member && !twin; member = member->next) {
        size_t slot = hash_private(member->name) & (size - 1);

        while (table[slot] && !slice_eq(table[slot]->name, member->name)) {
            slot = (slot + 1) & (size - 1);
        }
        twin = table[slot] ? member : NULL;
        table[slot] = member;
    }
    xfree(table);
    return twin;
}

static const struct value *find_twin(const struct value *map)
{
    if (map->count > PAIRS_MAX) {
        return find_twin_hashed(map);
    }
    for (const struct value *member = map->first; member; member = member->next) {
        if (value_get(map, member->name) != member) {
            return member;
        }
    }
    return NULL;
}

/* A member's name and its colon. */
static enum step read_name(struct reader *reader)
{
    if (peek(reader) != '"') {
        return fail_here(reader);
    }
    if (!read_string(reader, &reader->name)) {
        return STEP_ERROR;
    }
    if (peek(reader) != ':') {
        return fail_here(reader);
    }
    reader->at++;
    return STEP_VALUE;
}

static void attach(struct reader *reader, struct value *value)
{
    struct value *parent = reader->depth ? reader->open[reader->depth - 1] : NULL;

    if (reader->check) {
        return;
    }
    if (!parent) {
        reader->root = value;
        return;
    }
    if (parent->type == VALUE_MAP) {
        value->name = reader->name;
    }
    value_append(parent, value);
}

/* AT is on the bracket that ends the innermost container. */
static enum step close_container(struct reader *reader)
{
    const struct value *ended = reader->open[--reader->depth];
    const struct value *twin = ended->type == VALUE_MAP && !reader->check ? find_twin(ended) : NULL;

    if (twin) {
        return fail(reader, reader->start + twin->offset, "duplicate member name");
    }
    reader->at++;
    return STEP_AFTER;
}

/* AT is on the bracket that begins VALUE. */
static enum step open_container(struct reader *reader, struct value *value)
{
    int closing = value->type == VALUE_MAP ? '}' : ']';

    if (reader->depth == reader->depth_max) {
        return fail(reader, reader->at, "nested too deeply");
    }
    attach(reader, value);
    reader->open[reader->depth++] = value;
    reader->at++;
    if (peek(reader) == closing) {
        return close_container(reader);
    }
    return value->type == VALUE_MAP ? read_name(reader) : STEP_VALUE;
}

static struct value *new_container(struct reader *reader, int c)
{
    if (reader->check) {
        return c == '{' ? &reader->map : &reader->list;
    }
    return c == '{' ? value_map(reader->arena) : value_list(reader->arena);
}

static enum step read_value(struct reader *reader)
{
    int c = peek(reader);
    size_t offset = (size_t)(reader->at - reader->start);
    struct value *value;

    if (c == '{' || c == '[') {
        value = new_container(reader, c);
        value->offset = (uint32_t)offset;
        return open_container(reader, value);
    }
    value = read_scalar(reader, c);
    if (!value) {
        return STEP_ERROR;
    }
    value->offset = (uint32_t)offset;
    attach(reader, value);
    if (reader->check) {
        arena_reset(reader->arena);
    }
    return STEP_AFTER;
}

static enum step read_after(struct reader *reader)
{
    int c = peek(reader);
    bool in_map;

    if (reader->depth == 0) {
        return c < 0 ? STEP_END : fail_here(reader);
    }
    in_map = reader->open[reader->depth - 1]->type == VALUE_MAP;
    if (c == ',') {
        reader->at++;
        return in_map ? read_name(reader) : STEP_VALUE;
    }
    return c == (in_map ? '}' : ']') ? close_container(reader) : fail_here(reader);
}

/* out NULL: a check. */
static enum status parse(struct arena *arena, struct slice text, size_t depth_max,
                         const struct value **out, struct json_error *error_out)
{
    struct reader reader;
    enum step step = STEP_VALUE;

    reader.arena = arena;
    reader.start = reader.at = text.ptr;
    reader.end = text.ptr + text.len;
    reader.depth = 0;
    reader.depth_max = depth_max;
    reader.root = NULL;
    reader.check = !out;
    reader.map = (struct value){.type = VALUE_MAP};
    reader.list = (struct value){.type = VALUE_LIST};
    reader.name = SLICE_EMPTY;
    reader.error_offset = 0;
    reader.error = NULL;
    if (text.len > UINT32_MAX) {
        step = fail(&reader, reader.start, "too long");
    }
    while (step == STEP_VALUE || step == STEP_AFTER) {
        step = step == STEP_VALUE ? read_value(&reader) : read_after(&reader);
    }
    if (step == STEP_ERROR) {
        if (error_out) {
            *error_out = (struct json_error){reader.error_offset, reader.error};
        }
        return STATUS_INVALID;
    }
    if (out) {
        *out = reader.root;
    }
    return STATUS_OK;
}

enum status json_parse(struct arena *arena, struct slice text, const struct value **out,
                       struct json_error *error_out)
{
    return parse(arena, text, JSON_DEPTH_MAX, out, error_out);
}

enum status json_parse_stored(struct arena *arena, struct slice text, const struct value **out,
                              struct json_error *error_out)
{
    return parse(arena, text, JSON_DEPTH_STORED_MAX, out, error_out);
}

enum status json_check(struct slice text, struct json_error *error_out)
{
    struct arena arena = {0};
    enum status status = parse(&arena, text, JSON_DEPTH_STORED_MAX, NULL, error_out);

    arena_fini(&arena);
    return status;
}
