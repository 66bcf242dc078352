/*
 * Expressions, by rank; each function takes what binds closer than its name says. The ranks are the
 * servers' (MySQL 8 reference manual, "Operator Precedence", and the grammar behind it: IN, BETWEEN
 * and LIKE bind closer than a comparison, so that a = b IN (1) is a = (b IN (1))):
 *
 *     OR < XOR < AND < NOT < comparison, IS < IN, BETWEEN, LIKE < | < & < << < + < * < ^ < unary
 *         < COLLATE < primary
 */
#include "conf/grammar/parse.h"

/* Of one rank in a row, as in a + b + c: each is one level of the tree. */
#define CHAIN_MAX 200

/* ------------------------------------------------------------------ nodes */

struct sqlexpr *parse_node(struct parse *parse, enum sqlexpr_kind kind, unsigned int from)
{
    struct sqlexpr *node = ARENA_NEW(parse->arena, struct sqlexpr);

    if (parse->node_count++ >= SQLTREE_NODES_MAX) {
        parse_fail(parse, NULL, "the statement is too long");
    }
    node->kind = kind;
    node->name = node->qualifier = SLICE_EMPTY;
    node->span = parse_span(parse, from);
    return node;
}

struct sqlexpr *parse_node_of(struct parse *parse, enum sqlexpr_kind kind, unsigned int from,
                              struct sqlexpr *a, struct sqlexpr *b, struct sqlexpr *c)
{
    struct sqlexpr *node = parse_node(parse, kind, from), *args[] = {a, b, c};

    node->args = ARENA_ARRAY(parse->arena, struct sqlexpr *, ARRAY_COUNT(args));
    for (size_t i = 0; i < ARRAY_COUNT(args) && args[i]; i++) {
        node->args[node->arg_count++] = args[i];
    }
    return node;
}

static struct sqlexpr *node_of_list(struct parse *parse, enum sqlexpr_kind kind, unsigned int from,
                                    const struct parse_list *list)
{
    struct sqlexpr *node = parse_node(parse, kind, from);

    node->args = (struct sqlexpr **)list->items;
    node->arg_count = list->count;
    return node;
}

static struct sqlexpr *named(struct sqlexpr *node, const char *name)
{
    node->name = slice_str(name);
    return node;
}

struct sqlexpr **parse_exprs(struct parse *parse, size_t *count)
{
    struct parse_list list = {0};

    do {
        parse_add(parse, &list, parse_expr(parse));
    } while (parse_take(parse, ","));
    *count = list.count;
    return (struct sqlexpr **)list.items;
}

struct sqlexpr **parse_order(struct parse *parse, size_t *count)
{
    struct parse_list list = {0};

    do {
        parse_add(parse, &list, parse_expr(parse));
        if (!parse_take(parse, "ASC")) {
            parse_take(parse, "DESC");
        }
    } while (parse_take(parse, ","));
    *count = list.count;
    return (struct sqlexpr **)list.items;
}

/* ------------------------------------------------------------------ primary */

static bool is_string(const struct sqltoken *token)
{
    return token->kind == SQLTOKEN_STRING;
}

/* x'ff', b'01', n'text', _utf8mb4'text', DATE '2026-01-01' */
static bool is_prefix(const struct sqltoken *token)
{
    bool close = token->end == token[1].start;

    if (token->kind != SQLTOKEN_WORD || !is_string(token + 1)) {
        return false;
    }
    return SQLTOKEN_IS_ANY(token, "DATE", "TIME", "TIMESTAMP") || token->text.ptr[0] == '_' ||
           (close && SQLTOKEN_IS_ANY(token, "X", "B", "N"));
}

/* One literal, of one token or more. NULL: there is none. */
static struct sqlexpr *literal(struct parse *parse)
{
    const struct sqltoken *token = parse->at;
    unsigned int from = parse_here(parse);
    enum sqlexpr_kind kind = SQLEXPR_CONSTANT;
    struct sqlexpr *node;

    if (token->kind == SQLTOKEN_NUMBER) {
        bool bits = token->text.len > 1 && token->text.ptr[1] > '9';

        kind = bits && token->text.ptr[0] == '0' ? SQLEXPR_CONSTANT : SQLEXPR_NUMBER;
    } else if (is_string(token) && !is_string(token + 1)) {
        kind = SQLEXPR_STRING;
    } else if (sqltoken_is(token, "NULL")) {
        kind = SQLEXPR_NULL;
    } else if (SQLTOKEN_IS_ANY(token, "TRUE", "FALSE")) {
        kind = SQLEXPR_BOOLEAN;
    } else if (token->kind == SQLTOKEN_PARAM) {
        kind = SQLEXPR_PARAM;
    } else if (!is_string(token) && !is_prefix(token)) {
        return NULL;
    }
    do {
        parse->at++;
    } while (kind == SQLEXPR_CONSTANT && is_string(parse->at));
    node = parse_node(parse, kind, from);
    node->name = token->text;
    return node;
}

