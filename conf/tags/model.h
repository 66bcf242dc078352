/*
 * All queries and all statements of a model: classes of shapes, and what each statement touches of
 * them.
 */
#ifndef CONF_TAGS_MODEL_H
#define CONF_TAGS_MODEL_H

#include "conf/tags/change.h"

/*
 * Shapes of one text that no statement tells apart. Those of one text that some statement does tell
 * apart, for it sets a column that one of them reads, get a number: "posts(author)#2".
 */
struct tag_class {
    struct tag_shape shape;
    struct slice text; /* the shape's name without a number */
    bool wild; /* a statement may touch it without knowing the values: "...=*" is read too */
};

struct tag_model {
    struct tag_class *classes;
    size_t class_count;
    struct tag_touches *touches; /* by the number of the change; their shapes are classes */
};

/* Sets the class of each use. */
void tags_of_model(struct arena *arena, struct tag_query *queries, size_t query_count,
                   const struct tag_change *changes, size_t change_count, struct tag_model *out);

#endif
