/*
 * What is known of one item of a state store.
 */
#ifndef COMMAND_ITEM_H
#define COMMAND_ITEM_H

#include "lib/data/value.h"

#define ITEM_VERSION    "_version"
#define ITEM_WRITTEN_AT "_written_at"
#define ITEM_WRITE      "_write"

#define ITEM_VERSION_LAST \
    ((uint64_t)INT64_MAX - 2) /* that a write may stand on: the next is one too */

#define ITEM_MARK_BYTES 16
#define ITEM_MARK_TEXT  25 /* its base64, with NUL */

struct item {
    bool exists;
    bool versioned;            /* false: another writer made it */
    uint64_t version;          /* 0 unless versioned */
    const struct value *typed; /* as DynamoDB sent it; NULL when it is assumed only */
    const struct value *state; /* plain values */
    /*
     * typed: another writer's _version that can be none of ours (a text, below 0, beyond the last);
     * the item counts as one without. NULL: there is none
     */
    const struct value *stray;
};

/* TYPED: "Item" or "Attributes" of an answer; NULL: there is no item. CORRUPT: not an item. */
MUST_CHECK enum status item_learn(struct arena *arena, const struct value *typed, struct item *out);

/* Its _write is MARK (base64). */
bool item_is_marked(const struct item *item, struct slice mark);

/* A typed _version, as in "Attributes" of an update. */
MUST_CHECK enum status item_version_read(const struct value *typed, uint64_t *out);

#endif
