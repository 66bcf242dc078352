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

#endif
