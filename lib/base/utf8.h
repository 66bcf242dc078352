/*
 * Is it UTF-8? (Unicode 15, table 3-7: no overlong forms, no surrogates, at most U+10FFFF.)
 */
#ifndef LIB_BASE_UTF8_H
#define LIB_BASE_UTF8_H

#include "lib/base/slice.h"

/* Bytes of the well-formed character at TEXT's start; 0 when there is none (or TEXT is empty). */
size_t utf8_length(struct slice text);

bool utf8_valid(struct slice text);

/* Number of code points of well-formed TEXT. */
size_t utf8_count(struct slice text);

#endif
