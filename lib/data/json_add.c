/*
 * JSON written member by member.
 */
#include "lib/data/json_add.h"

#include <string.h>

#include "lib/data/json.h"

/*
 * A comma belongs behind any value: behind what does not open an object or an array or name a
 * member.
 */
static void comma(struct buf *buf)
{
    if (buf->len > 0 && !strchr("{[:,", buf->ptr[buf->len - 1])) {
        buf_append_char(buf, ',');
    }
}

void json_add_name(struct buf *buf, const char *name)
{
    comma(buf);
    if (name) {
        buf_append_char(buf, '"');
        buf_append_str(buf, name);
        buf_append(buf, SLICE_LITERAL("\":"));
    }
}

void json_add_name_of(struct buf *buf, struct slice name)
{
    comma(buf);
    json_write_string(buf, name);
    buf_append_char(buf, ':');
}

void json_add_object(struct buf *buf, const char *name)
{
    json_add_name(buf, name);
    buf_append_char(buf, '{');
}

void json_add_array(struct buf *buf, const char *name)
{
    json_add_name(buf, name);
    buf_append_char(buf, '[');
}

void json_add_end(struct buf *buf, char bracket)
{
    buf_append_char(buf, bracket);
}

struct slice json_add_close(struct buf *buf, struct arena *arena)
{
    struct slice text;

    json_add_end(buf, '}');
    text = arena_copy(arena, buf_slice(buf));
    buf_fini(buf);
    return text;
}

void json_add_string(struct buf *buf, const char *name, struct slice text)
{
    json_add_name(buf, name);
    json_write_string(buf, text);
}

void json_add_u64(struct buf *buf, const char *name, uint64_t number)
{
    json_add_name(buf, name);
    buf_append_u64(buf, number);
}

void json_add_bool(struct buf *buf, const char *name, bool value)
{
    json_add_name(buf, name);
    buf_append_str(buf, value ? "true" : "false");
}

void json_add_value(struct buf *buf, const char *name, const struct value *value)
{
    json_add_name(buf, name);
    json_write(buf, value);
}

void json_add_raw(struct buf *buf, const char *name, struct slice json)
{
    json_add_name(buf, name);
    buf_append(buf, json);
}
