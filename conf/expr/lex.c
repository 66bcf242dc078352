/*
 * Expression text -> tokens, by CEL's lexical rules: names, numbers (decimal, exponent,
 * hexadecimal), strings in ' or " or three of these, with escapes, raw strings r'...', comments
 * from // to the end of the line.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "conf/expr/tree.h"
#include "lib/base/buf.h"

static int peek(const struct lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;

    return at < lexer->text.len ? (unsigned char)lexer->text.ptr[at] : -1;
}

static struct token token_of(const struct lexer *lexer, enum token_kind kind, size_t start)
{
    return (struct token){kind, slice_of(lexer->text.ptr + start, lexer->at - start), start + 1};
}

static struct token bad(const char *why, size_t start)
{
    return (struct token){TOKEN_BAD, slice_str(why), start + 1};
}

/* CEL has it, this subset has not. */
static struct token left_out(const char *what, size_t start)
{
    return (struct token){TOKEN_LEFT_OUT, slice_str(what), start + 1};
}

static void skip_blanks(struct lexer *lexer)
{
    for (;;) {
        int c = peek(lexer, 0);

        if (c == '/' && peek(lexer, 1) == '/') {
            while (peek(lexer, 0) >= 0 && peek(lexer, 0) != '\n') {
                lexer->at++;
            }
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            lexer->at++;
        } else {
            return;
        }
    }
}

/* ------------------------------------------------------------------ numbers */

static void skip_digits(struct lexer *lexer)
{
    while (isdigit(peek(lexer, 0))) {
        lexer->at++;
    }
}

static struct token lex_hexadecimal(struct lexer *lexer, size_t start)
{
    uint64_t number = 0;
    size_t digits = 0;

    for (lexer->at += 2; isxdigit(peek(lexer, 0)); lexer->at++, digits++) {
        int c = tolower(peek(lexer, 0));

        number = number * 16 + (uint64_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    if (digits == 0 || digits > 16) {
        return bad("a hexadecimal number has 1 to 16 digits", start);
    }
    return (struct token){TOKEN_NUMBER, arena_printf(lexer->arena, "%" PRIu64, number), start + 1};
}

static struct token lex_number(struct lexer *lexer)
{
    size_t start = lexer->at;
    struct token token;

    if (peek(lexer, 0) == '0' && (peek(lexer, 1) | 32) == 'x') {
        token = lex_hexadecimal(lexer, start);
    } else {
        skip_digits(lexer);
        if (peek(lexer, 0) == '.' && isdigit(peek(lexer, 1))) {
            lexer->at++;
            skip_digits(lexer);
        }
        if ((peek(lexer, 0) | 32) == 'e') {
            lexer->at += peek(lexer, 1) == '+' || peek(lexer, 1) == '-' ? 2 : 1;
            skip_digits(lexer);
        }
        token = token_of(lexer, TOKEN_NUMBER, start);
        while (token.text.len > 1 && token.text.ptr[0] == '0' && isdigit(token.text.ptr[1])) {
            token.text = slice_from(token.text, 1);
        }
        if (token.text.len > 0 && token.text.ptr[0] == '.') {
            token.text = arena_printf(lexer->arena, "0%.*s", SLICE_ARG(token.text));
        }
    }
    if ((peek(lexer, 0) | 32) == 'u') {
        lexer->at++; /* CEL's mark of unsigned numbers: here all numbers are decimals */
    }
    return token;
}

/* ------------------------------------------------------------------ strings */

static void append_utf8(struct buf *out, uint32_t point)
{
    if (point < 0x80) {
        buf_append_char(out, (char)point);
    } else if (point < 0x800) {
        buf_append_char(out, (char)(0xc0 | point >> 6));
        buf_append_char(out, (char)(0x80 | (point & 0x3f)));
    } else if (point < 0x10000) {
        buf_append_char(out, (char)(0xe0 | point >> 12));
        buf_append_char(out, (char)(0x80 | (point >> 6 & 0x3f)));
        buf_append_char(out, (char)(0x80 | (point & 0x3f)));
    } else {
        buf_append_char(out, (char)(0xf0 | point >> 18));
        buf_append_char(out, (char)(0x80 | (point >> 12 & 0x3f)));
        buf_append_char(out, (char)(0x80 | (point >> 6 & 0x3f)));
        buf_append_char(out, (char)(0x80 | (point & 0x3f)));
    }
}

/* COUNT digits of BASE as a code point. */
static bool lex_code_point(struct lexer *lexer, unsigned int count, unsigned int base,
                           struct buf *out)
{
    uint32_t point = 0;

    for (; count > 0; count--, lexer->at++) {
        int c = tolower(peek(lexer, 0));
        unsigned int digit = isdigit(c) ? (unsigned int)(c - '0') : (unsigned int)(c - 'a' + 10);

        if (!isxdigit(c) || digit >= base) {
            return false;
        }
        point = point * base + digit;
    }
    if ((point == 0 && !lexer->free) || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        return false;
    }
    append_utf8(out, point);
    return true;
}

static bool lex_escape(struct lexer *lexer, struct buf *out)
{
    static const char plain[] = "\\\"'`?abfnrtv";
    static const char meaning[] = "\\\"'`?\a\b\f\n\r\t\v";
    int c = peek(lexer, 0);
    const char *found = c > 0 ? strchr(plain, c) : NULL;

    if (found) {
        lexer->at++;
        buf_append_char(out, meaning[found - plain]);
        return true;
    }
    if (c >= '0' && c <= '3') {
        return lex_code_point(lexer, 3, 8, out);
    }
    lexer->at++;
    switch (c) {
    case 'x':
    case 'X':
        return lex_code_point(lexer, 2, 16, out);
    case 'u':
        return lex_code_point(lexer, 4, 16, out);
    case 'U':
        return lex_code_point(lexer, 8, 16, out);
    default:
        return false;
    }
}

/* COUNT quotes in a row. */
static bool at_quotes(const struct lexer *lexer, int quote, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (peek(lexer, i) != quote) {
            return false;
        }
    }
    return true;
}

/*
 * What is between the quotes; only three of them may enclose several lines. NULL, or why it is
 * no string.
 */
static const char *lex_content(struct lexer *lexer, bool raw, struct buf *out)
{
    int quote = peek(lexer, 0);
    size_t quotes = at_quotes(lexer, quote, 3) ? 3 : 1;

    for (lexer->at += quotes; !at_quotes(lexer, quote, quotes);) {
        int c = peek(lexer, 0);

        if (c < 0 || (quotes == 1 && (c == '\n' || c == '\r'))) {
            return "a string without its closing quote";
        }
        lexer->at++;
        if (c != '\\' || raw) {
            buf_append_char(out, (char)c);
        } else if (!lex_escape(lexer, out)) {
            return "an unknown escape in a string";
        }
    }
    lexer->at += quotes;
    return NULL;
}

static struct token lex_string(struct lexer *lexer, bool raw)
{
    size_t start = lexer->at;
    struct buf text = {0};
    const char *fault = lex_content(lexer, raw, &text);
    struct token token = {TOKEN_STRING, SLICE_EMPTY, start + 1};

