/*
 * Expressions, by rank; each function takes what binds closer than its name says. The ranks are the
 * servers' (MySQL 8 reference manual, "Operator Precedence", and the grammar behind it: IN, BETWEEN
 * and LIKE bind closer than a comparison, so that a = b IN (1) is a = (b IN (1))):
 *
 *     OR < XOR < AND < NOT < comparison, IS < IN, BETWEEN, LIKE < | < & < << < + < * < ^ < unary
 *         < COLLATE < primary
 */
#include "conf/grammar/parse.h"

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

        left = parse_named(parse_node_of(parse, op->math && !moves ? SQLEXPR_MATH : SQLEXPR_CALL,
                                         from, left, right, NULL),
                           op->name);
        top = moves ? RANK_TOP - 1 : op->rank > rank ? top : rank;
        if (i == PARSE_CHAIN_MAX) {
            parse_fail(parse, NULL, "more than %d operators in a row", PARSE_CHAIN_MAX);
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

/* IN (SELECT ...) and, which is the same to the servers, IN ((SELECT ...)) */
static struct sqlexpr *in(struct parse *parse, unsigned int from, struct sqlexpr *left)
{
    struct parse_list list = {0};
    struct sqlquery *query;
    struct sqlexpr *node;

    parse_demand(parse, "(");
    parse_add(parse, &list, left);
    query = parse_query_or_list(parse, &list);
    if (query && has_limit(query)) {
        parse_fail(parse, "write IN (SELECT * FROM (SELECT ... LIMIT ...) d)",
                   "a query in IN must have no LIMIT");
    }
    parse_demand(parse, ")");
    node = parse_node_of_list(parse, query ? SQLEXPR_IN_QUERY : SQLEXPR_IN, from, &list);
    node->query = query;
    return node;
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
        return parse_named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL), "REGEXP");
    }
    if (!negated && parse_take(parse, "SOUNDS")) {
        parse_demand(parse, "LIKE");
        right = parse_operand(parse);
        return parse_named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL),
                           "SOUNDS LIKE");
    }
    if (!negated && parse_take(parse, "MEMBER")) {
        parse_demand(parse, "OF");
        parse_demand(parse, "(");
        right = parse_unary(parse);
        parse_demand(parse, ")");
        return parse_named(parse_node_of(parse, SQLEXPR_CALL, from, left, right, NULL),
                           "MEMBER OF");
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
    return parse_named(parse_node_of(parse, SQLEXPR_CALL, from, left, NULL, NULL), "IS");
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
            left = parse_named(
                parse_node_of(parse, SQLEXPR_COMPARE, from, left, predicate(parse), NULL), name);
        } else if (parse_take(parse, "IS")) {
            left = is(parse, from, left, &last);
        } else {
            break;
        }
        if (i == PARSE_CHAIN_MAX) {
            parse_fail(parse, NULL, "more than %d operators in a row", PARSE_CHAIN_MAX);
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
        parse_named(node, "XOR");
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
