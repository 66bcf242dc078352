/*
 * struct value <-> DynamoDB's typed JSON.
 *
 *     true      {"BOOL": true}      "a"    {"S": "a"}     null  {"NULL": true}
 *     1.50      {"N": "1.5"}        bytes  {"B": base64}  [..]  {"L": [..]}     {..}  {"M": {..}}
 *
 *     set of "a" | 1.50 | bytes   {"SS": ["a"]} | {"NS": ["1.5"]} | {"BS": [base64]}
 *
 * Sets only other writers make: they are read as lists that know it, and are written as sets again.
 * Depth is bounded by the readers of JSON.
 */
#include "lib/aws/attribute.h"

#include "lib/data/decimal.h"
#include "lib/data/hash.h"
#include "lib/data/json.h"
#include "lib/data/json_add.h"

/* ------------------------------------------------------------------ writing */

static enum status number_text(struct buf *buf, struct slice text)
{
    char canonical[DECIMAL_TEXT_MAX];
    struct decimal decimal;

    if (decimal_parse(text, &decimal) != STATUS_OK) {
        return STATUS_TOO_LARGE;
    }
    (void)decimal_text(&decimal, canonical);
    buf_append_char(buf, '"');
    buf_append_str(buf, canonical);
    buf_append_char(buf, '"');
    return STATUS_OK;
}

static void tag_open(struct buf *buf, const char *tag)
{
    buf_append_str(buf, "{\"");
    buf_append_str(buf, tag);
    buf_append_str(buf, "\":");
}

static enum status number_write(struct buf *buf, struct slice text)
{
    enum status status;

    tag_open(buf, "N");
    status = number_text(buf, text);
    buf_append_char(buf, '}');
    return status;
}

/* The members of a list or a set, each by WRITE. */
static enum status write_each(struct buf *buf, const char *tag, const struct value *list,
                              enum status (*write)(struct buf *buf, const struct value *value))
{
    enum status status = STATUS_OK;

    tag_open(buf, tag);
    buf_append_char(buf, '[');
    for (const struct value *child = list->first; child && status == STATUS_OK;
         child = child->next) {
        if (child != list->first) {
            buf_append_char(buf, ',');
        }
        status = write(buf, child);
    }
    buf_append_str(buf, "]}");
    return status;
}

static enum status member_write(struct buf *buf, const struct value *member)
{
    if (member->type == VALUE_NUMBER) {
        return number_text(buf, member->text);
    }
    json_write(buf, member);
    return STATUS_OK;
}

static enum status list_write(struct buf *buf, const struct value *list)
{
    if (!list->set || !list->first) { /* there is no empty set */
        return write_each(buf, "L", list, attribute_write);
    }
    return write_each(buf,
                      list->first->type == VALUE_STRING   ? "SS"
                      : list->first->type == VALUE_NUMBER ? "NS"
                                                          : "BS",
                      list, member_write);
}

static enum status map_write(struct buf *buf, const struct value *map)
{
    enum status status;

    buf_append_str(buf, "{\"M\":");
    status = item_write(buf, map);
    buf_append_char(buf, '}');
    return status;
}

static void tagged_write(struct buf *buf, const char *tag, const struct value *value)
{
    tag_open(buf, tag);
    json_write(buf, value);
    buf_append_char(buf, '}');
}

enum status attribute_write(struct buf *buf, const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL:
        buf_append_str(buf, "{\"NULL\":true}");
        return STATUS_OK;
    case VALUE_BOOL:
        tagged_write(buf, "BOOL", value);
        return STATUS_OK;
    case VALUE_STRING:
        tagged_write(buf, "S", value);
        return STATUS_OK;
    case VALUE_BYTES:
        tagged_write(buf, "B", value);
        return STATUS_OK;
    case VALUE_NUMBER:
        return number_write(buf, value->text);
    case VALUE_LIST:
        return list_write(buf, value);
    case VALUE_MAP:
        return map_write(buf, value);
    }
    return STATUS_INTERNAL;
}

enum status item_write(struct buf *buf, const struct value *item)
{
    enum status status;

    buf_append_char(buf, '{');
    for (const struct value *child = item->first; child; child = child->next) {
        if (child != item->first) {
            buf_append_char(buf, ',');
        }
        json_write_string(buf, child->name);
        buf_append_char(buf, ':');
        status = attribute_write(buf, child);
        if (status != STATUS_OK) {
            return status;
        }
    }
    buf_append_char(buf, '}');
    return STATUS_OK;
}

/* ------------------------------------------------------------------ member by member */

void attribute_add_text(struct buf *buf, const char *name, struct slice text)
{
    json_add_name(buf, name);
    buf_append(buf, SLICE_LITERAL("{\"S\":"));
    json_write_string(buf, text);
    buf_append_char(buf, '}');
}

