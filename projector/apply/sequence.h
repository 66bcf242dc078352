/*
 * What a batch's records mean one after the other: which are applied, in which order, and what
 * version each aggregate has afterwards. cache/PROTOCOL.md "Projecting a batch", "Records of an
 * event store" and "... of a state store".
 */
#ifndef PROJECTOR_APPLY_SEQUENCE_H
#define PROJECTOR_APPLY_SEQUENCE_H

#include "projector/apply/slots.h"
#include "projector/source/record.h"
#include "projector/store/session.h"
#include "projector/store/versions.h"

struct sequence {
    struct record *records;
    size_t count, room;
    size_t skipped;        /* given, but applied before */
    size_t asked;          /* of them: the table was asked about */
    bool alone;            /* one record was given, so a part of its gap may be all */
    uint64_t ask_until_us; /* from then on (clock_us) the table is asked no further question */
    bool unfinished; /* the events before the one record that was given; it is to come again */
    struct versions versions; /* after the records */
};

/*
 * The rows of the aggregates are locked. State stores: as they came; none is skipped, there are no
 * gaps. Reads twofold_aggregate only for items without _version; sets record->version of those that
 * had none. Event stores: sequence_events. In ARENA; statuses as of sql_run, or gap_fetch's;
 * TOO_LARGE: a long gap, or gaps and questions that take long: fewer records, or one ALONE.
 */
MUST_CHECK enum status sequence_make(struct session *session, struct record *records, size_t count,
                                     bool alone, struct arena *arena, struct slots *slots,
                                     struct sequence *out);

/*
 * Puts records of one aggregate that came out of order in order, each onto a place of its
 * aggregate's. PLACES: the aggregate of each. Pure.
 */
void sequence_order(struct record *records, const size_t *places, size_t count,
                    struct arena *arena);

#endif
