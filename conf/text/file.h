/*
 * Whole files of bounded size: settings, secrets, models.
 */
#ifndef CONF_TEXT_FILE_H
#define CONF_TEXT_FILE_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"

#define FILE_MAX ((size_t)4 << 20) /* far above any model file that a person writes */

/*
 * The file's bytes in ARENA, with a NUL after them. NOT_FOUND; TOO_LARGE; DENIED; INVALID (a folder
 * or another thing that is no file).
 */
MUST_CHECK enum status file_read(struct arena *arena, struct slice path, struct slice *out);

#endif
