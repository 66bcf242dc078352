/*
 * A growing run of bytes on the heap, for output. Its memory is kept by buf_clear, so one buffer
 * serves many messages. Out of memory ends the process. One thread at a time.
 */
#ifndef LIB_BASE_BUF_H
#define LIB_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "lib/base/compiler.h"
#include "lib/base/slice.h"

struct buf {
    char *ptr;
    size_t len, cap;
};

/* A buffer of zero bytes is valid and empty: {0}. */
void buf_fini(struct buf *buf);

static inline void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

static inline struct slice buf_slice(const struct buf *buf)
{
    return slice_of(buf->ptr, buf->len);
}

void buf_grow(struct buf *buf, size_t size); /* buf_reserve's slow way */

/* Room for SIZE more bytes; write at the pointer it returns, then add to len. */
static inline char *buf_reserve(struct buf *buf, size_t size)
{
    if (buf->cap - buf->len < size || !buf->ptr) {
        buf_grow(buf, size);
    }
    return buf->ptr + buf->len;
}

void buf_append(struct buf *buf, struct slice bytes);
void buf_append_str(struct buf *buf, const char *text);
static inline void buf_append_char(struct buf *buf, char c)
{
    *buf_reserve(buf, 1) = c;
    buf->len++;
}

void buf_append_u64(struct buf *buf, uint64_t number);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* Drops the first COUNT bytes. */
void buf_consume(struct buf *buf, size_t count);

#endif
