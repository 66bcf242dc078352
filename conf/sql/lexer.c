/*
 * SQL text -> lexemes. One of each kind is measured by one function; what a comment, a string or a
 * quoted name hides is never looked at. Sources: MySQL 8 reference manual, "Comments", "String
 * Literals", "Schema Object Names".
 */
#include "conf/sql/lexer.h"

#include <ctype.h>

static int at(struct slice text, size_t i)
{
    return i < text.len ? (unsigned char)text.ptr[i] : -1;
}

static bool is_name_char(int c)
{
    return c >= 0x80 || isalnum(c) || c == '_' || c == '$';
}

static struct sqllex token_of(struct slice rest, enum sqltoken_kind kind, size_t len)
{
    struct slice raw = slice_of(rest.ptr, len);

    return (struct sqllex){SQLLEX_TOKEN, kind, raw, raw};
}

static struct sqllex bad(const char *why)
{
    return (struct sqllex){.kind = SQLLEX_BAD, .text = slice_str(why)};
}

static struct sqllex lex_line_comment(struct slice rest)
{
    size_t len = 0;

    while (len < rest.len && rest.ptr[len] != '\n') {
        len++;
    }
    return (struct sqllex){.kind = SQLLEX_COMMENT, .raw = slice_of(rest.ptr, len)};
}

static struct sqllex lex_block_comment(struct slice rest)
{
    const char *end = rest.len > 3 ? memmem(rest.ptr + 2, rest.len - 2, "*/", 2) : NULL;
    int c = at(rest, 2);

    if (!end) {
        return bad("a comment without its end */");
    }
    if (c == '!' || c == '+' || (c == 'M' && at(rest, 3) == '!')) {
        return bad("comments that are run (/*! */, /*+ */) are not allowed");
    }
    return (struct sqllex){.kind = SQLLEX_COMMENT,
                           .raw = slice_of(rest.ptr, (size_t)(end + 2 - rest.ptr))};
}

/* A doubled quote means one; in strings a backslash escapes. */
static struct sqllex lex_quoted(struct slice rest)
{
    int quote = at(rest, 0);
    struct sqllex lex;
    size_t len = 1;

    for (; len < rest.len; len++) {
        if (at(rest, len) == '\\' && quote != '`') {
            len++;
        } else if (at(rest, len) == quote && at(rest, len + 1) == quote) {
            len++;
        } else if (at(rest, len) == quote) {
            break;
        }
    }
    if (len >= rest.len) {
        return bad("a string or quoted name without its closing quote");
    }
    lex = token_of(rest, quote == '`' ? SQLTOKEN_QUOTED : SQLTOKEN_STRING, len + 1);
    if (quote == '`') {
        lex.text = slice_of(rest.ptr + 1, len - 1);
        if (lex.text.len == 0 || memchr(lex.text.ptr, '`', lex.text.len)) {
            return bad("a quoted name must not be empty or hold a backtick");
        }
    }
    return lex;
}

/* :name, :old.name */
static struct sqllex lex_param(struct slice rest)
{
    size_t len = 1;
    struct sqllex lex;

    if (at(rest, 1) == ':' || at(rest, 1) == '=') {
        return bad("'::' and ':=' are not allowed; a parameter is :name");
    }
    if (!isalpha(at(rest, 1)) && at(rest, 1) != '_') {
        return bad("':' must begin a parameter, such as :name");
    }
    while (isalnum(at(rest, len)) || at(rest, len) == '_' ||
           (at(rest, len) == '.' && (isalpha(at(rest, len + 1)) || at(rest, len + 1) == '_'))) {
        len++;
    }
    lex = token_of(rest, SQLTOKEN_PARAM, len);
    lex.text = slice_of(rest.ptr + 1, len - 1);
    return lex;
}

static struct sqllex lex_variable(struct slice rest)
{
    size_t len = 1;

    while (is_name_char(at(rest, len)) || at(rest, len) == '@' || at(rest, len) == '.') {
        len++;
    }
    return token_of(rest, SQLTOKEN_VARIABLE, len);
}

static size_t digits_end(struct slice rest, size_t i)
{
    while (isdigit(at(rest, i))) {
        i++;
    }
    return i;
}

/* The end of an exponent at I; I: there is none. */
static size_t exponent_end(struct slice rest, size_t i)
{
    size_t first = i + 1;

    if ((at(rest, i) | 32) != 'e') {
        return i;
    }
    first += at(rest, first) == '-' || at(rest, first) == '+';
    return isdigit(at(rest, first)) ? digits_end(rest, first) : i;
}

/* 0xff, 0b01, of LEN characters */
static bool is_bits(struct slice rest, size_t len)
{
    bool hex = at(rest, 1) == 'x';

    for (size_t i = 2; i < len; i++) {
        if (hex ? !isxdigit(at(rest, i)) : at(rest, i) != '0' && at(rest, i) != '1') {
            return false;
        }
    }
    return len > 2 && at(rest, 0) == '0' && (hex || at(rest, 1) == 'b');
}

/*
 * Names may begin with a digit. A number ends where the servers end it, whatever follows: in
 * "1.FROM t" and "1e5FROM t" FROM is a word.
 */
static struct sqllex lex_word(struct slice rest)
{
    size_t digits = digits_end(rest, 0), len = digits, end;

    while (is_name_char(at(rest, len))) {
        len++;
    }
    if (digits > 0 && at(rest, digits) == '.') {
        end = digits_end(rest, digits + 1);
        return token_of(rest, SQLTOKEN_NUMBER, exponent_end(rest, end));
    }
    end = digits > 0 ? exponent_end(rest, digits) : 0;
    if (end > digits || len == digits) {
        return token_of(rest, SQLTOKEN_NUMBER, end > digits ? end : digits);
    }
    return token_of(rest, is_bits(rest, len) ? SQLTOKEN_NUMBER : SQLTOKEN_WORD, len);
}

struct sqllex sqllex_next(struct slice rest)
{
    int c = at(rest, 0);
    size_t len = 0;

    if (c < 0) {
        return (struct sqllex){.kind = SQLLEX_END};
    }
    while (len < rest.len && isspace(at(rest, len))) {
        len++;
    }
    if (len > 0) {
        return (struct sqllex){.kind = SQLLEX_BLANK, .raw = slice_of(rest.ptr, len)};
    }
    if (c == '#' || (c == '-' && at(rest, 1) == '-' && at(rest, 2) <= ' ')) {
        return lex_line_comment(rest);
    }
    if (c == '/' && at(rest, 1) == '*') {
        return lex_block_comment(rest);
    }
    if (c == '\'' || c == '"' || c == '`') {
        return lex_quoted(rest);
    }
    if (c == ':') {
        return lex_param(rest);
    }
    if (c == '@') {
        return lex_variable(rest);
    }
    if (c == '?') {
        return bad("'?' is not allowed; a parameter is :name");
    }
    if (is_name_char(c)) {
        return lex_word(rest);
    }
    return c < ' ' ? bad("a control character") : token_of(rest, SQLTOKEN_MARK, 1);
}
