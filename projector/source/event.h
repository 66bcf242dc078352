/*
 * Items of an event store's table -> struct record. Pure. What an item holds:
 * command/README.md "How events are appended".
 */
#ifndef PROJECTOR_SOURCE_EVENT_H
#define PROJECTOR_SOURCE_EVENT_H

#include "projector/source/record.h"

/*
 * KEYS: PK and SK, plain. Sets kind, id, aggregate, version, has_version. False: no event of this
 * model; kind, notice and fault say what it is instead.
 */
bool event_decode_key(const struct plan_model *model, const struct value *keys, struct arena *arena,
                      struct record *record);

/* The rest of the item; the key is decoded. */
void event_decode(const struct plan_model *model, const struct value *item, struct record *record);

#endif
