/*
 * Tokens -> tree, by recursive descent over CEL's grammar; binary operators by a table of their
 * precedence.
 *
 *     expression = or ["?" or ":" expression]
 *     unary      = {"!"} | {"-"} member
 *     member     = primary { "." name ["(" ... ")"] | "[" expression "]" }
 *     primary    = ["."] name | literal | "(" expression ")" | "[" list "]" | "{" pairs "}"
 *                | name "(" ... ")"
 *
 * Invariant: no tree is deeper than EXPR_DEPTH_MAX, so the passes may recurse.
 */
#include "conf/expr/parse.h"

#include "lib/data/decimal.h"

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
struct node *parser_fail(struct parser *parser, const char *what)
{
    struct expr_build *build = parser->build;

    if (build->failed) {
        return NULL;
    }
    build->unsupported = parser->token.kind == TOKEN_LEFT_OUT;
    if (build->unsupported) {
        expr_complain(build, parser->token.column, SLICE_EMPTY, "%.*s is not supported",
                      SLICE_ARG(parser->token.text));
    } else if (parser->token.kind == TOKEN_BAD) {
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

struct node *parser_make(struct parser *parser, enum operation operation, size_t column,
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
    struct node *node = parser_make(parser, OP_LITERAL, column, NULL, NULL);

    if (node) {
        node->literal = literal;
        node->type = literal->type;
    }
    return node;
}

static bool parse_element(struct parser *parser, struct elements *elements)
{
    struct node *element = parse_expression(parser);

    if (!element) {
        return false;
    }
    *elements->link = element;
    elements->link = &element->next;
    elements->depth = element->depth > elements->depth ? element->depth : elements->depth;
    elements->count++;
    return true;
}

/* Up to the closing mark. PAIRS: "key: value"; a comma may follow the last one of a literal. */
static bool parse_elements(struct parser *parser, const char *close, bool pairs,
                           struct elements *elements)
{
    bool literal = *close != ')', comma = true;

    *elements = (struct elements){0};
    elements->link = &elements->first;
    while (!take(parser, close)) {
        if (!comma || !parse_element(parser, elements)) {
            (void)parser_fail(parser, "expected ',' or a closing bracket");
            return false;
        }
        if (pairs && (!take(parser, ":") || !parse_element(parser, elements))) {
            (void)parser_fail(parser, "expected ':' and a value");
            return false;
        }
        comma = take(parser, ",");
        if (comma && !literal && at_mark(parser, close)) {
            (void)parser_fail(parser, "expected an argument");
            return false;
        }
    }
    return true;
}

static struct node *parse_literal_of(struct parser *parser, enum operation operation, size_t column)
{
    bool map = operation == OP_MAP;
    struct elements elements;
    struct node *node;

    if (at_mark(parser, "?") || !parse_elements(parser, map ? "}" : "]", map, &elements)) {
        return parser_fail(parser, "expected an element");
    }
    node = parser_make(parser, operation, column, NULL, NULL);
    if (node) {
        node->arguments = elements.first;
        node->depth = elements.depth + 1;
    }
    return node;
}

/* After the opening parenthesis. receiver: NULL of a global call. */
static struct node *parse_call(struct parser *parser, struct token name, struct node *receiver)
{
    struct elements arguments;

    return !parser_leaves_out(parser, name) && parse_elements(parser, ")", false, &arguments)
               ? parser_call(parser, name, receiver, &arguments)
               : NULL;
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
    return parser_root(parser, name);
}

static struct node *parse_primary(struct parser *parser)
{
    struct arena *arena = parser->build->arena;
    struct token token;
    struct decimal number;

    if (take(parser, ".") && parser->token.kind != TOKEN_NAME) {
        return parser_fail(parser, "expected a name after '.'");
    }
    token = parser->token;
    if (token.kind == TOKEN_NAME) {
        return parse_name(parser);
    }
    if (token.kind == TOKEN_NUMBER) {
        if (decimal_parse(token.text, &number) != STATUS_OK) {
            return parser_fail(parser, "expected a number of at most 38 digits");
        }
        advance(parser);
        return make_literal(parser, token.column, value_number(arena, token.text));
    }
    if (token.kind == TOKEN_STRING) {
        advance(parser);
        return make_literal(parser, token.column, value_string(arena, token.text));
    }
    if (take(parser, "[")) {
        return parse_literal_of(parser, OP_LIST, token.column);
    }
    if (take(parser, "{")) {
        return parse_literal_of(parser, OP_MAP, token.column);
    }
    if (take(parser, "(")) {
        struct node *inner = parse_expression(parser);

        return inner && !take(parser, ")") ? parser_fail(parser, "expected ')'") : inner;
    }
    return parser_fail(parser, "expected a name, a literal or '('");
}

/* ------------------------------------------------------------------ members, unary and binary
 * operators */

static struct node *parse_dot(struct parser *parser, struct node *left)
{
    struct token name = parser->token;
    struct node *node;

    if (at_mark(parser, "?")) {
        parser->token.kind = TOKEN_LEFT_OUT;
        parser->token.text = SLICE_LITERAL("an optional field");
    }
    if (name.kind != TOKEN_NAME) {
        return parser_fail(parser, "expected a field's name after '.'");
    }
    advance(parser);
    if (take(parser, "(")) {
        return parse_call(parser, name, left);
    }
    node = parser_make(parser, OP_FIELD, name.column, left, NULL);
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
        return parser_fail(parser, "expected ']'");
    }
    return parser_make(parser, OP_INDEX, column, left, index);
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
        } else if (at_mark(parser, "{")) {
            parser->token.kind = TOKEN_LEFT_OUT;
            parser->token.text = SLICE_LITERAL("a message");
            node = parser_fail(parser, "");
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
        return parser_fail(parser, "expected fewer operators in a row");
    }
    advance(parser);
    operand = parse_unary(parser);
    parser->nesting--;
    return operand ? parser_make(parser, negate ? OP_NEGATE : OP_NOT, column, operand, NULL) : NULL;
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
    for (size_t i = 0; i < ARRAY_COUNT(operators); i++) {
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
        left = right ? parser_make(parser, operators[found].operation, column, left, right) : NULL;
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
        return parser_fail(parser, "expected ':'");
    }
    no = parse_expression(parser);
    node = no ? parser_make(parser, OP_CHOOSE, column, yes, no) : NULL;
    node = node ? parser_make(parser, OP_CHOOSE, column, condition, node) : NULL;
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
        return parser_fail(parser, "expected less nesting");
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
        .build = build, .lexer = {build->arena, build->text, 0, build->expr->free}
    };
    struct node *tree;

    advance(&parser);
    tree = parse_expression(&parser);
    if (tree && parser.token.kind != TOKEN_END) {
        return parser_fail(&parser, "expected an operator or the end");
    }
    return tree;
}
