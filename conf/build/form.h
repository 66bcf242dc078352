/*
 * Parameters and the columns beside them: which form a value gets for its column, and whether tags
 * can speak for it.
 */
#ifndef CONF_BUILD_FORM_H
#define CONF_BUILD_FORM_H

#include "conf/build/query.h"
#include "conf/study/beside.h"

/* Of a projection's parameter of TYPE: STRING when nothing is known of it. */
void form_of_change(struct plan_bind *bind, enum scalar type, const struct beside *beside);
/* Of a query's parameter, which is of its type and canonical. */
void form_of_query(struct plan_bind *bind, enum scalar type, const struct beside *beside);

/* What a query's parameter and the column that it is compared with tell of each other. */
void form_note(struct plan_param *param, const struct beside *beside);
/*
 * After that of all queries' parameters: each column that a tag's PARAM is compared with must hold
 * one text for each of its values, and the same one. Complains.
 */
void form_check(struct query *query, const struct plan_param *param);

#endif