/* name, t.name */
static struct sqlexpr *column(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct slice qualifier = SLICE_EMPTY, name = parse_name(parse, "a value");
    struct sqlexpr *node;

    if (parse_take(parse, ".")) {
        qualifier = name;
        name = parse_name(parse, "a column");
    }
    if (parse_is(parse, ".")) {
        parse_fail(parse, "write table.column", "a name of three parts is not allowed");
    }
    node = parse_node(parse, SQLEXPR_COLUMN, from);
    node->qualifier = qualifier;
    node->name = name;
    return node;
}

/* (SELECT ...), (a), (a, b): the "(" is taken. */
static struct sqlexpr *parenthesised(struct parse *parse, unsigned int from)
{
    struct parse_list list = {0};
    struct sqlexpr *node;

    if (parse_is_query(parse)) {
        struct sqlquery *query = parse_query(parse);

        parse_demand(parse, ")");
        node = parse_node(parse, SQLEXPR_QUERY, from);
        node->query = query;
        return node;
    }
    do {
        parse_add(parse, &list, parse_expr(parse));
    } while (parse_take(parse, ","));
    parse_demand(parse, ")");
    return list.count == 1 ? list.items[0] : node_of_list(parse, SQLEXPR_ROW, from, &list);
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
    node = parse_call(parse);
    return node ? node : column(parse);
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
        node =
            named(parse_node_of(parse, SQLEXPR_CALL, from, node, NULL, NULL), text ? "->>" : "->");
    }
    for (int i = 0; parse_take(parse, "COLLATE") && i < CHAIN_MAX; i++) {
        struct slice name = parse_name(parse, "a collation");

        node = parse_node_of(parse, SQLEXPR_COLLATE, from, node, NULL, NULL);
        node->name = name;
    }
    return node;
}

/* -a, +a, ~a, !a, BINARY a */
static struct sqlexpr *unary(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    bool minus = parse_is(parse, "-"), plus = parse_is(parse, "+"), bits = parse_is(parse, "~");
    bool not_ = parse_is(parse, "!"), bytes = parse_is(parse, "BINARY");
    struct sqlexpr *arg;

    if (!minus && !plus && !bits && !not_ && !bytes) {
        return postfix(parse);
    }
    if (!parse_enter(parse)) {
        return parse_node(parse, SQLEXPR_NULL, from);
    }
    parse->at++;
    arg = unary(parse);
    parse_leave(parse);
    if (plus) {
        return arg;
    }
    if (not_) {
        return parse_node_of(parse, SQLEXPR_NOT, from, arg, NULL, NULL);
    }
    if (minus && arg->kind == SQLEXPR_NUMBER && !arg->negated) {
        arg->negated = true;
        arg->span = parse_span(parse, from);
        return arg;
    }
    return named(parse_node_of(parse, SQLEXPR_CALL, from, arg, NULL, NULL), minus  ? "-"
                                                                            : bits ? "~"
                                                                                   : "BINARY");
}

/* ------------------------------------------------------------------ + - * / and the like */

/* NOT: what goes on with a mark that is another operator. */
static const struct infix {
    int rank; /* lowest first */
    const char *name;
    bool word, math;
    const char *not_;
} infixes[] = {
    {0, "|",   false, false, "||"},
    {1, "&",   false, false, "&&"},
    {2, "<<",  false, false, NULL},
    {2, ">>",  false, false, NULL},
    {3, "+",   false, true,  NULL},
    {3, "-",   false, true,  NULL},
    {4, "*",   false, true,  NULL},
    {4, "/",   false, true,  NULL},
    {4, "%",   false, true,  NULL},
    {4, "DIV", true,  false, NULL},
    {4, "MOD", true,  false, NULL},
    {5, "^",   false, false, NULL},
};

#define RANK_PLUS 3
#define RANK_TOP  6

