/*
 * Which rows a projection's statement depends on: those of keys that it names itself, or others.
 */
#ifndef CONF_STUDY_OWN_H
#define CONF_STUDY_OWN_H

#include "conf/grammar/tree.h"

/*
 * Of a change: does it read rows that its own row locks do not hold for it? It does if it has a
 * query or a second table in it, or if it is an UPDATE or DELETE whose WHERE does not name the
 * values of a whole unique key: which rows that finds depends on what other transactions are about
 * to commit. In doubt it does.
 */
bool own_reads_others(const struct sqltree *tree);

/*
 * Of put or delete: does it leave its table as the image alone says, whatever the row was before? A
 * REPLACE, or an INSERT that sets all its columns ON DUPLICATE KEY too, of one row whose only
 * unique key is the parameter ID; or a DELETE by that key and nothing else. No parameter is of an
 * image before. In doubt it does not.
 */
bool own_is_whole(const struct sqltree *tree, struct slice id);

#endif
