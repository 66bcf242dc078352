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

/* Names may begin with a digit; what is no name is a number, with its fraction and exponent. */
static struct sqllex lex_word(struct slice rest)
{
    size_t len = 0;
    bool digits = true;

    while (is_name_char(at(rest, len))) {
        digits = digits && isdigit(at(rest, len));
        len++;
    }
    if (!digits) {
        bool exponent = isdigit(at(rest, 0)) && (at(rest, len - 1) | 32) == 'e';

        if (exponent && (at(rest, len) == '-' || at(rest, len) == '+')) {
            len++;
            while (isdigit(at(rest, len))) {
                len++;
            }
            return token_of(rest, SQLTOKEN_NUMBER, len);
        }
        return token_of(rest, isdigit(at(rest, 0)) ? SQLTOKEN_NUMBER : SQLTOKEN_WORD, len);
    }
    if (at(rest, len) == '.') {
        len++;
        while (isalnum(at(rest, len))) {
            len++;
        }
    }
    return token_of(rest, SQLTOKEN_NUMBER, len);
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