static const struct infix *infix_take(struct parse *parse, int rank)
{
    for (size_t i = 0; i < ARRAY_COUNT(infixes); i++) {
        const struct infix *op = &infixes[i];

        if (op->rank == rank &&
            (op->word ? parse_is(parse, op->name) : parse_is_marks(parse, op->name)) &&
            !(op->not_ && parse_is_marks(parse, op->not_))) {
            parse->at += op->word ? 1 : strlen(op->name);
            return op;
        }
    }
    return NULL;
}

static struct sqlexpr *ranked(struct parse *parse, int rank)
{
    unsigned int from = parse_here(parse);
    bool interval = rank == RANK_PLUS && parse_is(parse, "INTERVAL");
    const struct infix *op;
    struct sqlexpr *left;

    if (rank == RANK_TOP) {
        return unary(parse);
    }
    left = interval ? parse_interval(parse) : ranked(parse, rank + 1);
    for (int i = 0; (op = infix_take(parse, rank)); i++) {
        bool moves = rank == RANK_PLUS && !interval && parse_is(parse, "INTERVAL");
        struct sqlexpr *right = moves ? parse_interval(parse) : ranked(parse, rank + 1);
        bool math = op->math && !moves && !interval;

        left =
            named(parse_node_of(parse, math ? SQLEXPR_MATH : SQLEXPR_CALL, from, left, right, NULL),
                  op->name);
        if (interval && strcmp(op->name, "+") != 0) {
            parse_fail(parse, NULL, "INTERVAL can only be added");
        }
        interval = false;
        if (i == CHAIN_MAX) {
            parse_fail(parse, NULL, "more than %d operators in a row", CHAIN_MAX);
        }
    }
    if (interval) {
        parse_expected(parse, "'+' behind INTERVAL");
    }
    return left;
}

struct sqlexpr *parse_operand(struct parse *parse)
{
    return ranked(parse, 0);
}

/* ------------------------------------------------------------------ IN, BETWEEN, LIKE */

/* IN (SELECT ...) and, which is the same to the servers, IN ((SELECT ...)) */
static struct sqlexpr *in(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct parse_list list = {0};
    struct sqlexpr *node;

    parse_demand(parse, "(");
    parse_add(parse, &list, left);
    if (parse_is_query(parse)) {
        struct sqlquery *query = parse_query(parse);

        parse_demand(parse, ")");
        node = node_of_list(parse, SQLEXPR_IN_QUERY, from, &list);
        node->query = query;
        return node;
    }
    do {
        parse_add(parse, &list, parse_expr(parse));
    } while (parse_take(parse, ","));
    parse_demand(parse, ")");
    node = node_of_list(parse, SQLEXPR_IN, from, &list);
    if (node->arg_count == 2 && node->args[1]->kind == SQLEXPR_QUERY) {
        node->kind = SQLEXPR_IN_QUERY;
        node->query = node->args[1]->query;
        node->arg_count = 1;
    }
    return node;
}

static struct sqlexpr *between(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct sqlexpr *low = parse_operand(parse), *high;

    parse_demand(parse, "AND");
    high = parse_operand(parse);
    return parse_node_of(parse, SQLEXPR_BETWEEN, from, left, low, high);
}

static struct sqlexpr *like(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct sqlexpr *pattern = unary(parse), *escape = NULL;

    if (parse_take(parse, "ESCAPE")) {
        escape = unary(parse);
    }
    return parse_node_of(parse, SQLEXPR_LIKE, from, left, pattern, escape);
}

/* x REGEXP y; MEMBER OF is MySQL's */
static struct sqlexpr *matched(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct sqlexpr *right;

    if (parse_take(parse, "REGEXP") || parse_take(parse, "RLIKE")) {
        right = parse_operand(parse);
        return named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL), "REGEXP");
    }
    if (parse_take(parse, "MEMBER")) {
        parse_demand(parse, "OF");
        parse_demand(parse, "(");
        right = parse_expr(parse);
        parse_demand(parse, ")");
        return named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL), "MEMBER OF");
    }
    parse_expected(parse, "IN, BETWEEN, LIKE or REGEXP");
    return left;
}

static struct sqlexpr *predicate(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlexpr *left = parse_operand(parse), *node;
    bool negated = parse_is(parse, "NOT");

    if (!negated && !SQLTOKEN_IS_ANY(parse->at, "IN", "BETWEEN", "LIKE", "REGEXP", "RLIKE") &&
        !(parse_is(parse, "MEMBER") && parse_is_next(parse, "OF"))) {
        return left;
    }
    parse->at += negated;
    if (parse_take(parse, "IN")) {
        node = in(parse, from, left);
    } else if (parse_take(parse, "BETWEEN")) {
        node = between(parse, from, left);
    } else if (parse_take(parse, "LIKE")) {
        node = like(parse, from, left);
    } else {
        node = matched(parse, from, left);
        return negated ? parse_node_of(parse, SQLEXPR_NOT, from, node, NULL, NULL) : node;
    }
    node->negated = negated;
    return node;
}

