/*
 * Values: literals, columns, what is in parentheses, and what binds closer than all operators of
 * two sides: -a, a COLLATE c.
 */
#include "conf/grammar/parse.h"

/* ------------------------------------------------------------------ primary */

static bool is_string(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_STRING;
}

/* N'text', _utf8mb4'text': more strings may follow. */
static bool is_text_prefix(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_WORD && is_string(token + 1) &&
           ((token->text.ptr[0] == '_' && reserved_word(token->text)) ||
            (token->end == token[1].start && sqltoken_is(token, "N")));
}

/* Of x'ff' two digits make one byte. */
static bool is_digits(struct slice string, const char *digits, size_t together)
{
    for (size_t i = 1; i + 1 < string.len; i++) {
        if (!strchr(digits, string.ptr[i])) {
            return false;
        }
    }
    return string.len % together == 0;
}

/* x'ff', b'01', DATE '2026-01-01' */
static bool is_prefix(const struct sqltoken *token)
{
    if (token->kind != SQLTOKEN_WORD || !is_string(token + 1)) {
        return false;
    }
    if (SQLTOKEN_IS_ANY(token, "DATE", "TIME", "TIMESTAMP")) {
        return true;
    }
    if (token->end != token[1].start || token[1].text.ptr[0] != '\'') {
        return false;
    }
    return sqltoken_is(token, "X")   ? is_digits(token[1].text, "0123456789abcdefABCDEF", 2)
           : sqltoken_is(token, "B") ? is_digits(token[1].text, "01", 1)
                                     : false;
}

/* x'f', b'2': no name and its alias */
static bool is_bad_digits(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "X", "B") && is_string(token + 1) &&
           token->end == token[1].start && token[1].text.ptr[0] == '\'' && !is_prefix(token);
}

/* .5: two tokens; in all.5 to the servers a name's */
static bool is_fraction(const struct parse *parse, const struct sqltoken *token)
{
    bool apart = token == parse->statement->tokens || token[-1].end != token->start ||
                 token[-1].kind == SQLTOKEN_MARK;

    return sqltoken_is(token, ".") && token[1].kind == SQLTOKEN_NUMBER && apart &&
           token->end == token[1].start && !memchr(token[1].text.ptr, '.', token[1].text.len) &&
           (token[1].text.len < 2 || token[1].text.ptr[1] <= '9' ||
            (token[1].text.ptr[1] | 32) == 'e');
}

/* 0xff, 0b01 */
static bool is_bits(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_NUMBER && token->text.len > 1 && token->text.ptr[0] == '0' &&
           token->text.ptr[1] > '9';
}

/* One literal, of one token or more. NULL: there is none. */
static struct sqlexpr *literal(struct parse *parse)
{
    const struct sqltoken *token = parse->at;
    unsigned int from = parse_here(parse);
    enum sqlexpr_kind kind = SQLEXPR_CONSTANT;
    bool text = is_string(token) || is_text_prefix(token);
    struct sqlexpr *node;

    if (is_fraction(parse, token) || token->kind == SQLTOKEN_NUMBER) {
        kind = is_bits(token) ? SQLEXPR_CONSTANT : SQLEXPR_NUMBER;
    } else if (is_string(token) && !is_string(token + 1)) {
        kind = SQLEXPR_STRING;
    } else if (sqltoken_is(token, "NULL")) {
        kind = SQLEXPR_NULL;
    } else if (SQLTOKEN_IS_ANY(token, "TRUE", "FALSE")) {
        kind = SQLEXPR_BOOLEAN;
    } else if (token->kind == SQLTOKEN_PARAM) {
        kind = SQLEXPR_PARAM;
    } else if (!text && !is_prefix(token)) {
        if (is_bad_digits(token)) {
            parse_fail(parse, NULL, "%.*s%.*s are no such digits", SLICE_ARG(token->text),
                       SLICE_ARG(token[1].text));
        }
        return NULL;
    }
    parse->at++;
    if (kind == SQLEXPR_CONSTANT && (text || is_prefix(token))) {
        parse->at += !is_string(token);
        while (text && is_string(parse->at)) {
            parse->at++;
        }
    }
    parse->at += is_fraction(parse, token);
    node = parse_node(parse, kind, from);
    node->name = slice_of(token->text.ptr, token->text.len);
    if (is_fraction(parse, token)) {
        node->name =
            slice_of(parse->statement->text.ptr + token->start, token[1].end - token->start);
    }
    return node;
}

/* (SELECT ...), (a), (a, b): the "(" is taken. */
static struct sqlexpr *parenthesised(struct parse *parse, unsigned int from)
{
    struct parse_list list = {0};
    struct sqlquery *query = parse_query_or_list(parse, &list);
    struct sqlexpr *node;

