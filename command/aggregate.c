/*
 * An aggregate is one piece of memory: the struct, the nodes of its state, their texts.
 */
#include "command/aggregate.h"

#include <stdatomic.h>

#include "lib/base/buf.h"
#include "lib/base/memory.h"
#include "lib/data/hash.h"

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
                           .set = value->set,
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

uint64_t aggregate_kind(const struct plan_model *model)
{
    struct buf text = {0};
    char fold[FOLD_TEXT];
    uint64_t kind;

    fold_fingerprint(model, fold);
    buf_append_str(&text, fold);
    buf_append(&text, model->aggregate.table);
    kind = hash_xxh64(buf_slice(&text));
    buf_fini(&text);
    return kind;
}

struct aggregate *aggregate_create(const struct aggregate_key *key, const struct fold *fold,
                                   uint64_t snapshot_version)
{
    struct size size = {.bytes = key->id.len};
    struct aggregate *aggregate;
    struct room room;

    if (fold->state) {
        measure(fold->state, &size);
    }
    size.bytes += sizeof(*aggregate) + size.nodes * sizeof(struct value);
    aggregate = xalloc(size.bytes);
    room.node = (struct value *)(aggregate + 1);
    room.text = (char *)(room.node + size.nodes);
    *aggregate = (struct aggregate){
        .key = {key->kind, copy_text(&room, key->id)},
        .version = fold->version,
        .exists = fold->exists,
        .bytes = size.bytes,
        .snapshot_version = snapshot_version,
        .references = 1
    };
    if (fold->state) {
        aggregate->state = copy_value(&room, fold->state);
    }
    return aggregate;
}

struct aggregate *aggregate_get(struct aggregate *aggregate)
{
    atomic_fetch_add(&aggregate->references, 1);
    return aggregate;
}

void aggregate_put(struct aggregate *aggregate)
{
    if (aggregate && atomic_fetch_sub(&aggregate->references, 1) == 1) {
        xfree(aggregate);
    }
}

void aggregate_fold(const struct aggregate *aggregate, const struct plan_model *model,
                    const struct value *id, struct arena *arena, struct fold *out)
{
    fold_begin(out, arena, model, id, aggregate->version, aggregate->exists, aggregate->state);
}
