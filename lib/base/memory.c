/*
 * Heap memory that is always there: a process that gets none says so and ends. The line is written
 * without the log, which may itself want memory.
 */
#include "lib/base/memory.h"

#include <stdlib.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
    static const char line[] = "error out of memory\n";

    if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0) {
        /* Nobody reads it; the core says the same. */
    }
    abort();
}

void *xalloc(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (!memory) {
        out_of_memory();
    }
    return memory;
}

void *xrealloc(void *memory, size_t size)
{
    void *moved = realloc(memory, size ? size : 1);

    if (!moved) {
        out_of_memory();
    }
    return moved;
}

char *xstrdup(struct slice text)
{
    char *copy = xalloc(text.len + 1);

    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    return copy;
}

void xfree(void *memory)
{
    free(memory);
}
