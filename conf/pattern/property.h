/*
 * Unicode properties of patterns, as \p{...} names them.
 */
#ifndef CONF_PATTERN_PROPERTY_H
#define CONF_PATTERN_PROPERTY_H

#include "lib/base/buf.h"

/* "Letter", "gc=Letter" or "Script=Greek" as PCRE2 spells it. False: another kind of property. */
bool pattern_property(struct slice property, struct buf *out);

#endif
