/*
 * Whether a projection's statement may fail by what its own rows held before. What SQL refuses of
 * it then says nothing of the record: an earlier one may have left the wrong value, another lane's
 * may mend it.
 */
#ifndef CONF_STUDY_RECALL_H
#define CONF_STUDY_RECALL_H

#include "conf/grammar/tree.h"

/*
 * Does it compute with a stored value (n = n - :x, in SET, ON DUPLICATE KEY UPDATE, WHERE or ORDER
 * BY), or does a CHECK or a generated column of the table do so, of columns that it sets and others
 * that it keeps? A column beside a parameter (WHERE id = :id AND version < :v) is none: SQL
 * converts the parameter. In doubt it does. Of queries and other tables: conf/study/own.h.
 */
bool recall_find(const struct sqltree *tree);

#endif
