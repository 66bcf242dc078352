/*
 * The parser of expressions, for its parts: parse.c (the grammar) and name.c (what names mean).
 */
#ifndef CONF_EXPR_PARSE_H
#define CONF_EXPR_PARSE_H

#include "conf/expr/tree.h"

struct parser {
    struct expr_build *build;
    struct lexer lexer;
    struct token token; /* the one at hand */
    unsigned int nesting;
};

/* What is between the brackets, chained by next. */
struct elements {
    struct node *first, **link;
    size_t count;
    unsigned int depth;
};

/* Complains once, "WHAT, not <the token at hand>": what follows a fault is noise. Returns NULL. */
struct node *parser_fail(struct parser *parser, const char *what);
/* NULL after a complaint: too deep. */
struct node *parser_make(struct parser *parser, enum operation operation, size_t column,
                         struct node *left, struct node *right);

/* A variable. */
struct node *parser_root(struct parser *parser, struct token name);
/*
 * Complains of a function or macro that CEL has and this subset leaves out, before its arguments
 * are read.
 */
bool parser_leaves_out(struct parser *parser, struct token name);
/* A call; receiver: NULL of a global one. */
struct node *parser_call(struct parser *parser, struct token name, struct node *receiver,
                         const struct elements *arguments);

#endif
