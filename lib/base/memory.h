/*
 * Heap memory of objects that own themselves. Out of memory ends the process with a line in the
 * log: inputs are bounded, so it means that the machine is too small. Work's memory comes from
 * arenas.
 */
#ifndef LIB_BASE_MEMORY_H
#define LIB_BASE_MEMORY_H

#include <stddef.h>

#include "lib/base/slice.h"

void *xalloc(size_t size); /* zeroed */
void *xrealloc(void *memory, size_t size);
char *xstrdup(struct slice text); /* with a NUL */
void xfree(void *memory);

#define XNEW(type)          ((type *)xalloc(sizeof(type)))
#define XARRAY(type, count) ((type *)xalloc(sizeof(type) * (count)))

#endif
