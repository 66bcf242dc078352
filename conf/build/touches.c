/*
 * The tags that a model declares for a projection, and what fills their places. They come on top of
 * those that follow from its SQL (derive.c).
 *
 * A place in a touched tag has the type of the query's parameter in the same place; so projector
 * and gateway make one text of one value.
 */
#include "conf/build/projection.h"
#include "conf/plan/template.h"

/* ------------------------------------------------------------------ types of places */

/* The aggregate's, by either of its names? A field of the event hides the id's own. */
static bool is_id(const struct projection *projection, const struct plan_template_part *part)
{
    return slice_is(part->name, "aggregateId") ||
           (slice_eq(part->name, projection->build->out->aggregate.id_name) &&
            !(projection->payload && fields_find(projection->payload, part->name)));
}

/* False: two queries differ. */
static bool take_types(struct plan_template *touch, const struct plan_template *tag, bool first)
{
    for (size_t i = 0; i < tag->part_count; i++) {
        if (!first && touch->parts[i].name.len > 0 && touch->parts[i].type != tag->parts[i].type) {
            return false;
        }
        touch->parts[i].type = tag->parts[i].type;
    }
    return true;
}

/* Of a tag that no query has: as its values are, or its record would fail. */
static void type_alone(const struct projection *projection, struct plan_template *touch)
{
    for (size_t i = 0; i < touch->part_count; i++) {
        const struct field *field =
            projection->payload ? fields_find(projection->payload, touch->parts[i].name) : NULL;

        if (is_id(projection, &touch->parts[i])) {
            touch->parts[i].type = projection->build->out->aggregate.id_type;
        } else if (field && field->type == VALUE_NUMBER) {
            touch->parts[i].type = SCALAR_NUMBER;
        } else if (field && field->type == VALUE_BOOL) {
            touch->parts[i].type = SCALAR_BOOLEAN;
        } else if (field) {
            touch->parts[i].type = field->format;
        }
    }
}

/* The types of the query's tag of the same shape; two queries that differ are a complaint. */
static void type_touch(struct projection *projection, struct plan_template *touch, size_t index)
{
    const struct plan_model *model = projection->build->out;
    bool found = false;

    for (size_t i = 0; i < model->query_count; i++) {
        for (size_t j = 0; j < model->queries[i].tag_count; j++) {
            const struct plan_template *tag = &model->queries[i].tags[j];

            if (!template_same_shape(tag, touch)) {
                continue;
            }
            if (!take_types(touch, tag, !found)) {
                source_complain(&projection->source, projection->value, SLICE_EMPTY,
                                "a place of touches/%zu, '%.*s', is of one type in one query and "
                                "of another in the query %.*s",
                                index, SLICE_ARG(touch->text), SLICE_ARG(model->queries[i].name));
                return;
            }
            found = true;
        }
    }
    if (!found) {
        type_alone(projection, touch);
    }
}

/*
 * Is there a touch like TOUCH whose places (but ids) are all of the old image, or all of the new
 * one?
 */
