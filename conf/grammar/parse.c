/*
 * A statement -> a tree: where the parser is, and names.
 */
#include "conf/grammar/parse.h"

#include <stdarg.h>

#include "lib/base/buf.h"

/* ------------------------------------------------------------------ faults */

static void fail(struct parse *parse, const char *hint, struct slice text)
{
    if (!parse->fault.token) {
        parse->fault = (struct sqlfault){.token = parse->at,
                                         .text = arena_copy(parse->arena, text),
                                         .hint = hint ? slice_str(hint) : SLICE_EMPTY};
    }
    parse->at = &parse->statement->tokens[parse->statement->token_count];
}

void parse_fail(struct parse *parse, const char *hint, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    fail(parse, hint, buf_slice(&text));
    buf_fini(&text);
}

void parse_expected(struct parse *parse, const char *what)
{
    const struct sqltoken *token = parse->at;

    if (token->kind == SQLTOKEN_END) {
        parse_fail(parse, NULL, "the statement ends where %s should be", what);
    } else if (token->kind == SQLTOKEN_VARIABLE) {
        parse_fail(parse, NULL, "variables (%.*s) are not allowed", SLICE_ARG(token->text));
    } else {
        parse_fail(parse, NULL, "%s should be here, not '%.*s'", what, SLICE_ARG(token->text));
    }
}

/* ------------------------------------------------------------------ tokens */

bool parse_is(const struct parse *parse, const char *word)
{
    return sqltoken_is(parse->at, word);
}

bool parse_is_next(const struct parse *parse, const char *word)
{
    return parse->at->kind != SQLTOKEN_END && sqltoken_is(parse->at + 1, word);
}

bool parse_take(struct parse *parse, const char *word)
{
    bool is = parse_is(parse, word);

    parse->at += is;
    return is;
}

void parse_demand(struct parse *parse, const char *word)
{
    if (!parse_take(parse, word)) {
        parse_expected(parse, word);
    }
}

bool parse_is_marks(const struct parse *parse, const char *marks)
{
    const struct sqltoken *token = parse->at;

    for (size_t i = 0; marks[i]; i++, token++) {
        if (token->kind != SQLTOKEN_MARK || token->text.ptr[0] != marks[i] ||
            (i > 0 && token->start != token[-1].end)) {
            return false;
        }
    }
    return true;
}

bool parse_take_marks(struct parse *parse, const char *marks)
{
    bool is = parse_is_marks(parse, marks);

    parse->at += is ? strlen(marks) : 0;
    return is;
}

bool parse_is_query(const struct parse *parse)
{
    return parse_is(parse, "SELECT") || parse_is(parse, "WITH");
}

/* The token behind the ")" of the "(" at TOKEN, or END. */
static const struct sqltoken *behind(const struct sqltoken *token)
{
    unsigned int depth = token->depth;

    do {
        token++;
    } while (token->kind != SQLTOKEN_END && (token->depth > depth || !sqltoken_is(token, ")")));
    return token + (token->kind != SQLTOKEN_END);
}

/*
 * "((SELECT 1) UNION (SELECT 2))" is a query, "((SELECT 1) + 1)" and "((SELECT 1) d JOIN c)" are
 * none: what follows the inner parenthesis tells.
 */
static bool is_nested_query(const struct sqltoken *token, unsigned int depth)
{
    if (!sqltoken_is(token, "(")) {
        return SQLTOKEN_IS_ANY(token, "SELECT", "WITH");
    }
    return depth < SQLTREE_DEPTH_MAX && is_nested_query(token + 1, depth + 1) &&
           SQLTOKEN_IS_ANY(behind(token), ")", "UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT");
}

bool parse_is_nested_query(const struct parse *parse)
{
    return is_nested_query(parse->at, 0);
}

/* ------------------------------------------------------------------ names */

/* A word behind a dot is quoted to file.c; to the servers it is so only without a blank between. */
static bool is_apart(const struct parse *parse, const struct sqltoken *token)
{
    return parse->statement->text.ptr[token->start] != '`' && token[-1].end != token->start;
}

static bool is_name(const struct parse *parse, const struct sqltoken *token)
{
    if (token->kind == SQLTOKEN_QUOTED) {
        return !is_apart(parse, token) || !reserved_word(token->text);
    }
    return token->kind == SQLTOKEN_WORD && !reserved_word(token->text);
}

bool parse_is_name(const struct parse *parse)
{
    return is_name(parse, parse->at);
}

struct slice parse_name(struct parse *parse, const char *what)
{
    if (!is_name(parse, parse->at)) {
        if (parse->at->kind == SQLTOKEN_WORD) {
            parse_fail(parse, "a name that is a word of SQL needs backticks",
                       "%s should be here, not '%.*s'", what, SLICE_ARG(parse->at->text));
        } else {
            parse_expected(parse, what);
        }
        return SLICE_EMPTY;
    }
    return (parse->at++)->text;
}

struct sqlexpr *parse_column(struct parse *parse, const char *what)
{
    unsigned int from = parse_here(parse);
    struct slice qualifier = SLICE_EMPTY, name = parse_name(parse, what);
    struct sqlexpr *node;

    if (parse_take(parse, ".")) {
        qualifier = name;
        name = parse_name(parse, "a column");
    }
    if (parse_is(parse, ".")) {
        parse_fail(parse, "write table.column", "a name of three parts is not allowed");
    }
    if (qualifier.len > 0 && parse_is(parse, "(")) {
        parse_fail(parse, NULL,
                   "'%.*s.%.*s' is not allowed: a stored function reads what is not seen",
                   SLICE_ARG(qualifier), SLICE_ARG(name));
    }
    node = parse_node(parse, SQLEXPR_COLUMN, from);
    node->qualifier = qualifier;
    node->name = name;
    return node;
}

