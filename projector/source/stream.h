/*
 * Reading one shard: iterators come and go inside, positions are what counts. Blocking.
 */
#ifndef PROJECTOR_SOURCE_STREAM_H
#define PROJECTOR_SOURCE_STREAM_H

#include "lib/aws/dynamodb.h"
#include "lib/base/buf.h"
#include "projector/store/lease.h"

struct stream {
    struct dynamodb_sync *dynamodb; /* borrowed */
    struct slice arn, shard;        /* borrowed */
    uint64_t timeout_us;
    char position[POSITION_TEXT]; /* of the last record fetched; "": none yet */
    struct buf iterator;          /* empty: none */
};

void stream_fini(struct stream *stream);

/* The next fetch gives what comes after POSITION ("": all that the shard holds). */
void stream_seek(struct stream *stream, const char *position);

/*
 * records: a LIST of stream records in ARENA, may be empty. end: the shard is closed and there is
 * nothing behind these.
 */
struct fetched {
    const struct value *records;
    bool end;
};

/*
 * OK; TRIMMED: the shard no longer holds what comes after the position; THROTTLED, UNAVAILABLE,
 * UNCERTAIN, ...: nothing was moved, ask again.
 */
MUST_CHECK enum status stream_fetch(struct stream *stream, unsigned int limit, struct arena *arena,
                                    struct fetched *out);

#endif
