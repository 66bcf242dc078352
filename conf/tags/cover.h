/*
 * Covers: what each row of a source that matters satisfies, as alternatives of bound columns; and
 * paths, for sources that only another table's parameter binds.
 */
#ifndef CONF_TAGS_COVER_H
#define CONF_TAGS_COVER_H

#include "conf/tags/classes.h"

#define COVER_ALTERNATIVES_MAX 16
#define COVER_PARTS_MAX        8 /* of an OR */
#define COVER_DEPTH            2 /* ORs in one another */
#define COVER_HOPS_MAX         2

struct cover {
    struct bindings *items; /* each row that matters satisfies one of them */
    size_t count;           /* 0: nothing is bound */
};

/*
 * T.x = U.y, U.k = :p: rows of T that matter are those whose x some row of U with k = :p has as y.
 * HOPS[0] leads from the source, and its links' "from" are columns of the source.
 */
struct path {
    struct path_hop {
        struct sqlsource *to;
        struct link *links;
        size_t link_count;
    } hops[COVER_HOPS_MAX];
    size_t hop_count;
    struct bindings bound; /* of the last hop's source; strict ones */
};

struct cover cover_of(struct analysis *analysis, const struct sqlsource *source,
                      const struct facts *facts);
bool cover_path(struct analysis *analysis, const struct sqlsource *source,
                const struct facts *facts, struct path *out);

/* Leaves the longest lists out until few enough tags come of the rest. */
void cover_cut(struct bindings *bindings);

/*
 * Which columns of an alternative become a tag's: a whole unique key if parameters bind one, else
 * all that parameters bind, as far as not too many tags come of it. False: none.
 */
bool cover_choose(struct analysis *analysis, const struct table *table,
                  const struct bindings *bound, struct bindings *out);

#endif
