/*
 * The tags of a query: for each choice of which optional parameters are NULL, what a change must
 * touch to alter the answer.
 *
 *     SELECT * FROM p JOIN c ON c.pid = p.id WHERE c.k = :x      c(k)=x, p(id>c.pid:k)=x
 */
#ifndef CONF_TAGS_QUERY_H
#define CONF_TAGS_QUERY_H

#include "conf/tags/cover.h"
#include "lib/base/buf.h"

/*
 * What a tag's name says: T, T(c1,c2) or T(x>U.y:k). Two tags of one shape differ in their values
 * only.
 */
struct tag_shape {
    const struct table *table;
    struct slice *columns; /* in the order of names; of the table, or of the last hop's */
    size_t column_count;
    const struct tag_hop {
        const struct table *table;
        struct slice *from, *to; /* pairs of columns: of the table before, of this one */
        size_t link_count;
    } * hops;
    size_t hop_count;
    struct slice name; /* "p(id>c.pid:k)" */
    bool *reads;       /* of the table's columns: the query's answer may depend on it */
};

/* One tag for each combination of its columns' values; none if a strict one is NULL. */
struct tag_use {
    struct tag_shape shape;
    struct binding *values; /* beside shape.columns */
    const struct sqlsource *source;
    size_t class;    /* of the model's (conf/tags/model.h) */
    const char *why; /* the shape has no columns: what bars them; static */
};

struct tag_variant {
    struct tag_use *uses;
    size_t count;
};

struct tag_query {
    struct slice guards[FACTS_GUARDS_MAX]; /* parameters of ":p IS NULL", sorted */
    size_t guard_count;
    struct tag_variant *variants; /* 1 << guard_count; bit I of the index: guard I is NULL */
};

/* TREE is resolved, and a query. */
void tags_of_query(struct arena *arena, const struct sqltree *tree, const struct tag_param *params,
                   size_t param_count, struct tag_query *out);

/* "c(k)=x": for people and tests; several values of a column: "a|b". */
struct slice tag_use_print(struct arena *arena, const struct tag_use *use);

/*
 * A SELECT beside a statement gives so many rows; one more says that there are more, and then all
 * answers are voided. A change of so many rows voids most of a page's slots anyway.
 */
#define TAG_ROWS_MAX   65536
#define TAG_ROWS_LIMIT " LIMIT 65537"

/* "SELECT ... FROM ... WHERE ? = ? LIMIT n": its condition is that of one record. */
struct tag_select {
    struct slice sql;   /* empty: none */
    struct slice where; /* of SQL, from behind WHERE to the LIMIT; empty: none */
};

/* Appends the LIMIT; SQL is freed. WHERE: where the condition begins, 0: there is none. */
struct tag_select tag_select_end(struct arena *arena, struct buf *sql, size_t where);

/*
 * Of a path: the SELECT that finds the values of its tags for one row's links, each a ?: "SELECT
 * DISTINCT `h1`.`k` FROM `c` `h1` WHERE `h1`.`pid` = ? LIMIT ...".
 */
struct tag_select tag_shape_ask(struct arena *arena, const struct tag_shape *shape);

#endif
