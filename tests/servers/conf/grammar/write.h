/* An expression's tree as SQL again, with all its parentheses. */
#ifndef TESTS_SERVERS_CONF_GRAMMAR_WRITE_H
#define TESTS_SERVERS_CONF_GRAMMAR_WRITE_H

#include "conf/grammar/tree.h"
#include "lib/base/buf.h"

/* Of what generate_number makes. */
void write_expr(struct buf *out, const struct sqltree *tree, const struct sqlexpr *expr);

#endif
