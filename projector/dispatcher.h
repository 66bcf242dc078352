/*
 * The dispatcher: finds the shards of all models, takes leases and starts lanes. One thread with an
 * SQL connection and a DynamoDB client of its own.
 */
#ifndef PROJECTOR_DISPATCHER_H
#define PROJECTOR_DISPATCHER_H

#include "projector/follower.h"

struct dispatcher;

/* COUNT is at least 1. NULL: logged. */
struct dispatcher *dispatcher_start(const struct settings *settings, struct follower *followers,
                                    size_t count);

/*
 * After followers[i].stopping was set: lets the lanes finish their batches and give their leases
 * back, then ends.
 */
void dispatcher_stop(struct dispatcher *dispatcher);

#endif
