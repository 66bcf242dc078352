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

struct sqlexpr *parse_node_of_list(struct parse *parse, enum sqlexpr_kind kind, unsigned int from,
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
    struct sqlexpr *node;

    if (parse_is_nested_query(parse)) {
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
    return named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL), "+");
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
        node =
            named(parse_node_of(parse, SQLEXPR_CALL, from, node, NULL, NULL), text ? "->>" : "->");
    }
    for (int i = 0; parse_take(parse, "COLLATE") && i < CHAIN_MAX; i++) {
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
    const char *denies;
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

static const struct infix *infix_take(struct parse *parse, int rank, int top)
{
    for (size_t i = 0; i < ARRAY_COUNT(infixes); i++) {
        const struct infix *op = &infixes[i];

        if (op->rank >= rank && op->rank <= top &&
            (op->word ? parse_is(parse, op->name) : parse_is_marks(parse, op->name)) &&
            !(op->denies && parse_is_marks(parse, op->denies))) {
            parse->at += op->word ? 1 : strlen(op->name);
            return op;
        }
    }
    return NULL;
}

/* a + INTERVAL 1 DAY: then whatever binds closer than + has all of it on its left. */
static struct sqlexpr *ranked(struct parse *parse, int rank)
{
    unsigned int from = parse_here(parse);
    const struct infix *op;
    struct sqlexpr *left;
    int top = rank; /* operators of these ranks may follow */

    if (rank == RANK_TOP) {
        return parse_unary(parse);
    }
    left = ranked(parse, rank + 1);
    for (int i = 0; (op = infix_take(parse, rank, top)); i++) {
        bool moves = op->rank == RANK_PLUS && parse_is(parse, "INTERVAL");
        struct sqlexpr *right = moves ? parse_interval(parse) : ranked(parse, op->rank + 1);

        left = named(parse_node_of(parse, op->math && !moves ? SQLEXPR_MATH : SQLEXPR_CALL, from,
                                   left, right, NULL),
                     op->name);
        top = moves ? RANK_TOP - 1 : op->rank > rank ? top : rank;
        if (i == CHAIN_MAX) {
            parse_fail(parse, NULL, "more than %d operators in a row", CHAIN_MAX);
        }
    }
    return left;
}

struct sqlexpr *parse_operand(struct parse *parse)
{
    return ranked(parse, 0);
}

/* ------------------------------------------------------------------ IN, BETWEEN, LIKE */

static struct sqlexpr *predicate(struct parse *parse);

static bool has_limit(const struct sqlquery *query)
{
    bool has = query->limit != NULL;

    for (size_t i = 0; i < query->branch_count && !has; i++) {
        has = has_limit(query->branches[i]);
    }
    return has;
}

static struct sqlquery *in_query(struct parse *parse)
{
    struct sqlquery *query = parse_query(parse);

    if (has_limit(query)) {
        parse_fail(parse, "write IN (SELECT * FROM (SELECT ... LIMIT ...) d)",
                   "a query in IN must have no LIMIT");
    }
    return query;
}

/* IN (SELECT ...) and, which is the same to the servers, IN ((SELECT ...)) */
static struct sqlexpr *in(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct parse_list list = {0};
    struct sqlexpr *node;

    parse_demand(parse, "(");
    parse_add(parse, &list, left);
    if (parse_is_nested_query(parse)) {
        struct sqlquery *query = in_query(parse);

        parse_demand(parse, ")");
        node = parse_node_of_list(parse, SQLEXPR_IN_QUERY, from, &list);
        node->query = query;
        return node;
    }
    do {
        parse_add(parse, &list, parse_expr(parse));
    } while (parse_take(parse, ","));
    parse_demand(parse, ")");
    return parse_node_of_list(parse, SQLEXPR_IN, from, &list);
}

/* The upper bound may be such a thing itself: a BETWEEN 1 AND b IN (2) is ... AND (b IN (2)). */
static struct sqlexpr *between(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct sqlexpr *low = parse_operand(parse), *high;

    parse_demand(parse, "AND");
    if (!parse_enter(parse)) {
        return left;
    }
    high = predicate(parse);
    parse_leave(parse);
    return parse_node_of(parse, SQLEXPR_BETWEEN, from, left, low, high);
}

static struct sqlexpr *like(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct sqlexpr *pattern = parse_unary(parse), *escape = NULL;

    if (parse_take(parse, "ESCAPE")) {
        escape = parse_unary(parse);
    }
    return parse_node_of(parse, SQLEXPR_LIKE, from, left, pattern, escape);
}

/* x REGEXP y, x SOUNDS LIKE y; MEMBER OF is MySQL's */
static struct sqlexpr *matched(struct parse *parse, unsigned int from, struct sqlexpr *left,
                               bool negated)
{
    struct sqlexpr *right;

    if (parse_take(parse, "REGEXP") || parse_take(parse, "RLIKE")) {
        right = parse_operand(parse);
        return named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL), "REGEXP");
    }
    if (!negated && parse_take(parse, "SOUNDS")) {
        parse_demand(parse, "LIKE");
        right = parse_operand(parse);
        return named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL), "SOUNDS LIKE");
    }
    if (!negated && parse_take(parse, "MEMBER")) {
        parse_demand(parse, "OF");
        parse_demand(parse, "(");
        right = parse_unary(parse);
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
        !(parse_is(parse, "MEMBER") && parse_is_next(parse, "OF")) &&
        !(parse_is(parse, "SOUNDS") && parse_is_next(parse, "LIKE"))) {
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
        node = matched(parse, from, left, negated);
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

/*
 * IS [NOT] NULL | TRUE | FALSE | UNKNOWN: the IS is taken. LAST: to MySQL all but NULL end what is
 * compared, so that a IS TRUE = b is nothing.
 */
static struct sqlexpr *is(struct parse *parse, unsigned int from, struct sqlexpr *left, bool *last)
{
    bool negated = parse_take(parse, "NOT");
    struct sqlexpr *node;

    *last = !parse_is(parse, "NULL");
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
    bool last = false;

    for (int i = 0; !last && parse->at->kind != SQLTOKEN_END; i++) {
        const char *name = comparison_take(parse);

        if (name && SQLTOKEN_IS_ANY(parse->at, "ANY", "ALL", "SOME") && parse_is_next(parse, "(")) {
            parse_fail(parse, "write IN or EXISTS", "ANY, ALL and SOME are not allowed");
        } else if (name) {
            left = named(parse_node_of(parse, SQLEXPR_COMPARE, from, left, predicate(parse), NULL),
                         name);
        } else if (parse_take(parse, "IS")) {
            left = is(parse, from, left, &last);
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

struct sqlexpr *parse_not(struct parse *parse)
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
    arg = parse_not(parse);
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
    return list.count == 1 ? list.items[0] : parse_node_of_list(parse, kind, from, &list);
}

static struct sqlexpr *conjunction(struct parse *parse)
{
    return joined(parse, parse_not, "AND", "&&", SQLEXPR_AND);
}

static struct sqlexpr *exclusive(struct parse *parse)
{
    struct sqlexpr *node = joined(parse, conjunction, "XOR", NULL, SQLEXPR_CALL);

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
    node = joined(parse, exclusive, "OR", "||", SQLEXPR_OR);
    parse_leave(parse);
    return node;
}
