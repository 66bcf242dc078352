/*
 * Classes: columns, parameters and literals that are equal in each row that matters, by facts. And
 * what follows: which columns of a source a parameter binds.
 */
#ifndef CONF_TAGS_CLASSES_H
#define CONF_TAGS_CLASSES_H

#include "conf/tags/facts.h"

/* IN lists up to this long bind a column; as many tags at most come from one alternative. */
#define CLASSES_LIST_MAX 16

/* A column of a source and what it equals: one of the values. */
struct binding {
    size_t column;
    struct sqlexpr **values; /* PARAM or a literal */
    size_t value_count;
    bool strict;   /* NULL equals nothing: with a value that is NULL no row matters */
    bool by_param; /* a parameter is among the values */
};

/* Of one source, in the order of the columns' names. */
struct bindings {
    struct binding *items;
    size_t count;
};

struct classes;

struct classes *classes_of(struct analysis *analysis, const struct facts *facts);
struct bindings classes_bound(struct analysis *analysis, const struct classes *classes,
                              const struct sqlsource *source);

/* A pair of columns that are equal, and not NULL. */
struct link {
    size_t from, to; /* columns */
};

/* All of FROM's columns that equal one of TO's, in the order of names; returns how many. */
size_t classes_links(struct analysis *analysis, const struct classes *classes,
                     const struct sqlsource *from, const struct sqlsource *to, struct link **out);

#endif
