/*
 * Between the files that parse: recursive descent over a statement's tokens.
 *
 *     parse.c         where we are, what is wrong, names
 *     parse_expr.c    operators of two sides, by rank
 *     parse_value.c   literals and what else they stand between
 *     parse_node.c    nodes of the tree
 *     parse_call.c    functions, and OVER behind them
 *     parse_args.c    what is between their parentheses
 *     parse_query.c   SELECT, WITH, UNION
 *     parse_from.c    tables and joins
 *     parse_json.c    JSON_TABLE
 *     parse_change.c  INSERT, REPLACE, UPDATE, DELETE
 *
 * The first fault ends it: `at` then is at END, each function returns soon, and what it returns is
 * looked at by nobody. No function returns NULL but where its comment says so.
 */
#ifndef CONF_GRAMMAR_PARSE_H
#define CONF_GRAMMAR_PARSE_H

#include "conf/grammar/tree.h"

/* A query that WITH names: its text is read again where the name is mentioned. */
struct common {
    struct common *outer; /* known where its query stands */
    struct slice name;
    const struct sqltoken *token; /* of the name */
    bool mentioned;
    struct slice *labels;
    size_t label_count;
    const struct sqltoken *query; /* its first token */
};

struct parse {
    struct arena *arena;
    const struct sqlstatement *statement;
    const struct sqltoken *at;
    struct sqlfault fault; /* token NULL: none */
    struct common *commons;
    const struct sqltoken *unmentioned; /* the first name of WITH that is mentioned nowhere */
    struct sqlsource *sources[SQLTREE_SOURCES_MAX];
    size_t source_count, node_count;
    unsigned int depth;
    unsigned int windows; /* functions with OVER, met so far */
    bool duplicate;       /* behind ON DUPLICATE KEY UPDATE, in no query: VALUES(name) is a value */
};

/* Operators of one rank in a row, as in a + b + c: each is one level of the tree. */
#define PARSE_CHAIN_MAX 200

/* Grows by doubling; for pointers. */
struct parse_list {
    void **items;
    size_t count, room;
};

void parse_add(struct parse *parse, struct parse_list *list, void *item);

/* ------------------------------------------------------------------ parse.c */

/* The first fault stays. It is at the next token. */
void parse_fail(struct parse *parse, const char *hint, const char *format, ...) PRINTF_LIKE(3, 4);
/* "expected WHAT" */
void parse_expected(struct parse *parse, const char *what);

/* Is the next token this keyword or mark; is the one behind it? */
bool parse_is(const struct parse *parse, const char *word);
bool parse_is_next(const struct parse *parse, const char *word);
/* Takes it if it is there. */
bool parse_take(struct parse *parse, const char *word);
/* Takes it, or it is a fault. */
void parse_demand(struct parse *parse, const char *word);
/* An operator of several marks without blanks: "<=>". */
bool parse_is_marks(const struct parse *parse, const char *marks);
bool parse_take_marks(struct parse *parse, const char *marks);
/* SELECT, or WITH: a query begins here. */
bool parse_is_query(const struct parse *parse);
/* The next token is the first of a query, which may be in parentheses: (SELECT 1) UNION ... */
bool parse_is_nested_query(const struct parse *parse);

/* A name that needs no quotes, or has them. WHAT: of the complaint. */
bool parse_is_name(const struct parse *parse);
struct slice parse_name(struct parse *parse, const char *what);
/* name, t.name, as a COLUMN */
struct sqlexpr *parse_column(struct parse *parse, const char *what);
/* name or 'name': of a collation, a character set. */
struct slice parse_text_name(struct parse *parse, const char *what);
/* [AS] name; empty: there is none. */
struct slice parse_alias(struct parse *parse);
/* Also [AS] 'name'. */
struct slice parse_item_alias(struct parse *parse);
/* "(" name {"," name} ")" */
struct slice *parse_names(struct parse *parse, const char *what, size_t *count);

/* In and out of what may be nested; enter false: too deep, and a fault. */
bool parse_enter(struct parse *parse);
void parse_leave(struct parse *parse);

unsigned int parse_here(const struct parse *parse);
struct sqlspan parse_span(const struct parse *parse, unsigned int from);

/* Words that stand for no name unless they are quoted. */
bool reserved_word(struct slice word);
/* Is it a function of the servers (functions.c)? */
bool function_is_known(struct slice name);
/* Is WORD, whatever its case, in a list that is in capitals and sorted? */
bool words_have(const char *const *list, size_t count, struct slice word);

/* ------------------------------------------------------------------ the others */

struct sqlexpr *parse_expr(struct parse *parse);
/* What may stand beside + and the like: no AND, no comparison. */
struct sqlexpr *parse_operand(struct parse *parse);
/* What binds closer than all operators of two sides: a, -a, a COLLATE c. */
struct sqlexpr *parse_unary(struct parse *parse);
/* All but AND, XOR and OR. */
struct sqlexpr *parse_not(struct parse *parse);
struct sqlexpr *parse_node(struct parse *parse, enum sqlexpr_kind kind, unsigned int from);
/* With up to three arguments; the first NULL ends them. */
struct sqlexpr *parse_node_of(struct parse *parse, enum sqlexpr_kind kind, unsigned int from,
                              struct sqlexpr *a, struct sqlexpr *b, struct sqlexpr *c);
struct sqlexpr *parse_node_of_list(struct parse *parse, enum sqlexpr_kind kind, unsigned int from,
                                   const struct parse_list *args);
/* NODE, with its name. */
struct sqlexpr *parse_named(struct sqlexpr *node, const char *name);
/* A query; or NULL, and expr {"," expr} is in the list. */
struct sqlquery *parse_query_or_list(struct parse *parse, struct parse_list *list);
/* expr {"," expr} */
struct sqlexpr **parse_exprs(struct parse *parse, size_t *count);
/* What follows ORDER BY: expressions, each with ASC or DESC. */
struct sqlexpr **parse_order(struct parse *parse, size_t *count);

/* What is between the parentheses of NAME( ). */
void parse_args(struct parse *parse, const struct sqltoken *name, struct parse_list *args);
/* NULL: no function's call is here. */
struct sqlexpr *parse_call(struct parse *parse);
/* [(...)] behind a type's name; up to MAX numbers. */
void parse_type_size(struct parse *parse, unsigned int max);
/* CHARACTER SET name, CHARSET name; false: there is none. */
bool parse_charset(struct parse *parse);
/* INTERVAL expr unit */
struct sqlexpr *parse_interval(struct parse *parse);

/* "(" PARTITION BY ... ORDER BY ... ")": adds the expressions. */
void parse_window(struct parse *parse, struct parse_list *exprs);

/* Of LIMIT: a whole number or a parameter. */
struct sqlexpr *parse_count(struct parse *parse);
struct sqlquery *parse_query(struct parse *parse);
/* One more mention of a table, and the FROM that is just this. */
struct sqlsource *parse_source(struct parse *parse);
struct sqlfrom *parse_from_of(struct parse *parse, struct sqlsource *source);
/* JSON_TABLE is here. FROM: the first token. */
struct sqlfrom *parse_json_table(struct parse *parse, unsigned int from);
/* A FROM's content, commas and all. */
struct sqlfrom *parse_from(struct parse *parse);
/* name [AS alias] of a table that a change writes; no query, no WITH. */
struct sqlfrom *parse_target(struct parse *parse, bool alias);

struct sqlchange *parse_change(struct parse *parse);

#endif
