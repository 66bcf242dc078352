/*
 * A model's DynamoDB table: is it there, what is its stream, and (setup only) make it.
 */
#ifndef PROJECTOR_SOURCE_TABLE_H
#define PROJECTOR_SOURCE_TABLE_H

#include "conf/plan/plan.h"
#include "lib/aws/dynamodb.h"
#include "lib/base/buf.h"

/*
 * The stream that a table writes now, in ARENA.
 *
 * OK; NOT_FOUND (no such table, or not yet active); PRECONDITION (its stream is off, or does not
 * hold both images); UNAVAILABLE, THROTTLED, DENIED, ...
 */
MUST_CHECK enum status table_stream(struct dynamodb_sync *dynamodb,
                                    const struct plan_aggregate *aggregate, struct arena *arena,
                                    struct slice *arn_out);

/*
 * CreateTable or UpdateTable, sent again until it is answered: a table that was made by a try whose
 * answer was lost is in use (CONFLICT) at the next.
 */
MUST_CHECK enum status table_change(struct dynamodb_sync *dynamodb,
                                    enum dynamodb_operation operation, struct slice body,
                                    struct arena *arena, struct dynamodb_answer *answer);

struct table_key {
    struct slice name;
    const char *type; /* "S", "N" */
};

/* CreateTable's request. KEYS: the partition key, and behind it the sort key if there is one. */
void table_creation(struct buf *body, struct slice table, const struct table_key *keys,
                    size_t count, bool stream);

/*
 * Makes the table with its stream and waits until both are there. A table that exists gets a stream
 * if it has none.
 */
MUST_CHECK enum status table_create(struct dynamodb_sync *dynamodb,
                                    const struct plan_aggregate *aggregate);

/* An address of this machine: tables may be made there without being told to. */
bool endpoint_is_local(struct slice url);

#endif
