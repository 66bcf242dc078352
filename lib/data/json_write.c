/*
 * The writer. Recursion is as deep as the tree, which readers bound.
 */
#include "lib/base/memory.h"
#include "lib/base/utf8.h"
#include "lib/data/decimal.h"
#include "lib/data/hash.h"
#include "lib/data/json.h"
#include "lib/data/json_plain.h"

static void write_escape(struct buf *buf, unsigned char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = memchr(plain, c, sizeof(plain) - 1);

    if (found) {
        char escape[] = {'\\', letters[found - plain]};

        buf_append(buf, slice_of(escape, sizeof(escape)));
    } else {
        buf_printf(buf, "\\u%04x", c);
    }
}

/* One character that is not plain, at the start of TEXT. Returns its length. */
static size_t write_special(struct buf *buf, struct slice text)
{
    size_t length = utf8_length(text);

    if (length == 1) {
        write_escape(buf, (unsigned char)text.ptr[0]);
    } else {
        buf_append(buf, length ? slice_of(text.ptr, length) : SLICE_LITERAL("\xEF\xBF\xBD"));
    }
    return length ? length : 1;
}

void json_write_string(struct buf *buf, struct slice text)
{
    buf_append_char(buf, '"');
    for (;;) {
        const char *special = json_skip_plain(text.ptr, text.ptr + text.len);
        size_t plain = (size_t)(special - text.ptr);

        buf_append(buf, slice_of(text.ptr, plain));
        text = slice_from(text, plain);
        if (text.len == 0) {
            break;
        }
        text = slice_from(text, write_special(buf, text));
    }
    buf_append_char(buf, '"');
}

static void write_bytes(struct buf *buf, struct slice bytes)
{
    size_t size = 4 * ((bytes.len + 2) / 3) + 1;

    buf_append_char(buf, '"');
    buf_reserve(buf, size);
    buf->len += base64_encode(bytes.ptr, bytes.len, buf->ptr + buf->len);
    buf_append_char(buf, '"');
}

static void write_number(struct buf *buf, struct slice text, bool canonical)
{
    struct decimal number;
    char digits[DECIMAL_TEXT_MAX];

    if (canonical && decimal_parse(text, &number) == STATUS_OK) {
        text = slice_of(digits, decimal_text(&number, digits));
    }
    buf_append(buf, text);
}

static void write_value(struct buf *buf, const struct value *value, bool canonical);

static void write_list(struct buf *buf, const struct value *list, bool canonical)
{
    buf_append_char(buf, '[');
    for (const struct value *child = list->first; child; child = child->next) {
        if (child != list->first) {
            buf_append_char(buf, ',');
        }
        write_value(buf, child, canonical);
    }
    buf_append_char(buf, ']');
}

static void write_member(struct buf *buf, const struct value *member, bool first, bool canonical)
{
    if (!first) {
        buf_append_char(buf, ',');
    }
    json_write_string(buf, member->name);
    buf_append_char(buf, ':');
    write_value(buf, member, canonical);
}

static void write_map(struct buf *buf, const struct value *map)
{
    buf_append_char(buf, '{');
    for (const struct value *member = map->first; member; member = member->next) {
        write_member(buf, member, member == map->first, false);
    }
    buf_append_char(buf, '}');
}

static void write_sorted_map(struct buf *buf, const struct value *map)
{
    const struct value **members = value_sorted(map);

    buf_append_char(buf, '{');
    for (size_t i = 0; i < map->count; i++) {
        write_member(buf, members[i], i == 0, true);
    }
    buf_append_char(buf, '}');
    xfree(members);
}

static void write_value(struct buf *buf, const struct value *value, bool canonical)
{
    switch (value->type) {
    case VALUE_NULL:
        buf_append_str(buf, "null");
        break;
    case VALUE_BOOL:
        buf_append_str(buf, value->boolean ? "true" : "false");
        break;
    case VALUE_NUMBER:
        write_number(buf, value->text, canonical);
        break;
    case VALUE_STRING:
        json_write_string(buf, value->text);
        break;
    case VALUE_BYTES:
        write_bytes(buf, value->text);
        break;
    case VALUE_LIST:
        write_list(buf, value, canonical);
        break;
    case VALUE_MAP:
        if (canonical) {
            write_sorted_map(buf, value);
        } else {
            write_map(buf, value);
        }
        break;
    }
}

void json_write(struct buf *buf, const struct value *value)
{
    write_value(buf, value, false);
}

void json_write_canonical(struct buf *buf, const struct value *value)
{
    write_value(buf, value, true);
}
