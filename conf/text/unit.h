/*
 * Values with units as operators write them: durations "600ms", "5s", "1h"; sizes "16k", "1m".
 */
#ifndef CONF_TEXT_UNIT_H
#define CONF_TEXT_UNIT_H

#include <stdint.h>

#include "lib/base/slice.h"

#define UNIT_TEXT    32 /* room for any text of unit_time_text and unit_size_text, with its NUL */
#define UNIT_OF_TIME "a whole number with us, ms, s, m, h or d, such as 600ms"
#define UNIT_OF_SIZE "a whole number of bytes, or with k, m or g (1024 based), such as 16k"

/*
 * To microseconds. Only 0 may be without a unit. INVALID: no number, no or an unknown unit,
 * overflow.
 */
MUST_CHECK enum status unit_parse_time(struct slice text, uint64_t *us_out);
/* To bytes. */
MUST_CHECK enum status unit_parse_size(struct slice text, uint64_t *bytes_out);

/* In the largest unit that divides it: "90s", "1h", "0ms". */
void unit_time_text(uint64_t us, char out[UNIT_TEXT]);
void unit_size_text(uint64_t bytes, char out[UNIT_TEXT]);

#endif
