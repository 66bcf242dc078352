/*
 * A statement as a tree: queries, their SELECTs and FROMs, expressions; what both servers take
 * (conf/README.md "SQL that is read").
 *
 *     struct sqltree          one statement
 *       struct sqlquery         SELECTs joined by UNION and the like, with ORDER BY and LIMIT
 *         struct sqlcore          one SELECT
 *           struct sqlfrom          tree of joins; its leaves are sources
 *             struct sqlsource        a table, a derived table, JSON_TABLE
 *           struct sqlexpr          expressions
 *       struct sqlchange        INSERT, REPLACE, UPDATE, DELETE
 *
 * WITH leaves no node: each mention of its name is a derived table with a copy of the query. RIGHT
 * JOIN is LEFT JOIN with its sides exchanged. Everything lives in the arena; slices and spans are
 * of the statement.
 */
#ifndef CONF_GRAMMAR_TREE_H
#define CONF_GRAMMAR_TREE_H

#include "conf/sql/tables.h"

/*
 * Limits, so that no text makes loading slow or the stack overflow; queries that people write are
 * far below.
 */
#define SQLTREE_DEPTH_MAX   32   /* of parentheses, queries and operators in one another */
#define SQLTREE_NODES_MAX   8192 /* expressions and sources, those of copies too */
#define SQLTREE_SOURCES_MAX 64   /* mentions of tables, those of copies too */

/* Tokens of the statement, END not among them. */
struct sqlspan {
    unsigned int from, end;
};

enum sqlexpr_kind {
    SQLEXPR_NULL,
    SQLEXPR_NUMBER,   /* name: as written, without its sign; negated: with a minus */
    SQLEXPR_STRING,   /* name: with its quotes */
    SQLEXPR_BOOLEAN,  /* TRUE, FALSE; name */
    SQLEXPR_PARAM,    /* :name */
    SQLEXPR_COLUMN,   /* qualifier, name; source and column when it is resolved */
    SQLEXPR_CONSTANT, /* another literal: x'ff', 0xff, DATE '2026-01-01', 'a' 'b' */
    SQLEXPR_STAR,     /* in a SELECT's list, qualifier; in COUNT(*) */
    SQLEXPR_DEFAULT,  /* DEFAULT, alone in VALUES or behind = */
    SQLEXPR_NEW,      /* VALUES(name), in ON DUPLICATE KEY UPDATE */
    SQLEXPR_AND,
    SQLEXPR_OR,
    SQLEXPR_NOT,
    SQLEXPR_COMPARE, /* name: "=", "<=>", "<>", "<", "<=", ">", ">="; two arguments */
    SQLEXPR_IS_NULL,
    SQLEXPR_IN,       /* the first argument in the others */
    SQLEXPR_IN_QUERY, /* the argument in the query */
    SQLEXPR_BETWEEN,  /* the first between the second and the third */
    SQLEXPR_LIKE,     /* ESCAPE is a third argument */
    SQLEXPR_MATH,     /* name: "+", "-", "*", "/", "%"; two arguments */
    SQLEXPR_ROW,      /* (a, b) */
    SQLEXPR_QUERY,    /* (SELECT ...) */
    SQLEXPR_EXISTS,
    SQLEXPR_COLLATE, /* name: the collation; one argument */
    SQLEXPR_CALL,    /* a function or another operator; name */
};

struct sqlexpr {
    enum sqlexpr_kind kind;
    bool negated;    /* IS NOT NULL, NOT IN, NOT BETWEEN, NOT LIKE, -5 */
    bool aggregates; /* CALL: of many rows, as COUNT */
    bool windows;    /* CALL: with OVER */
    struct slice name, qualifier;
    struct sqlexpr **args;
    size_t arg_count;
    struct sqlquery *query;
    struct sqlspan span;
    /* COLUMN, resolved (conf/grammar/resolve.h): one of the two */
    struct sqlsource *source;
    size_t column;        /* its place among the source's columns */
    struct sqlexpr *item; /* it is the alias of this item */
};

struct sqlsource {
    struct slice name;      /* of a table, or of WITH; empty: a derived table, a function */
    struct slice alias;     /* its name if none is written; never empty */
    struct sqlquery *query; /* of a derived table; NULL: a table, or JSON_TABLE */
    struct slice *labels;   /* of WITH d (a, b) and of JSON_TABLE: its columns; else none */
    size_t label_count;
    struct sqlexpr *rows; /* JSON_TABLE's document; NULL: no JSON_TABLE */
    size_t number;        /* 0 .. source_count - 1, in the order met */
    struct sqlspan span;
    unsigned int name_token;
    /* resolved: */
    const struct table *table; /* NULL: none */
    struct slice *columns;     /* names; empty: that of an expression without alias */
    size_t column_count;
    bool *reads; /* of each column: something mentions it */
    bool whole;  /* what is read of a row depends on all rows: MATCH */
};