    if (fault) {
        token = bad(fault, start);
    } else {
        token.text = arena_copy(lexer->arena, buf_slice(&text));
    }
    buf_fini(&text);
    return token;
}

/* ------------------------------------------------------------------ the rest */

static struct token lex_mark(struct lexer *lexer)
{
    static const char *const pairs[] = {"<=", ">=", "==", "!=", "&&", "||"};
    size_t start = lexer->at;
    int c = peek(lexer, 0);

    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        if (c == pairs[i][0] && peek(lexer, 1) == pairs[i][1]) {
            lexer->at += 2;
            return token_of(lexer, TOKEN_MARK, start);
        }
    }
    if (c == 0 || !strchr("!-*/%+<>?:.,()[]{}", c)) {
        return bad("an unexpected character", start);
    }
    lexer->at++;
    return token_of(lexer, TOKEN_MARK, start);
}

static bool is_quote(int c)
{
    return c == '\'' || c == '"';
}

/* b'...', br'...', rb'...' */
static bool at_bytes(const struct lexer *lexer)
{
    int c = peek(lexer, 0) | 32, next = peek(lexer, 1);

    if (c == 'b' && is_quote(next)) {
        return true;
    }
    return ((c == 'b' && (next | 32) == 'r') || (c == 'r' && (next | 32) == 'b')) &&
           is_quote(peek(lexer, 2));
}

struct token expr_lex(struct lexer *lexer)
{
    size_t start;
    int c;

    skip_blanks(lexer);
    start = lexer->at;
    c = peek(lexer, 0);
    if (c < 0) {
        return token_of(lexer, TOKEN_END, start);
    }
    if (isdigit(c) || (c == '.' && isdigit(peek(lexer, 1)))) {
        return lex_number(lexer);
    }
    if (is_quote(c)) {
        return lex_string(lexer, false);
    }
    if ((c | 32) == 'r' && is_quote(peek(lexer, 1))) {
        lexer->at++;
        return lex_string(lexer, true);
    }
    if (at_bytes(lexer)) {
        return left_out("bytes", start);
    }
    if (c == '`') {
        return left_out("a name in backquotes", start);
    }
    if (isalpha(c) || c == '_') {
        while (isalnum(peek(lexer, 0)) || peek(lexer, 0) == '_') {
            lexer->at++;
        }
        return token_of(lexer, TOKEN_NAME, start);
    }
    return lex_mark(lexer);
}
