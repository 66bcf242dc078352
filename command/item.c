/*
 * Reads an item as DynamoDB sent it.
 */
#include "command/item.h"

#include "lib/aws/attribute.h"

static struct slice scalar_of(const struct value *typed, const char *name, const char *tag)
{
    const struct value *content = value_get(value_get(typed, slice_str(name)), slice_str(tag));

    return content && content->type == VALUE_STRING ? content->text : SLICE_EMPTY;
}

enum status item_version_read(const struct value *typed, uint64_t *out)
{
    if (slice_parse_u64(scalar_of(typed, ITEM_VERSION, "N"), out) != STATUS_OK ||
        *out >= INT64_MAX) {
        return STATUS_CORRUPT;
    }
    return STATUS_OK;
}

enum status item_learn(struct arena *arena, const struct value *typed, struct item *out)
{
    uint64_t version;

    *out = (struct item){.exists = typed != NULL, .typed = typed};
    if (!typed) {
        return STATUS_OK;
    }
    if (item_version_read(typed, &version) == STATUS_OK && version <= ITEM_VERSION_LAST) {
        out->versioned = true;
        out->version = version;
    } else {
        out->stray = value_get(typed, slice_str(ITEM_VERSION));
    }
    return item_read(arena, typed, &out->state);
}

bool item_is_marked(const struct item *item, struct slice mark)
{
    return item->exists && slice_eq(scalar_of(item->typed, ITEM_WRITE, "B"), mark);
}
