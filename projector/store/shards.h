/*
 * Which shards a stream has, and which of them may be read now: parents before children.
 */
#ifndef PROJECTOR_STORE_SHARDS_H
#define PROJECTOR_STORE_SHARDS_H

#include "lib/aws/dynamodb.h"
#include "lib/sql/conn.h"

struct shard {
    struct slice id, parent; /* parent empty: none */
};

struct shard_list {
    struct shard *items;
    size_t count;
};

/* All pages of DescribeStream, in ARENA. NOT_FOUND: the stream is gone. */
MUST_CHECK enum status shards_describe(struct dynamodb_sync *dynamodb, struct slice arn,
                                       uint64_t timeout_us, struct arena *arena,
                                       struct shard_list *out);

/* What twofold_checkpoint knows of one shard. */
struct shard_row {
    struct slice id, parent, stream; /* parent empty: nothing to wait for */
    bool finished;
};

struct shard_rows {
    struct shard_row *items;
    size_t count;
};

MUST_CHECK enum status shards_known(struct sql_conn *sql, struct slice database,
                                    struct arena *arena, struct shard_rows *out);

/*
 * Adds the listed shards that have no row yet, all or none. In the first listing of a stream a
 * parent that is no longer there was trimmed before we came (the table's history is a rebuild's
 * affair): it is not waited for, so its child's row names no parent.
 */
MUST_CHECK enum status shards_add(struct sql_conn *sql, struct slice database, struct slice arn,
                                  const struct shard_list *list, const struct shard_rows *rows);

enum shard_state {
    SHARD_READY,
    SHARD_WAITS, /* for its parent's end */
    SHARD_DONE,
    SHARD_GAP, /* its parent was trimmed before we read it to its end: records are lost */
    SHARD_NEW, /* no row yet */
};

/* Pure. */
enum shard_state shard_state(const struct shard_list *list, const struct shard_rows *rows,
                             const struct shard *shard);

#endif
