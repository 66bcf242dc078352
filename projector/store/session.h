/*
 * One thread's connections for one model, and what it last read of twofold_revision. Used by lanes
 * and by the commands on dead letters; the keeper, who guards all models, has none.
 */
#ifndef PROJECTOR_STORE_SESSION_H
#define PROJECTOR_STORE_SESSION_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"
#include "lib/redis/sync.h"
#include "projector/store/connection.h"
#include "projector/store/revision.h"

#define SESSION_ERROR 400

struct session {
    const struct settings *settings;
    const struct plan_model *model;
    struct connection connection;
    struct redis_sync *redis;       /* connects when it is used */
    struct dynamodb_sync *dynamodb; /* borrowed: the event table, for gaps; NULL: none needed */
    struct revision view;           /* committed, as last read by session_learn */
    struct null_note note;
    /* view.home is on our Redis and its page names the SQL server we write to */
    bool page_known;
    /* what failed last, for logs and dead letters */
    char error[SESSION_ERROR];
    /* it is the data's own fault: no time mends it. Whoever cares sets it to false before. */
    bool final;
};

void session_init(struct session *session, const struct settings *settings,
                  const struct plan_model *model);
void session_fini(struct session *session);

/*
 * Connects to SQL if needed, then reads the row. OK; NOT_FOUND, DENIED (setup was not run);
 * UNAVAILABLE, ...
 */
MUST_CHECK enum status session_learn(struct session *session);

/*
 * May a transaction commit by what was learnt? OK; FENCED: another plan's row (see view); BUSY:
 * home is NULL, and two leases have not passed; UNAVAILABLE: home is on a Redis that is not ours or
 * cannot be reached (the keeper will see to it), or SQL is not connected.
 */
MUST_CHECK enum status session_may_commit(struct session *session);

/* Notes what a statement that ended with STATUS says; closes a connection that is lost. */
enum status session_note(struct session *session, enum status status, const char *what);

/* Notes WHY; returns STATUS. */
enum status session_refuse(struct session *session, enum status status, const char *why);

/* The same of what no time mends: INVALID. */
enum status session_refuse_data(struct session *session, const char *why);

uint64_t session_redis_deadline(const struct session *session);

#endif
