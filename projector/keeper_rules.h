/*
 * What a keeper does given what it has read: cache/PROTOCOL.md RENEW, CLEAR, ASSERT and Epoch as
 * one pure function, tested by table.
 */
#ifndef PROJECTOR_KEEPER_RULES_H
#define PROJECTOR_KEEPER_RULES_H

#include "cache/publish.h"
#include "projector/store/revision.h"

// clang-format off
#define KEEPER_ACTIONS(X)                                                          \
    X(WAIT,       "nothing can or must be done")                                   \
    X(RENEW,      "own = this page is current")                                    \
    X(CLEAR,      "home = NULL")                                                   \
    X(GIVE_BACK,  "leave the shards to projectors that may still see home's Redis") \
    X(ASSERT,     "a fresh page")                                                  \
    X(EPOCH,      "the database went back: a new epoch")                           \
    X(SUPERSEDED, "another plan took over: project no more")
// clang-format on

enum keeper_action {
#define KEEPER_ACTION_ENUM(name, text) KEEPER_##name,
    KEEPER_ACTIONS(KEEPER_ACTION_ENUM)
#undef KEEPER_ACTION_ENUM
    KEEPER_ACTION_COUNT
};

const char *keeper_action_name(enum keeper_action action); /* "renew" */

/* Read in this order: Redis first, then the row, or revision < published - 1 would mean nothing. */
struct keeper_view {
    bool starting;          /* touches were not ours yet since this process began */
    bool touches_ours;      /* row.touches is the plan's */
    bool redis;             /* it answered, and is a master */
    bool redis_lost;        /* it did not for longer than a lease */
    struct slice run_id;    /* of the Redis that answered */
    struct renew_view look; /* looked at row.home's page */
    struct revision row;
    bool waited;         /* home is NULL, and was read so two leases ago */
    bool others;         /* another owner holds an unexpired lease here */
    bool given_back;     /* our shards were given back a lease ago, and nobody took them */
    bool shared_storage; /* another server_id is no loss */
};

/*
 * CLEAR: write_touches_out says whether it may write them too ("when Redis is dead", by a starting
 * projector).
 */
enum keeper_action keeper_decide(const struct keeper_view *view, bool *write_touches_out);

/*
 * "allowed if home is on this very server, or NULL under the rule above, and touches are ours or we
 * are starting" and no rebuild holds the row.
 */
bool keeper_may_assert(const struct keeper_view *view);

/*
 * "a database that went back": revision < published - 1, or the writer is another server than the
 * one that the page knows.
 */
bool keeper_went_back(const struct keeper_view *view);

#endif