enum sqlfrom_kind {
    SQLFROM_SOURCE,
    SQLFROM_INNER,
    SQLFROM_LEFT /* rows of right may be missing */
};

struct sqlfrom {
    enum sqlfrom_kind kind;
    struct sqlsource *source;
    struct sqlfrom *left, *right;
    struct sqlexpr *on; /* NULL: none */
};

/* One item of a SELECT's list. */
struct sqlselected {
    struct sqlexpr *expr; /* STAR: all columns */
    struct slice alias;   /* as written; empty: none */
};

struct sqlcore {
    bool distinct;
    bool windows; /* a function with OVER is in it */
    struct sqlselected *items;
    size_t item_count;
    struct sqlfrom *from; /* NULL: none, or DUAL */
    struct sqlexpr *where, *having;
    struct sqlexpr **group;
    size_t group_count;
    struct sqlexpr **window_exprs; /* what WINDOW parts and orders by */
    size_t window_count;
    struct sqlspan rows; /* from FROM, or what stands in its place, to the end of HAVING */
    /* resolved: */
    size_t number;              /* 0 .. core_count - 1 */
    struct sqlsource **sources; /* of its FROM, in the order written */
    size_t source_count;
    struct sqlexpr **outputs; /* the items, * written out */
    struct slice *labels;     /* of the outputs; empty: an expression without alias */
    size_t output_count;
    bool one_row; /* it aggregates without GROUP BY: one row even of nothing; in doubt true */
};

struct sqlquery {
    struct sqlcore *core; /* NULL: it has branches */
    struct sqlquery **branches;
    size_t branch_count;
    bool unites;   /* the branches are joined by UNION only: no EXCEPT, no INTERSECT */
    bool distinct; /* ... and the last one is no UNION ALL: no two rows are the same */
    struct sqlexpr **order;
    size_t order_count;
    struct sqlexpr *limit, *offset; /* NULL: none */
    struct sqlspan span;
};

enum sqlverb {
    SQLVERB_INSERT,
    SQLVERB_REPLACE,
    SQLVERB_UPDATE,
    SQLVERB_DELETE
};

struct sqlset {
    struct sqlexpr *column; /* COLUMN */
    struct sqlexpr *value;
};

struct sqlchange {
    enum sqlverb verb;
    struct sqlfrom *from; /* INSERT, REPLACE: the table, a source. UPDATE, DELETE: what they read */
    struct slice target;  /* DELETE t FROM ...: t. Else empty */
    /* INSERT, REPLACE */
    struct slice *columns; /* none: all of the table */
    size_t column_count;
    struct sqlexpr ***rows; /* each with width values; NULL: of the query */
    size_t row_count, *widths;
    struct sqlspan values; /* what is behind VALUES; of SET nothing */
    struct sqlquery *query;
    struct sqlset *sets; /* UPDATE's, or of ON DUPLICATE KEY UPDATE */
    size_t set_count;
    struct sqlexpr *where, *limit;
    struct sqlexpr **order;
    size_t order_count;
    struct sqlspan tables, condition; /* UPDATE, DELETE: the text of from, and behind WHERE */
    /* resolved: */
    struct sqlsource *written; /* whose rows it changes */
    struct sqlcore *core;      /* its FROM and WHERE, as those of a SELECT without a list */
};

struct sqltree {
    const struct sqlstatement *statement;
    struct sqlquery *query; /* one of the two */
    struct sqlchange *change;
    struct sqlsource **sources; /* all, by their numbers */
    size_t source_count;
    const struct sqltoken *unmentioned; /* a name of WITH that is mentioned nowhere; NULL: none */
    size_t core_count;                  /* resolved: SELECTs, and a change's own */
};

/* Why a statement is no tree: what is wrong at which token. */
struct sqlfault {
    const struct sqltoken *token;
    struct slice text, hint; /* in the arena */
};

/* False: FAULT says why. */
bool sqltree_read(struct arena *arena, const struct sqlstatement *statement, struct sqltree *out,
                  struct sqlfault *fault);

/* The statement's text from a span's first token to its last, with ? for parameters. */
struct slice sqltree_text(const struct sqltree *tree, struct sqlspan span);

/* What a string literal means: without its quotes and escapes. */
struct slice sqltree_unquoted(struct arena *arena, struct slice literal);

/* The tree as text, one line, for tests: "(and (= p.id :i) (in p.a :x :y))". */
struct slice sqltree_print(struct arena *arena, const struct sqltree *tree);

#endif
