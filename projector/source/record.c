/*
 * Stream record -> struct record. Pure.
 *
 *     {"eventName": "MODIFY", "dynamodb": {"Keys", "NewImage", "OldImage", "SequenceNumber",
 *                                          "ApproximateCreationDateTime"}}
 *
 *     state store    INSERT, MODIFY -> put:    image = new image, version = its _version
 *                    REMOVE         -> delete: image = old image, version = its _version + 1
 *     event store    INSERT of an event -> event (event.c); all else is ignored, for events are
 *                    only ever appended
 *
 * Items of other writers have no _version, or keep the one that they found (cache/PROTOCOL.md
 * "Projecting a batch"); one that can be none of ours, such as a text, counts as none.
 */
#include "projector/source/record.h"

#include "cache/page.h"
#include "cache/tag.h"
#include "command/item.h"
#include "lib/aws/attribute.h"
#include "lib/data/decimal.h"
#include "projector/source/event.h"

#define NO_IMAGE "it has no image (the stream must be NEW_AND_OLD_IMAGES)"

enum status record_number(const struct value *value, uint64_t *out)
{
    struct decimal decimal;
    int64_t number;

    if (!value || value->type != VALUE_NUMBER ||
        decimal_parse(value->text, &decimal) != STATUS_OK ||
        decimal_to_i64(&decimal, &number) != STATUS_OK || number < 0) {
        return STATUS_INVALID;
    }
    *out = (uint64_t)number;
    return STATUS_OK;
}

struct slice record_event(const struct record *record)
{
    const struct value *id = record->event_id;

    return id && (id->type == VALUE_STRING || id->type == VALUE_NUMBER) &&
                   id->text.len <= EVENT_ID_TEXT
               ? id->text
               : SLICE_EMPTY;
}

static const struct value *image_of(const struct value *change, const char *name,
                                    struct arena *arena, struct record *record)
{
    const struct value *typed = value_get(change, slice_str(name)), *image = NULL;

    if (typed && item_read(arena, typed, &image) != STATUS_OK) {
        record->fault = "an image holds what is no attribute value";
        return NULL;
    }
    return image;
}

void record_name(const struct plan_model *model, struct arena *arena, struct record *record)
{
    struct slice text;

    if (canonical_text(arena, model->aggregate.id_type, record->id, &text) != STATUS_OK) {
        record->fault = "its key is not of the aggregate's type";
        return;
    }
    record->aggregate = aggregate_name(arena, model->aggregate.name, text);
    if (record->aggregate.len > PLAN_AGGREGATE_MAX) {
        record->aggregate.len = PLAN_AGGREGATE_MAX;
        record->fault = "its key is too long for twofold_aggregate";
    }
}

static const struct value *decode_keys(const struct value *change, struct arena *arena,
                                       struct record *record)
{
    const struct value *typed = value_get(change, SLICE_LITERAL("Keys")), *keys = NULL;

    if (!typed || item_read(arena, typed, &keys) != STATUS_OK) {
        record->fault = "its key cannot be read";
        return NULL;
    }
    return keys;
}

/* The aggregate's name is needed first: a broken record blocks its aggregate only. */
static void decode_id(const struct plan_model *model, const struct value *change,
                      struct arena *arena, struct record *record)
{
    const struct value *keys = decode_keys(change, arena, record);

    if (keys) {
        record->id = value_get(keys, model->aggregate.id_name);
        record_name(model, arena, record);
    }
}

static void decode_images(const struct value *change, struct arena *arena, struct record *record)
{
    const struct value *fresh = image_of(change, "NewImage", arena, record);

    record->old = image_of(change, "OldImage", arena, record);
    record->image = record->kind == RECORD_PUT ? fresh : record->old;
    if (!record->image && !record->fault) {
        record->fault = NO_IMAGE;
    }
}

static void decode_version(struct record *record)
{
    uint64_t version;

    if (record_number(value_get(record->image, slice_str(ITEM_VERSION)), &version) != STATUS_OK ||
        version > ITEM_VERSION_LAST) {
        return; /* none, or another writer's that can be none of ours */
    }
    record->has_version = true;
    record->version = version + (record->kind == RECORD_DELETE ? 1 : 0);
}

/* Seconds, perhaps with a fraction or an exponent. */
static uint64_t coarse_ms(const struct value *change)
{
    const struct value *time = value_get(change, SLICE_LITERAL("ApproximateCreationDateTime"));
    const struct decimal thousand = decimal_of_i64(1000);
    struct decimal seconds, ms;
    char text[DECIMAL_TEXT_MAX];
    struct slice whole, fraction;
    uint64_t number;

    if (!time || time->type != VALUE_NUMBER || decimal_parse(time->text, &seconds) != STATUS_OK ||
        decimal_multiply(&seconds, &thousand, &ms) != STATUS_OK) {
        return 0;
    }
    (void)slice_cut(slice_of(text, decimal_text(&ms, text)), '.', &whole, &fraction);
    return slice_parse_u64(whole, &number) == STATUS_OK ? number : 0;
}

/*
 * A writer of other software leaves our _written_at as it found it: then it is no news of this
 * change.
 */
static void decode_time(const struct value *change, struct record *record)
{
    const struct value *written = value_get(record->image, slice_str(ITEM_WRITTEN_AT));
    const struct value *before = value_get(record->old, slice_str(ITEM_WRITTEN_AT));

    if (record->kind == RECORD_DELETE || !written || (before && value_equal(written, before)) ||
        record_number(written, &record->written_ms) != STATUS_OK) {
        record->written_ms = coarse_ms(change);
    }
}

static void decode_put_or_delete(const struct plan_model *model, const struct value *change,
                                 struct arena *arena, struct record *record)
{
    decode_id(model, change, arena, record);
    decode_images(change, arena, record);
    decode_version(record);
    decode_time(change, record);
    record->projection = plan_projection_find(
        model, record->kind == RECORD_PUT ? SLICE_LITERAL("put") : SLICE_LITERAL("delete"));
    if (record->projection && record->projection->ignored) {
        record->projection = NULL;
    }
}

static void decode_append(const struct plan_model *model, const struct value *change,
                          struct slice name, struct arena *arena, struct record *record)
{
    const struct value *keys = decode_keys(change, arena, record), *image;

    if (!keys || !event_decode_key(model, keys, arena, record)) {
        return;
    }
    if (!slice_is(name, "INSERT")) {
        record->kind = RECORD_IGNORED;
        record->notice = "an event was changed or removed: the read model keeps what it said first";
        return;
    }
    image = image_of(change, "NewImage", arena, record);
    if (image) {
        event_decode(model, image, record);
    } else if (!record->fault) {
        record->fault = NO_IMAGE;
    }
}

static bool decode_kind(struct slice event, enum record_kind *out)
{
    *out = slice_is(event, "REMOVE") ? RECORD_DELETE : RECORD_PUT;
    return slice_is(event, "REMOVE") || slice_is(event, "INSERT") || slice_is(event, "MODIFY");
}

void record_decode(const struct plan_model *model, const struct value *raw, struct arena *arena,
                   struct record *out)
{
    const struct value *change = value_get(raw, SLICE_LITERAL("dynamodb"));
    struct slice name = value_text(raw, "eventName");

    *out = (struct record){.raw = raw, .position = value_text(change, "SequenceNumber")};
    if (!decode_kind(name, &out->kind)) {
        out->fault = "its eventName is not INSERT, MODIFY or REMOVE";
    }
    if (model->aggregate.store == STORE_EVENTS) {
        decode_append(model, change, name, arena, out);
    } else {
        decode_put_or_delete(model, change, arena, out);
    }
}
