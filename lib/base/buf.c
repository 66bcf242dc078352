/*
 * A growing run of bytes: capacity doubles, so appending is linear in all.
 */
#include "lib/base/buf.h"

#include <stdio.h>

#include "lib/base/memory.h"

#define BUF_FIRST 256

void buf_fini(struct buf *buf)
{
    xfree(buf->ptr);
    *buf = (struct buf){0};
}

void buf_grow(struct buf *buf, size_t size)
{
    size_t cap = buf->cap ? buf->cap : BUF_FIRST;

    while (cap - buf->len < size) {
        cap *= 2;
    }
    buf->ptr = xrealloc(buf->ptr, cap);
    buf->cap = cap;
}

void buf_append(struct buf *buf, struct slice bytes)
{
    if (bytes.len > 0) {
        memcpy(buf_reserve(buf, bytes.len), bytes.ptr, bytes.len);
        buf->len += bytes.len;
    }
}

void buf_append_str(struct buf *buf, const char *text)
{
    buf_append(buf, slice_str(text));
}

void buf_append_u64(struct buf *buf, uint64_t number)
{
    char *at = buf_reserve(buf, U64_DIGITS);

    buf->len += (size_t)(u64_put(at, number) - at);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    size_t room;
    int len;

    va_copy(again, args);
    buf_reserve(buf, 1);
    room = buf->cap - buf->len;
    len = vsnprintf(buf->ptr + buf->len, room, format, args);
    if (len > 0 && (size_t)len >= room) {
        buf_reserve(buf, (size_t)len + 1);
        len = vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    if (len > 0) {
        buf->len += (size_t)len;
    }
}

void buf_consume(struct buf *buf, size_t count)
{
    size_t left = count < buf->len ? buf->len - count : 0;

    if (left > 0) {
        memmove(buf->ptr, buf->ptr + count, left);
    }
    buf->len = left;
}
