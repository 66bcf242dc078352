/*
 * Tokens -> tree, by recursive descent over CEL's grammar; binary operators by a table of their
 * precedence.
 *
 *     expression = or ["?" or ":" expression]         member = primary { "." name ["(" ... ")"] |
 * "[" expression "]" } unary      = {"!"} | {"-"} member               primary = name | literal |
 * "(" expression ")" | "[" list "]" | name "(" ... ")"
 *
 * Invariant: no tree is deeper than EXPR_DEPTH_MAX, so the passes may recurse.
 */
#include "conf/expr_tree.h"
#include "conf/suggest.h"
#include "lib/decimal.h"

struct parser {
    struct expr_build *build;
    struct lexer lexer;
    struct token token; /* the one at hand */
    unsigned int nesting;
};

static struct node *parse_expression(struct parser *parser);
static struct node *parse_unary(struct parser *parser);

static void advance(struct parser *parser)
{
    parser->token = expr_lex(&parser->lexer);
}

static bool at_mark(const struct parser *parser, const char *mark)
{
    return parser->token.kind == TOKEN_MARK && slice_is(parser->token.text, mark);
}

static bool take(struct parser *parser, const char *mark)
{
    if (!at_mark(parser, mark)) {
        return false;
    }
    advance(parser);
    return true;
}

/* Complains once: what follows a fault is noise. */
static struct node *fail(struct parser *parser, const char *what)
{
    struct expr_build *build = parser->build;

    if (build->failed) {
        return NULL;
    }
    if (parser->token.kind == TOKEN_BAD) {
        expr_complain(build, parser->token.column, SLICE_EMPTY, "%.*s",
                      SLICE_ARG(parser->token.text));
    } else if (parser->token.kind == TOKEN_END) {
        expr_complain(build, parser->token.column, SLICE_EMPTY, "%s, but the expression ends",
                      what);
    } else {
        expr_complain(build, parser->token.column, SLICE_EMPTY, "%s, not '%.*s'", what,
                      SLICE_ARG(parser->token.text));
    }
    return NULL;
}

static unsigned int depth_of(const struct node *node)
{
    return node ? node->depth : 0;
}

static struct node *make(struct parser *parser, enum operation operation, size_t column,
                         struct node *left, struct node *right)
{
    struct node *node = ARENA_NEW(parser->build->arena, struct node);
    unsigned int depth = depth_of(left) > depth_of(right) ? depth_of(left) : depth_of(right);

    node->operation = operation;
    node->column = column;
    node->left = left;
    node->right = right;
    node->depth = depth + 1;
    if (node->depth > EXPR_DEPTH_MAX && !parser->build->failed) {
        expr_complain(parser->build, column, SLICE_EMPTY, "nested more than %d deep",
                      EXPR_DEPTH_MAX);
    }
    return parser->build->failed ? NULL : node;
}

/* ------------------------------------------------------------------ primaries */

static struct node *make_literal(struct parser *parser, size_t column, const struct value *literal)
{
    struct node *node = make(parser, OP_LITERAL, column, NULL, NULL);

    if (node) {
        node->literal = literal;
        node->type = literal->type;
    }
    return node;
}

static const struct {
    const char *name;
    enum root root;
    size_t in_scope; /* offset of the flag in struct expr_scope */
} roots[] = {
    {"payload", ROOT_PAYLOAD, offsetof(struct expr_scope, payload)},
    {"state",   ROOT_STATE,   offsetof(struct expr_scope, state)  },
    {"event",   ROOT_EVENT,   offsetof(struct expr_scope, event)  },
    {"claims",  ROOT_CLAIMS,  offsetof(struct expr_scope, claims) },
    {"id",      ROOT_ID,      offsetof(struct expr_scope, id)     },
    {"exists",  ROOT_EXISTS,  offsetof(struct expr_scope, exists) },
    {"version", ROOT_VERSION, offsetof(struct expr_scope, version)},
    {"now",     ROOT_NOW,     offsetof(struct expr_scope, now)    },
};

static bool in_scope(const struct expr_scope *scope, size_t offset)
{
    return *(const bool *)((const char *)scope + offset);
}

static struct node *parse_root(struct parser *parser, struct token name)
{
    const struct expr_scope *scope = parser->build->scope;
    struct suggest suggest;
    size_t i;

    suggest_init(&suggest, name.text);
    for (i = 0; i < ARRAY_COUNT(roots); i++) {
        if (!in_scope(scope, roots[i].in_scope)) {
            continue;
        }
        if (slice_is(name.text, roots[i].name)) {
            struct node *node = make(parser, OP_ROOT, name.column, NULL, NULL);

            if (node) {
                node->root = roots[i].root;
            }
            return node;
        }
        suggest_offer(&suggest, slice_str(roots[i].name));
    }
    if (!parser->build->failed) {
        expr_complain(parser->build, name.column, suggest_hint(&suggest, parser->build->arena),
                      "unknown name '%.*s'", SLICE_ARG(name.text));
    }
    return NULL;
}

