/*
 * Memory of one piece of work (a request, a batch): allocated piecewise, freed at once. One thread
 * at a time. Out of memory ends the process, so no caller checks for NULL: inputs are bounded. Free
 * space is poisoned under AddressSanitizer.
 */
#ifndef LIB_BASE_ARENA_H
#define LIB_BASE_ARENA_H

#include <stddef.h>

#include "lib/base/compiler.h"
#include "lib/base/slice.h"

struct arena_chunk;
struct arena_deferred;

struct arena {
    struct arena_chunk *chunk; /* newest first */
    char *next, *end;          /* free space of the newest chunk */
    struct arena_deferred *deferred;
};

/* An arena of zero bytes is valid and empty: {0}. */
void arena_init(struct arena *arena);

/*
 * Runs what was deferred, newest first, and frees everything. The arena is empty and usable again.
 */
void arena_fini(struct arena *arena);

/* As fini, but keeps one chunk for the next piece of work. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type. SIZE 0 is allowed. */
void *arena_alloc(struct arena *arena, size_t size);

/* Not zeroed, not aligned: for bytes. */
char *arena_bytes(struct arena *arena, size_t size);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

/* A copy; a NUL follows it that its length does not count. */
struct slice arena_copy(struct arena *arena, struct slice bytes);
char *arena_cstr(struct arena *arena, struct slice bytes);
struct slice arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* FN(ctx) runs when the arena ends: for what a library gave us. */
void arena_defer(struct arena *arena, void (*fn)(void *ctx), void *ctx);

#endif
