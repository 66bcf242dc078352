/*
 * Nodes of the value tree. A map is a list of named children in the order written; it is small as a
 * rule, so members are found by walking. What looks at all members of two maps sorts them first.
 */
#include "lib/data/value.h"

#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/data/decimal.h"

const char *value_type_name(enum value_type type)
{
    static const char *const names[] = {
        [VALUE_NULL] = "null",     [VALUE_BOOL] = "boolean", [VALUE_NUMBER] = "number",
        [VALUE_STRING] = "string", [VALUE_BYTES] = "bytes",  [VALUE_LIST] = "array",
        [VALUE_MAP] = "object",
    };

    return names[type];
}

static struct value *create(struct arena *arena, enum value_type type)
{
    struct value *value = ARENA_NEW(arena, struct value);

    value->type = type;
    return value;
}

static struct value *create_text(struct arena *arena, enum value_type type, struct slice text)
{
    struct value *value = create(arena, type);

    value->text = text;
    return value;
}

struct value *value_null(struct arena *arena)
{
    return create(arena, VALUE_NULL);
}

struct value *value_bool(struct arena *arena, bool boolean)
{
    struct value *value = create(arena, VALUE_BOOL);

    value->boolean = boolean;
    return value;
}

struct value *value_number(struct arena *arena, struct slice text)
{
    return create_text(arena, VALUE_NUMBER, text);
}

struct value *value_i64(struct arena *arena, int64_t number)
{
    return value_number(arena, arena_printf(arena, "%lld", (long long)number));
}

struct value *value_string(struct arena *arena, struct slice text)
{
    return create_text(arena, VALUE_STRING, text);
}

struct value *value_bytes(struct arena *arena, struct slice bytes)
{
    return create_text(arena, VALUE_BYTES, bytes);
}

struct value *value_list(struct arena *arena)
{
    return create(arena, VALUE_LIST);
}

struct value *value_map(struct arena *arena)
{
    return create(arena, VALUE_MAP);
}

void value_append(struct value *list, struct value *child)
{
    if (list->last) {
        list->last->next = child;
    } else {
        list->first = child;
    }
    list->last = child;
    list->count++;
}

void value_set(struct value *map, struct slice name, struct value *child)
{
    child->name = name;
    value_append(map, child);
}

const struct value *value_get(const struct value *map, struct slice name)
{
    if (!map || map->type != VALUE_MAP) {
        return NULL;
    }
    for (const struct value *member = map->first; member; member = member->next) {
        if (slice_eq(member->name, name)) {
            return member;
        }
    }
    return NULL;
}

struct slice value_text(const struct value *map, const char *name)
{
    const struct value *value = value_get(map, slice_str(name));

    return value && value->type == VALUE_STRING ? value->text : SLICE_EMPTY;
}

struct value *value_copy(struct arena *arena, const struct value *value)
{
    struct value *copy = ARENA_NEW(arena, struct value);

    *copy = *value;
    copy->next = NULL;
    copy->name = SLICE_EMPTY;
    return copy;
}

static int compare_names(const void *a, const void *b)
{
    const struct value *const *left = a;
    const struct value *const *right = b;

    return slice_compare((*left)->name, (*right)->name);
}

const struct value **value_sorted(const struct value *map)
{
    const struct value **members = XARRAY(const struct value *, map->count);
    size_t count = 0;

    for (const struct value *member = map->first; member; member = member->next) {
        members[count++] = member;
    }
    qsort(members, count, sizeof(const struct value *), compare_names);
    return members;
}

/* Numbers that are no decimals (too long, too large) are equal when written alike. */
static bool numbers_equal(struct slice a, struct slice b)
{
    struct decimal left, right;

    if (slice_eq(a, b)) {
        return true;
    }
    return decimal_parse(a, &left) == STATUS_OK && decimal_parse(b, &right) == STATUS_OK &&
           decimal_compare(&left, &right) == 0;
}

static bool lists_equal(const struct value *a, const struct value *b)
{
    const struct value *left = a->first, *right = b->first;

    for (; left && right; left = left->next, right = right->next) {
        if (!value_equal(left, right)) {
            return false;
        }
    }
    return !left && !right;
}

static bool sorted_equal(const struct value *a, const struct value *b)
{
    const struct value **left = value_sorted(a);
    const struct value **right = value_sorted(b);
    bool equal = true;

    for (size_t i = 0; equal && i < a->count; i++) {
        equal = slice_eq(left[i]->name, right[i]->name) && value_equal(left[i], right[i]);
    }
    xfree(left);
    xfree(right);
    return equal;
}

static bool maps_equal(const struct value *a, const struct value *b)
{
    const struct value *left = a->first, *right = b->first;

    if (a->count != b->count) {
        return false;
    }
    while (left && right && slice_eq(left->name, right->name)) {
        left = left->next;
        right = right->next;
    }
    return left ? sorted_equal(a, b) : lists_equal(a, b);
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->type != b->type) {
        return false;
    }
    switch (a->type) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_NUMBER:
        return numbers_equal(a->text, b->text);
    case VALUE_STRING:
    case VALUE_BYTES:
        return slice_eq(a->text, b->text);
    case VALUE_LIST:
        return lists_equal(a, b);
    case VALUE_MAP:
        return maps_equal(a, b);
    }
    return false;
}
