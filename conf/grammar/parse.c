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

/* ------------------------------------------------------------------ names */

static bool is_name(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_QUOTED ||
           (token->kind == SQLTOKEN_WORD && !reserved_word(token->text));
}

bool parse_is_name(const struct parse *parse)
{
    return is_name(parse->at);
}

struct slice parse_name(struct parse *parse, const char *what)
{
    if (!is_name(parse->at)) {
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

struct slice parse_alias(struct parse *parse)
{
    if (parse_take(parse, "AS")) {
        return parse_name(parse, "a name");
    }
    return is_name(parse->at) ? (parse->at++)->text : SLICE_EMPTY;
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
