/*
 * A record of the stream, decoded: one struct for whatever a projection needs, the same for both
 * stores.
 */
#ifndef PROJECTOR_SOURCE_RECORD_H
#define PROJECTOR_SOURCE_RECORD_H

#include "conf/plan/plan.h"
#include "projector/store/versions.h"

enum record_kind {
    RECORD_PUT,
    RECORD_DELETE,
    RECORD_EVENT,
    RECORD_IGNORED, /* of an event store: no new event. Moves the position, nothing else */
};

struct record {
    /* as the stream gave it: for dead letters; NULL: an event of gap_fetch */
    const struct value *raw;
    struct slice position; /* its sequence number */
    enum record_kind kind;
    struct slice aggregate; /* aggregate_name(); empty when the record is too broken to have one */
    const struct value *id;
    /* false: an item of another writer; the stored version stays (a removal's: + 1) */
    bool has_version;
    uint64_t version;
    /* what :Name and {Name} mean: the new image; of a removal the old one; the event's payload */
    const struct value *image;
    const struct value *old; /* the image before; NULL when there was none */
    /* when the command was decided; else the stream's own coarse time; 0: not known */
    uint64_t written_ms;
    const struct value *event_id;
    const struct plan_projection *projection; /* NULL: none is declared, nothing to run */
    const char *fault;  /* why it cannot be projected, static; NULL: it is fine */
    const char *notice; /* of an IGNORED one: what an operator should hear, static; NULL: nothing */
};

/* Its eventId as twofold_aggregate keeps it; empty: it has none, or a longer one. */
struct slice record_event(const struct record *record);

/* A whole number from 0 up. */
MUST_CHECK enum status record_number(const struct value *value, uint64_t *out);

/* The aggregate's name of record->id; a fault when the id is none. */
void record_name(const struct plan_model *model, struct arena *arena, struct record *record);

/*
 * Never fails: a record that makes no sense gets a fault. RAW must live as long as the record;
 * memory in ARENA.
 */
void record_decode(const struct plan_model *model, const struct value *raw, struct arena *arena,
                   struct record *out);

#endif
