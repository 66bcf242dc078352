/*
 * Which rows a projection's statement depends on: those of keys that it names itself, or others.
 */
#ifndef CONF_SQL_OWN_H
#define CONF_SQL_OWN_H

#include "conf/sql/tables.h"

/*
 * Does it read rows that its own row locks do not hold for it? It does if it has a query or a
 * second table in it, or if it is an UPDATE or DELETE whose WHERE does not name the values of a
 * whole unique key: which rows that finds depends on what other transactions are about to commit.
 * In doubt it does.
 */
bool sqlown_reads_others(struct arena *arena, const struct sqlstatement *statement,
                         const struct tables *tables);

/*
 * Of put or delete: does it leave its table as the image alone says, whatever the row was before? A
 * REPLACE, or an INSERT that sets all its columns ON DUPLICATE KEY too, of one row whose only
 * unique key is the parameter ID; or a DELETE by that key and nothing else. No parameter is of an
 * image before. In doubt it does not.
 */
bool sqlown_is_whole(struct arena *arena, const struct sqlstatement *statement,
                     const struct tables *tables, struct slice id);

#endif
