/*
 * Shapes -> classes -> touches.
 */
#include "conf/tags/model.h"

#include "lib/base/buf.h"

struct maker {
    struct arena *arena;
    const struct tag_change *changes;
    size_t change_count;
    struct tag_model *out;
    bool **spared; /* of each class: by which changes its old rows are */
    size_t room;
};

/* ------------------------------------------------------------------ classes */

/* Which changes cannot alter what SHAPE reads of rows that are there. */
static bool *spared_by(const struct maker *maker, const struct tag_shape *shape)
{
    bool *spared = ARENA_ARRAY(maker->arena, bool, maker->change_count);

    for (size_t i = 0; i < maker->change_count; i++) {
        const struct tag_change *change = &maker->changes[i];

        spared[i] = change->table == shape->table &&
                    (!tag_change_affects(change, shape->table, shape->reads) ||
                     tag_change_spares_old(change, shape->reads));
    }
    return spared;
}

/* How many classes have the shape's text so far; its own, if there is one, in *found. */
static size_t find_class(const struct maker *maker, const struct tag_shape *shape,
                         const bool *spared, struct tag_class **found)
{
    size_t same = 0;

    *found = NULL;
    for (size_t i = 0; i < maker->out->class_count; i++) {
        struct tag_class *class = &maker->out->classes[i];

        if (!slice_eq(class->text, shape->name)) {
            continue;
        }
        same++;
        if (memcmp(maker->spared[i], spared, maker->change_count * sizeof(*spared)) == 0) {
            *found = class;
        }
    }
    return same;
}

static void grow(struct maker *maker)
{
    size_t room = maker->room ? 2 * maker->room : 16, count = maker->out->class_count;
    struct tag_class *classes = ARENA_ARRAY(maker->arena, struct tag_class, room);
    bool **spared = ARENA_ARRAY(maker->arena, bool *, room);

    for (size_t i = 0; i < count; i++) {
        classes[i] = maker->out->classes[i];
        spared[i] = maker->spared[i];
    }
    maker->out->classes = classes;
    maker->spared = spared;
    maker->room = room;
}

static struct tag_class *add_class(struct maker *maker, const struct tag_shape *shape, bool *spared,
                                   size_t same)
{
    struct tag_class *class;

    if (maker->out->class_count == maker->room) {
        grow(maker);
    }
    maker->spared[maker->out->class_count] = spared;
    class = &maker->out->classes[maker->out->class_count++];
    class->shape = *shape;
    class->text = shape->name;
    class->shape.reads = ARENA_ARRAY(maker->arena, bool, shape->table->column_count);
    if (same > 0) {
        class->shape.name =
            arena_printf(maker->arena, "%.*s#%zu", SLICE_ARG(shape->name), same + 1);
    }
    return class;
}

static void classify(struct maker *maker, struct tag_use *use)
{
    bool *spared = spared_by(maker, &use->shape);
    struct tag_class *class;
    size_t same = find_class(maker, &use->shape, spared, &class);

    if (!class) {
        class = add_class(maker, &use->shape, spared, same);
    }
    for (size_t i = 0; i < class->shape.table->column_count; i++) {
        class->shape.reads[i] |= use->shape.reads[i];
    }
    use->class = (size_t)(class - maker->out->classes);
}

/* ------------------------------------------------------------------ touches */

static bool is_unknown(const struct tag_shape *shape, const struct tag_touch *touch)
{
    size_t count;

    tag_shape_links(shape, &count);
    for (size_t i = 0; i < count; i++) {
        if (touch->cells[i].from == TAG_FROM_SERVER) {
            return true;
        }
    }
    return false;
}

static void touch_classes(struct maker *maker, const struct tag_change *change,
                          struct tag_touches *out)
{
    struct tag_model *model = maker->out;
    const struct tag_shape **shapes =
        ARENA_ARRAY(maker->arena, const struct tag_shape *, model->class_count);
    size_t *numbers = ARENA_ARRAY(maker->arena, size_t, model->class_count), count = 0;

    for (size_t i = 0; i < model->class_count; i++) {
        const struct tag_shape *shape = &model->classes[i].shape;

        if (tag_change_affects(change, shape->table, shape->reads)) {
            numbers[count] = i;
            shapes[count++] = shape;
        }
    }
    tags_of_change(maker->arena, change, shapes, count, out);
    for (size_t i = 0; i < out->count; i++) {
        out->items[i].shape = numbers[out->items[i].shape];
        model->classes[out->items[i].shape].wild |=
            is_unknown(&model->classes[out->items[i].shape].shape, &out->items[i]);
    }
}

void tags_of_model(struct arena *arena, struct tag_query *queries, size_t query_count,
                   const struct tag_change *changes, size_t change_count, struct tag_model *out)
{
    struct maker maker = {
        .arena = arena, .changes = changes, .change_count = change_count, .out = out};

    *out = (struct tag_model){0};
    for (size_t i = 0; i < query_count; i++) {
        for (size_t j = 0; j < (size_t)1 << queries[i].guard_count; j++) {
            for (size_t k = 0; k < queries[i].variants[j].count; k++) {
                classify(&maker, &queries[i].variants[j].uses[k]);
            }
        }
    }
    out->touches = ARENA_ARRAY(arena, struct tag_touches, change_count);
    for (size_t i = 0; i < change_count; i++) {
        touch_classes(&maker, &changes[i], &out->touches[i]);
    }
}