/* Elements up to the closing mark, chained by next. */
static struct node *parse_elements(struct parser *parser, const char *close, size_t *count_out,
                                   unsigned int *depth_out)
{
    struct node *first = NULL, **link = &first;

    *count_out = 0;
    *depth_out = 0;
    while (!take(parser, close)) {
        if (*count_out > 0 && !take(parser, ",")) {
            return fail(parser, "expected ',' or a closing bracket");
        }
        *link = parse_expression(parser);
        if (!*link) {
            return NULL;
        }
        *depth_out = (*link)->depth > *depth_out ? (*link)->depth : *depth_out;
        link = &(*link)->next;
        (*count_out)++;
    }
    return first;
}

static struct node *parse_list(struct parser *parser, size_t column)
{
    unsigned int depth;
    struct node *elements, *node;
    size_t count;

    elements = parse_elements(parser, "]", &count, &depth);
    node = parser->build->failed ? NULL : make(parser, OP_LIST, column, NULL, NULL);
    if (node) {
        node->arguments = elements;
        node->depth = depth + 1;
    }
    return node;
}

static const struct {
    const char *name;
    enum operation operation;
    bool on_receiver, global; /* x.f(y), f(x) */
    size_t arguments;         /* the receiver not counted */
} functions[] = {
    {"size",       OP_SIZE,        true,  false, 0},
    {"size",       OP_SIZE,        false, true,  1},
    {"startsWith", OP_STARTS_WITH, true,  false, 1},
    {"endsWith",   OP_ENDS_WITH,   true,  false, 1},
    {"contains",   OP_CONTAINS,    true,  false, 1},
    {"has",        OP_HAS,         false, true,  1},
};

static struct node *unknown_function(struct parser *parser, struct token name)
{
    struct suggest suggest;
    size_t i;

    suggest_init(&suggest, name.text);
    for (i = 0; i < ARRAY_COUNT(functions); i++) {
        suggest_offer(&suggest, slice_str(functions[i].name));
    }
    expr_complain(parser->build, name.column, suggest_hint(&suggest, parser->build->arena),
                  slice_is(name.text, "matches") ? "'%.*s' is not supported yet"
                                                 : "no function '%.*s' with these arguments",
                  SLICE_ARG(name.text));
    return NULL;
}

/* After the opening parenthesis. receiver: NULL of a global call. */
static struct node *parse_call(struct parser *parser, struct token name, struct node *receiver)
{
    struct node *arguments;
    unsigned int depth;
    size_t count, i;

    arguments = parse_elements(parser, ")", &count, &depth);
    if (parser->build->failed) {
        return NULL;
    }
    for (i = 0; i < ARRAY_COUNT(functions); i++) {
        bool fits = receiver ? functions[i].on_receiver : functions[i].global;

        if (!fits || !slice_is(name.text, functions[i].name) || count != functions[i].arguments) {
            continue;
        }
        if (functions[i].operation == OP_HAS) {
            if (!arguments || arguments->operation != OP_FIELD) {
                expr_complain(parser->build, name.column, SLICE_EMPTY,
                              "has() asks for a field, such as has(payload.Name)");
                return NULL;
            }
            arguments->operation = OP_HAS;
            return arguments;
        }
        return receiver ? make(parser, functions[i].operation, name.column, receiver, arguments)
                        : make(parser, functions[i].operation, name.column, arguments, NULL);
    }
    return unknown_function(parser, name);
}

static struct node *parse_name(struct parser *parser)
{
    struct arena *arena = parser->build->arena;
    struct token name = parser->token;

    advance(parser);
    if (slice_is(name.text, "true") || slice_is(name.text, "false")) {
        return make_literal(parser, name.column, value_bool(arena, slice_is(name.text, "true")));
    }
    if (slice_is(name.text, "null")) {
        return make_literal(parser, name.column, value_null(arena));
    }
    if (take(parser, "(")) {
        return parse_call(parser, name, NULL);
    }
    return parse_root(parser, name);
}

static struct node *parse_primary(struct parser *parser)
{
    struct arena *arena = parser->build->arena;
    struct token token = parser->token;
    struct decimal number;
    struct node *inner;

    if (token.kind == TOKEN_NAME) {
        return parse_name(parser);
    }
    if (token.kind == TOKEN_NUMBER) {
        if (decimal_parse(token.text, &number) != STATUS_OK) {
            return fail(parser, "expected a number of at most 38 digits");
        }
        advance(parser);
        return make_literal(parser, token.column, value_number(arena, token.text));
    }
    if (token.kind == TOKEN_STRING) {
        advance(parser);
        return make_literal(parser, token.column, value_string(arena, token.text));
    }
    if (take(parser, "[")) {
        return parse_list(parser, token.column);
    }
    if (take(parser, "(")) {
        inner = parse_expression(parser);
        return inner && !take(parser, ")") ? fail(parser, "expected ')'") : inner;
    }
    return fail(parser, "expected a name, a literal or '('");
}

