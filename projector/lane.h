/*
 * One shard read by one thread: fetch -> decode -> apply -> publish -> commit, until the shard
 * ends, the lease is lost or it is told to stop.
 */
#ifndef PROJECTOR_LANE_H
#define PROJECTOR_LANE_H

#include "projector/follower.h"
#include "projector/store/lease.h"

struct lane;

enum lane_end {
    LANE_RUNS,
    LANE_STOPPED,  /* told to; the lease was given back */
    LANE_FENCED,   /* another owner came */
    LANE_FINISHED, /* the shard was read to its end */
    LANE_TRIMMED,  /* the stream no longer holds what comes next: a rebuild must mend it */
};

/*
 * Starts the thread. LEASE was taken; ARN is copied. NULL when the thread or its DynamoDB client
 * cannot be made (logged).
 */
struct lane *lane_start(struct follower *follower, const struct lease *lease, struct slice arn);

/* Asks it to stop after the batch in hand; any thread. */
void lane_stop(struct lane *lane);
/* LANE_RUNS while the thread runs. */
enum lane_end lane_state(const struct lane *lane);
const char *lane_shard(const struct lane *lane);
/* Waits for the thread and frees the lane. */
void lane_join(struct lane *lane);

#endif