/* The text of a name that is written as a string. */
static struct slice string_name(struct parse *parse)
{
    struct slice raw = parse->at->text, text = slice_of(raw.ptr + 1, raw.len - 2);

    if (text.len == 0 || memchr(text.ptr, '\\', text.len) ||
        memchr(text.ptr, raw.ptr[0], text.len)) {
        parse_fail(parse, "write it in backticks", "%.*s is no name", SLICE_ARG(raw));
        return SLICE_EMPTY;
    }
    parse->at++;
    return text;
}

struct slice parse_text_name(struct parse *parse, const char *what)
{
    return parse->at->kind == SQLTOKEN_STRING ? string_name(parse) : parse_name(parse, what);
}

struct slice parse_item_alias(struct parse *parse)
{
    bool as = parse_is(parse, "AS");

    if (parse->at->kind == SQLTOKEN_STRING || (as && parse->at[1].kind == SQLTOKEN_STRING)) {
        parse->at += as;
        return string_name(parse);
    }
    if (SQLTOKEN_IS_ANY(parse->at, "SOUNDS", "MEMBER")) {
        return SLICE_EMPTY; /* operators begin with them */
    }
    return parse_alias(parse);
}

struct slice parse_alias(struct parse *parse)
{
    if (parse_take(parse, "AS")) {
        return parse_name(parse, "a name");
    }
    return parse_is_name(parse) ? (parse->at++)->text : SLICE_EMPTY;
}

struct slice *parse_names(struct parse *parse, const char *what, size_t *count)
{
    const struct sqltoken *first;
    struct slice *names;
    size_t room = 0;

    parse_demand(parse, "(");
    for (first = parse->at; first[room].kind != SQLTOKEN_END && !sqltoken_is(first + room, ")");) {
        room++;
    }
    names = ARENA_ARRAY(parse->arena, struct slice, room + 1);
    *count = 0;
    do {
        names[(*count)++] = parse_name(parse, what);
    } while (parse_take(parse, ","));
    parse_demand(parse, ")");
    return names;
}

/* ------------------------------------------------------------------ places */

bool parse_enter(struct parse *parse)
{
    if (parse->depth >= SQLTREE_DEPTH_MAX) {
        parse_fail(parse, NULL, "nested more than %d deep", SQLTREE_DEPTH_MAX);
        return false;
    }
    parse->depth++;
    return true;
}

void parse_leave(struct parse *parse)
{
    parse->depth--;
}

unsigned int parse_here(const struct parse *parse)
{
    return (unsigned int)(parse->at - parse->statement->tokens);
}

struct sqlspan parse_span(const struct parse *parse, unsigned int from)
{
    return (struct sqlspan){from, parse_here(parse)};
}

void parse_add(struct parse *parse, struct parse_list *list, void *item)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 4;
        void **items = ARENA_ARRAY(parse->arena, void *, room);

        for (size_t i = 0; i < list->count; i++) {
            items[i] = list->items[i];
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = item;
}

/* ------------------------------------------------------------------ statements */

static void copy_sources(struct parse *parse, struct sqltree *out)
{
    out->source_count = parse->source_count;
    out->sources = ARENA_ARRAY(parse->arena, struct sqlsource *, parse->source_count);
    for (size_t i = 0; i < parse->source_count; i++) {
        out->sources[i] = parse->sources[i];
    }
}

bool sqltree_read(struct arena *arena, const struct sqlstatement *statement, struct sqltree *out,
                  struct sqlfault *fault)
{
    struct parse parse = {.arena = arena, .statement = statement, .at = statement->tokens};

    *out = (struct sqltree){.statement = statement};
    if (parse_is_query(&parse) || parse_is(&parse, "(")) {
        out->query = parse_query(&parse);
    } else {
        out->change = parse_change(&parse);
    }
    if (parse.at->kind != SQLTOKEN_END) {
        parse_fail(&parse, NULL, "'%.*s' is not expected here", SLICE_ARG(parse.at->text));
    }
    copy_sources(&parse, out);
    out->unmentioned = parse.unmentioned;
    *fault = parse.fault;
    return !fault->token;
}

struct slice sqltree_text(const struct sqltree *tree, struct sqlspan span)
{
    const struct sqltoken *tokens = tree->statement->tokens;

    if (span.from >= span.end) {
        return SLICE_EMPTY;
    }
    return slice_of(tree->statement->text.ptr + tokens[span.from].start,
                    tokens[span.end - 1].end - tokens[span.from].start);
}

/* MySQL 8 reference manual, "String Literals": \\% and \\_ keep their backslash. */
static char escaped(char c)
{
    static const char pairs[] = "0\0b\bn\nr\rt\tZ\x1a";

    for (size_t i = 0; i + 1 < sizeof(pairs); i += 2) {
        if (pairs[i] == c) {
            return pairs[i + 1];
        }
    }
    return c;
}

struct slice sqltree_unquoted(struct arena *arena, struct slice literal)
{
    char *out = arena_bytes(arena, literal.len);
    size_t len = 0;

    for (size_t i = 1; i + 1 < literal.len; i++) {
        char c = literal.ptr[i];

        if (c == '\\' && literal.ptr[i + 1] != '%' && literal.ptr[i + 1] != '_') {
            c = escaped(literal.ptr[++i]);
        } else if (c == literal.ptr[0]) {
            i++; /* doubled */
        }
        out[len++] = c;
    }
    return slice_of(out, len);
}