void attribute_add_number(struct buf *buf, const char *name, uint64_t number)
{
    json_add_name(buf, name);
    buf_append(buf, SLICE_LITERAL("{\"N\":\""));
    buf_append_u64(buf, number);
    buf_append(buf, SLICE_LITERAL("\"}"));
}

void attribute_add_base64(struct buf *buf, const char *name, struct slice base64)
{
    json_add_name(buf, name);
    buf_append(buf, SLICE_LITERAL("{\"B\":\""));
    buf_append(buf, base64);
    buf_append(buf, SLICE_LITERAL("\"}"));
}

enum status attribute_add_value(struct buf *buf, const char *name, const struct value *value)
{
    json_add_name(buf, name);
    return attribute_write(buf, value);
}

/* ------------------------------------------------------------------ reading */

typedef enum status read_fn(struct arena *arena, const struct value *content,
                            const struct value **out);

static enum status read_string(struct arena *arena, const struct value *content,
                               const struct value **out)
{
    if (content->type != VALUE_STRING) {
        return STATUS_CORRUPT;
    }
    *out = value_string(arena, content->text);
    return STATUS_OK;
}

static enum status read_number(struct arena *arena, const struct value *content,
                               const struct value **out)
{
    struct decimal decimal;

    if (content->type != VALUE_STRING || decimal_parse(content->text, &decimal) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    *out = value_number(arena, content->text);
    return STATUS_OK;
}

static enum status read_bytes(struct arena *arena, const struct value *content,
                              const struct value **out)
{
    char *bytes;
    size_t count;

    if (content->type != VALUE_STRING) {
        return STATUS_CORRUPT;
    }
    bytes = arena_bytes(arena, 3 * (content->text.len / 4 + 1));
    if (base64_decode(content->text, bytes, &count) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    *out = value_bytes(arena, slice_of(bytes, count));
    return STATUS_OK;
}

static enum status read_bool(struct arena *arena, const struct value *content,
                             const struct value **out)
{
    if (content->type != VALUE_BOOL) {
        return STATUS_CORRUPT;
    }
    *out = value_bool(arena, content->boolean);
    return STATUS_OK;
}

static enum status read_null(struct arena *arena, const struct value *content,
                             const struct value **out)
{
    if (content->type != VALUE_BOOL || !content->boolean) {
        return STATUS_CORRUPT;
    }
    *out = value_null(arena);
    return STATUS_OK;
}

/* The members of a list or a set, each by READ. */
static enum status read_each(struct arena *arena, const struct value *content, read_fn *read,
                             bool set, const struct value **out)
{
    struct value *list = value_list(arena);

    if (content->type != VALUE_LIST) {
        return STATUS_CORRUPT;
    }
    list->set = set;
    for (const struct value *child = content->first; child; child = child->next) {
        const struct value *value = NULL;
        enum status status = read(arena, child, &value);

        if (status != STATUS_OK) {
            return status;
        }
        value_append(list, value_copy(arena, value));
    }
    *out = list;
    return STATUS_OK;
}

static enum status read_list(struct arena *arena, const struct value *content,
                             const struct value **out)
{
    return read_each(arena, content, attribute_read, false, out);
}

static enum status read_strings(struct arena *arena, const struct value *content,
                                const struct value **out)
{
    return read_each(arena, content, read_string, true, out);
}

static enum status read_numbers(struct arena *arena, const struct value *content,
                                const struct value **out)
{
    return read_each(arena, content, read_number, true, out);
}

static enum status read_byte_strings(struct arena *arena, const struct value *content,
                                     const struct value **out)
{
    return read_each(arena, content, read_bytes, true, out);
}

static const struct {
    const char *tag;
    read_fn *read;
} readers[] = {
    {"S",    read_string      },
    {"N",    read_number      },
    {"BOOL", read_bool        },
    {"NULL", read_null        },
    {"M",    item_read        },
    {"L",    read_list        },
    {"B",    read_bytes       },
    {"SS",   read_strings     },
    {"NS",   read_numbers     },
    {"BS",   read_byte_strings},
};

enum status attribute_read(struct arena *arena, const struct value *typed, const struct value **out)
{
    if (typed->type != VALUE_MAP || typed->count != 1) {
        return STATUS_CORRUPT;
    }
    for (size_t i = 0; i < ARRAY_COUNT(readers); i++) {
        if (slice_is(typed->first->name, readers[i].tag)) {
            return readers[i].read(arena, typed->first, out);
        }
    }
    return STATUS_CORRUPT;
}

enum status item_read(struct arena *arena, const struct value *typed, const struct value **out)
{
    struct value *map = value_map(arena);

    if (typed->type != VALUE_MAP) {
        return STATUS_CORRUPT;
    }
    for (const struct value *child = typed->first; child; child = child->next) {
        const struct value *value = NULL;
        enum status status = attribute_read(arena, child, &value);

        if (status != STATUS_OK) {
            return status;
        }
        value_set(map, child->name, value_copy(arena, value));
    }
    *out = map;
    return STATUS_OK;
}
