/*
 * What a model's SQL may not say though servers take it, because an answer could go stale in
 * silence, or a wrapped or replayed statement would mean something else (conf/README.md "SQL
 * files"); and complaints at its tokens.
 */
#ifndef CONF_BUILD_REFUSE_H
#define CONF_BUILD_REFUSE_H

#include "conf/build/build.h"

/* A block of a file. */
struct block_place {
    struct diag *diag;
    struct slice path, name;
    unsigned int line;
};

/* TOKEN NULL: at the block's name. */
void block_complain(const struct block_place *place, const struct sqltoken *token,
                    struct slice hint, const char *format, ...) PRINTF_LIKE(4, 5);

/* Complains; false: the statement is none. PAGED: the query is cut into pages. */
bool refuse_query(struct build *build, const struct block_place *place, const struct sqltree *tree,
                  bool paged);
/* IMAGES: of put or delete, which set values from images. */
bool refuse_change(struct build *build, const struct block_place *place, const struct sqltree *tree,
                   bool images);

#endif
