/*
 * Complaints about a value of a JSON text.
 */
#include "conf/text/source.h"

#include <stdarg.h>

#include "lib/base/buf.h"

unsigned int source_line(const struct json_source *source, const struct value *at)
{
    return at ? diag_line_of(source->text, at->offset) : 0;
}

void source_complain(const struct json_source *source, const struct value *at, struct slice hint,
                     const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    diag_add(source->diag, source->file, source_line(source, at), source->path, hint, "%.*s",
             SLICE_ARG(buf_slice(&text)));
    buf_fini(&text);
}

struct slice pointer_token(struct arena *arena, struct slice name)
{
    char *out = arena_bytes(arena, 2 * name.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '~' || name.ptr[i] == '/') {
            out[len++] = '~';
            out[len++] = name.ptr[i] == '~' ? '0' : '1';
        } else {
            out[len++] = name.ptr[i];
        }
    }
    return slice_of(out, len);
}

struct json_source source_child(struct arena *arena, const struct json_source *source,
                                struct slice name)
{
    struct json_source child = *source;
    struct slice token = pointer_token(arena, name);

    child.path = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(source->path), SLICE_ARG(token));
    return child;
}

struct json_source source_element(struct arena *arena, const struct json_source *source,
                                  size_t index)
{
    struct json_source child = *source;

    child.path = arena_printf(arena, "%.*s/%zu", SLICE_ARG(source->path), index);
    return child;
}
