/*
 * Events that a batch lacks, read from the event table: cache/PROTOCOL.md "Records of an event
 * store".
 */
#ifndef PROJECTOR_SOURCE_GAP_H
#define PROJECTOR_SOURCE_GAP_H

#include "projector/source/record.h"
#include "projector/store/session.h"

#define GAP_MAX 2000 /* events of one transaction; a longer gap is closed in several */

/*
 * The events FROM to UNTIL of RECORD's aggregate, in ARENA, in the order of their versions: at most
 * GAP_MAX are asked for. COUNT_OUT is how many came: all of them, or fewer, but one at least, if
 * UNTIL_US (clock_us) had passed before the last page: no further page is begun behind it.
 *
 * OK; INVALID: one of them is not there, or makes no sense (session->error says which): the
 * record's fault; UNAVAILABLE: DynamoDB did not answer.
 */
MUST_CHECK enum status gap_fetch(struct session *session, const struct record *record,
                                 uint64_t from, uint64_t until, uint64_t until_us,
                                 struct arena *arena, struct record **events_out,
                                 size_t *count_out);

/*
 * The eventId that the table has for VERSION of RECORD's aggregate, as record_event gives it;
 * empty: there is no such event. OK; UNAVAILABLE.
 */
MUST_CHECK enum status gap_event(struct session *session, const struct record *record,
                                 uint64_t version, struct arena *arena, struct slice *id_out);

#endif
