/*
 * What SQL has made of a value that is not of its place's type. cache/tag.h "of OLD".
 */
#ifndef CACHE_LEFT_H
#define CACHE_LEFT_H

#include "conf/text/scalar.h"

/*
 * VALUE is none of TYPE (canonical_view: INVALID). The canonical text of what a column of TYPE has
 * in its place, if it was bound as it is (lib/sql/bind.c). False: no row came of it.
 */
bool left_text(struct arena *arena, enum scalar type, const struct value *value, struct slice *out);
/*
 * MySQL makes this of the number VALUE, which is of more digits than its numbers have, in a column
 * of text; MariaDB has it as left_text says. False, as a rule: both have the same.
 */
bool left_text_of_mysql(enum scalar type, const struct value *value, struct slice *out);
/* No canonical or left text of VALUE is longer. */
size_t left_length_max(const struct value *value);

#endif
