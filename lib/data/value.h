/*
 * The one tree of typed values that payloads, items, events, expressions and SQL parameters share.
 * Nodes live in an arena and are read-only once built. Numbers keep their text, so no digit is ever
 * lost.
 */
#ifndef LIB_DATA_VALUE_H
#define LIB_DATA_VALUE_H

#include <stdbool.h>

#include "lib/base/arena.h"
#include "lib/base/slice.h"

enum value_type {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_NUMBER,
    VALUE_STRING,
    VALUE_BYTES, /* DynamoDB's B; JSON has none: written as base64 */
    VALUE_LIST,
    VALUE_MAP,
};

struct value {
    enum value_type type;
    bool boolean;
    /*
     * of a LIST: it is DynamoDB's set, of STRINGs, NUMBERs or BYTES, and written as one. To all
     * else it is the list of its members.
     */
    bool set;
    struct slice text;          /* of a NUMBER (JSON's grammar), STRING (UTF-8) or BYTES (raw) */
    struct slice name;          /* the member's name, when this node is inside a MAP */
    struct value *first, *last; /* children of a LIST or MAP, in the order written */
    struct value *next;         /* the following sibling */
    uint32_t count;             /* number of children */
    uint32_t offset;            /* where the reader found it: for complaints about model files */
};

/* "null", "boolean", "number", "string", "bytes", "array", "object" */
const char *value_type_name(enum value_type type);

struct value *value_null(struct arena *arena);
struct value *value_bool(struct arena *arena, bool boolean);
struct value *value_i64(struct arena *arena, int64_t number);

/* TEXT and BYTES are borrowed, not copied. */
struct value *value_number(struct arena *arena, struct slice text);
struct value *value_string(struct arena *arena, struct slice text);
struct value *value_bytes(struct arena *arena, struct slice bytes);
struct value *value_list(struct arena *arena);
struct value *value_map(struct arena *arena);

/* CHILD must not be in a tree yet; NAME is borrowed, and MAP has no member of that name. */
void value_append(struct value *list, struct value *child);
void value_set(struct value *map, struct slice name, struct value *child);

/* The member of that name, or NULL; NULL also when MAP is NULL or no map. */
const struct value *value_get(const struct value *map, struct slice name);

/* Its text, when that member is a STRING; else, and when it is not there, empty. */
struct slice value_text(const struct value *map, const char *name);

/* The members of MAP in the order of their names' bytes; map->count of them. Free with xfree. */
const struct value **value_sorted(const struct value *map);

/* A shallow copy that can be put into another tree (children are shared). */
struct value *value_copy(struct arena *arena, const struct value *value);

/*
 * JSON Schema's equality: numbers by value (1 = 1.0), maps without regard to order. Numbers that no
 * decimal holds are equal when written alike.
 */
bool value_equal(const struct value *a, const struct value *b);

#endif
