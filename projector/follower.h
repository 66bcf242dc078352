/*
 * What this process does for one model: the few things that its lanes, the keeper, the dispatcher
 * and the admin pages share. Flags are atomic and each has one writer; waiting goes through struct
 * wake.
 */
#ifndef PROJECTOR_FOLLOWER_H
#define PROJECTOR_FOLLOWER_H

#include <stdatomic.h>

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/aws/credentials.h"
#include "lib/run/metric.h"
#include "projector/keeper_rules.h"
#include "projector/store/owner.h"
#include "projector/wake.h"

struct follower {
    const struct settings *settings;
    const struct plan_model *model;
    struct credential_provider *credentials;
    const char *owner;

    struct wake lanes;       /* poked by a gateway, or told to stop */
    struct wake *keeper;     /* woken when a batch met a page or a home that is not right */
    struct wake *dispatcher; /* woken when a lane ended */

    /* counts what the keeper did to twofold_revision: lanes read it again */
    _Atomic unsigned int homes;
    _Atomic bool stopping;    /* SIGTERM */
    _Atomic bool superseded;  /* the keeper found another plan's touches: project no more */
    _Atomic bool giving_back; /* the keeper wants other projectors to have the shards */

    /* For /readyz. */
    _Atomic uint64_t sql_heard_us; /* when the keeper last read twofold_revision; 0: it could not */
    _Atomic bool redis_up, stream_up, gap;
    _Atomic bool sql_read_only, redis_no_master; /* why the keeper was refused last */

    struct metric *applied, *skipped, *ignored, *dead, *superseded_letters, *transactions,
        *revision, *leases, *letters;
    struct metric *actions[KEEPER_ACTION_COUNT];
};

void follower_init(struct follower *follower, const struct settings *settings,
                   const struct plan_model *model, struct credential_provider *credentials,
                   const char *owner, struct wake *keeper, struct wake *dispatcher);
void follower_fini(struct follower *follower);

/* Lanes may hold shards of this model. */
bool follower_may_lead(const struct follower *follower);

/* A gauge of one shard's lag. */
struct metric *follower_lag(const struct follower *follower, struct slice shard);

#endif