static bool touches_image(const struct projection *projection, const struct plan_template *touch,
                          bool old)
{
    size_t j;

    for (size_t i = 0; i < projection->out->touch_count; i++) {
        const struct plan_template *other = &projection->touches[i];

        for (j = 0; template_same_shape(touch, other) && j < touch->part_count; j++) {
            if (touch->parts[j].name.len > 0 && !is_id(projection, &touch->parts[j]) &&
                !(other->parts[j].old == old &&
                  slice_eq(other->parts[j].name, touch->parts[j].name))) {
                break;
            }
        }
        if (template_same_shape(touch, other) && j == touch->part_count) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ what fills a place */

static void check_image_place(struct projection *projection, const struct plan_template *touch,
                              const struct plan_template_part *part)
{
    struct slice hint = projection_slip(projection, part->name);

    if (hint.len > 0) {
        source_complain(&projection->source, projection->value, hint,
                        "no command writes the attribute {%.*s}", SLICE_ARG(part->name));
    }
    if (!projection->removes && !touches_image(projection, touch, !part->old)) {
        source_complain(&projection->source, projection->value,
                        arena_printf(projection->build->arena, "touch {%s%.*s} too",
                                     part->old ? "" : "old.", SLICE_ARG(part->name)),
                        "'%.*s' would not touch what %s", SLICE_ARG(touch->text),
                        part->old ? "holds the new value" : "held the old value");
    }
}

static bool type_fits(enum value_type type, enum scalar place)
{
    switch (place) {
    case SCALAR_INTEGER:
    case SCALAR_NUMBER:
    case SCALAR_BOOLEAN: /* true is 1 (cache/tag.c), as a column of integers has it */
        return type == VALUE_BOOL || type == VALUE_NUMBER || type == VALUE_NULL;
    case SCALAR_STRING:
    case SCALAR_UUID:
    case SCALAR_IPV6:
    case SCALAR_DATE_TIME:
        return type == VALUE_STRING || type == VALUE_NULL;
    }
    return false;
}

/* The row holds the one text of the format, the tag would hold the value as it came. */
static bool loses_format(enum scalar format, enum scalar place)
{
    return format != place && scalar_is_text(format) && format != SCALAR_STRING &&
           scalar_is_text(place);
}

/* An event that lacks the field would leave the tag out, and nobody would know. */
static void check_event_place(struct projection *projection, const struct plan_template_part *part)
{
    const struct fields *payload = projection->payload;
    const struct field *field = fields_find(payload, part->name);
    struct slice name = projection->out->name;

    if (part->old) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("let the event carry the old value, or use \"touches_sql\""),
                        "an event has no old image: {old.%.*s}", SLICE_ARG(part->name));
    } else if (payload->writers > 0 && !field) {
        source_complain(&projection->source, projection->value,
                        fields_hint(payload, projection->build->arena, part->name),
                        "nothing fills the place {%.*s}: no command emits %.*s with it",
                        SLICE_ARG(part->name), SLICE_ARG(name));
    } else if (field && field->count < payload->writers) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("emit it everywhere, or use \"touches_sql\""),
                        "not every command that emits %.*s gives it the {%.*s} of a tag",
                        SLICE_ARG(name), SLICE_ARG(part->name));
    } else if (field && !type_fits(field->type, part->type)) {
        source_complain(&projection->source, projection->value, SLICE_EMPTY,
                        "the field {%.*s} of %.*s is %s, the query's parameter in its place %s",
                        SLICE_ARG(part->name), SLICE_ARG(name), value_type_name(field->type),
                        scalar_name(part->type));
    } else if (field && loses_format(field->format, part->type)) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("give the parameter the field's \"format\""),
                        "the field {%.*s} of %.*s is %s, the query's parameter in its place %s",
                        SLICE_ARG(part->name), SLICE_ARG(name), scalar_name(field->format),
                        scalar_name(part->type));
    }
}

static void check_id_place(struct projection *projection, const struct plan_template_part *part)
{
    const struct plan_aggregate *aggregate = &projection->build->out->aggregate;

    if (!type_fits(build_id_type(aggregate), part->type) ||
        (scalar_is_text(aggregate->id_type) && aggregate->id_type != part->type)) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("an id has one type and format everywhere"),
                        "the id {%.*s} is %s, the query's parameter in its place %s",
                        SLICE_ARG(part->name), scalar_name(aggregate->id_type),
                        scalar_name(part->type));
    }
}

static void check_touch(struct projection *projection, struct plan_template *touch)
{
    for (size_t i = 0; i < touch->part_count; i++) {
        struct plan_template_part *part = &touch->parts[i];

        if (part->name.len == 0) {
            continue;
        }
        if (projection->payload && is_id(projection, part)) {
            part->name = SLICE_LITERAL("aggregateId"); /* an event's payload need not hold its id */
        }
        if (is_id(projection, part)) {
            check_id_place(projection, part);
        } else if (projection->payload) {
            check_event_place(projection, part);
        } else {
            check_image_place(projection, touch, part);
        }
    }
}

void build_touches(struct projection *projection)
{
    struct json_source source =
        source_child(projection->build->arena, &projection->source, SLICE_LITERAL("touches"));

    if (!projection->written.touches) {
        return;
    }
    projection->out->touch_count = build_templates(
        projection->build, &source, projection->written.touches, &projection->touches);
    projection->out->touches = projection->touches;
    for (size_t i = 0; i < projection->out->touch_count; i++) {
        type_touch(projection, &projection->touches[i], i);
    }
    for (size_t i = 0; i < projection->out->touch_count; i++) {
        check_touch(projection, &projection->touches[i]);
    }
}
