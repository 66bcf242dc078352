/*
 * An aggregate is one piece of memory: the struct, the nodes of its state, their texts.
 */
#include "command/aggregate.h"

#include "lib/memory.h"

struct size {
    size_t nodes, bytes;
};

static void measure(const struct value *value, struct size *size)
{
    size->nodes++;
    size->bytes += value->text.len + value->name.len;
    for (const struct value *child = value->first; child; child = child->next) {
        measure(child, size);
    }
}

/* Where the next node and the next text go. */
struct room {
    struct value *node;
    char *text;
};

static struct slice copy_text(struct room *room, struct slice text)
{
    struct slice copy = slice_of(room->text, text.len);

    if (text.len > 0) {
        memcpy(room->text, text.ptr, text.len);
        room->text += text.len;
    }
    return copy;
}

static struct value *copy_value(struct room *room, const struct value *value)
{
    struct value *copy = room->node++;

    *copy = (struct value){.type = value->type,
                           .boolean = value->boolean,
                           .text = copy_text(room, value->text),
                           .name = copy_text(room, value->name),
                           .count = value->count};
    for (const struct value *child = value->first; child; child = child->next) {
        struct value *node = copy_value(room, child);

        if (copy->last) {
            copy->last->next = node;
        } else {
            copy->first = node;
        }
        copy->last = node;
    }
    return copy;
}

struct aggregate *aggregate_create(const struct fold *fold, struct slice id,
                                   uint64_t snapshot_version)
{
    struct size size = {.bytes = id.len};
    struct aggregate *aggregate;
    struct room room;

    if (fold->state) {
        measure(fold->state, &size);
    }
    size.bytes += sizeof(*aggregate) + size.nodes * sizeof(struct value);
    aggregate = xalloc(size.bytes);
    room.node = (struct value *)(aggregate + 1);
    room.text = (char *)(room.node + size.nodes);
    *aggregate = (struct aggregate){.model = fold->model,
                                    .id = copy_text(&room, id),
                                    .version = fold->version,
                                    .exists = fold->exists,
                                    .snapshot_version = snapshot_version,
                                    .bytes = size.bytes,
                                    .references = 1};
    if (fold->state) {
        aggregate->state = copy_value(&room, fold->state);
    }
    return aggregate;
}

struct aggregate *aggregate_get(struct aggregate *aggregate)
{
    aggregate->references++;
    return aggregate;
}

void aggregate_put(struct aggregate *aggregate)
{
    if (aggregate && --aggregate->references == 0) {
        xfree(aggregate);
    }
}

void aggregate_fold(const struct aggregate *aggregate, const struct value *id, struct arena *arena,
                    struct fold *out)
{
    fold_begin(out, arena, aggregate->model, id, aggregate->version, aggregate->exists,
               aggregate->state);
}
