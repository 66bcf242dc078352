/*
 * A pattern of ECMA-262 or RE2 as PCRE2 understands it, or why it is none.
 */
#ifndef CONF_PATTERN_TRANSLATE_H
#define CONF_PATTERN_TRANSLATE_H

#include "conf/pattern/pattern.h"
#include "lib/base/buf.h"

/* INVALID with *ERROR_OUT, a static text. */
MUST_CHECK enum status pattern_translate(struct slice text, enum pattern_dialect dialect,
                                         struct buf *out, const char **error_out);

#endif
