/*
 * Memory that is given away from the front of chunks and freed with all of them.
 *
 *     arena.chunk -> [ newest: used |next ..... end| ] -> [ older ] -> [ one large object ] -> NULL
 *
 * - Chunks double from 4 KB to 64 KB. What would leave a large hole gets a chunk of its own, behind
 *   the newest, whose free space stays in use.
 * - A reset keeps the newest chunk unless it is beyond 64 KB.
 * - Under AddressSanitizer free space is poisoned, and each allocation is followed by a few
 *   poisoned bytes.
 */
#include "lib/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size)   ASAN_POISON_MEMORY_REGION((ptr), (size))
#define UNPOISON(ptr, size) ASAN_UNPOISON_MEMORY_REGION((ptr), (size))
#define RED_ZONE            16
#define BYTES_ALIGN         8 /* AddressSanitizer poisons in units of 8 */
#else
#define POISON(ptr, size)   ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#define RED_ZONE            0
#define BYTES_ALIGN         1
#endif

#define CHUNK_MIN    ((size_t)4096)
#define CHUNK_MAX    ((size_t)65536)
#define OBJECT_ALIGN 16

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* of the whole, this header included */
};

struct arena_deferred {
    struct arena_deferred *older;
    void (*fn)(void *ctx);
    void *ctx;
};

static_assert(sizeof(struct arena_chunk) % OBJECT_ALIGN == 0, "the first object is aligned");

static char *chunk_start(struct arena_chunk *chunk)
{
    return (char *)(chunk + 1);
}

static struct arena_chunk *chunk_create(size_t size)
{
    struct arena_chunk *chunk = xrealloc(NULL, size);

    chunk->size = size;
    POISON(chunk_start(chunk), size - sizeof(*chunk));
    return chunk;
}

static void chunk_destroy(struct arena_chunk *chunk)
{
    UNPOISON(chunk, chunk->size);
    xfree(chunk);
}

/* Allocates from CHUNK, all of whose bytes are free. */
static void chunk_use(struct arena *arena, struct arena_chunk *chunk)
{
    arena->chunk = chunk;
    arena->next = chunk_start(chunk);
    arena->end = (char *)chunk + chunk->size;
}

/* A chunk for SIZE bytes alone, behind the newest. */
static char *take_large(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = chunk_create(sizeof(*chunk) + size);

    if (arena->chunk) {
        chunk->older = arena->chunk->older;
        arena->chunk->older = chunk;
    } else {
        chunk->older = NULL;
        arena->chunk = chunk;
        arena->next = arena->end = (char *)chunk + chunk->size;
    }
    UNPOISON(chunk_start(chunk), size);
    return chunk_start(chunk);
}

static __attribute__((noinline)) char *take_slowly(struct arena *arena, size_t size)
{
    size_t chunk_size = arena->chunk ? arena->chunk->size * 2 : CHUNK_MIN;
    struct arena_chunk *chunk;

    chunk_size = chunk_size > CHUNK_MAX ? CHUNK_MAX : chunk_size;
    if (size > (chunk_size - sizeof(*chunk)) / 4) {
        return take_large(arena, size);
    }
    chunk = chunk_create(chunk_size);
    chunk->older = arena->chunk;
    chunk_use(arena, chunk);
    arena->next += size + RED_ZONE;
    UNPOISON(chunk_start(chunk), size);
    return chunk_start(chunk);
}

static inline char *take(struct arena *arena, size_t size, size_t align)
{
    size_t padding = -(uintptr_t)arena->next & (align - 1);
    size_t room = (size_t)(arena->end - arena->next);
    char *start;

    if (!arena->next || room < padding + RED_ZONE || room - padding - RED_ZONE < size) {
        return take_slowly(arena, size);
    }
    start = arena->next + padding;
    arena->next = start + size + RED_ZONE;
    UNPOISON(start, size);
    return start;
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

/* A deferred function may still allocate and defer. */
static void run_deferred(struct arena *arena)
{
    while (arena->deferred) {
        struct arena_deferred *deferred = arena->deferred;

        arena->deferred = deferred->older;
        deferred->fn(deferred->ctx);
    }
}

static void free_chunks(struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *older = chunk->older;

        chunk_destroy(chunk);
        chunk = older;
    }
}

void arena_fini(struct arena *arena)
{
    run_deferred(arena);
    free_chunks(arena->chunk);
    arena_init(arena);
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *kept;

    run_deferred(arena);
    kept = arena->chunk;
    if (!kept || kept->size > CHUNK_MAX) {
        arena_fini(arena);
        return;
    }
    free_chunks(kept->older);
    kept->older = NULL;
    chunk_use(arena, kept);
    POISON(arena->next, (size_t)(arena->end - arena->next));
}

void *arena_alloc(struct arena *arena, size_t size)
{
    char *memory = take(arena, size, OBJECT_ALIGN);

    memset(memory, 0, size);
    return memory;
}

char *arena_bytes(struct arena *arena, size_t size)
{
    return take(arena, size, BYTES_ALIGN);
}

char *arena_cstr(struct arena *arena, struct slice bytes)
{
    char *copy = arena_bytes(arena, bytes.len + 1);

    if (bytes.len > 0) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    copy[bytes.len] = '\0';
    return copy;
}

struct slice arena_copy(struct arena *arena, struct slice bytes)
{
    return slice_of(arena_cstr(arena, bytes), bytes.len);
}

struct slice arena_printf(struct arena *arena, const char *format, ...)
{
    char small[256];
    va_list args, again;
    char *text;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (len < 0) {
        len = 0;
        small[0] = '\0';
    }
    text = arena_bytes(arena, (size_t)len + 1);
    if ((size_t)len < sizeof(small)) {
        memcpy(text, small, (size_t)len + 1);
    } else {
        (void)vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    return slice_of(text, (size_t)len);
}

void arena_defer(struct arena *arena, void (*fn)(void *ctx), void *ctx)
{
    struct arena_deferred *deferred = ARENA_NEW(arena, struct arena_deferred);

    deferred->older = arena->deferred;
    deferred->fn = fn;
    deferred->ctx = ctx;
    arena->deferred = deferred;
}
