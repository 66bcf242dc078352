/*
 * Equalities that hold for the rows of a SELECT, as its WHERE and ON say them:
 *
 *     a = :x    :x = a    a <=> :x    a IN (:x)    a = b    a = 1    a = 'x'
 *
 * Each is of columns that come straight from tables, and neither side is NULL. An equality is left
 * out if it lets values pass that the column's own collation tells apart: texts beside a number, or
 * columns of two collations.
 */
#ifndef CONF_STUDY_EQUAL_H
#define CONF_STUDY_EQUAL_H

#include "conf/tags/facts.h"

struct equality {
    const struct sqlexpr *column, *other; /* OTHER: a column, too, a parameter or a literal */
    /*
     * OUTER: of the ON of a LEFT JOIN, or inside of its right side. It holds for rows that this
     * found, and so tells of the columns OF these sources only.
     */
    bool outer;
    sources of;
};

struct equalities {
    struct equality *items;
    size_t count;
};

/* LEFT JOINs whose row of NULLs no condition lets pass are inner joins. */
struct equalities equal_read(struct analysis *analysis, const struct sqlcore *core);

#endif
