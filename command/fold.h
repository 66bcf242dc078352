/*
 * The state of an aggregate as its events make it. Pure: the same events, the same state, whenever
 * it is done.
 */
#ifndef COMMAND_FOLD_H
#define COMMAND_FOLD_H

#include "command/event.h"
#include "conf/plan/plan.h"

struct fold {
    struct arena *arena;
    const struct plan_model *model;
    const struct value *id;
    uint64_t version; /* of the last event */
    bool exists;
    struct value *state; /* MAP; NULL unless it exists */
};

/* From what is known: version 0 and a NULL state at the beginning. STATE is not changed. */
void fold_begin(struct fold *fold, struct arena *arena, const struct plan_model *model,
                const struct value *id, uint64_t version, bool exists, const struct value *state);

/*
 * EVENT is the one after fold->version. One of a type that the model no longer has changes nothing
 * but the version.
 */
void fold_apply(struct fold *fold, const struct event *event);

/*
 * Applies those of EVENTS (by version, ascending) that come next, and leaves out what is older.
 * False: one is missing in between.
 */
bool fold_apply_all(struct fold *fold, const struct event *events, size_t count);

/* Of the events' set and deletes: snapshots of another fold do not count. Hex, with its NUL. */
#define FOLD_TEXT 17
void fold_fingerprint(const struct plan_model *model, char out[FOLD_TEXT]);

#endif