/* ------------------------------------------------------------------ members, unary and binary
 * operators */

static struct node *parse_dot(struct parser *parser, struct node *left)
{
    struct token name = parser->token;
    struct node *node;

    if (name.kind != TOKEN_NAME) {
        return fail(parser, "expected a field's name after '.'");
    }
    advance(parser);
    if (take(parser, "(")) {
        return parse_call(parser, name, left);
    }
    node = make(parser, OP_FIELD, name.column, left, NULL);
    if (node) {
        node->name = name.text;
    }
    return node;
}

static struct node *parse_index(struct parser *parser, struct node *left, size_t column)
{
    struct node *index = parse_expression(parser);

    if (!index) {
        return NULL;
    }
    if (!take(parser, "]")) {
        return fail(parser, "expected ']'");
    }
    return make(parser, OP_INDEX, column, left, index);
}

static struct node *parse_member(struct parser *parser)
{
    struct node *node = parse_primary(parser);

    while (node) {
        size_t column = parser->token.column;

        if (take(parser, ".")) {
            node = parse_dot(parser, node);
        } else if (take(parser, "[")) {
            node = parse_index(parser, node, column);
        } else {
            break;
        }
    }
    return node;
}

static struct node *parse_unary(struct parser *parser)
{
    size_t column = parser->token.column;
    bool negate = at_mark(parser, "-");
    struct node *operand;

    if (!negate && !at_mark(parser, "!")) {
        return parse_member(parser);
    }
    if (++parser->nesting > EXPR_DEPTH_MAX) {
        return fail(parser, "expected fewer operators in a row");
    }
    advance(parser);
    operand = parse_unary(parser);
    parser->nesting--;
    return operand ? make(parser, negate ? OP_NEGATE : OP_NOT, column, operand, NULL) : NULL;
}

static const struct {
    const char *text;
    enum operation operation;
    unsigned int precedence;
} operators[] = {
    {"||", OP_OR,            1},
    {"&&", OP_AND,           2},
    {"==", OP_EQUAL,         3},
    {"!=", OP_NOT_EQUAL,     3},
    {"<=", OP_LESS_EQUAL,    3},
    {">=", OP_GREATER_EQUAL, 3},
    {"<",  OP_LESS,          3},
    {">",  OP_GREATER,       3},
    {"in", OP_IN,            3},
    {"+",  OP_ADD,           4},
    {"-",  OP_SUBTRACT,      4},
    {"*",  OP_MULTIPLY,      5},
    {"/",  OP_DIVIDE,        5},
    {"%",  OP_REMAINDER,     5},
};

/* Index of the operator at hand, or -1. */
static int operator_at(const struct parser *parser)
{
    size_t i;

    for (i = 0; i < ARRAY_COUNT(operators); i++) {
        bool word = operators[i].operation == OP_IN;

        if (parser->token.kind == (word ? TOKEN_NAME : TOKEN_MARK) &&
            slice_is(parser->token.text, operators[i].text)) {
            return (int)i;
        }
    }
    return -1;
}

static struct node *parse_binary(struct parser *parser, unsigned int precedence)
{
    struct node *left = parse_unary(parser);
    int found;

    while (left && (found = operator_at(parser)) >= 0 &&
           operators[found].precedence >= precedence) {
        size_t column = parser->token.column;
        struct node *right;

        advance(parser);
        right = parse_binary(parser, operators[found].precedence + 1);
        left = right ? make(parser, operators[found].operation, column, left, right) : NULL;
    }
    return left;
}

static struct node *parse_choose(struct parser *parser, struct node *condition, size_t column)
{
    struct node *yes, *no, *node;

    yes = parse_binary(parser, 1);
    if (!yes) {
        return NULL;
    }
    if (!take(parser, ":")) {
        return fail(parser, "expected ':'");
    }
    no = parse_expression(parser);
    node = no ? make(parser, OP_CHOOSE, column, yes, no) : NULL;
    node = node ? make(parser, OP_CHOOSE, column, condition, node) : NULL;
    if (node) {
        node->right = yes;
        node->other = no;
    }
    return node;
}

static struct node *parse_expression(struct parser *parser)
{
    struct node *node;
    size_t column;

    if (++parser->nesting > EXPR_DEPTH_MAX) {
        return fail(parser, "expected less nesting");
    }
    node = parse_binary(parser, 1);
    column = parser->token.column;
    if (node && take(parser, "?")) {
        node = parse_choose(parser, node, column);
    }
    parser->nesting--;
    return node;
}

struct node *expr_parse(struct expr_build *build)
{
    struct parser parser = {
        .build = build, .lexer = {build->arena, build->text, 0}
    };
    struct node *tree;

    advance(&parser);
    tree = parse_expression(&parser);
    if (tree && parser.token.kind != TOKEN_END) {
        return fail(&parser, "expected an operator or the end");
    }
    return tree;
}
