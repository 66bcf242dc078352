/*
 * The keeper: RENEW, CLEAR, ASSERT and Epoch of cache/PROTOCOL.md for all models, on one thread
 * with connections of its own, beside the lanes. What it decides is keeper_rules.h's; here it reads
 * and acts.
 */
#ifndef PROJECTOR_KEEPER_H
#define PROJECTOR_KEEPER_H

#include "projector/follower.h"

struct keeper;

/*
 * COUNT is at least 1. Starts the thread, which looks at every model each lease / 5, and at once
 * when woken. NULL: logged.
 */
struct keeper *keeper_start(const struct settings *settings, struct follower *followers,
                            size_t count);

/* Stops it and waits for it. own is left to end by itself. */
void keeper_stop(struct keeper *keeper);

#endif
