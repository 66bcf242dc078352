/*
 * Types, as far as two sides of an equality must share one canonical text.
 */
#ifndef CONF_TAGS_TYPE_H
#define CONF_TAGS_TYPE_H

#include "conf/tags/facts.h"

enum tag_family {
    TAG_FAMILY_NONE,    /* of several texts for one value, or unknown: in no class */
    TAG_FAMILY_ANY,     /* NULL; a parameter whose values are held against the column's type */
    TAG_FAMILY_INTEGER, /* a column of integers or booleans */
    TAG_FAMILY_DECIMAL, /* a column */
    TAG_FAMILY_WHOLE,   /* a parameter or literal that is an integer or boolean */
    TAG_FAMILY_NUMBER,  /* ... any number */
    TAG_FAMILY_TEXT     /* a column, a parameter or a literal */
};

struct tag_type {
    enum tag_family family;
    unsigned int places;    /* DECIMAL */
    struct slice collation; /* TEXT, of a column; empty: of a parameter or literal */
};

struct tag_type tag_type_of_column(const struct table_column *column);
struct tag_type tag_type_of(const struct analysis *analysis, const struct sqlexpr *leaf);

/* Does "a = b" say that both have one canonical text? */
bool tag_types_fit(const struct tag_type *a, const struct tag_type *b);

#endif