/* ------------------------------------------------------------------ comparisons */

/* Longest first. */
static const char *const comparisons[][2] = {
    {"<=>", "<=>"},
    {"<>",  "<>" },
    {"!=",  "<>" },
    {"<=",  "<=" },
    {">=",  ">=" },
    {"=",   "="  },
    {"<",   "<"  },
    {">",   ">"  },
};

static const char *comparison_take(struct parse *parse)
{
    for (size_t i = 0; i < ARRAY_COUNT(comparisons); i++) {
        if (parse_take_marks(parse, comparisons[i][0])) {
            return comparisons[i][1];
        }
    }
    return NULL;
}

/* IS [NOT] NULL | TRUE | FALSE | UNKNOWN: the IS is taken. */
static struct sqlexpr *is(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    bool negated = parse_take(parse, "NOT");
    struct sqlexpr *node;

    if (parse_take(parse, "NULL") || parse_take(parse, "UNKNOWN")) {
        node = parse_node_of(parse, SQLEXPR_IS_NULL, from, left, NULL, NULL);
        node->negated = negated;
        return node;
    }
    if (!parse_take(parse, "TRUE") && !parse_take(parse, "FALSE")) {
        parse_expected(parse, "NULL, TRUE, FALSE or UNKNOWN");
    }
    return named(parse_node_of(parse, SQLEXPR_CALL, from, left, NULL, NULL), "IS");
}

static struct sqlexpr *compared(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlexpr *left = predicate(parse);

    for (int i = 0; parse->at->kind != SQLTOKEN_END; i++) {
        const char *name = comparison_take(parse);

        if (name && SQLTOKEN_IS_ANY(parse->at, "ANY", "ALL", "SOME") && parse_is_next(parse, "(")) {
            parse_fail(parse, "write IN or EXISTS", "ANY, ALL and SOME are not allowed");
        } else if (name) {
            left = named(parse_node_of(parse, SQLEXPR_COMPARE, from, left, predicate(parse), NULL),
                         name);
        } else if (parse_take(parse, "IS")) {
            left = is(parse, from, left);
        } else {
            break;
        }
        if (i == CHAIN_MAX) {
            parse_fail(parse, NULL, "more than %d operators in a row", CHAIN_MAX);
        }
    }
    return left;
}

/* ------------------------------------------------------------------ NOT, AND, XOR, OR */

static struct sqlexpr *not_(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlexpr *arg;

    if (!parse_is(parse, "NOT")) {
        return compared(parse);
    }
    if (!parse_enter(parse)) {
        return parse_node(parse, SQLEXPR_NULL, from);
    }
    parse->at++;
    arg = not_(parse);
    parse_leave(parse);
    return parse_node_of(parse, SQLEXPR_NOT, from, arg, NULL, NULL);
}

/* a {WORD a}, also written as MARKS: one node of all. */
static struct sqlexpr *joined(struct parse *parse, struct sqlexpr *(*part)(struct parse *),
                              const char *word, const char *marks, enum sqlexpr_kind kind)
{
    unsigned int from = parse_here(parse);
    struct parse_list list = {0};

    do {
        parse_add(parse, &list, part(parse));
    } while (parse_take(parse, word) || (marks && parse_take_marks(parse, marks)));
    return list.count == 1 ? list.items[0] : node_of_list(parse, kind, from, &list);
}

static struct sqlexpr *and_(struct parse *parse)
{
    return joined(parse, not_, "AND", "&&", SQLEXPR_AND);
}

static struct sqlexpr *xor_(struct parse *parse)
{
    struct sqlexpr *node = joined(parse, and_, "XOR", NULL, SQLEXPR_CALL);

    if (node->kind == SQLEXPR_CALL && node->name.len == 0) {
        named(node, "XOR");
    }
    return node;
}

struct sqlexpr *parse_expr(struct parse *parse)
{
    struct sqlexpr *node;

    if (!parse_enter(parse)) {
        return parse_node(parse, SQLEXPR_NULL, parse_here(parse));
    }
    node = joined(parse, xor_, "OR", "||", SQLEXPR_OR);
    parse_leave(parse);
    return node;
}