    parse_demand(parse, ")");
    if (query) {
        node = parse_node(parse, SQLEXPR_QUERY, from);
        node->query = query;
        return node;
    }
    return list.count == 1 ? list.items[0] : parse_node_of_list(parse, SQLEXPR_ROW, from, &list);
}

static struct sqlexpr *exists(struct parse *parse, unsigned int from)
{
    struct sqlquery *query;
    struct sqlexpr *node;

    parse_demand(parse, "(");
    query = parse_query(parse);
    parse_demand(parse, ")");
    node = parse_node(parse, SQLEXPR_EXISTS, from);
    node->query = query;
    return node;
}

/* INTERVAL 1 DAY + a: to both servers a is all that follows but AND, XOR and OR. */
static struct sqlexpr *interval_first(struct parse *parse, unsigned int from)
{
    struct sqlexpr *left = parse_interval(parse), *right;

    if (!parse_take(parse, "+")) {
        parse_expected(parse, "'+' behind INTERVAL");
    }
    if (!parse_enter(parse)) {
        return left;
    }
    right = parse_not(parse);
    parse_leave(parse);
    return parse_named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL), "+");
}

static struct sqlexpr *primary(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlexpr *node = literal(parse);

    if (node) {
        return node;
    }
    if (parse_take(parse, "(")) {
        return parenthesised(parse, from);
    }
    if (parse_take(parse, "EXISTS")) {
        return exists(parse, from);
    }
    if (parse_is(parse, "INTERVAL")) {
        return interval_first(parse, from);
    }
    node = parse_call(parse);
    return node ? node : parse_column(parse, "a value");
}

/* x COLLATE c; x -> '$.path', which only MySQL has */
static struct sqlexpr *postfix(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlexpr *node = primary(parse);

    if (node->kind == SQLEXPR_COLUMN && parse_is_marks(parse, "->")) {
        bool text = parse_is_marks(parse, "->>");

        parse->at += text ? 3 : 2;
        if (!is_string(parse->at)) {
            parse_expected(parse, "a path in quotes");
        } else {
            parse->at++;
        }
        node = parse_named(parse_node_of(parse, SQLEXPR_CALL, from, node, NULL, NULL),
                           text ? "->>" : "->");
    }
    for (int i = 0; parse_take(parse, "COLLATE") && i < PARSE_CHAIN_MAX; i++) {
        struct slice name = parse_text_name(parse, "a collation");

        node = parse_node_of(parse, SQLEXPR_COLLATE, from, node, NULL, NULL);
        node->name = name;
    }
    return node;
}

/* MySQL reads !! and =! as one mark: !!a is !a to it, a=!b is nothing. */
static void refuse_marks_together(struct parse *parse)
{
    const struct sqltoken *last = parse->at - 1;

    if (last >= parse->statement->tokens && last->end == parse->at->start &&
        SQLTOKEN_IS_ANY(last, "!", "=", "<", ">")) {
        parse_fail(parse, NULL, "a blank is needed before '!'");
    }
}

/* -a, +a, ~a, !a, BINARY a */
struct sqlexpr *parse_unary(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    bool minus = parse_is(parse, "-"), plus = parse_is(parse, "+"), bits = parse_is(parse, "~");
    bool denies = parse_is(parse, "!"), bytes = parse_is(parse, "BINARY");
    struct sqlexpr *arg;

    if (!minus && !plus && !bits && !denies && !bytes) {
        return postfix(parse);
    }
    if (!parse_enter(parse)) {
        return parse_node(parse, SQLEXPR_NULL, from);
    }
    if (denies) {
        refuse_marks_together(parse);
    }
    parse->at += parse->at->kind != SQLTOKEN_END;
    if (parse_is(parse, "INTERVAL")) {
        parse_fail(parse, "write it in parentheses", "a sign before INTERVAL is not allowed");
    }
    arg = parse_unary(parse);
    parse_leave(parse);
    if (plus) {
        return arg;
    }
    if (denies) {
        return parse_node_of(parse, SQLEXPR_NOT, from, arg, NULL, NULL);
    }
    if (minus && arg->kind == SQLEXPR_NUMBER && !arg->negated) {
        arg->negated = true;
        arg->span = parse_span(parse, from);
        return arg;
    }
    return parse_named(parse_node_of(parse, SQLEXPR_CALL, from, arg, NULL, NULL), minus ? "-"
                                                                                  : bits
                                                                                      ? "~"
                                                                                      : "BINARY");
}
